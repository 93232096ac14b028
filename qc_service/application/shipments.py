"""Sending vials and receiving them: what may leave, what arrived and how (rule R3; 21 CFR 1271.265, .290)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from qc_service.application.access import own, visible
from qc_service.application.accompanying import accompanying_record, donations_behind
from qc_service.application.actor import Actor, Occasion
from qc_service.application.cartons import under
from qc_service.application.copies import watched_arrivals
from qc_service.application.days import must_have_come
from qc_service.application.lineage import ancestors
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.dispatch import (
    EmptyShipment,
    LotToShip,
    NotTheConsignee,
    ShipmentExists,
    ShipmentRefused,
    kept,
    ready,
    shipment_reasons,
)
from qc_service.domain.errors import Malformed, Reason
from qc_service.domain.identifiers import Line, LotNumber, OrganisationId, ShipmentId, Sscc, Text, VialSerial
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.moments import ZonedTime
from qc_service.domain.packing import Packing, reuse_reasons
from qc_service.domain.parties import ORGANISATION
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT
from qc_service.domain.records import Meaning, New
from qc_service.domain.shipments import (
    SHIPMENT,
    Arrival,
    CartonsPacked,
    Condition,
    LoggerReading,
    Shipment,
    ShipmentDispatched,
    ShipmentExcursionAssessed,
    ShipmentReceived,
    grouped,
)
from qc_service.domain.vial_acts import VialRef


@dataclass(frozen=True, kw_only=True)
class LotWanted:
    """Vials of one lot: these by serial, or the first ``count`` in stock, so that nothing is typed twice."""

    lot: LotNumber
    serials: tuple[VialSerial, ...] = ()
    count: int | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` unless either serials or a count of one or more is given."""
        if bool(self.serials) == (self.count is not None):
            raise Malformed("name the serials or say how many, not both", field="serials")
        if self.count is not None and self.count < 1:
            raise Malformed("is at least 1", field="count")


