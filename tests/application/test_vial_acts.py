"""Checks, preparation, administration and what became of a vial, through the doorway (V2, V4–V7, R5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from qc_service.application.checks import RecordCheck
from qc_service.application.use import PrepareVial, VialGiven
from qc_service.application.vial_dispositions import DisposeVial, DispositionKind
from qc_service.domain.disposition import LotRecalled, RecallKind
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line, LotNumber, RecallId, VialSerial
from qc_service.domain.moments import ZonedTime
from qc_service.domain.use import PreparationRefused
from qc_service.domain.vial_acts import (
    Clock,
    VialAdministered,
    VialPrepared,
)
from qc_service.domain.vial_states import VialState
from tests.application.lot_world import LOT_A
from tests.application.use_world import CLINIC, INJECTION, OTHER, WHY, UseWorld, reasons
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
    assert "Quality is told" in elsewhere.value.detail


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


def test_every_intent_names_its_vials_stream() -> None:
    check = RecordCheck(lot=Line(LOT_A), serial=Line(UNKNOWN))
    waste = DisposeVial(lot=LOT_A, serial=UNKNOWN, kind=DispositionKind.WASTE, reason=WHY)
    prepare = PrepareVial(lot=LOT_A, serial=UNKNOWN, starts=(Clock.THAW,), route=INJECTION)
    assert check.name == waste.name == prepare.name == f"{LOT_A}/{UNKNOWN}"
