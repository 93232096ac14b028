"""Quality's decisions on a lot: release for a purpose, rejection, hold and lift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qc_service.application.access import own
from qc_service.application.actor import Occasion
from qc_service.application.lineage import ancestors
from qc_service.application.view import View
from qc_service.domain.capas import CAPA
from qc_service.domain.disposition import (
    HoldCause,
    HoldLifted,
    HoldLiftedBefore,
    LiftRefused,
    LotHeld,
    LotRejected,
    LotReleased,
    RejectionRefused,
)
from qc_service.domain.donations import DONATION
from qc_service.domain.errors import Reason
from qc_service.domain.identifiers import LotNumber, PersonId, Text
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT
from qc_service.domain.records import Meaning, New
from qc_service.domain.release import ReleaseCase, ReleaseRefused, departure_reasons, release_reasons
from qc_service.domain.vocabulary import Purpose


@dataclass(frozen=True, kw_only=True)
class ReleaseLot:
    """Quality releases the lot for a purpose."""

    lot: LotNumber
    purpose: Purpose


@dataclass(frozen=True, kw_only=True)
class RejectLot:
    """Quality rejects the lot for good."""

    lot: LotNumber
    explanation: Text


@dataclass(frozen=True, kw_only=True)
class HoldLot:
    """Quality holds the lot until it lifts the hold."""

    lot: LotNumber
    explanation: Text
    cause: HoldCause = HoldCause.QUALITY_DECISION


@dataclass(frozen=True, kw_only=True)
class LiftHold:
    """Quality lifts a hold, saying why."""

    lot: LotNumber
    hold: int
    explanation: Text


def release_lot(view: View, occasion: Occasion, intent: ReleaseLot) -> tuple[New, ...]:
    """Release the lot (rule R1), or raise ``ReleaseRefused`` with every reason against it (rule R2)."""
    occasion.actor.must(Permission.RELEASE_LOT)
    lot = own(view, occasion.actor, LOT, intent.lot)
    case = release_case(view, lot, intent.purpose, releaser=occasion.actor.person, at=occasion.at)
    reasons = release_reasons(case)
    if reasons:
        raise ReleaseRefused(f"Lot {lot.number} may not be released for {intent.purpose.spoken}.", reasons)
    return (
        New(
            name=lot.number,
            body=LotReleased(purpose=intent.purpose),
            meaning=Meaning.QUALITY_RELEASE,
            stands_on=case.stands_on,
        ),
    )


def reject_lot(view: View, occasion: Occasion, intent: RejectLot) -> tuple[New, ...]:
    """Reject the lot (rule R4), released or not; raises ``RejectionRefused`` where it is rejected already."""
    occasion.actor.must(Permission.REJECT_LOT)
    lot = own(view, occasion.actor, LOT, intent.lot)
    if lot.disposition.rejected:
        detail = f"Lot {lot.number} was rejected before."
        raise RejectionRefused(detail, (Reason(code="rejected", detail=detail, source="R4"),))
    body = LotRejected(explanation=intent.explanation)
    return (New(name=lot.number, body=body, meaning=Meaning.REJECTION, reason=intent.explanation),)


def hold_lot(view: View, occasion: Occasion, intent: HoldLot) -> tuple[New, ...]:
    """Hold the lot, whatever its state (rule R4): nobody is ever kept from stopping a use."""
    occasion.actor.must(Permission.HOLD_LOT)
    lot = own(view, occasion.actor, LOT, intent.lot)
    body = LotHeld(hold=len(lot.disposition.holds) + 1, cause=intent.cause, explanation=intent.explanation)
    return (New(name=lot.number, body=body, meaning=Meaning.RESPONSIBILITY, reason=intent.explanation),)


def lift_hold(view: View, occasion: Occasion, intent: LiftHold) -> tuple[New, ...]:
    """Lift a hold with its reason (rule R4).

    Raises ``HoldLiftedBefore``, and ``LiftRefused`` for a lot that is held because it, or a lot that it was made
    from, does not meet its specification, as long as that is so, and as long as a departure of any of them is not
    justified: what passes again may rest on it.
    """
    occasion.actor.must(Permission.LIFT_HOLD)
    lot = own(view, occasion.actor, LOT, intent.lot)
    hold = lot.disposition.hold(intent.hold)
    if not hold.is_open:
        raise HoldLiftedBefore(f"Hold {intent.hold} of lot {lot.number} was lifted before.")
    if hold.cause is HoldCause.OUT_OF_SPECIFICATION:
        _must_meet_specification(view, lot)
    body = HoldLifted(hold=intent.hold, explanation=intent.explanation)
    return (New(name=lot.number, body=body, meaning=Meaning.RESPONSIBILITY, reason=intent.explanation),)


def _must_meet_specification(view: View, lot: Lot) -> None:
    chain = (lot, *(view.get(LOT, name) for name in ancestors(view, lot.number)))
    reasons = []
    for one in chain:
        if one.unmet:
            detail = f"Lot {one.number} has no verified result that passes for {', '.join(one.unmet)}."
            reasons.append(Reason(code="specification_not_met", detail=detail, source="21 CFR 610.1"))
        if one.quality.product_failed:
            detail = f"An investigation of lot {one.number} concluded that the product failed."
            reasons.append(Reason(code="product_failure", detail=detail, source="21 CFR 610.1"))
        reasons += departure_reasons(one)
    if reasons:
        raise LiftRefused("The hold stays as long as the specification is not met.", tuple(reasons))


def release_case(view: View, lot: Lot, purpose: Purpose, *, releaser: PersonId, at: datetime) -> ReleaseCase:
    """Everything the decision stands on; what the lot names and no record shows is a gap in its history."""
    lots: dict[LotNumber, Lot | None] = {}
    waiting = [lot]
    while waiting:
        for parent in waiting.pop().parents:
            if parent.lot not in lots:
                found = lots[parent.lot] = view.find(LOT, parent.lot)
                waiting += [found] if found else []
    ancestors = tuple(found for found in lots.values() if found)
    dins = sorted({din for one in (lot, *ancestors) for din in one.donations})
    donations = {din: view.find(DONATION, din) for din in dins}
    return ReleaseCase(
        lot=lot,
        product=view.get(PRODUCT, lot.product),
        donations=tuple(found for found in donations.values() if found),
        ancestors=ancestors,
        missing=(
            *(f"lot {name}" for name, found in lots.items() if found is None),
            *(f"donation {din}" for din, found in donations.items() if found is None),
        ),
        purpose=purpose,
        releaser=releaser,
        at=at,
        capas=tuple(view.get(CAPA, name) for name in view.citing(f"{LOT.room}/{lot.number}", CAPA.room)),
    )
