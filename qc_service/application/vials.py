"""One vial for those it concerns: where it stands and what happened to it, in plain words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qc_service.application.actor import Actor
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.errors import NotFound
from qc_service.domain.identifiers import OrganisationId
from qc_service.domain.lots import LOT
from qc_service.domain.permissions import Permission
from qc_service.domain.records import Body, Recorded
from qc_service.domain.retention import retention_until
from qc_service.domain.shipments import (
    SHIPMENT,
    Condition,
    ShipmentDispatched,
    ShipmentExcursionAssessed,
    ShipmentReceived,
)
from qc_service.domain.suspicions import CopySuspected, CopySuspicionSettled
from qc_service.domain.vial_acts import (
    VialActUndone,
    VialAdministered,
    VialBody,
    VialChecked,
    VialDestroyed,
    VialLost,
    VialPrepared,
    VialPreparedUncleared,
    VialPutBack,
    VialReissued,
    VialReturned,
    VialSetAside,
    VialStolen,
    VialWasted,
)
from qc_service.domain.vial_changes import touched
from qc_service.domain.vial_clocks import VialClockStarted, VialRefrozen
from qc_service.domain.vials import Vial


def read_vial(view: View, actor: Actor, lot: str, serial: str) -> dict[str, object]:
    """State and history of one vial, for its owner and for whom it was sent to, each as far as it is theirs
    to know.

    Another clinic's acts are left out for a clinic, and patients' codes for all but the clinic that gave.
    Raises ``NotFound`` in the same words whether or not the vial exists.
    """
    actor.must(Permission.READ_RECORDS)
    vial = concerned(view, actor, lot, serial)
    whole = vial_history(view, vial)
    told = [recorded for recorded in whole if may_be_told(actor, vial, recorded)]
    of_lot = view.get(LOT, vial.lot)
    days = [recorded.occurred_at.day for recorded in whole]
    until = retention_until((*days, of_lot.expires_on))
    return {
        "lot": str(vial.lot),
        "serial": str(vial.serial),
        "product": str(of_lot.product),
        "state": vial.state.value,
        "in_words": f"The vial is {vial.state.spoken}.",
        "organisation": str(vial.organisation),
        "custody": _named(actor, vial, vial.custody),
        "consigned_to": _named(actor, vial, vial.consigned_to),
        "shipment": vial.shipment if _named(actor, vial, vial.consigned_to) else None,
        "expires_on": to_plain(of_lot.expires_on),
        "in_use": to_plain(vial.in_use) if _named(actor, vial, vial.claimed_by) else None,
        "doses_left": vial.doses_left,
        "doubts": [doubt.value for doubt in vial.doubts],
        "retention_until": to_plain(until),
        "history": [_told(actor, vial, recorded) for recorded in told],
    }


def _named(actor: Actor, vial: Vial, organisation: OrganisationId | None) -> OrganisationId | None:
    """Whom it is about, as far as this reader is told: a clinic, of itself, the owner and whom it sent the vial to."""
    sent = {each.recipient for each in vial.journeys if each.sender == actor.organisation}
    told = actor.sees(vial.organisation) or organisation in {actor.organisation, vial.organisation, *sent}
    return organisation if told else None


def concerned(view: View, actor: Actor, lot: str, serial: str) -> Vial:
    """The vial, if it is the actor's to see. Raises ``NotFound``."""
    vial = view.find_vial(lot, serial)
    if vial is None or not (actor.sees(vial.organisation) or vial.concerns(actor.organisation)):
        raise NotFound(f"No vial {serial} of lot {lot} is yours to see.")
    return vial


def vial_history(view: View, vial: Vial) -> tuple[Recorded, ...]:
    """Every record that speaks of the vial after its fill, in the order of the ledger."""
    own = view.history(f"vial/{vial.ref.name}")
    shipped = (
        recorded
        for shipment in view.citing(f"lot/{vial.lot}", SHIPMENT.room)
        for recorded in view.history(f"{SHIPMENT.room}/{shipment}")
        if vial.ref in touched(recorded.body)
    )
    return tuple(sorted((*own, *shipped), key=lambda recorded: recorded.index))


