"""What a recall reaches: every lot that came of what it names, and everyone who was sent vials of them (rule
R4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qc_service.application.access import own
from qc_service.application.actor import Actor
from qc_service.application.lineage import descendants
from qc_service.application.view import View
from qc_service.domain.codec import from_plain, to_plain
from qc_service.domain.donations import DONATION
from qc_service.domain.facilities import FACILITY
from qc_service.domain.identifiers import LotNumber, OrganisationId
from qc_service.domain.lots import LOT
from qc_service.domain.permissions import Permission
from qc_service.domain.recalls import Consignee, FacilityScope, RecallScope
from qc_service.domain.registers import EQUIPMENT, REAGENT
from qc_service.domain.vial_states import VialState
from qc_service.domain.vials import Vial


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Exactly what a recall calls back: lots, their vials, and the organisations that were sent any."""

    lots: tuple[LotNumber, ...]
    vials: tuple[Vial, ...]

    @property
    def consignees(self) -> tuple[Consignee, ...]:
        """Everyone who was ever sent one of the vials, with how many, in order of name."""
        sent: dict[OrganisationId, int] = {}
        for vial in self.vials:
            for organisation in set(vial.consignees):
                sent[organisation] = sent.get(organisation, 0) + 1
        return tuple(Consignee(organisation=name, vials=sent[name]) for name in sorted(sent))

    @property
    def states(self) -> dict[str, int]:
        """How many of the vials stand in each state."""
        found = {state: sum(vial.state is state for vial in self.vials) for state in VialState}
        return {state.value: count for state, count in found.items() if count}


def reached(view: View, actor: Actor, scope: RecallScope) -> Reach:
    """Everything that came of what the scope names, through all lots made from lots (R4).

    What is named must be the actor's organisation's; what came of it is reached whoever owns it. Raises
    ``NotFound``.
    """
    lots = sorted(set(_lots(view, actor, scope)))
    vials = tuple(vial for lot in lots for vial in view.vials(lot))
    return Reach(lots=tuple(LotNumber(lot) for lot in lots), vials=vials)


def _lots(view: View, actor: Actor, scope: RecallScope) -> Iterator[str]:
    for lot in scope.lots:
        own(view, actor, LOT, lot)
        yield from _lot_and_below(view, lot)
    for din in scope.donations:
        own(view, actor, DONATION, din)
        yield from descendants(view, f"{DONATION.room}/{din}")
    for reagent in scope.reagents:
        own(view, actor, REAGENT, reagent)
        yield from descendants(view, f"{REAGENT.room}/{reagent}")
    for equipment in scope.equipment:
        own(view, actor, EQUIPMENT, equipment)
        yield from descendants(view, f"{EQUIPMENT.room}/{equipment}")
    for facility in scope.facilities:
        own(view, actor, FACILITY, facility.facility)
        yield from _through_facility(view, facility)


def _lot_and_below(view: View, lot: str) -> Iterator[str]:
    yield lot
    yield from descendants(view, f"{LOT.room}/{lot}")


def _through_facility(view: View, scope: FacilityScope) -> Iterator[str]:
    """What was worked on or collected there on the days named, and all that came of it."""
    stream = f"{FACILITY.room}/{scope.facility}"
    for name in view.citing(stream, LOT.room):
        if _worked_on(view, name, scope):
            yield from _lot_and_below(view, name)
    for name in view.citing(stream, DONATION.room):
        donation = view.get(DONATION, name)
        if donation.facility == scope.facility and scope.since <= donation.collected_at.day <= scope.until:
            yield from descendants(view, f"{DONATION.room}/{name}")


def _worked_on(view: View, name: str, scope: FacilityScope) -> bool:
    """Whether a step of the lot, its fill too, was performed there on one of the days."""
    return any(
        step.facility == scope.facility
        and step.started_at.day <= scope.until
        and step.ended_at.day >= scope.since
        for step in view.get(LOT, name).processing.steps
    )


def preview_recall(
    view: View,
    actor: Actor,
    *,
    lots: str = "",
    donations: str = "",
    reagents: str = "",
    equipment: str = "",
    facility: str = "",
    since: str = "",
    until: str = "",
) -> dict[str, object]:
    """Exactly what a recall of this scope would reach; several names are separated by commas. Writes
    nothing.
    """
    actor.must(Permission.RECALL)
    named = {"lots": lots, "donations": donations, "reagents": reagents, "equipment": equipment}
    plain: dict[str, object] = {member: names.split(",") for member, names in named.items() if names}
    if facility:
        plain["facilities"] = [{"facility": facility, "since": since, "until": until}]
    return _plain_reach(view, reached(view, actor, from_plain(RecallScope, plain)))


def _plain_reach(view: View, reach: Reach) -> dict[str, object]:
    lots = [view.get(LOT, lot) for lot in reach.lots]
    return {
        "lots": [
            {
                "lot": str(lot.number),
                "product": str(lot.product),
                "status": lot.status.value,
                "vials": sum(vial.lot == lot.number for vial in reach.vials),
            }
            for lot in lots
        ],
        "vials": len(reach.vials),
        "vials_by_state": reach.states,
        "consignees": to_plain(reach.consignees),
    }
