"""A desk that puts small things on record in any store, and a busy lot with vials at a clinic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import cast

from qc_service.application.actor import Occasion
from qc_service.application.acts import Acts, Receipt
from qc_service.application.attesting import Attestor
from qc_service.application.ports import Prepared, Retry, Store
from qc_service.application.view import View
from qc_service.domain.identifiers import CountryCode, Line, Text
from qc_service.domain.parties import OrganisationKind, OrganisationRegistered
from qc_service.domain.permissions import Role
from qc_service.domain.records import Body, Enclosure, New
from qc_service.domain.registers import (
    EquipmentRegistered,
    ReagentRegistered,
    ReagentStatus,
    ReagentStatusChanged,
)
from qc_service.ledger.keys import Signer
from tests.application.lot_world import LOT_A
from tests.application.use_world import UseWorld
from tests.domain.quality_stories import result
from tests.fakes import ISSUER, START, CountedRandomness, MemoryStore, ScriptedClock, World, actor, signer


def organisation(name: str = "Made-up Works") -> OrganisationRegistered:
    """The first record of an organisation's stream."""
    return OrganisationRegistered(
        name=Line(name), kind=OrganisationKind.MANUFACTURER, country=CountryCode("US"), zone=Line("America/New_York")
    )  # fmt: skip


def equipment(name: str = "Skid") -> EquipmentRegistered:
    """The first record of a piece of equipment."""
    return EquipmentRegistered(name=Line(name), calibration_due=None)


def reagent(name: str = "Medium") -> ReagentRegistered:
    """The first record of a reagent lot."""
    return ReagentRegistered(
        name=Line(name), supplier=Line("Supplier"), supplier_lot=Line("L-1"), expires_on=date(2027, 1, 1)
    )


def accepted(why: str = "Within its limits.") -> ReagentStatusChanged:
    """A later record of a reagent lot."""
    return ReagentStatusChanged(status=ReagentStatus.ACCEPTED, explanation=Text(why))


@dataclass
class Desk:
    """One store, one clock, and bare records in the name of somebody of an organisation."""

    store: Store
    organisation: str = "demo-biologics"
    key: Signer = field(default_factory=signer)

    def __post_init__(self) -> None:
        """Set the clock to the log's head, and the randomness."""
        self.clock = ScriptedClock(self.store.head().recorded_at or START)
        self.fresh = CountedRandomness()
        self.acts = Acts(self.store, Attestor(issuer=ISSUER, signer=self.key, fresh=self.fresh), self.clock)

    def lay(self, name: str, *bodies: Body, enclosed: Sequence[Enclosure] = ()) -> Receipt:
        """Put records on one stream, in one commit."""
        news = [New(name=name, body=body, enclosed=tuple(enclosed)) for body in bodies]
        return self.acts.perform(lambda *_: news, actor(Role.QUALITY, self.organisation), None)

    def prepare(
        self, name: str, *bodies: Body, view: View | None = None, retry: Retry | None = None
    ) -> Prepared:
        """The same, judged and signed but not committed; ``view`` is what was read before."""
        view = view or View(self.store)
        head = self.store.head().recorded_at
        at = max(self.clock(), head) if head else self.clock()
        occasion = Occasion(actor=actor(Role.QUALITY, self.organisation), at=at, fresh=self.fresh)
        return self.acts.prepare(view, occasion, [New(name=name, body=body) for body in bodies], retry)


def busy(store: Store) -> UseWorld:
    """A released lot, measured twice, of which a clinic holds four vials, one of them prepared."""
    clock = ScriptedClock(datetime(2026, 11, 1, 12, tzinfo=UTC))
    # The world's store is typed as the fake's; it asks only what the port promises.
    world = UseWorld(world=World(store=cast("MemoryStore", store), clock=clock))
    world.lay(LOT_A, result(1), result(2, "size_mode"), result(3, "size_mode", comparator="<"))
    world.stock_clinic()
    world.prepare()
    return world