def may_be_told(actor: Actor, vial: Vial, recorded: Recorded) -> bool:
    """Whether this record is the actor's to read: everything for the owner, for others their own and the
    owner's.
    """
    by = recorded.signer.organisation
    if actor.sees(vial.organisation):
        return True
    if isinstance(recorded.body, CopySuspected):  # it says where else the vial was seen
        return False
    if by == actor.organisation:
        return True
    if isinstance(recorded.body, ShipmentDispatched):
        return recorded.body.recipient == actor.organisation
    return by == vial.organisation


def _told(actor: Actor, vial: Vial, recorded: Recorded) -> dict[str, object]:
    body = to_plain(recorded.body)
    if isinstance(recorded.body, VialAdministered) and not actor.sees(recorded.body.clinic):
        body["patient"] = None
    if not isinstance(recorded.body, VialBody):
        body = {"shipment": body["shipment"]}
    return {
        "kind": type(recorded.body).__name__,
        "in_words": in_words(vial, recorded.body),
        "occurred_at": str(recorded.occurred_at),
        "recorded_at": to_plain(recorded.recorded_at),
        "by": str(recorded.signer.printed_name),
        "organisation": str(recorded.signer.organisation),
        "meaning": recorded.meaning.value,
        "reason": recorded.reason,
        "body": body,
        "log_index": recorded.index,
    }


def _received_words(vial: Vial, body: ShipmentReceived) -> str:
    arrived = {
        Condition.OK: "Received in good order.",
        Condition.DAMAGED: "Received damaged.",
        Condition.MISSING: "Missing from the shipment.",
        Condition.REFUSED: "Refused on arrival.",
        None: "Found on hand without being listed.",
    }
    return arrived[body.condition_of(vial.ref)]


def _administered_words(_vial: Vial, body: VialAdministered) -> str:
    given = f"Given by {body.route.value}: {body.given}."
    return f"{given} The records did not clear it." if body.given_without_clear_answer else given


_WORDS: dict[type[Body], Callable[[Vial, Any], str]] = {
    ShipmentDispatched: lambda _, body: f"Sent to {body.recipient} in shipment {body.shipment}.",
    ShipmentReceived: _received_words,
    ShipmentExcursionAssessed: lambda _, body: (
        "The temperature on the way was judged harmless." if body.acceptable else "The temperature did harm."
    ),
    VialChecked: lambda _, body: f"Checked; the answer was {body.decision.replace('_', ' ')}.",
    VialPrepared: lambda _, body: f"Prepared by {body.clinic}: {', '.join(body.starts)}.",
    VialPreparedUncleared: lambda _, body: (
        f"Prepared by {body.clinic}: {', '.join(body.starts)}. The records did not clear it."
    ),
    VialAdministered: _administered_words,
    VialClockStarted: lambda _, body: f"{', '.join(body.starts).capitalize()} at {body.clinic}.",
    VialRefrozen: lambda _, body: (
        "Frozen again, which it does not stand." if body.forbidden else "Frozen again."
    ),
    VialSetAside: lambda *_: "Set aside.",
    VialPutBack: lambda *_: "Put back for use.",
    VialReturned: lambda _, body: f"Returned to {body.to}.",
    VialReissued: lambda *_: "Taken back into stock by quality.",
    VialWasted: lambda *_: "Wasted.",
    VialDestroyed: lambda *_: "Destroyed.",
    VialStolen: lambda *_: "Reported stolen.",
    VialLost: lambda *_: "Reported lost.",
    CopySuspected: lambda _, body: " ".join(
        ("A copy is suspected.", *(each.rule.in_words for each in body.contradictions))
    ),
    CopySuspicionSettled: lambda _, body: (
        "A copy was suspected: quality found " + body.outcome.value.replace("_", " ") + "."
    ),
    VialActUndone: lambda _, body: (
        f"Taken back: {body.act.replace('_', ' ')} ({body.statement.replace('_', ' ')})."
    ),
}


def in_words(vial: Vial, body: Body) -> str:
    """What a record says of this vial, as a person would say it."""
    return _WORDS[type(body)](vial, body)
