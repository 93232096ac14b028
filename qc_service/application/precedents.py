"""How an organisation has tested a product's lots before, so that what was said once need not be typed again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from qc_service.application.actor import Actor
from qc_service.application.ports import Query, Store
from qc_service.application.sample_lots import SampleLots
from qc_service.application.view import View
from qc_service.domain.facilities import FACILITY, Facility
from qc_service.domain.identifiers import LotNumber
from qc_service.domain.lots import LOT
from qc_service.domain.registers import EQUIPMENT, Equipment
from qc_service.domain.results import Result
from qc_service.domain.vocabulary import Operation

LOTS_LOOKED_AT = 20
"""Of how many lots of the product the results are looked at: those with the highest numbers."""
MOST_REGISTERED = 1000


@dataclass(frozen=True, kw_only=True)
class Precedent:
    """A result that was recorded before, and the lot it is of."""

    lot: LotNumber
    result: Result


@dataclass
class Precedents:
    """What the records of an organisation say of its laboratories; each product is looked up once."""

    store: Store
    view: View
    actor: Actor
    lots: SampleLots
    _of_product: dict[str, tuple[Precedent, ...]] = field(default_factory=dict)

    def equipment(self) -> tuple[Equipment, ...]:
        """The organisation's register of equipment."""
        return tuple(self.view.get(EQUIPMENT, name) for name in self._registered(EQUIPMENT.room))

    def laboratories(self, day: date) -> tuple[Facility, ...]:
        """The organisation's sites where something covered assays that day."""
        sites = (self.view.get(FACILITY, name) for name in self._registered(FACILITY.room))
        return tuple(site for site in sites if site.covering(Operation.QC_ASSAY, day))

    def last(self, product: str, fits: Callable[[Result], bool]) -> Precedent | None:
        """The result recorded last, among those of the product's latest lots, that fits."""
        if product not in self._of_product:
            self._of_product[product] = self._results(product)
        return next((one for one in self._of_product[product] if fits(one.result)), None)

    def _results(self, product: str) -> tuple[Precedent, ...]:
        found = [
            Precedent(lot=number, result=result)
            for number in self.lots.of_product(product, LOTS_LOOKED_AT)
            for result in self.view.get(LOT, number).quality.results
            if result.valid
        ]
        return tuple(sorted(found, key=lambda one: one.result.recorded_at, reverse=True))

    def _registered(self, room: str) -> tuple[str, ...]:
        own = {"organisation": str(self.actor.organisation)}
        rows, _ = self.store.catalogue(Query(room=room, size=MOST_REGISTERED, filters=own))
        return tuple(row.stream.partition("/")[2] for row in rows)
