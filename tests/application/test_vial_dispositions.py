"""What became of a vial, through the doorway: facts as stated, decisions with their reasons (V6, R5)."""

from __future__ import annotations

import pytest

from qc_service.application.vial_dispositions import DisposeVial, DispositionKind
from qc_service.domain.disposition import LotRecalled, RecallKind
from qc_service.domain.errors import Forbidden, Malformed, NotFound
from qc_service.domain.identifiers import Line, RecallId, VialSerial
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Role
from qc_service.domain.use import PutBackRefused, ReissueRefused, UndoRefused
from qc_service.domain.vial_acts import (
    UndoStatement,
    VialActUndone,
    VialAdministered,
    VialRef,
)
from qc_service.domain.vial_states import VialState
from qc_service.domain.vials import Doubt
from tests.application.lot_world import LOT_A, OWNER
from tests.application.use_world import CLINIC, OTHER, WHY, UseWorld, reasons
from tests.domain.lot_stories import ml

RECALLED = LotRecalled(recall=RecallId("RCL-1"), kind=RecallKind.RECALL)
LATER = ZonedTime("2026-11-02T08:00:00Z")
UNKNOWN = VialSerial.minted(b"nobody")


@pytest.fixture
def use() -> UseWorld:
    """With four vials at the clinic."""
    world = UseWorld()
    world.stock_clinic()
    return world


def test_v6_the_same_clinic_takes_its_act_back(use: UseWorld) -> None:
    use.prepare()
    (body,) = use.dispose("undo", statement=UndoStatement.NOTHING_GIVEN)
    assert isinstance(body, VialActUndone)
    assert (body.act, use.vial().state) == ("prepare", VialState.RECEIVED)
    use.prepare()


def test_v6_the_clinic_takes_back_a_return_although_the_vial_is_the_owners_again(use: UseWorld) -> None:
    use.dispose("return")
    with pytest.raises(NotFound):
        use.dispose("undo", by=OTHER, statement=UndoStatement.NOTHING_GIVEN)
    use.dispose("undo", statement=UndoStatement.NOTHING_GIVEN)
    assert (use.vial().state, use.vial().custody) == (VialState.RECEIVED, CLINIC)
    use.prepare()


def test_what_became_of_a_returned_vial_may_be_recorded_by_whoever_returned_it(use: UseWorld) -> None:
    use.dispose("return")
    use.dispose("waste")
    assert use.vial().state is VialState.WASTED


def test_v6_a_wrong_vial_names_the_right_one(use: UseWorld) -> None:
    use.prepare()
    use.give()
    right = VialRef(lot=LOT_A, serial=use.serials()[1])
    nobody = VialRef(lot=LOT_A, serial=UNKNOWN)
    with pytest.raises(UndoRefused) as refused:
        use.dispose("undo", statement=UndoStatement.WRONG_VIAL, right_vial=nobody)
    assert reasons(refused) == ["right_vial_unknown"]
    undone, given = use.dispose("undo", statement=UndoStatement.WRONG_VIAL, right_vial=right)
    assert isinstance(undone, VialActUndone)
    assert isinstance(given, VialAdministered)
    assert (given.serial, given.doses_left, given.reasons) == (use.serials()[1], 1, ("not_prepared",))
    assert [use.vial(place).state for place in (0, 1)] == [VialState.IN_PREPARATION, VialState.ADMINISTERED]
    (record,) = use.world.view.history(f"vial/{LOT_A}/{use.serials()[1]}")
    assert record.reason == WHY


def test_v6_after_the_administration_the_preparation_can_be_taken_back_as_well(use: UseWorld) -> None:
    use.prepare()
    right = VialRef(lot=LOT_A, serial=use.serials()[1])
    use.prepare(1)
    use.give()
    use.give(given=ml("0.3"))
    for state in (VialState.PARTLY_USED, VialState.IN_PREPARATION):
        use.dispose("undo", statement=UndoStatement.WRONG_VIAL, right_vial=right)
        assert use.vial().state is state
    (undone,) = use.dispose("undo", statement=UndoStatement.WRONG_VIAL, right_vial=right)
    assert isinstance(undone, VialActUndone)
    assert (use.vial().state, use.vial().in_use, use.vial().undoable) == (VialState.RECEIVED, None, None)
    amounts = [
        (one.body.given, one.body.reasons)
        for one in use.world.view.history(f"vial/{LOT_A}/{use.serials()[1]}")
        if isinstance(one.body, VialAdministered)
    ]
    assert amounts == [(ml("0.3"), ()), (ml("0.5"), ())]


