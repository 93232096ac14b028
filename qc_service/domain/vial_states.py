"""Where a vial may stand and which act moves it where: one table, from which the documents are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class VialState(StrEnum):
    """Where a vial stands (domain rules, section 6, "Vial states")."""

    MINTED = "minted"
    FILLED = "filled"
    REJECTED_AT_INSPECTION = "rejected_at_inspection"
    QC_SAMPLE = "qc_sample"
    RETENTION = "retention"
    STABILITY = "stability"
    IN_STOCK = "in_stock"
    IN_TRANSIT = "in_transit"
    LOST = "lost"
    RECEIVED_DAMAGED = "received_damaged"
    RECEIVED = "received"
    SET_ASIDE = "set_aside"
    IN_PREPARATION = "in_preparation"
    PARTLY_USED = "partly_used"
    ADMINISTERED = "administered"
    WASTED = "wasted"
    RETURNED = "returned"
    DESTROYED = "destroyed"
    STOLEN = "stolen"

    @property
    def spoken(self) -> str:
        """The state as a person would say it."""
        return self.value.replace("_", " ")


class VialAct(StrEnum):
    """What may be done with a vial, or found out about it."""

    FILL = "fill"
    STOCK = "stock"
    REJECT_AT_INSPECTION = "reject_at_inspection"
    TAKE_QC_SAMPLE = "take_qc_sample"
    RETAIN = "retain"
    KEEP_FOR_STABILITY = "keep_for_stability"
    DISPATCH = "dispatch"
    RECEIVE = "receive"
    RECEIVE_DAMAGED = "receive_damaged"
    REPORT_MISSING = "report_missing"
    REFUSE_DELIVERY = "refuse_delivery"
    FIND_UNLISTED = "find_unlisted"
    SET_ASIDE = "set_aside"
    PUT_BACK = "put_back"
    PUT_BACK_IN_STOCK = "put_back_in_stock"
    PREPARE = "prepare"
    ADMINISTER_PART = "administer_part"
    ADMINISTER = "administer"
    WASTE = "waste"
    RETURN = "return"
    REISSUE = "reissue"
    DESTROY = "destroy"
    REPORT_STOLEN = "report_stolen"
    REPORT_LOST = "report_lost"


_S = VialState
_A = VialAct
_SAMPLES = (_S.REJECTED_AT_INSPECTION, _S.QC_SAMPLE, _S.RETENTION, _S.STABILITY)
_ON_HAND = (_S.IN_STOCK, _S.RECEIVED, _S.RECEIVED_DAMAGED, _S.SET_ASIDE, _S.IN_PREPARATION, _S.PARTLY_USED)
_ABROAD = (_S.IN_TRANSIT, _S.LOST, _S.RETURNED)
_EXISTING = tuple(state for state in VialState if state not in {_S.MINTED, _S.FILLED})


def _moves(
    act: VialAct, sources: Iterable[VialState], target: VialState
) -> dict[tuple[VialState, VialAct], VialState]:
    return {(source, act): target for source in sources}


TRANSITIONS: Mapping[tuple[VialState, VialAct], VialState] = {
    **_moves(_A.FILL, [_S.MINTED], _S.FILLED),
    **_moves(_A.STOCK, [_S.FILLED], _S.IN_STOCK),
    **_moves(_A.REJECT_AT_INSPECTION, [_S.FILLED], _S.REJECTED_AT_INSPECTION),
    **_moves(_A.TAKE_QC_SAMPLE, [_S.FILLED], _S.QC_SAMPLE),
    **_moves(_A.RETAIN, [_S.FILLED], _S.RETENTION),
    **_moves(_A.KEEP_FOR_STABILITY, [_S.FILLED], _S.STABILITY),
    **_moves(_A.DISPATCH, [_S.IN_STOCK, _S.RECEIVED], _S.IN_TRANSIT),
    **_moves(_A.RECEIVE, [_S.IN_TRANSIT, _S.LOST], _S.RECEIVED),
    **_moves(_A.RECEIVE_DAMAGED, [_S.IN_TRANSIT, _S.LOST], _S.RECEIVED_DAMAGED),
    **_moves(_A.REPORT_MISSING, [_S.IN_TRANSIT], _S.LOST),
    **_moves(_A.REFUSE_DELIVERY, [_S.IN_TRANSIT], _S.RETURNED),
    **_moves(_A.FIND_UNLISTED, [_S.IN_STOCK, _S.IN_TRANSIT, _S.LOST], _S.SET_ASIDE),
    **_moves(_A.SET_ASIDE, [*_ON_HAND, _S.LOST], _S.SET_ASIDE),
    **_moves(_A.PUT_BACK, [_S.SET_ASIDE, _S.RECEIVED], _S.RECEIVED),
    **_moves(_A.PUT_BACK_IN_STOCK, [_S.SET_ASIDE, _S.IN_STOCK], _S.IN_STOCK),
    **_moves(_A.PREPARE, [_S.IN_STOCK, _S.RECEIVED], _S.IN_PREPARATION),
    **_moves(_A.ADMINISTER_PART, [_S.IN_PREPARATION, _S.PARTLY_USED], _S.PARTLY_USED),
    **_moves(_A.ADMINISTER, _EXISTING, _S.ADMINISTERED),
    **_moves(_A.WASTE, [*_SAMPLES, *_ON_HAND, *_ABROAD], _S.WASTED),
    **_moves(_A.RETURN, _ON_HAND, _S.RETURNED),
    **_moves(_A.REISSUE, [_S.RETURNED], _S.IN_STOCK),
    **_moves(_A.DESTROY, [*_SAMPLES, *_ON_HAND, *_ABROAD, _S.WASTED], _S.DESTROYED),
    **_moves(_A.REPORT_STOLEN, [*_SAMPLES, *_ON_HAND, *_ABROAD, _S.WASTED, _S.DESTROYED], _S.STOLEN),
    **_moves(_A.REPORT_LOST, [*_SAMPLES, *_ON_HAND, *_ABROAD], _S.LOST),
}
"""State and act → state. An act that is not here leaves the vial where it stands, and the vial says so
(``Doubt.CONTRADICTED``): the record is kept all the same, because facts are never refused (first rule).
An administration moves a vial from wherever it was thought to be."""

FATES: Mapping[str, VialAct] = {
    "stock": _A.STOCK,
    "rejected_at_inspection": _A.REJECT_AT_INSPECTION,
    "qc_sample": _A.TAKE_QC_SAMPLE,
    "retention": _A.RETAIN,
    "stability": _A.KEEP_FOR_STABILITY,
}
"""What the fill manifest says of each vial (P11) → the act that took it out of the filled ones."""


def moved(state: VialState, act: VialAct) -> VialState | None:
    """Where the act takes a vial that stands there; ``None`` where it cannot be done from there."""
    return TRANSITIONS.get((state, act))


def usual_end(act: VialAct) -> VialState:
    """Where the act takes a vial, from wherever it may be done."""
    return next(target for (_, known), target in TRANSITIONS.items() if known is act)
