"""What became of a vial: facts are recorded as stated, decisions may be refused (V6, R5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from qc_service.application.actor import Occasion
from qc_service.application.days import must_have_come
from qc_service.application.hands import in_hand
from qc_service.application.undoing import given_instead, undone
from qc_service.application.view import View
from qc_service.domain.errors import Malformed, NotFound
from qc_service.domain.identifiers import Line, LotNumber, Text, VialSerial
from qc_service.domain.lots import LOT
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Permission, Role
from qc_service.domain.products import PRODUCT
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import Meaning, New
from qc_service.domain.use import (
    ActOvertaken,
    PutBackRefused,
    ReissueRefused,
    Undoing,
    overtaken_reasons,
    put_back_reasons,
    reissue_reasons,
)
from qc_service.domain.vial_acts import (
    UndoStatement,
    VialActUndone,
    VialBody,
    VialDestroyed,
    VialLost,
    VialPutBack,
    VialRef,
    VialReissued,
    VialReturned,
    VialSetAside,
    VialStolen,
    VialWasted,
)
from qc_service.domain.vial_clocks import VialRefrozen
from qc_service.domain.vials import Vial


class DispositionKind(StrEnum):
    """What became of a vial."""

    SET_ASIDE = "set_aside"
    PUT_BACK = "put_back"
    RETURN = "return"
    REISSUE = "reissue"
    WASTE = "waste"
    DESTROY = "destroy"
    STOLEN = "stolen"
    LOST = "lost"
    REFREEZE = "refreeze"
    UNDO = "undo"


@dataclass(frozen=True, kw_only=True)
class DisposeVial:
    """What became of one vial and why; the members below ``reason`` belong to waste, undo and reissue."""

    lot: LotNumber
    serial: VialSerial
    kind: DispositionKind
    reason: Text
    happened_at: ZonedTime | None = None
    amount: Quantity | None = None
    statement: UndoStatement | None = None
    right_vial: VialRef | None = None
    cold_chain_evidence: Line | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where a member that the kind needs is missing, or one has no meaning."""
        belongs = (
            ("statement", DispositionKind.UNDO, "nothing_given or wrong_vial"),
            ("right_vial", DispositionKind.UNDO, ""),
            ("cold_chain_evidence", DispositionKind.REISSUE, "what shows that it stayed cold"),
            ("amount", DispositionKind.WASTE, ""),
        )
        for member, kind, needed in belongs:
            stated = getattr(self, member) is not None
            if stated and self.kind is not kind:
                raise Malformed(f"belongs to {kind} only", field=member)
            if needed and not stated and self.kind is kind:
                raise Malformed(f"is needed to {kind}: {needed}", field=member)

    @property
    def name(self) -> str:
        """The name of the vial's stream within its room."""
        return f"{self.lot}/{self.serial}"


def dispose_vial(view: View, occasion: Occasion, intent: DisposeVial) -> tuple[New, ...]:
    """Record what became of a vial that the organisation owns or holds.

    Where the wrong vial was scanned, what was given is recorded of the right one in the same act. Raises
    ``UndoRefused`` (V6), ``PutBackRefused`` and ``ReissueRefused`` (R5), and ``ActOvertaken`` for a decision that
    comes in late (V11); all others are facts.
    """
    occasion.actor.must(_PERMISSIONS.get(intent.kind, Permission.DISPOSE_VIAL))
    if intent.happened_at is not None:
        must_have_come(intent.happened_at, occasion.at, "/happened_at")
    vial = in_hand(view, occasion.actor, intent.lot, intent.serial)
    if intent.kind in _DECISIONS and intent.happened_at is not None:
        reasons = overtaken_reasons(vial, intent.happened_at.instant)
        if reasons:
            raise ActOvertaken("The decision is older than what was done with the vial.", reasons)
    body = _BODIES[intent.kind](view, occasion, intent, vial)
    meaning = Meaning.RESPONSIBILITY if intent.kind in _DECISIONS else Meaning.AUTHORSHIP
    new = New(
        name=vial.ref.name,
        body=body,
        meaning=meaning,
        occurred_at=intent.happened_at,
        reason=intent.reason,
    )
    if isinstance(body, VialActUndone) and body.right_vial is not None:
        return (new, *given_instead(view, occasion, vial, body.right_vial, intent.reason))
    return (new,)


