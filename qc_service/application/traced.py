"""What a trace tells of each thing on its way, to its owner in full and to a clinic as far as it is the
clinic's."""

from __future__ import annotations

from collections.abc import Iterable

from qc_service.application.actor import Actor
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.donations import DONATION
from qc_service.domain.lots import LOT
from qc_service.domain.parties import ORGANISATION
from qc_service.domain.reactions import REACTION
from qc_service.domain.recalls import RECALL
from qc_service.domain.records import Recorded
from qc_service.domain.shipments import SHIPMENT, Shipment
from qc_service.domain.unknown_vials import UnknownVialAdministered
from qc_service.domain.use import administrations
from qc_service.domain.vial_acts import VialRef
from qc_service.domain.vial_states import VialState


def plain_donation(view: View, actor: Actor, din: str) -> dict[str, object]:
    """A donation; the donor's code is its owner's alone."""
    donation = view.get(DONATION, din)
    return {
        "din": str(donation.din),
        "donor_code": donation.donor_code if actor.sees(donation.organisation) else None,
        "tissue": donation.tissue.value,
        "country": str(donation.country),
        "collected_at": str(donation.collected_at),
        "facility": str(donation.facility),
        "standing": donation.standing.value,
    }


def plain_lot(view: View, actor: Actor, name: str, direction: str, vial: VialRef | None) -> dict[str, object]:
    """A lot with the number of its vials in each state: those that concern this reader, or the one named."""
    lot = view.get(LOT, name)
    vials = view.vials(name, None if vial is None else (vial.serial,))
    told = [one for one in vials if actor.sees(one.organisation) or one.concerns(actor.organisation)]
    states = {state.value: sum(one.state is state for one in told) for state in VialState}
    return {
        "lot": str(lot.number),
        "direction": direction,
        "kind": lot.kind.value,
        "product": str(lot.product),
        "status": lot.status.value,
        "organisation": str(lot.organisation),
        "expires_on": to_plain(lot.expires_on),
        "made_from_lots": [str(parent.lot) for parent in lot.parents],
        "made_from_donations": [str(din) for din in lot.donations],
        "vials": len(told),
        "vials_by_state": {state: count for state, count in states.items() if count},
    }


def shipments(view: View, actor: Actor, lots: Iterable[str], vial: VialRef | None) -> list[Shipment]:
    """Every shipment of these lots, or of the one vial, that this reader owns or was sent."""
    names = dict.fromkeys(name for lot in lots for name in view.citing(f"{LOT.room}/{lot}", SHIPMENT.room))
    found = [view.get(SHIPMENT, name) for name in names]
    return [
        shipment
        for shipment in found
        if _takes_part(view, actor, shipment) and (vial is None or vial in _held(shipment))
    ]


def _takes_part(view: View, actor: Actor, shipment: Shipment) -> bool:
    owners = {view.get(LOT, vials.lot).organisation for vials in shipment.dispatched.contents}
    return any(actor.sees(name) for name in (shipment.organisation, shipment.recipient, *owners))


def _held(shipment: Shipment) -> set[VialRef]:
    return {*shipment.vials, *(ref for receipt in shipment.receipts for ref in receipt.unexpected)}


def plain_shipment(shipment: Shipment, vial: VialRef | None) -> dict[str, object]:
    """A shipment with the number of vials of each lot in it."""
    contents = shipment.dispatched.contents
    counts = {str(each.lot): len(each.serials) for each in contents if vial is None or each.lot == vial.lot}
    return {
        "shipment": str(shipment.id),
        "sender": str(shipment.organisation),
        "recipient": str(shipment.recipient),
        "status": shipment.status.value,
        "dispatched_at": to_plain(shipment.dispatched_at),
        "received_at": to_plain(shipment.received_at),
        "vials": counts,
    }


def given(view: View, actor: Actor, lots: Iterable[str], vial: VialRef | None) -> list[dict[str, object]]:
    """Every administration of vials of these lots: all for the lot's owner, a clinic's own for the clinic.

    A vial that was given and is not on record is told of with the lot that its label named.
    """
    found = []
    for lot in lots:
        owned = actor.sees(view.get(LOT, lot).organisation)
        every = (*_of_vials(view, lot, vial), *(() if vial else _of_unknown(view, lot)))
        found += [
            {**_administration(actor, recorded), **more}
            for recorded, more in every
            if owned or recorded.signer.organisation == actor.organisation
        ]
    return found


def _of_vials(view: View, lot: str, vial: VialRef | None) -> Iterable[tuple[Recorded, dict[str, object]]]:
    for name in view.citing(f"{LOT.room}/{lot}", "vial"):
        if vial is not None and name != vial.name:
            continue
        for each in administrations(view.history(f"vial/{name}")):
            unclear = each.body.given_without_clear_answer
            yield each.recorded, {
                "serial": str(each.body.serial), "given_without_clear_answer": unclear, "undone": each.undone,
            }  # fmt: skip


def _of_unknown(view: View, lot: str) -> Iterable[tuple[Recorded, dict[str, object]]]:
    for clinic in view.citing(f"{LOT.room}/{lot}", ORGANISATION.room):
        for recorded in view.history(f"{ORGANISATION.room}/{clinic}"):
            body = recorded.body
            if isinstance(body, UnknownVialAdministered) and body.lot == lot:
                yield recorded, {
                    "serial": body.serial_as_read, "given_without_clear_answer": True, "undone": False,
                }  # fmt: skip


def _administration(actor: Actor, recorded: Recorded) -> dict[str, object]:
    clinic, body = recorded.signer.organisation, to_plain(recorded.body)
    return {
        "lot": body["lot"],
        "clinic": str(clinic),
        "given_at": str(recorded.occurred_at),
        "route": body["route"],
        "session": body["session"],
        "patient": body["patient"] if actor.sees(clinic) else None,
        "log_index": recorded.index,
    }


def reactions(view: View, actor: Actor, lots: Iterable[str], vial: VialRef | None) -> list[dict[str, object]]:
    """Every reaction after vials of these lots, for the lot's owner and for whoever reported it."""
    names = dict.fromkeys(name for lot in lots for name in view.citing(f"{LOT.room}/{lot}", REACTION.room))
    found = [view.get(REACTION, name) for name in names]
    return [
        {
            "reaction": str(each.id),
            "status": each.status,
            "serious": each.clinical.serious,
            "vials": to_plain(each.reported.vials),
        }
        for each in found
        if (actor.sees(each.organisation) or actor.sees(each.reported.manufacturer))
        and (vial is None or vial in each.reported.vials)
    ]


def recalls(view: View, lots: Iterable[str]) -> list[dict[str, object]]:
    """Every recall that stands against these lots; it concerns whoever may see the lot."""
    active = {recall.recall: None for lot in lots for recall in view.get(LOT, lot).disposition.recalls}
    found = [view.get(RECALL, name) for name in active]
    return [
        {"recall": str(each.id), "kind": each.initiated.kind.value, "status": each.status.value}
        for each in found
    ]
