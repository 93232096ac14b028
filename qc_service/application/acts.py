"""The one doorway of all writes: read and judge, sign, commit, publish; and again if something moved meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from qc_service.application.actor import Actor, Occasion, OpenToken
from qc_service.application.attesting import Attestor, recorded_not_before
from qc_service.application.histories import Histories
from qc_service.application.index import index
from qc_service.application.ports import (
    Clock,
    Moved,
    Prepared,
    Retry,
    Store,
    StoredRecord,
    Tampered,
    Unavailable,
)
from qc_service.application.view import View
from qc_service.domain.conversion import Convert
from qc_service.domain.errors import Conflict, DomainError, Forbidden, NotFound, Refused
from qc_service.domain.records import New

I = TypeVar("I")  # noqa: E741
UseCase = Callable[[View, Occasion, I], Sequence[New]]
MOST_TRIES = 30
"""How often an act is judged anew before it is given up: with several processes, each can overtake the others, and
somebody gets through every time (ADR 18)."""
CLOCK_MAY_LAG = timedelta(minutes=5)


class Busy(Conflict):
    """Others kept changing what this act depends on; nothing was recorded, so send it again."""


class Stale(Conflict):
    """The stream is not where the sender last saw it; read it again and decide anew."""


class KeyReused(Conflict):
    """The same idempotency key came with another content."""


class RefusedOnRecord(Exception):
    """A decision is refused, and that it was asked for is itself a fact: the facts are committed, then the refusal
    goes out. A clinic that claims a vial used elsewhere must not depend on its goodwill to raise the alert."""

    def __init__(self, refusal: Refused, facts: tuple[New, ...]) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal
        self.facts = facts


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the sender last saw of a stream: its last sequence number."""

    stream: str
    seq: int


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The records of an act, in their order, as they stand in the log; ``first_time`` is false on a replay."""

    records: tuple[StoredRecord, ...]
    first_time: bool


class Acts:
    """Performs use cases: nothing else in the service signs or commits."""

    def __init__(
        self,
        store: Store,
        attestor: Attestor,
        clock: Clock,
        open_token: OpenToken | None = None,
        convert: Convert | None = None,
    ) -> None:
        self._store = store
        self._open_token = open_token
        self._convert = convert
        self._histories = Histories()
        self._attestor = attestor
        self._clock = clock

    def perform(
        self,
        use_case: UseCase[I],
        actor: Actor,
        intent: I,
        *,
        retry: Retry | None = None,
        expected: Callable[[], Expected | None] = lambda: None,
    ) -> Receipt:
        """Perform one act, all of it or nothing.

        The order is replay, then the expected sequence number, which is asked for only then, then the rule; but who
        may not know of the stream hears that, and not where it is. Raises what the rule raises, ``KeyReused``,
        ``Stale``, ``Busy`` after ``MOST_TRIES``, ``Unavailable`` where the clock is behind the log, and ``Tampered``
        where the log is shorter than it was.
        """
        for tried in range(MOST_TRIES):
            done = self._replayed(retry)
            if done:
                return done
            try:
                with self._store.underway(alone=tried > 0):
                    return self._once(use_case, actor, intent, retry, expected)
            except Moved:
                continue
        raise Busy("Others are changing the same records; nothing was recorded. Send it again.")

    def _once(
        self,
        use_case: UseCase[I],
        actor: Actor,
        intent: I,
        retry: Retry | None,
        expected: Callable[[], Expected | None],
    ) -> Receipt:
        view = self.view()
        occasion = self.occasion(actor)
        try:
            news = _judged(use_case, view, occasion, intent, expected())
        except (DomainError, RefusedOnRecord) as refused:
            # The same request may have been committed since it was looked for, and be what stands against it now.
            done = self._replayed(retry)
            if done:
                return done
            if isinstance(refused, RefusedOnRecord):
                self._store.commit(self.prepare(view, occasion, refused.facts))
                raise refused.refusal from None
            raise
        prepared = self.prepare(view, occasion, news, retry)
        first = self._store.commit(prepared)
        placed = tuple(
            replace(record, index=first + offset) for offset, record in enumerate(prepared.records)
        )
        return Receipt(records=placed, first_time=True)

    def view(self) -> View:
        """A fresh view of the records, which reads again only what came since the last."""
        return View(self._store, self._histories)

    def prepare(
        self, view: View, occasion: Occasion, news: Sequence[New], retry: Retry | None = None
    ) -> Prepared:
        """Sign the records and work out what they change in the index; nothing is written."""
        attested = self._attestor.attest(view, occasion, news)
        enclosures = tuple(enclosure for new in news for enclosure in new.enclosed)
        enclosed = {str(enclosure.file.sha256): enclosure.content for enclosure in enclosures}
        rows = index(view, tuple(one.recorded for one in attested), enclosed)
        return Prepared(
            records=tuple(one.stored for one in attested),
            recorded_at=occasion.at,
            enclosures=enclosures,
            reads=view.reads(),
            rows=rows,
            retry=retry,
        )

    def occasion(self, actor: Actor) -> Occasion:
        """The circumstances of what this person does now. Raises ``Unavailable`` and ``Tampered``."""
        now, head = self._clock(), self._store.head()
        if head.size < self._store.least:
            raise Tampered(
                f"the log has {head.size} entries, and its head was signed for {self._store.least}"
            )
        if head.recorded_at and head.recorded_at - now > CLOCK_MAY_LAG:
            raise Unavailable("The server's clock is more than five minutes behind the log; set the clock.")
        return Occasion(
            actor=actor, at=recorded_not_before(now, head.recorded_at), fresh=self._attestor.fresh,
            open_token=self._open_token, convert=self._convert,
        )  # fmt: skip

    def _replayed(self, retry: Retry | None) -> Receipt | None:
        done = self._store.done(retry.scope) if retry else None
        if done is None or retry is None:
            return None
        if done.fingerprint != retry.fingerprint:
            raise KeyReused("This Idempotency-Key was used for something else; use a new key for a new act.")
        return Receipt(records=self._store.records(done.first, done.count), first_time=False)


def _judged(
    use_case: UseCase[I], view: View, occasion: Occasion, intent: I, seen: Expected | None
) -> Sequence[New]:
    try:
        news = use_case(view, occasion, intent)
    except DomainError as refusal:
        if not isinstance(refusal, Forbidden | NotFound):
            _must_stand(view, seen)
        raise
    _must_stand(view, seen)
    return news


def _must_stand(view: View, expected: Expected | None) -> None:
    if expected is None:
        return
    seq = len(view.history(expected.stream)) - 1
    if seq != expected.seq:
        raise Stale(
            f"{expected.stream} is at {seq}, not {expected.seq}: it changed since you read it. Read it again."
        )