_PERMISSIONS = {DispositionKind.REISSUE: Permission.REISSUE_VIAL}
_DECISIONS = {DispositionKind.UNDO, DispositionKind.PUT_BACK, DispositionKind.REISSUE}


def _set_aside(_view: View, _occasion: Occasion, _intent: DisposeVial, vial: Vial) -> VialBody:
    return VialSetAside(lot=vial.lot, serial=vial.serial)


def _put_back(_view: View, occasion: Occasion, _intent: DisposeVial, vial: Vial) -> VialBody:
    actor = occasion.actor
    by_owners_quality = actor.organisation == vial.organisation and Role.QUALITY in actor.roles
    reasons = put_back_reasons(vial, by_owners_quality=by_owners_quality)
    if reasons:
        raise PutBackRefused("The vial may not be put back.", reasons)
    return VialPutBack(lot=vial.lot, serial=vial.serial, settles_doubts=by_owners_quality)


def _returned(_view: View, _occasion: Occasion, _intent: DisposeVial, vial: Vial) -> VialBody:
    return VialReturned(lot=vial.lot, serial=vial.serial, to=vial.organisation)


def _reissued(_view: View, occasion: Occasion, intent: DisposeVial, vial: Vial) -> VialBody:
    if vial.organisation != occasion.actor.organisation or intent.cold_chain_evidence is None:
        raise NotFound(f"No vial {intent.serial} of lot {intent.lot} is yours.")
    reasons = reissue_reasons(vial)
    if reasons:
        raise ReissueRefused("The vial may not be reissued.", reasons)
    return VialReissued(lot=vial.lot, serial=vial.serial, cold_chain_evidence=intent.cold_chain_evidence)


def _wasted(_view: View, _occasion: Occasion, intent: DisposeVial, vial: Vial) -> VialBody:
    return VialWasted(lot=vial.lot, serial=vial.serial, amount=intent.amount)


def _destroyed(_view: View, _occasion: Occasion, _intent: DisposeVial, vial: Vial) -> VialBody:
    return VialDestroyed(lot=vial.lot, serial=vial.serial)


def _stolen(_view: View, _occasion: Occasion, _intent: DisposeVial, vial: Vial) -> VialBody:
    return VialStolen(lot=vial.lot, serial=vial.serial)


def _lost(_view: View, _occasion: Occasion, _intent: DisposeVial, vial: Vial) -> VialBody:
    return VialLost(lot=vial.lot, serial=vial.serial)


def _refrozen(view: View, _occasion: Occasion, _intent: DisposeVial, vial: Vial) -> VialBody:
    product = view.get(PRODUCT, view.get(LOT, vial.lot).product)
    return VialRefrozen(lot=vial.lot, serial=vial.serial, forbidden=product.refreeze_forbidden)


def _undone(view: View, occasion: Occasion, intent: DisposeVial, vial: Vial) -> VialBody:
    undoing = Undoing(
        organisation=occasion.actor.organisation,
        at=occasion.at,
        statement=intent.statement or UndoStatement.NOTHING_GIVEN,
        right_vial=intent.right_vial,
    )
    return undone(view, occasion.actor, vial, undoing)


_BODIES: dict[DispositionKind, Callable[[View, Occasion, DisposeVial, Vial], VialBody]] = {
    DispositionKind.SET_ASIDE: _set_aside,
    DispositionKind.PUT_BACK: _put_back,
    DispositionKind.RETURN: _returned,
    DispositionKind.REISSUE: _reissued,
    DispositionKind.WASTE: _wasted,
    DispositionKind.DESTROY: _destroyed,
    DispositionKind.STOLEN: _stolen,
    DispositionKind.LOST: _lost,
    DispositionKind.REFREEZE: _refrozen,
    DispositionKind.UNDO: _undone,
}
