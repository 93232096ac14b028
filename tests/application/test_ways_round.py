"""Closed ways round an unwelcome result: looser limits, another unit, a hold lifted early, a late calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from qc_service.application.disposition import LiftHold, ReleaseLot, lift_hold, release_lot
from qc_service.application.investigations import ConcludeInvestigation, conclude_investigation
from qc_service.application.processing import decide_deviation
from qc_service.application.results import (
    CorrectResult,
    InvalidateResult,
    RecordResult,
    correct_result,
    invalidate_result,
    record_result,
)
from qc_service.domain.codec import from_plain
from qc_service.domain.criteria import Criterion
from qc_service.domain.drafting import SpecificationApproved
from qc_service.domain.errors import Refused
from qc_service.domain.identifiers import Line, LotNumber, ProductCode, Text
from qc_service.domain.investigations import Conclusion, InvestigationOpened
from qc_service.domain.permissions import Role
from qc_service.domain.phases import InvestigationPhase
from qc_service.domain.processing import DeviationCause, DeviationOpened, DeviationOutcome
from qc_service.domain.records import Body
from qc_service.domain.registers import EquipmentCalibrated
from qc_service.domain.results import CorrectionRefused, ResultRecorded
from qc_service.domain.vocabulary import Purpose
from tests.application.lot_world import LOT_A, decision
from tests.application.quality_world import QualityWorld
from tests.domain.quality_stories import ENDOTOXIN, SPECIFICATION, plain

DAY = date(2026, 11, 20)
RELEASE = ReleaseLot(lot=LOT_A, purpose=Purpose.CLINICAL)


@pytest.fixture
def world() -> QualityWorld:
    return QualityWorld()


def codes(
    world: QualityWorld, act: Callable[..., Any], intent: object, role: Role = Role.QUALITY
) -> list[str]:
    with pytest.raises(Refused) as refused:
        world.act(act, intent, role)
    return [reason.code for reason in refused.value.reasons]


def change(world: QualityWorld, endotoxin: Criterion | None) -> None:
    """A minute later, the second version is approved, in force from today on."""
    world.world.clock.now += timedelta(minutes=1)
    others = [one for one in SPECIFICATION.criteria if one.assay != "endotoxin"]
    criteria = (*others, endotoxin) if endotoxin else tuple(others)
    world.lay("EXO-QC-1", SpecificationApproved(version=2, effective_from=DAY, criteria=criteria))


def conclude(world: QualityWorld, conclusion: Conclusion) -> None:
    intent = ConcludeInvestigation(
        lot=LOT_A, investigation=1, phase=InvestigationPhase.LABORATORY, root_cause=Text("As found."),
        conclusion=conclusion,
    )  # fmt: skip
    world.act(conclude_investigation, intent, Role.QUALITY)


def correct(world: QualityWorld, number: int, assay: str = "endotoxin", **changes: Any) -> Sequence[Body]:
    said = {"lot": str(LOT_A), "result": number, "reason": "Swapped.", **plain(assay, **changes)}
    return world.act(correct_result, from_plain(CorrectResult, said), Role.ANALYST)


@pytest.mark.parametrize(
    "later",
    [
        replace(ENDOTOXIN, high=Decimal("5.0")),
        replace(ENDOTOXIN, required=False),
        replace(ENDOTOXIN, high=Decimal(5000), unit=Line("EU/vial")),
        None,
    ],
    ids=["looser", "informative", "another unit", "left out"],
)
def test_q3_a_result_that_failed_stays_failed_when_a_later_version_would_let_it_pass(
    world: QualityWorld, later: Criterion | None
) -> None:
    world.measure(value="0.9")
    conclude(world, Conclusion.INCONCLUSIVE)
    change(world, later)
    for assay in ("sterility", "identity_transmembrane", "size_mode", "endotoxin"):
        unit = str(later.unit) if later and assay == "endotoxin" else None
        world.measure(assay, **({"unit": unit} if unit else {}))
        world.verify(len(world.quality.results))
    world.verify(1)
    world.assess()
    assert codes(world, release_lot, RELEASE) == ["assay_failing"]


def test_q3_a_result_that_fails_still_is_named_once(world: QualityWorld) -> None:
    world.measure(value="0.9")
    conclude(world, Conclusion.INCONCLUSIVE)
    assert codes(world, release_lot, RELEASE).count("assay_failing") == 1


def test_q3_a_laboratory_error_alone_makes_no_pass_of_it(world: QualityWorld) -> None:
    world.measure(value="0.9")
    world.find_laboratory_error()
    conclude(world, Conclusion.LABORATORY_ERROR)
    change(world, replace(ENDOTOXIN, high=Decimal("5.0")))
    world.verify(1)
    for assay in ("sterility", "identity_transmembrane"):
        world.measure(assay)
        world.verify(len(world.quality.results))
    world.assess()
    assert codes(world, release_lot, RELEASE) == ["assay_failing"]


def test_q3_the_same_result_shown_invalid_keeps_nothing_up(world: QualityWorld) -> None:
    world.measure(value="0.9")
    world.find_laboratory_error()
    conclude(world, Conclusion.LABORATORY_ERROR)
    change(world, replace(ENDOTOXIN, high=Decimal("5.0")))
    intent = InvalidateResult(lot=LOT_A, result=1, investigation=1, cause=Text("A wrong filter."))
    world.act(invalidate_result, intent, Role.QUALITY)
    for assay in ("endotoxin", "sterility", "identity_transmembrane"):
        world.measure(assay)
        world.verify(len(world.quality.results))
    world.assess()
    world.act(release_lot, RELEASE, Role.QUALITY)


def test_an_informative_result_that_failed_holds_no_release_up(world: QualityWorld) -> None:
    world.measure("size_mode", value="30")
    conclude(world, Conclusion.INCONCLUSIVE)
    for assay in ("endotoxin", "sterility", "identity_transmembrane"):
        world.measure(assay)
        world.verify(len(world.quality.results))
    world.assess()
    world.act(release_lot, RELEASE, Role.QUALITY)


def test_r4_a_hold_stays_while_a_deviation_of_the_result_it_waits_for_is_undecided(
    world: QualityWorld,
) -> None:
    world.pass_everything()
    world.act(release_lot, RELEASE, Role.QUALITY)
    opened = correct(world, 2, "sterility", facility="west-laboratory")
    assert isinstance(opened[1], DeviationOpened)
    assert not opened[1].clearable
    world.verify(5)
    lift = LiftHold(lot=LOT_A, hold=1, explanation=Text("It passes again."))
    assert codes(world, lift_hold, lift) == ["deviation_open"]
    world.act(decide_deviation, decision(1, DeviationOutcome.NOT_JUSTIFIED), Role.QUALITY)
    assert codes(world, lift_hold, lift) == ["deviation_unjustified"]


def test_q4_a_failing_result_in_another_unit_than_the_newest_limit_is_not_corrected_away(
    world: QualityWorld,
) -> None:
    world.measure(value="0.4")
    change(world, replace(ENDOTOXIN, high=Decimal("0.1"), unit=Line("IU/mL")))
    with pytest.raises(CorrectionRefused):
        correct(world, 1, value="0.05")


def test_growth_opens_an_investigation_and_stands_before_any_specification_is_in_force() -> None:
    world = QualityWorld()
    world.product("EXO-NEW", process=())
    world.register(number=LotNumber("EX261102A"), product=ProductCode("EXO-NEW"))
    growth = {"lot": "EX261102A", **plain("sterility", finding="growth", read="2026-11-05T09:00:00Z")}
    _, opened = world.act(record_result, from_plain(RecordResult, growth), Role.ANALYST)
    assert isinstance(opened, InvestigationOpened)
    none = {"lot": "EX261102A", "result": 1, "reason": "Swapped.", **plain("sterility")}
    against = codes(world, correct_result, from_plain(CorrectResult, none), Role.ANALYST)
    assert against == ["investigation_open", "no_laboratory_error"]


@pytest.mark.parametrize(("performed", "departs"), [(3, True), (2, False), (1, False)])
def test_p4_a_calibration_made_after_the_reading_makes_nothing_good(
    world: QualityWorld, performed: int, departs: bool
) -> None:
    renewed = EquipmentCalibrated(performed_on=date(2026, 11, performed), due=date(2027, 11, 1))
    world.lay("NTA-02", renewed)
    recorded, *others = world.measure(instrument="NTA-02")
    assert isinstance(recorded, ResultRecorded)
    assert recorded.calibration_due == (date(2026, 10, 31) if departs else date(2027, 11, 1))
    assert [one.cause for one in others if isinstance(one, DeviationOpened)] == (
        [DeviationCause.CALIBRATION_EXPIRED] if departs else []
    )
