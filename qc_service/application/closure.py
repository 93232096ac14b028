"""Everything that a lot or a vial stands on, walked along the citations, at one size of the log."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from qc_service.application.decoding import recorded
from qc_service.application.disclosure import Reader
from qc_service.application.ports import Store, StoredRecord
from qc_service.domain.keys import KEY
from qc_service.domain.lots import LOT
from qc_service.domain.parties import PERSON
from qc_service.domain.records import Recorded
from qc_service.domain.shipments import SHIPMENT
from qc_service.domain.vial_acts import VialRef
from qc_service.domain.vial_changes import touched
from qc_service.ledger.statement import Statement

LATERAL_ROOMS = ("capa", "person", "recall", "shipment")
"""The rooms whose streams concern many lots: they are taken along, what they cite is not."""


class Closure:
    """The streams behind a lot as they stood when the log had ``size`` entries: the lot's own, and upward from it the
    donations, lots, products, facilities, equipment, reagents and recalls, the persons who signed, and the keys.

    With a ``serial`` also the vial's stream and the shipments that it was in. What a record stands on that is
    withheld from the reader, and who signed it, is not taken along for its sake.
    """

    def __init__(self, store: Store, size: int, reader: Reader, *, lot: str, serial: str | None) -> None:
        self._store = store
        self._size = size
        self._reader = reader
        self.streams: dict[str, tuple[StoredRecord, ...]] = {}
        self._take([f"{LOT.room}/{lot}"])
        if serial is not None:
            self._take([f"vial/{lot}/{serial}", *self._shipments(lot, serial)])

    @cached_property
    def histories(self) -> dict[str, tuple[Recorded, ...]]:
        """The same streams as the domain reads them."""
        return {name: tuple(map(recorded, records)) for name, records in self.streams.items()}

    def shows(self, record: StoredRecord) -> bool:
        """Whether the reader gets this record's envelope."""
        return self._reader.sees(recorded(record))

    def records(self) -> tuple[StoredRecord, ...]:
        """Every record in the order of the log."""
        every = (record for records in self.streams.values() for record in records)
        return tuple(sorted(every, key=lambda record: record.index))

    def _take(self, waiting: list[str]) -> None:
        while waiting:
            name = waiting.pop()
            if name not in self.streams and (records := self._stream(name)):
                self.streams[name] = records
                waiting += self._beneath(name, records)

    def _stream(self, name: str) -> tuple[StoredRecord, ...]:
        return tuple(record for record in self._store.stream(name) if record.index < self._size)

    def _beneath(self, name: str, records: Iterable[StoredRecord]) -> Iterable[str]:
        lateral = name.partition("/")[0] in LATERAL_ROOMS
        for record in records:
            yield f"{KEY.room}/{record.keyid}"
            if not self.shows(record):
                continue
            yield f"{PERSON.room}/{recorded(record).signer.id}"
            if not lateral:
                yield from (cited.stream for cited in Statement.parse(record.payload).cites)

    def _shipments(self, lot: str, serial: str) -> Iterable[str]:
        names, _ = self._store.citing(f"{LOT.room}/{lot}", SHIPMENT.room)
        for name in names:
            if any(self._moves(record, lot, serial) for record in self._stream(name)):
                yield name

    @staticmethod
    def _moves(record: StoredRecord, lot: str, serial: str) -> bool:
        wanted: list[VialRef] = [ref for ref in touched(recorded(record).body) if ref.serial == serial]
        return any(ref.lot == lot for ref in wanted)