@dataclass(frozen=True, kw_only=True)
class CartonWanted:
    """A carton of the shipment and what goes into it; without ``contents`` it takes what no other carton has."""

    sscc: Sscc
    contents: tuple[LotWanted, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DispatchShipment:
    """A consignment that leaves now, or left at ``dispatched_at``; not every vial need be in a carton."""

    shipment: ShipmentId
    recipient: OrganisationId
    contents: tuple[LotWanted, ...]
    packed_by: Line
    courier: Line
    tracking: Line | None = None
    logger: Line | None = None
    cartons: tuple[CartonWanted, ...] = ()
    dispatched_at: ZonedTime | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where nothing is in it, or a lot or a carton is named twice."""
        if not self.contents:
            raise EmptyShipment("name at least one lot", field="contents")
        if len({wanted.lot for wanted in self.contents}) != len(self.contents):
            raise Malformed("a lot is named twice: put its vials together", field="contents")
        if len({carton.sscc for carton in self.cartons}) != len(self.cartons):
            raise Malformed("a carton is named twice", field="cartons")
        if sum(not carton.contents for carton in self.cartons) > 1:
            raise Malformed("say of all cartons but one what is in them", field="cartons")


@dataclass(frozen=True, kw_only=True)
class ReceiveShipment:
    """How a consignment arrived: vials that nobody lists arrived well; listed ones may be on hand
    unexpectedly.

    Where ``cartons_ok`` names cartons, those arrived well except for the vials listed, and the others are underway.
    """

    shipment: ShipmentId
    cartons_ok: tuple[Sscc, ...] = ()
    vials: tuple[Arrival, ...] = ()
    temperature: LoggerReading | None = None
    received_at: ZonedTime | None = None


@dataclass(frozen=True, kw_only=True)
class AssessExcursion:
    """Quality's judgement of a temperature excursion on the way."""

    shipment: ShipmentId
    acceptable: bool
    reason: Text


def dispatch_shipment(view: View, occasion: Occasion, intent: DispatchShipment) -> tuple[New, ...]:
    """Send vials (R3, D9). Raises ``ShipmentExists``, and ``ShipmentRefused`` with every reason."""
    occasion.actor.must(Permission.SHIP)
    sender = occasion.actor.organisation
    if intent.dispatched_at is not None:
        must_have_come(intent.dispatched_at, occasion.at, "/dispatched_at")
    if view.find(SHIPMENT, intent.shipment) is not None:
        raise ShipmentExists(f"A shipment {intent.shipment} is on record; give this one another number.")
    parts = tuple(_part(view, occasion, wanted) for wanted in intent.contents)
    refs = tuple(vial.ref for part in parts for vial in part.found)
    packing = Packing(refs, {carton.sscc: carton.contents for carton in intent.cartons})
    reasons = (
        *_recipient(view, intent.recipient, sender),
        *shipment_reasons(parts, sender),
        *packing.reasons,
        *(
            reason
            for carton in intent.cartons
            for reason in reuse_reasons(carton.sscc, under(view, occasion.actor, carton.sscc))
        ),
    )
    if reasons:
        raise ShipmentRefused("These vials may not leave.", reasons)
    body = ShipmentDispatched(
        shipment=intent.shipment,
        sender=sender,
        recipient=intent.recipient,
        contents=grouped(refs),
        packed_by=intent.packed_by,
        courier=intent.courier,
        tracking=intent.tracking,
        logger=intent.logger,
        accompanying=tuple(accompanying_record(view, part.lot) for part in parts),
    )
    dispatch = New(name=intent.shipment, body=body, occurred_at=intent.dispatched_at)
    if not intent.cartons:
        return (dispatch,)
    packed = CartonsPacked(shipment=intent.shipment, recipient=intent.recipient, cartons=packing.cartons)
    return (dispatch, New(name=intent.shipment, body=packed, occurred_at=intent.dispatched_at))


def _recipient(view: View, recipient: OrganisationId, sender: OrganisationId) -> tuple[Reason, ...]:
    if view.find(ORGANISATION, recipient) is None:
        detail = f"No organisation {recipient} is on record; register it first."
        return (Reason(code="unknown_recipient", detail=detail, source="R3"),)
    if recipient == sender:
        return (Reason(code="own_organisation", detail="The recipient is the sender.", source="R3"),)
    return ()


def _part(view: View, occasion: Occasion, wanted: LotWanted) -> LotToShip:
    lot = visible(view, occasion.actor, LOT, wanted.lot)
    if wanted.count is None:
        found, short = view.vials(lot.number, wanted.serials), 0
    else:
        sender = occasion.actor.organisation
        at_hand = [vial for vial in view.vials(lot.number) if ready(vial, sender) and not vial.doubts]
        found, short = tuple(at_hand[: wanted.count]), max(0, wanted.count - len(at_hand))
    return LotToShip(
        lot=lot,
        donations=donations_behind(view, lot),
        wanted=tuple(VialRef(lot=wanted.lot, serial=serial) for serial in wanted.serials),
        found=found,
        short=short,
        today=_today(view, lot, occasion.at),
        ancestors=tuple(view.get(LOT, name) for name in ancestors(view, lot.number)),
    )


def _today(view: View, lot: Lot, at: datetime) -> date:
    return at.astimezone(ZoneInfo(view.get(PRODUCT, lot.product).zone)).date()


def receive_shipment(view: View, occasion: Occasion, intent: ReceiveShipment) -> tuple[New, ...]:
    """Record how a shipment arrived (R3); a later receipt speaks of the vials it lists only, such as late
    ones.

    Vials on hand that are not on the list are a fact too. Raises ``NotTheConsignee``.
    """
    occasion.actor.must(Permission.RECEIVE)
    if intent.received_at is not None:
        must_have_come(intent.received_at, occasion.at, "/received_at")
    shipment = visible(view, occasion.actor, SHIPMENT, intent.shipment)
    if shipment.recipient != occasion.actor.organisation:
        raise NotTheConsignee(f"Only {shipment.recipient} receives this shipment.")
    body = _receipt(view, shipment, intent)
    at = intent.received_at.instant if intent.received_at else occasion.at
    receipt = New(name=shipment.id, body=body, occurred_at=intent.received_at)
    return (receipt, *watched_arrivals(view, body, at))


def _receipt(view: View, shipment: Shipment, intent: ReceiveShipment) -> ShipmentReceived:
    listed = set(shipment.vials)
    named = {arrival.vial: arrival for arrival in intent.vials}
    extra = [ref for ref in named if ref not in listed]
    for ref in extra:
        if named[ref].condition in {Condition.MISSING, Condition.REFUSED}:
            raise Malformed(f"vial {ref.name} is not in this shipment, so it is not missing", field="vials")
    well = {ref for ref in named if named[ref].condition is Condition.OK} & listed
    unnamed = (_in_cartons(shipment, intent.cartons_ok) or set(shipment.underway)) - set(named)
    known = [ref for ref in extra if view.find_vial(ref.lot, ref.serial) is not None]
    return ShipmentReceived(
        shipment=shipment.id,
        recipient=shipment.recipient,
        ok=grouped(well | unnamed),
        exceptions=tuple(
            arrival
            for ref, arrival in named.items()
            if ref in listed and arrival.condition is not Condition.OK
        ),
        unexpected=tuple(known),
        not_on_record=tuple(ref for ref in extra if ref not in known),
        temperature=intent.temperature,
        out_of_range=_out_of_range(view, shipment, intent.temperature),
    )


def _in_cartons(shipment: Shipment, ssccs: tuple[Sscc, ...]) -> set[VialRef]:
    refs: set[VialRef] = set()
    for sscc in ssccs:
        carton = shipment.carton(sscc)
        if carton is None:
            raise Malformed(f"carton {sscc} is not in this shipment", field="cartons_ok")
        refs |= set(carton.vials)
    return refs


def _out_of_range(view: View, shipment: Shipment, reading: LoggerReading | None) -> tuple[LotNumber, ...]:
    if reading is None:
        return ()
    lots = [view.get(LOT, vials.lot) for vials in shipment.dispatched.contents]
    return tuple(lot.number for lot in lots if not kept(reading, view.get(PRODUCT, lot.product)))


def assess_excursion(view: View, occasion: Occasion, intent: AssessExcursion) -> tuple[New, ...]:
    """Free the vials of an excursion that does no harm, or leave them blocked (P9); the sender's quality
    decides.
    """
    occasion.actor.must(Permission.LIFT_HOLD)
    shipment = own(view, occasion.actor, SHIPMENT, intent.shipment)
    affected = tuple(vials for vials in shipment.dispatched.contents if vials.lot in shipment.excursion)
    if not affected:
        detail = "No temperature excursion of this shipment waits for a decision."
        raise ShipmentRefused(detail, (Reason(code="no_excursion", detail=detail, source="P9"),))
    body = ShipmentExcursionAssessed(shipment=shipment.id, contents=affected, acceptable=intent.acceptable)
    return (New(name=shipment.id, body=body, meaning=Meaning.RESPONSIBILITY, reason=intent.reason),)


def read_shipment(view: View, actor: Actor, shipment: str) -> dict[str, object]:
    """One shipment for its sender and its consignee: contents, accompanying record and receipts."""
    actor.must(Permission.READ_RECORDS)
    state = visible(view, actor, SHIPMENT, shipment)
    plain: dict[str, object] = to_plain(state.dispatched)
    return plain | {
        "status": state.status.value,
        "dispatched_at": to_plain(state.dispatched_at),
        "received_at": to_plain(state.received_at),
        "receipts": to_plain(state.receipts),
        "excursion": list(state.excursion),
        "cartons": to_plain(state.cartons),
    }


def summary(shipment: Shipment) -> dict[str, object]:
    """What lists and searches show of a shipment."""
    return {
        "status": shipment.status.value,
        "title": f"Shipment {shipment.id} to {shipment.recipient}",
        "recipient": str(shipment.recipient),
        "vials": len(shipment.vials),
    }
