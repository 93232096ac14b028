"""One call from anything to everything it has to do with, upward to the donations and downward to the
patients (P1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from qc_service.application.access import readable, visible
from qc_service.application.actor import Actor
from qc_service.application.lineage import ancestors, descendants, donations_of
from qc_service.application.traced import (
    given,
    plain_donation,
    plain_lot,
    plain_shipment,
    reactions,
    recalls,
    shipments,
)
from qc_service.application.vials import concerned
from qc_service.application.view import View
from qc_service.domain.donations import DONATION
from qc_service.domain.errors import Malformed
from qc_service.domain.facilities import FACILITY
from qc_service.domain.lots import LOT
from qc_service.domain.permissions import Permission
from qc_service.domain.registers import EQUIPMENT, REAGENT
from qc_service.domain.vial_acts import VialRef


@dataclass(frozen=True, kw_only=True)
class Trail:
    """What a trace goes through: lots upward, the lots it starts at, lots downward; of one vial only, where
    named.
    """

    upward: tuple[str, ...]
    start: tuple[str, ...]
    downward: tuple[str, ...]
    donations: tuple[str, ...]
    vial: VialRef | None = None


def trace(view: View, actor: Actor, *, from_: str = "") -> dict[str, object]:
    """Both directions from ``donation:``, ``lot:``, ``vial:``, ``facility:``, ``reagent:`` or ``equipment:``
    (P1).

    An organisation sees its own; a clinic, of lots it was sent, its own shipments and administrations.
    Raises ``Malformed`` and ``NotFound`` (21 CFR 1271.290(b), (c)).
    """
    actor.must(Permission.READ_RECORDS)
    room, _, name = from_.partition(":")
    if room not in _TRAILS or not name:
        raise Malformed("start from donation:, lot:, vial:, facility:, reagent: or equipment:", field="from")
    trail = _TRAILS[room](view, actor, name)
    reach = (*trail.start, *trail.downward)
    sent = shipments(view, actor, reach, trail.vial)
    return {
        "from": from_,
        "donations": [plain_donation(view, actor, din) for din in trail.donations],
        "lots": [
            *(plain_lot(view, actor, lot, "up", None) for lot in trail.upward),
            *(plain_lot(view, actor, lot, "start", trail.vial) for lot in trail.start),
            *(plain_lot(view, actor, lot, "down", None) for lot in trail.downward),
        ],
        "shipments": [plain_shipment(shipment, trail.vial) for shipment in sent],
        "organisations": sorted({name for each in sent for name in (each.organisation, each.recipient)}),
        "administrations": given(view, actor, reach, trail.vial),
        "reactions": reactions(view, actor, reach, trail.vial),
        "recalls": recalls(view, reach),
    }


def _from_lot(view: View, actor: Actor, name: str) -> Trail:
    visible(view, actor, LOT, name)
    below = [lot for lot in descendants(view, f"{LOT.room}/{name}") if _may_see(view, actor, lot)]
    return Trail(
        upward=ancestors(view, name), start=(name,), downward=tuple(below), donations=donations_of(view, name)
    )


def _from_vial(view: View, actor: Actor, name: str) -> Trail:
    lot, _, serial = name.partition("/")
    vial = concerned(view, actor, lot, serial)
    return Trail(
        upward=ancestors(view, lot),
        start=(lot,),
        downward=(),
        donations=donations_of(view, lot),
        vial=vial.ref,
    )


def _from_donation(view: View, actor: Actor, name: str) -> Trail:
    readable(view, actor, DONATION, name)
    return _below(view, actor, f"{DONATION.room}/{name}", also=(name,))


def _from_facility(view: View, actor: Actor, name: str) -> Trail:
    readable(view, actor, FACILITY, name)
    stream = f"{FACILITY.room}/{name}"
    collected = view.citing(stream, DONATION.room)
    through = [lot for din in collected for lot in descendants(view, f"{DONATION.room}/{din}")]
    return _below(view, actor, stream, also=collected, through=through)


def _from_reagent(view: View, actor: Actor, name: str) -> Trail:
    readable(view, actor, REAGENT, name)
    return _below(view, actor, f"{REAGENT.room}/{name}")


def _from_equipment(view: View, actor: Actor, name: str) -> Trail:
    readable(view, actor, EQUIPMENT, name)
    return _below(view, actor, f"{EQUIPMENT.room}/{name}")


def _below(
    view: View, actor: Actor, stream: str, *, also: Iterable[str] = (), through: Iterable[str] = ()
) -> Trail:
    """Everything that stands on a stream, and every donation behind it; ``through`` are lots reached
    otherwise.
    """
    start = view.citing(stream, LOT.room)
    found = sorted({*descendants(view, stream), *through} - set(start))
    lots = [lot for lot in (*start, *found) if _may_see(view, actor, lot)]
    upward = {lot for name in lots for lot in ancestors(view, name)} - set(lots)
    return Trail(
        upward=tuple(sorted(upward)),
        start=tuple(lot for lot in start if lot in lots),
        downward=tuple(lot for lot in found if lot in lots),
        donations=tuple(sorted({*also, *(din for lot in lots for din in donations_of(view, lot))})),
    )


def _may_see(view: View, actor: Actor, lot: str) -> bool:
    owned = actor.sees(view.get(LOT, lot).organisation)
    return owned or view.consigned(actor.organisation, f"{LOT.room}/{lot}")


_TRAILS: dict[str, Callable[[View, Actor, str], Trail]] = {
    "donation": _from_donation,
    "lot": _from_lot,
    "vial": _from_vial,
    "facility": _from_facility,
    "reagent": _from_reagent,
    "equipment": _from_equipment,
}
