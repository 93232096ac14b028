"""Acts that were written down where there was no network: each is applied once, in the order of its device (V11).

An act is known by its person and its UUID, wherever and however often it comes. What it was answered stands: a record
by the record itself, a refusal by the answer that is kept of it, so that a queue sent again is answered as before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from qc_service.application.actor import Actor
from qc_service.application.acts import Acts, Busy, KeyReused, Receipt, Stale, UseCase
from qc_service.application.ports import Clock, Retry, Store, Unavailable
from qc_service.application.queue_ports import QueuedRow, QueueStore
from qc_service.domain.errors import Conflict, DomainError, Refused
from qc_service.domain.moments import instant_text

_PASSING = (Busy, KeyReused, Stale)
"""Refusals that say nothing of the act itself: the next time it may go otherwise."""

MOST = 10**9
"""The highest number that a device gives an act."""


class QueueGap(Conflict):
    """Acts that the device numbered before this one have not come; send them first, or say that they are lost."""


class QueueStopped(Unavailable):
    """An act before this one could not be answered; nothing was done about this one. Send the queue again."""


@dataclass(frozen=True, kw_only=True)
class Queued:
    """One act as the queue has it: its number there, its UUID, the path it would take online, and what it says."""

    id: str
    number: int
    path: str
    retry: Retry
    use_case: UseCase[Any]
    intent: Any


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What answers queues: the doorway of all writes, what is kept of answers, and how a refusal is put in words."""

    acts: Acts
    store: Store
    kept: QueueStore
    clock: Clock
    worded: Callable[[DomainError], bytes]


class Queue:
    """One person's queue on one device; ``complete`` says that nothing but what is sent is left of it."""

    def __init__(self, desk: Desk, actor: Actor, device: str, *, complete: bool) -> None:
        self._desk = desk
        self._actor = actor
        self._name = _digest(actor.person, device)
        self._complete = complete
        self.expected = desk.kept.last(self._name) + 1

    def must_follow(self, number: int) -> None:
        """Raise ``QueueGap`` where acts are missing before this number; a number that was passed already is late."""
        if number > self.expected and not self._complete:
            detail = f"Act {self.expected} comes next. Send what is missing, or the whole rest as complete."
            raise QueueGap(detail)

    def passed(self, number: int) -> None:
        """The act of this number could not be taken, which is an answer, too: the next may have its own."""
        if 0 < number <= MOST:
            self._keep(_digest(self._name, str(number)), number, "", b"")

    def answer(self, queued: Queued) -> Receipt | bytes:
        """What the act was recorded as, or the refusal in words; the same whenever it comes.

        Raises ``KeyReused`` where the UUID stood for something else, what the use case raises of a malformed or
        forbidden act, and ``Busy`` and ``Unavailable``, after which it may be sent again.
        """
        act, content = _digest(self._actor.person, queued.id), _digest(queued.path, queued.retry.fingerprint)
        known = self._desk.kept.find(act)
        if known is not None and known.content != content:
            raise KeyReused("This UUID was used for another act; an act that is new needs one of its own.")
        if known is not None and known.refusal and self._desk.store.done(queued.retry.scope) is None:
            return known.refusal
        try:
            receipt = self._desk.acts.perform(queued.use_case, self._actor, queued.intent, retry=queued.retry)
        except (Refused, Conflict) as refused:
            if isinstance(refused, _PASSING):
                raise
            return self._keep(act, queued.number, content, self._desk.worded(refused))
        self._keep(act, queued.number, content, b"")
        return receipt

    def _keep(self, act: str, number: int, content: str, refusal: bytes) -> bytes:
        """Keep an answer and return the refusal that stands: that of whoever came first."""
        self.expected = max(self.expected, number + 1)
        answered_at = instant_text(self._desk.clock())
        self._desk.kept.keep(
            QueuedRow(
                act=act,
                queue=self._name,
                number=number,
                content=content,
                refusal=refusal,
                answered_at=answered_at,
            )
        )
        first = self._desk.kept.find(act)
        return refusal if first is None else first.refusal


def _digest(*parts: str) -> str:
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()
