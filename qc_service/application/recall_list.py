"""The recall list as the records make it at one size of the log: for whoever checks a label without a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from qc_service.application.keys import must_be_usable
from qc_service.application.ports import UNRELEASED, Query, Store
from qc_service.application.publishing import Publisher
from qc_service.application.token_claims import label_keys
from qc_service.application.view import View
from qc_service.domain.identifiers import LotNumber
from qc_service.domain.keys import KEY
from qc_service.domain.lots import LOT, LotStatus
from qc_service.exchange.recall_list import RecallList, sealed_list
from qc_service.ledger.checkpoint import open_checkpoint
from qc_service.ledger.keys import Signer
from qc_service.ledger.note import NoteVerifier

AT_ONCE = 1000
TRIES = 3
CALLED_BACK = (LotStatus.RECALLED, LotStatus.WITHDRAWN)
STOPPED = (LotStatus.ON_HOLD, LotStatus.REJECTED)


@dataclass(kw_only=True)
class RecallLists:
    """Makes the one issuer's lists; ``signer`` is the record key. The last one made is kept."""

    store: Store
    publisher: Publisher
    signer: Signer
    issuer: str
    _released: dict[str, tuple[int, bool]] = field(default_factory=dict, init=False)
    _last: tuple[tuple[int, datetime], bytes] | None = field(default=None, init=False)

    def current(self, at: datetime) -> bytes:
        """The list of the committed head, issued at the beginning of this minute or when the head was recorded.

        So one head has one list a minute, and it never seems younger than it is. Raises ``ForkDetected``,
        and ``SigningKeyWithdrawn`` once another record key took the place of this one.
        """
        head = self.store.head()
        issued_at = max(at.replace(second=0), head.recorded_at or at)
        kept = self._last
        if kept is None or kept[0] != (head.size, issued_at):
            recalls = self._made(issued_at)
            kept = ((recalls.number, issued_at), sealed_list(recalls, self.signer))
            self._last = kept
        return kept[1]

    def _made(self, issued_at: datetime) -> RecallList:
        """The size is taken first, so that nothing up to it is missing; a list may well know more than its number says.

        Where records come meanwhile, a lot that goes from one status to another could be missed between the two, so
        that it is read again until it says the same twice.
        """
        recalls = self._at_head(issued_at)
        for _ in range(TRIES):
            before = recalls
            if before.number == self.store.head().size:
                break
            recalls = self._at_head(issued_at)
            if (recalls.lots, recalls.label_keys) == (before.lots, before.label_keys):
                break
        return recalls

    def _at_head(self, issued_at: datetime) -> RecallList:
        must_be_usable(View(self.store).find(KEY, self.signer.public.keyid))
        note = self.publisher.publish(at_least=self.store.head().size)
        return RecallList(
            issuer=self.issuer,
            number=open_checkpoint(note, NoteVerifier.parse(self.publisher.verifier)).size,
            issued_at=issued_at,
            checkpoint=note.decode(),
            lots=tuple(sorted(dict(reversed(tuple(self._lots()))).items())),
            label_keys=label_keys(self.store),
        )

    def _lots(self) -> Iterator[tuple[LotNumber, str]]:
        """Every lot that is recalled or withdrawn, and those on hold or rejected that were released before: what never
        left is nobody's to know. The gravest comes first."""
        for status in (*CALLED_BACK, *STOPPED):
            for name, seq in self._of_status(status):
                if status in CALLED_BACK or self._was_released(name, seq):
                    yield LotNumber(name), status.value

    def _of_status(self, status: LotStatus) -> Iterator[tuple[str, int]]:
        after = ""
        while True:
            query = Query(room=LOT.room, size=AT_ONCE, after=after, filters={"status": status.value})
            rows, after = self.store.catalogue(query)
            yield from ((row.stream.partition("/")[2], row.seq) for row in rows)
            if not after:
                return

    def _was_released(self, lot: str, seq: int) -> bool:
        """Looked up once for each state of the lot's stream: rejected lots add up over the years."""
        known = self._released.get(lot)
        if known is None or known[0] != seq:
            row = self.store.hot(lot, "")[0]
            known = (seq, row is not None and row.release_index != UNRELEASED)
            self._released[lot] = known
        return known[1]