@pytest.mark.parametrize(("days", "code"), [(11, "too_late_to_undo"), (400, "expired")])
def test_v6_not_when_late_expired_or_recalled(use: UseWorld, days: int, code: str) -> None:
    use.prepare()
    use.world.clock.tick(days=days)
    use.lay(LOT_A, RECALLED)
    with pytest.raises(UndoRefused) as refused:
        use.dispose("undo", statement=UndoStatement.NOTHING_GIVEN)
    assert {code, "recalled"} <= set(reasons(refused))


def test_v6_nothing_to_undo(use: UseWorld) -> None:
    with pytest.raises(UndoRefused):
        use.dispose("undo", statement=UndoStatement.NOTHING_GIVEN)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("set_aside", VialState.SET_ASIDE),
        ("return", VialState.RETURNED),
        ("waste", VialState.WASTED),
        ("destroy", VialState.DESTROYED),
        ("stolen", VialState.STOLEN),
        ("lost", VialState.LOST),
    ],
)
def test_what_became_of_a_vial_is_recorded_as_stated(use: UseWorld, kind: str, state: VialState) -> None:
    use.dispose(kind, happened_at=ZonedTime("2026-11-01T09:00:00Z"))
    assert use.vial().state is state
    (record,) = use.world.view.history(f"vial/{LOT_A}/{use.serials()[0]}")
    assert record.reason == WHY


def test_only_who_owns_or_holds_a_vial_says_what_became_of_it(use: UseWorld) -> None:
    with pytest.raises(NotFound):
        use.dispose("waste", by=OTHER)
    with pytest.raises(Forbidden):
        use.dispose("waste", role=Role.AUDITOR)
    with pytest.raises(Malformed, match="not come"):
        use.dispose("waste", happened_at=LATER)
    use.dispose("stolen", 5, by=OWNER, role=Role.LOGISTICS)
    assert use.vial(5).state is VialState.STOLEN


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        (DispositionKind.WASTE, {"statement": UndoStatement.NOTHING_GIVEN}),
        (DispositionKind.UNDO, {}),
        (DispositionKind.REISSUE, {}),
        (DispositionKind.LOST, {"amount": ml("1")}),
    ],
)
def test_a_disposition_states_what_belongs_to_it(kind: DispositionKind, members: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        DisposeVial(lot=LOT_A, serial=UNKNOWN, kind=kind, reason=WHY, **members)  # type: ignore[arg-type]


def test_a_clinic_puts_back_what_is_clear_and_quality_what_is_doubtful(use: UseWorld) -> None:
    use.dispose("set_aside")
    use.dispose("put_back")
    assert use.vial().state is VialState.RECEIVED
    use.dispose("lost")
    use.dispose("set_aside")
    with pytest.raises(PutBackRefused) as refused:
        use.dispose("put_back")
    assert reasons(refused) == ["doubtful"]
    assert use.vial().doubts == (Doubt.WAS_LOST,)
    use.dispose("put_back", by=OWNER, role=Role.QUALITY)
    assert use.vial().doubts == ()


def test_r5_only_the_owners_quality_reissues_with_evidence(use: UseWorld) -> None:
    evidence = Line("Logger 7 stayed below -70 Cel")
    with pytest.raises(ReissueRefused) as refused:
        use.dispose("reissue", by=OWNER, role=Role.QUALITY, cold_chain_evidence=evidence)
    assert reasons(refused) == ["not_returned"]
    use.dispose("return")
    with pytest.raises(Forbidden):
        use.dispose("reissue", by=OWNER, role=Role.LOGISTICS, cold_chain_evidence=evidence)
    with pytest.raises(NotFound):
        use.dispose("reissue", by=CLINIC, role=Role.QUALITY, cold_chain_evidence=evidence)
    use.dispose("reissue", by=OWNER, role=Role.QUALITY, cold_chain_evidence=evidence)
    assert (use.vial().state, use.vial().custody) == (VialState.IN_STOCK, OWNER)


def test_r5_a_quality_unit_reissues_its_own_vials_only(use: UseWorld) -> None:
    with pytest.raises(NotFound):
        use.dispose("reissue", 1, by=CLINIC, role=Role.QUALITY, cold_chain_evidence=Line("Log"))
