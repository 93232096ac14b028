"""Checks, preparation, administration and what became of a vial, through the doorway (V2, V4–V7, R5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from qc_service.application.checks import RecordCheck
from qc_service.application.preparation import PrepareVial, StartClock
from qc_service.application.use import VialGiven
from qc_service.application.vial_dispositions import DisposeVial, DispositionKind
from qc_service.domain.disposition import LotRecalled, RecallKind
from qc_service.domain.errors import Malformed, NotFound
from qc_service.domain.identifiers import Line, RecallId, VialSerial
from qc_service.domain.moments import ZonedTime
from qc_service.domain.unknown_vials import UnknownVialAdministered
from qc_service.domain.use import PreparationRefused
from qc_service.domain.vial_acts import (
    Clock,
    UndoStatement,
    VialAdministered,
    VialChecked,
    VialPrepared,
)
from qc_service.domain.vial_clocks import VialClockStarted, VialRefrozen
from qc_service.domain.vial_states import VialState
from qc_service.domain.vials import Doubt
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
    assert refused.value.reasons[0].next_step == "Set the vial aside and follow the recall notice."
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
    (second,) = use.give(given=ml("0.4"), wasted=ml("0.1"), device=Line("microneedling pen"))
    assert isinstance(second, VialAdministered)
    assert (second.given_without_clear_answer, second.doses_left, second.use_before) == (False, 0, None)
    assert use.vial().state is VialState.ADMINISTERED


def test_v4_several_vials_in_one_act(use: UseWorld) -> None:
    use.prepare(0)
    use.prepare(1)
    also = (VialGiven(lot=Line(LOT_A), serial=Line(use.serials()[1]), given=ml("1.0"), doses=2),)
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
    read: list[tuple[dict[str, Any], tuple[str | None, ...], tuple[str, ...]]] = [
        ({"serial": Line(UNKNOWN)}, (LOT_A, LOT_A, UNKNOWN), ("unknown_serial",)),
        ({"serial": Line("A forged/serial")}, (LOT_A, LOT_A, "A forged/serial"), ("unknown_serial",)),
        ({"serial": None}, (LOT_A, LOT_A, None), ("serial_needed",)),
        ({"lot": Line("EX9")}, (None, "EX9", use.serials()[0]), ("lot_mismatch",)),
        ({"lot": Line("no lot"), "serial": None}, (None, "no lot", None), ("unknown_lot",)),
        ({"lot": None, "serial": Line(UNKNOWN)}, (None, None, UNKNOWN), ("unknown_lot",)),
    ]
    for label, said, against in read:
        (body,) = use.give(**label)
        assert isinstance(body, UnknownVialAdministered)
        assert (body.lot, body.lot_as_read, body.serial_as_read) == said
        assert (body.reasons, body.alert) == (against, True)
        assert use.world.view.history(f"organisation/{CLINIC}")[-1].reason == "No reason was stated."


def test_v4_a_serial_alone_finds_its_vial(use: UseWorld) -> None:
    use.prepare()
    (body,) = use.give(lot=None)
    assert isinstance(body, VialAdministered)
    assert (body.lot, body.reasons) == (LOT_A, ())
    with pytest.raises(Malformed, match="lot or serial"):
        use.give(lot=None, serial=None)


def test_p12_more_than_the_vial_held_is_recorded_and_said(use: UseWorld) -> None:
    use.prepare()
    (first,) = use.give(given=ml("0.6"), wasted=ml("0.1"))
    (second,) = use.give(given=ml("0.31"))
    assert isinstance(first, VialAdministered)
    assert isinstance(second, VialAdministered)
    assert (first.reasons, second.reasons) == ((), ("more_than_filled",))
    assert second.alert


def test_p12_what_was_taken_back_was_not_taken(use: UseWorld) -> None:
    use.prepare()
    use.give(given=ml("0.9"))
    use.dispose("undo", statement=UndoStatement.NOTHING_GIVEN)
    (body,) = use.give(given=ml("0.9"))
    assert isinstance(body, VialAdministered)
    assert body.reasons == ()


def test_v4_a_clock_that_starts_later_ends_the_time_sooner_and_never_later(use: UseWorld) -> None:
    clock = use.world.clock
    use.prepare()
    thawed = clock.now
    clock.tick(hours=2)
    (body,) = use.start(Clock.PUNCTURE, Clock.THAW)
    assert isinstance(body, VialClockStarted)
    assert (body.starts, body.use_before) == ((Clock.PUNCTURE, Clock.THAW), clock.now + timedelta(hours=6))
    in_use = use.vial().in_use
    assert in_use is not None
    assert (in_use.thawed_at, in_use.punctured_at, in_use.use_before) == (thawed, clock.now, body.use_before)
    clock.tick(hours=3)
    (again,) = use.start(Clock.PUNCTURE)
    assert isinstance(again, VialClockStarted)
    assert again.use_before == body.use_before
    use.check()
    clock.tick(hours=3, seconds=1)
    (checked,) = use.check()
    assert isinstance(checked, VialChecked)
    assert checked.reasons == ("in_use_time_exceeded",)


def test_v4_the_window_runs_from_the_last_step_of_the_preparation(use: UseWorld) -> None:
    use.prepare()
    use.world.clock.tick(hours=3)
    (checked,) = use.check()
    assert isinstance(checked, VialChecked)
    assert checked.reasons == ("in_use_time_exceeded",)
    use.start(Clock.PUNCTURE)
    use.world.clock.tick(minutes=59)
    (body,) = use.give()
    assert isinstance(body, VialAdministered)
    assert body.reasons == ()


def test_v4_a_clock_said_late_starts_when_it_did(use: UseWorld) -> None:
    use.prepare()
    use.world.clock.tick(hours=3)
    (body,) = use.start(Clock.PUNCTURE, started_at=ZonedTime("2026-11-01T12:30:00Z"))
    assert isinstance(body, VialClockStarted)
    at = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
    assert body.use_before == at + timedelta(hours=6)
    with pytest.raises(Malformed, match="not come"):
        use.start(Clock.PUNCTURE, started_at=ZonedTime("2026-12-02T13:30:00Z"))
    with pytest.raises(Malformed, match="what was done"):
        use.start()


def test_v4_a_vial_opened_without_a_claim_is_recorded_and_waits_for_quality(use: UseWorld) -> None:
    (body,) = use.start(Clock.THAW)
    assert isinstance(body, VialClockStarted)
    assert (body.use_before, use.vial().in_use, use.vial().doubts) == (None, None, (Doubt.OPENED_UNCLAIMED,))
    with pytest.raises(PreparationRefused) as refused:
        use.prepare()
    assert reasons(refused) == ["set_aside"]
    (given,) = use.give()
    assert isinstance(given, VialAdministered)
    assert given.reasons == ("set_aside", "not_prepared")
    (after,) = use.start(Clock.PUNCTURE)
    assert isinstance(after, VialClockStarted)
    assert after.use_before is None
    with pytest.raises(NotFound, match="in your hands"):
        use.start(Clock.THAW, clinic=OTHER)


class Hardy(UseWorld):
    """Where the product stands being frozen again."""

    def product(self, code: str, **changes: Any) -> None:
        super().product(code, **changes, refreeze_forbidden=False)


@pytest.mark.parametrize(("forbidden", "against"), [(True, ("temperature_excursion",)), (False, ())])
def test_p12_a_vial_frozen_again_is_recorded_and_its_product_says_what_follows(
    forbidden: bool, against: tuple[str, ...]
) -> None:
    use = UseWorld() if forbidden else Hardy()
    use.stock_clinic()
    use.prepare()
    (body,) = use.dispose("refreeze")
    assert body == VialRefrozen(lot=LOT_A, serial=use.serials()[0], forbidden=forbidden)
    (given,) = use.give()
    assert isinstance(given, VialAdministered)
    assert given.reasons == against


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
        changes = {"also": (VialGiven(lot=Line(LOT_A), serial=Line(use.serials()[0]), given=ml("1")),)}
    with pytest.raises(Malformed):
        use.give(**changes)


def test_every_intent_names_its_vials_stream() -> None:
    check = RecordCheck(lot=Line(LOT_A), serial=Line(UNKNOWN))
    waste = DisposeVial(lot=LOT_A, serial=UNKNOWN, kind=DispositionKind.WASTE, reason=WHY)
    prepare = PrepareVial(lot=LOT_A, serial=UNKNOWN, starts=(Clock.THAW,), route=INJECTION)
    clock = StartClock(lot=LOT_A, serial=UNKNOWN, starts=(Clock.THAW,))
    assert check.name == waste.name == prepare.name == clock.name == f"{LOT_A}/{UNKNOWN}"
