"""Which vials of a shipment go into which carton, and every reason against it (rule R3; GS1 General Specifications)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from qc_service.domain.errors import Reason
from qc_service.domain.identifiers import LotNumber, Sscc, VialSerial
from qc_service.domain.shipments import Carton, Shipment, grouped
from qc_service.domain.vial_acts import VialRef


class Wanted(Protocol):
    """Vials of one lot for a carton: these by serial, or so many of those that no carton has yet."""

    @property
    def lot(self) -> LotNumber:
        """The lot."""

    @property
    def serials(self) -> tuple[VialSerial, ...]:
        """The vials by serial; empty where they are counted."""

    @property
    def count(self) -> int | None:
        """How many; ``None`` where they are named."""


class Packing:
    """Cartons being packed from a shipment's vials, in the order they were filled.

    Vials that are named go first, then those that are counted, and a carton of which nothing is said takes the rest.
    """

    def __init__(self, vials: Sequence[VialRef], wanted: Mapping[Sscc, Sequence[Wanted]]) -> None:
        self._left = dict.fromkeys(vials)
        self._shipped = frozenset(vials)
        self._in: dict[Sscc, list[VialRef]] = {sscc: [] for sscc in wanted}
        self.reasons = tuple(self._packed(wanted))

    @property
    def cartons(self) -> tuple[Carton, ...]:
        """What is in each, in the order they were named."""
        return tuple(Carton(sscc=sscc, contents=grouped(refs)) for sscc, refs in self._in.items())

    def _packed(self, wanted: Mapping[Sscc, Sequence[Wanted]]) -> Iterator[Reason]:
        for sscc, parts in wanted.items():
            for part in parts:
                yield from self._named(sscc, part)
        for sscc, parts in wanted.items():
            for part in parts:
                yield from self._counted(sscc, part)
        for sscc, parts in wanted.items():
            if not parts:
                self._put(sscc, tuple(self._left))
            if not self._in[sscc]:
                yield _reason("carton_empty", f"There is no vial left for carton {sscc}.")

    def _named(self, sscc: Sscc, part: Wanted) -> Iterator[Reason]:
        for serial in part.serials:
            ref = VialRef(lot=part.lot, serial=serial)
            if ref in self._left:
                self._put(sscc, (ref,))
            elif ref in self._shipped:
                yield _reason("in_two_cartons", f"Vial {ref.name} is named twice: it is in one carton.")
            else:
                yield _reason("not_in_shipment", f"Vial {ref.name} of carton {sscc} is not in the shipment.")

    def _counted(self, sscc: Sscc, part: Wanted) -> Iterator[Reason]:
        if part.count is None:
            return
        found = [ref for ref in self._left if ref.lot == part.lot][: part.count]
        self._put(sscc, found)
        if len(found) < part.count:
            short = part.count - len(found)
            yield _reason("too_few_for_carton", f"Carton {sscc} lacks {short} vials of lot {part.lot}.")

    def _put(self, sscc: Sscc, refs: Sequence[VialRef]) -> None:
        for ref in refs:
            del self._left[ref]
        self._in[sscc] += refs


def reuse_reasons(sscc: Sscc, shipments: Sequence[Shipment]) -> Iterator[Reason]:
    """A carton's number is not given to another while the first is on its way."""
    for shipment in shipments:
        carton = shipment.carton(sscc)
        if carton and not frozenset(shipment.underway).isdisjoint(carton.vials):
            detail = f"Carton {sscc} is on its way already; give this one another number."
            yield _reason("carton_in_transit", detail)


def _reason(code: str, detail: str) -> Reason:
    return Reason(code=code, detail=detail, source="R3")
