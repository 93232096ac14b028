"""Results through the doorway: an unwelcome fact is recorded and has its consequence in the same act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qc_service.application.assessment import AssessLot, AssessmentRefused, assess_lot
from qc_service.application.attachments import AttachFile, attach_file
from qc_service.application.investigations import (
    BeginPhase,
    ConcludeInvestigation,
    ConcludePhase,
    OpenInvestigation,
    begin_phase,
    conclude_investigation,
    conclude_phase,
    open_investigation,
)
from qc_service.application.results import InvalidateResult, invalidate_result
from qc_service.application.results_reading import read_results
from qc_service.domain.drafting import SpecificationApproved
from qc_service.domain.errors import Forbidden, Malformed, NotFound
from qc_service.domain.identifiers import Line, Text
from qc_service.domain.investigations import Conclusion, InvestigationCause
from qc_service.domain.permissions import Role
from qc_service.domain.phases import AssignableCause, InvestigationPhase
from qc_service.domain.processing import DeviationCause, DeviationOpened
from qc_service.domain.quality import InvestigationOpened, LotAssessed, ResultRecorded, ResultVerified
from qc_service.domain.records import Enclosure
from qc_service.domain.results import InvalidationRefused, VerificationRefused
from tests.application.lot_world import LOT_A
from tests.application.quality_world import SPECIFIED, QualityWorld
from tests.domain.quality_stories import ENDOTOXIN
from tests.fakes import actor

RAW = Enclosure(name=Line("plate.csv"), media_type=Line("text/csv"), content=b"well,value\n")
CONCLUDE = ConcludeInvestigation(
    lot=LOT_A,
    investigation=1,
    phase=InvestigationPhase.LABORATORY,
    root_cause=Text("The plate was read with the wrong filter."),
    conclusion=Conclusion.LABORATORY_ERROR,
)
INVALIDATE = InvalidateResult(lot=LOT_A, result=1, investigation=1, cause=Text("Wrong filter."))


def look_into_the_laboratory(world: QualityWorld) -> None:
    """The laboratory phase is ordered, and finds its own error."""
    plan, finding = Text("Ask the analyst; look at the plate."), Text("The wrong filter was in place.")
    laboratory = InvestigationPhase.LABORATORY
    begin = BeginPhase(lot=LOT_A, investigation=1, phase=laboratory, plan=plan)
    found = ConcludePhase(
        lot=LOT_A, investigation=1, phase=laboratory, finding=finding, cause=AssignableCause.LABORATORY
    )
    world.act(begin_phase, begin, Role.QUALITY)
    world.act(conclude_phase, found, Role.QUALITY)


@pytest.fixture
def world() -> QualityWorld:
    return QualityWorld()


def test_q1_a_result_is_recorded_by_its_analyst_with_calibration_and_cover_frozen(
    world: QualityWorld,
) -> None:
    (body,) = world.measure(instrument="NTA-01")
    assert isinstance(body, ResultRecorded)
    assert (body.result, body.calibration_due) == (1, date(2026, 12, 31))
    assert body.covered_by is not None
    result = world.quality.result(1)
    assert (result.analyst.id, result.verified_by) == ("t.analyst", None)
    assert world.quality.analysts() == {"t.analyst"}


def test_q4_a_result_out_of_specification_opens_an_investigation_in_the_same_act(world: QualityWorld) -> None:
    recorded, opened = world.measure(value="0.9")
    assert isinstance(recorded, ResultRecorded)
    assert isinstance(opened, InvestigationOpened)
    assert (opened.investigation, opened.result) == (1, 1)


def test_growth_on_day_three_fails_at_once(world: QualityWorld) -> None:
    _, opened = world.measure("sterility", finding="growth", read="2026-11-05T09:00:00Z")
    assert isinstance(opened, InvestigationOpened)
    (interim,) = world.measure("sterility", read="2026-11-05T09:00:00Z")
    assert isinstance(interim, ResultRecorded)
    assert not interim.final


def test_an_assay_without_a_criterion_is_recorded_and_judged_by_none(world: QualityWorld) -> None:
    (body,) = world.measure("zeta_potential", value="-22.2", unit="mV")
    assert isinstance(body, ResultRecorded)


@pytest.mark.parametrize(
    ("assay", "laboratory", "clearable"),
    [
        ("endotoxin", "uncertified-laboratory", True),
        ("sterility", "west-laboratory", False),
    ],
)
def test_p7_a_laboratory_that_nothing_in_force_covered_opens_a_deviation(
    world: QualityWorld, assay: str, laboratory: str, clearable: bool
) -> None:
    recorded, opened = world.measure(assay, facility=laboratory)
    assert isinstance(recorded, ResultRecorded)
    assert recorded.covered_by is None
    assert isinstance(opened, DeviationOpened)
    assert (opened.cause, opened.clearable) == (DeviationCause.FACILITY_NOT_CERTIFIED, clearable)


def test_an_instrument_out_of_calibration_opens_a_deviation(world: QualityWorld) -> None:
    _, opened = world.measure(instrument="NTA-02")
    assert isinstance(opened, DeviationOpened)
    assert (opened.cause, opened.deviation) == (DeviationCause.CALIBRATION_EXPIRED, 1)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"read": "2026-11-20T12:00:01Z"}, "/read"),
        ({"facility": "no-such-laboratory"}, "/facility"),
        ({"instrument": "NTA-99"}, "/instrument"),
        ({"unit": "EU/vial"}, "/unit"),
        ({"retests": 1}, "/retests"),
        ({"raw_file": "a" * 64}, "/raw_file"),
    ],
)
def test_q1_what_cannot_be_understood_is_refused_at_its_member(
    world: QualityWorld, changes: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(Malformed) as refused:
        world.measure(**changes)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert world.quality.results == ()


def test_q4_a_retest_is_linked_to_the_first_result_of_its_assay(world: QualityWorld) -> None:
    world.measure(value="0.9")
    world.measure(retests=1)
    assert world.quality.result(2).recorded.retests == 1
    with pytest.raises(Malformed):
        world.measure("size_mode", retests=1)


def test_a_raw_file_on_record_is_a_subject_of_the_result(world: QualityWorld) -> None:
    world.act(attach_file, AttachFile(upload=RAW), Role.ANALYST)
    world.measure(raw_file=str(RAW.file.sha256))
    last = world.world.view.history(f"lot/{LOT_A}")[-1]
    assert last.files == (RAW.file,)


def test_q5_verification_is_a_second_persons(world: QualityWorld) -> None:
    world.measure()
    with pytest.raises(VerificationRefused):
        world.verify(1, Role.ANALYST)
    (body,) = world.verify(1)
    assert isinstance(body, ResultVerified)
    with pytest.raises(NotFound):
        world.verify(2)


def test_q3_a_result_is_disregarded_through_an_investigation_and_then_retested(world: QualityWorld) -> None:
    world.measure(value="0.9")
    with pytest.raises(InvalidationRefused):
        world.act(invalidate_result, INVALIDATE, Role.QUALITY)
    look_into_the_laboratory(world)
    world.act(conclude_investigation, CONCLUDE, Role.QUALITY)
    world.act(invalidate_result, INVALIDATE, Role.QUALITY)
    assert not world.quality.result(1).valid
    assert world.quality.open_investigations() == ()


def test_quality_may_doubt_a_result_that_passes(world: QualityWorld) -> None:
    world.measure()
    doubt = OpenInvestigation(
        lot=LOT_A,
        cause=InvestigationCause.DOUBTFUL_RESULT,
        description=Text("The control well was empty."),
        result=1,
    )
    world.act(open_investigation, doubt, Role.QUALITY)
    assert world.quality.investigation(1).result == 1
    with pytest.raises(NotFound):
        world.act(open_investigation, replace(doubt, result=2), Role.QUALITY)
    world.act(open_investigation, replace(doubt, result=None), Role.QUALITY)
    assert [one.number for one in world.quality.open_investigations()] == [1, 2]


def test_q2_an_assessment_freezes_the_specification_of_its_day(world: QualityWorld) -> None:
    world.measure()
    world.assess()
    stricter = replace(ENDOTOXIN, high=Decimal("0.1"))
    later = SpecificationApproved(version=2, effective_from=date(2026, 11, 20), criteria=(stricter,))
    world.lay("EXO-QC-1", later)
    (second,) = world.assess()
    assert isinstance(second, LotAssessed)
    assert (second.specification, second.passed) == (SPECIFIED.version, False)


def test_q4_an_assessment_looks_into_what_nobody_has(world: QualityWorld) -> None:
    """The limit came after the result, so recording the result opened nothing."""
    world.measure()
    stricter = replace(ENDOTOXIN, high=Decimal("0.1"))
    later = SpecificationApproved(version=2, effective_from=date(2026, 11, 20), criteria=(stricter,))
    world.lay("EXO-QC-1", later)
    _, opened = world.assess()
    assert isinstance(opened, InvestigationOpened)
    assert opened.result == 1
    (again,) = world.assess()
    assert isinstance(again, LotAssessed)


def test_q2_without_a_specification_nothing_is_assessed(world: QualityWorld) -> None:
    world.register(number="EX261101B")
    with pytest.raises(AssessmentRefused) as refused:
        world.act(assess_lot, AssessLot(lot=world.lot("EX261101B").number), Role.QUALITY)
    assert [reason.code for reason in refused.value.reasons] == ["no_specification"]


def test_e4_each_act_wants_its_permission(world: QualityWorld) -> None:
    world.measure()
    for use_case, intent in (
        (conclude_investigation, CONCLUDE),
        (invalidate_result, INVALIDATE),
        (assess_lot, AssessLot(lot=LOT_A)),
    ):
        with pytest.raises(Forbidden):
            world.act(use_case, intent, Role.ANALYST)
    with pytest.raises(Forbidden):
        world.verify(1, Role.TECHNICIAN)
    with pytest.raises(NotFound):
        world.act(assess_lot, AssessLot(lot=LOT_A), Role.QUALITY, "far-clinic")


def test_a_lots_results_are_read_with_everything_that_became_of_them(world: QualityWorld) -> None:
    world.measure(value="0.9")
    world.verify(1)
    told: Any = read_results(world.world.view, actor(Role.AUDITOR), LOT_A)
    (result,) = told["results"]
    assert (result["stated"], result["analyst"], result["verified_by"]) == (
        "0.9 EU/mL",
        "Test Analyst",
        "Test Quality",
    )
    assert [one["number"] for one in told["investigations"]] == [1]
    world.measure("sterility")
    assert read_results(world.world.view, actor(Role.QUALITY), LOT_A)["results"]
