"""Taking back a vial's last act, and what then stands of the vial that it should have been (V6)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from qc_service.application.actor import Actor, Occasion
from qc_service.application.use import AdministerVial, administer_vial
from qc_service.application.view import View
from qc_service.domain.identifiers import Line, Slug, Text
from qc_service.domain.lots import LOT, LotStatus
from qc_service.domain.parties import ORGANISATION
from qc_service.domain.products import PRODUCT
from qc_service.domain.records import New
from qc_service.domain.use import Undoing, UndoRefused, administrations, undo_reasons
from qc_service.domain.vial_acts import VialActUndone, VialRef
from qc_service.domain.vial_states import VialAct
from qc_service.domain.vials import Vial

GIVEN = {VialAct.ADMINISTER, VialAct.ADMINISTER_PART}


def undone(view: View, actor: Actor, vial: Vial, undoing: Undoing) -> VialActUndone:
    """The record that takes the vial's last act back. Raises ``UndoRefused`` with every reason against it."""
    right = undoing.right_vial
    reasons = undo_reasons(
        vial,
        undoing,
        expired=_expired(view, actor, vial, undoing.at),
        recalled=view.get(LOT, vial.lot).status in {LotStatus.RECALLED, LotStatus.WITHDRAWN},
        right_known=right is None or view.find_vial(right.lot, right.serial) is not None,
    )
    if reasons or vial.undoable is None:
        raise UndoRefused("The vial's last act may not be taken back.", reasons)
    return VialActUndone(
        lot=vial.lot,
        serial=vial.serial,
        act=Slug(vial.undoable.act.value),
        statement=undoing.statement,
        right_vial=right,
    )


def given_instead(
    view: View, occasion: Occasion, wrong: Vial, right: VialRef, reason: Text
) -> tuple[New, ...]:
    """What was recorded as given of the wrong vial, recorded of the right one: a patient was given it all the same.

    It is judged as any administration is. Nothing follows where the act taken back is another: a preparation is a
    claim, which the right vial has to stand for itself.
    """
    if wrong.undoable is None or wrong.undoable.act not in GIVEN:
        return ()
    every = administrations(view.history(f"vial/{wrong.ref.name}"))
    last = [one for one in every if not one.undone][-1]
    body = last.body
    before = wrong.undoable.doses_left
    held = view.get(PRODUCT, view.get(LOT, wrong.lot).product).doses_per_vial if before is None else before
    intent = AdministerVial(
        lot=Line(right.lot),
        serial=Line(right.serial),
        given=body.given,
        wasted=body.wasted,
        doses=max(1, held - body.doses_left),
        patient=body.patient,
        route=body.route,
        site=body.site,
        session=body.session,
        device=body.device,
        given_at=last.recorded.occurred_at,
        reason=reason,
    )
    return administer_vial(view, occasion, intent)


def _expired(view: View, actor: Actor, vial: Vial, at: datetime) -> bool:
    """Whether the printed day is over in the asking organisation's time zone (V8)."""
    lot = view.get(LOT, vial.lot)
    organisation = view.find(ORGANISATION, actor.organisation)
    zone = organisation.zone if organisation else view.get(PRODUCT, lot.product).zone
    return lot.expires_on is not None and at.astimezone(ZoneInfo(zone)).date() > lot.expires_on
