"""Checks, preparation, administration and what became of a vial, through the doorway (V2, V4–V7, R5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from qc_service.application.checks import RecordCheck
from qc_service.application.use import PrepareVial, VialGiven
from qc_service.application.vial_dispositions import DisposeVial, DispositionKind
from qc_service.domain.code_checks import CodeChecked, RawScan
from qc_service.domain.disposition import LotRecalled, RecallKind
from qc_service.domain.errors import Forbidden, Malformed, NotFound
from qc_service.domain.identifiers import Gtin, Line, LotNumber, RecallId, VialSerial
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Role
from qc_service.domain.use import PreparationRefused, PutBackRefused, ReissueRefused, UndoRefused
from qc_service.domain.vial_acts import (
    Clock,
    UndoStatement,
    VialActUndone,
    VialAdministered,
    VialChecked,
    VialPrepared,
    VialRef,
)
from qc_service.domain.vial_states import VialState
from qc_service.domain.vials import Doubt
from tests.application.lot_world import LOT_A, OWNER
from tests.application.use_world import CLINIC, GTIN, INJECTION, OTHER, WHY, UseWorld, reasons
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


def test_v2_a_recorded_check_is_the_answer_as_given(use: UseWorld) -> None:
    (body,) = use.check(gtin=Gtin(GTIN))
    assert isinstance(body, VialChecked)
    assert (body.decision, body.reasons, body.alert) == ("in_order", (), False)
    assert body.asked.route is INJECTION
    assert use.vial().state is VialState.RECEIVED


def test_v2_a_check_elsewhere_is_recorded_with_its_reasons(use: UseWorld) -> None:
    use.world.clock.tick(days=1)
    (body,) = use.check(clinic=OTHER)
    assert isinstance(body, VialChecked)
    assert (body.decision, body.reasons) == ("do_not_use", ("not_consigned_here",))


def test_v2_a_code_that_names_no_vial_is_recorded_with_the_clinic(use: UseWorld) -> None:
    (body,) = use.check(serial=Line(UNKNOWN))
    assert isinstance(body, CodeChecked)
    assert (body.lot, body.reasons, body.alert) == (LOT_A, ("unknown_serial",), True)
    (body,) = use.check(lot=Line("EX9"))
    assert isinstance(body, CodeChecked)
    assert body.lot is None


def test_v3_a_lot_alone_is_checked_and_never_in_order(use: UseWorld) -> None:
    (body,) = use.check(serial=None)
    assert isinstance(body, CodeChecked)
    assert (body.decision, body.reasons) == ("cannot_verify", ("serial_needed",))


def test_v2_a_check_says_what_it_is_about_and_when(use: UseWorld) -> None:
    with pytest.raises(Malformed, match="lot or serial"):
        use.check(lot=None, serial=None)
    with pytest.raises(Malformed, match="not come"):
        use.check(checked_at=LATER)


def test_v4_preparation_claims_the_vial_and_starts_its_clock(use: UseWorld) -> None:
    (body,) = use.prepare()
    assert isinstance(body, VialPrepared)
    assert body.use_before == use.world.clock.now + timedelta(hours=24)
    assert (use.vial().state, use.vial().claimed_by) == (VialState.IN_PREPARATION, CLINIC)


def test_v4_preparation_wants_an_answer_in_order(use: UseWorld) -> None:
    use.lay(LOT_A, RECALLED)
    with pytest.raises(PreparationRefused) as refused:
        use.prepare()
    assert reasons(refused) == ["recalled"]
    assert "Quality" not in refused.value.detail
    with pytest.raises(Malformed, match="what was done"):
        PrepareVial(lot=LOT_A, serial=UNKNOWN, starts=(), route=INJECTION)
    with pytest.raises(Malformed, match="not come"):
        use.prepare(prepared_at=LATER)


def test_v5_a_second_claim_here_is_used_and_elsewhere_alerts(use: UseWorld) -> None:
    use.prepare()
    with pytest.raises(PreparationRefused) as here:
        use.prepare()
    assert reasons(here) == ["already_used"]
    use.world.clock.tick(days=2)
    with pytest.raises(PreparationRefused) as elsewhere:
        use.prepare(clinic=OTHER)
    assert "used_elsewhere" in reasons(elsewhere)
    assert "Quality should know" in elsewhere.value.detail


def test_v4_preparation_said_later_starts_its_clock_then(use: UseWorld) -> None:
    use.world.clock.tick(hours=2)
    (body,) = use.prepare(prepared_at=ZonedTime("2026-11-01T13:00:00Z"))
    assert isinstance(body, VialPrepared)
    assert body.use_before == use.world.clock.now + timedelta(hours=23)


def test_v4_administration_follows_preparation(use: UseWorld) -> None:
    use.prepare()
    use.world.clock.tick(minutes=30)
    (first,) = use.give()
    assert isinstance(first, VialAdministered)
    assert (first.given_without_clear_answer, first.reasons, first.alert, first.doses_left) == (
        False,
        (),
        False,
        1,
    )
    assert first.use_before == use.world.clock.now + timedelta(hours=6)
    assert use.vial().state is VialState.PARTLY_USED
    use.world.clock.tick(hours=5)
    (second,) = use.give(wasted=ml("0.1"), device=Line("microneedling pen"))
    assert isinstance(second, VialAdministered)
    assert (second.given_without_clear_answer, second.doses_left, second.use_before) == (False, 0, None)
    assert use.vial().state is VialState.ADMINISTERED


def test_v4_several_vials_in_one_act(use: UseWorld) -> None:
    use.prepare(0)
    use.prepare(1)
    also = (VialGiven(lot=LOT_A, serial=use.serials()[1], given=ml("1.0"), doses=2),)
    bodies = use.give(also=also)
    assert len(bodies) == 2
    assert [use.vial(place).state.value for place in (0, 1)] == ["partly_used", "administered"]


def test_v4_an_injection_already_given_is_always_recorded(use: UseWorld) -> None:
    use.lay(LOT_A, RECALLED)
    (body,) = use.give(reason=WHY)
    assert isinstance(body, VialAdministered)
    assert (body.given_without_clear_answer, body.alert) == (True, True)
    assert body.reasons == ("recalled", "not_prepared")
    assert use.world.view.history(f"vial/{LOT_A}/{use.serials()[0]}")[-1].reason == WHY
    (again,) = use.give()
    assert isinstance(again, VialAdministered)
    assert "already_used" in again.reasons
    assert use.world.view.history(f"vial/{LOT_A}/{use.serials()[0]}")[-1].reason == "No reason was stated."


def test_v4_a_vial_that_nobody_knows_is_recorded_as_given(use: UseWorld) -> None:
    (body,) = use.give(serial=UNKNOWN)
    assert isinstance(body, VialAdministered)
    assert (body.reasons, body.doses_left, body.alert) == (("unknown_serial",), 0, True)
    (body,) = use.give(lot=LotNumber("EX9"))
    assert isinstance(body, VialAdministered)
    assert body.given_without_clear_answer


def test_v4_an_administration_after_the_window_is_recorded_and_said(use: UseWorld) -> None:
    use.prepare()
    use.world.clock.tick(hours=2)
    (body,) = use.give()
    assert isinstance(body, VialAdministered)
    assert body.reasons == ("in_use_time_exceeded",)
    assert use.vial().state is VialState.ADMINISTERED


def test_v4_a_late_entry_is_judged_by_when_it_was_given(use: UseWorld) -> None:
    use.prepare()
    use.world.clock.tick(hours=30)
    (body,) = use.give(given_at=ZonedTime("2026-11-01T12:30:00Z"))
    assert isinstance(body, VialAdministered)
    assert body.reasons == ()
    with pytest.raises(Malformed, match="not come"):
        use.give(given_at=ZonedTime("2026-11-09T12:30:00Z"))


def test_p12_without_a_time_after_puncture_nothing_ends_sooner(use: UseWorld) -> None:
    use.prepare(starts=(Clock.PUNCTURE,))
    (body,) = use.give()
    assert isinstance(body, VialAdministered)
    assert body.use_before is None
    assert use.vial().use_before == use.world.clock.now + timedelta(hours=6)


@pytest.mark.parametrize("changes", [{"session": 0}, {"doses": 0}, {"also": "itself"}])
def test_v4_an_administration_is_stated_in_full(use: UseWorld, changes: dict[str, Any]) -> None:
    if "also" in changes:
        changes = {"also": (VialGiven(lot=LOT_A, serial=use.serials()[0], given=ml("1")),)}
    with pytest.raises(Malformed):
        use.give(**changes)


def test_v6_the_same_clinic_takes_its_act_back(use: UseWorld) -> None:
    use.prepare()
    (body,) = use.dispose("undo", statement=UndoStatement.NOTHING_GIVEN)
    assert isinstance(body, VialActUndone)
    assert (body.act, use.vial().state) == ("prepare", VialState.RECEIVED)
    use.prepare()


def test_v6_a_wrong_vial_names_the_right_one(use: UseWorld) -> None:
    use.prepare()
    use.give()
    right = VialRef(lot=LOT_A, serial=use.serials()[1])
    use.dispose("undo", statement=UndoStatement.WRONG_VIAL, right_vial=right)
    assert use.vial().state is VialState.IN_PREPARATION


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


def test_every_intent_names_its_vials_stream() -> None:
    check = RecordCheck(lot=Line(LOT_A), serial=Line(UNKNOWN))
    waste = DisposeVial(lot=LOT_A, serial=UNKNOWN, kind=DispositionKind.WASTE, reason=WHY)
    prepare = PrepareVial(lot=LOT_A, serial=UNKNOWN, starts=(Clock.THAW,), route=INJECTION)
    assert check.name == waste.name == prepare.name == f"{LOT_A}/{UNKNOWN}"


def test_v2_a_code_is_checked_as_it_was_scanned(use: UseWorld) -> None:
    scan = f"]d201{GTIN}1727103110{LOT_A}\x1d21{use.serials()[0]}"
    (body,) = use.check(code=RawScan(scan), lot=None, serial=None)
    assert isinstance(body, VialChecked)
    assert (body.decision, body.asked.gtin) == ("in_order", GTIN)
    (body,) = use.check(code=RawScan("(01)09506000134353"), lot=None, serial=None)
    assert isinstance(body, CodeChecked)
    assert (body.decision, body.reasons, body.alert) == ("cannot_verify", ("malformed_code",), False)
    with pytest.raises(Malformed, match="not both"):
        use.check(code=RawScan(scan))


def test_v2_a_serial_alone_finds_its_vial(use: UseWorld) -> None:
    (body,) = use.check(lot=None)
    assert isinstance(body, VialChecked)
    assert body.decision == "in_order"
    (body,) = use.check(lot=None, serial=Line(UNKNOWN))
    assert isinstance(body, CodeChecked)
    assert (body.lot_as_read, body.decision) == (None, "do_not_use")
