"""Recording steps and deviating from the plan: every fact is recorded and has its consequence (P3, P4, P7,
P8)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from qc_service.application.attachments import AttachFile, attach_file
from qc_service.application.processing import (
    decide_deviation,
    open_deviation,
    record_step,
)
from qc_service.domain.errors import Conflict, Forbidden, Malformed, NotFound
from qc_service.domain.identifiers import (
    EquipmentId,
    FacilityId,
    Line,
    LotNumber,
    PersonId,
    ReagentId,
    Sha256,
    Text,
)
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Role
from qc_service.domain.processing import (
    DeviationCause,
    DeviationOutcome,
    Medium,
    Serum,
    StepPerformed,
)
from qc_service.domain.records import Enclosure, Meaning
from qc_service.domain.registers import EquipmentRegistered
from qc_service.domain.vocabulary import StepKind
from tests.application.lot_world import CONCENTRATE, LOT_A, NOTICED, STEP, LotWorld, decision


@pytest.fixture
def lots() -> LotWorld:
    world = LotWorld()
    world.register()
    return world


def test_p3_a_step_is_recorded_as_it_happened(lots: LotWorld) -> None:
    (body,) = lots.act(record_step, STEP)
    assert isinstance(body, StepPerformed)
    assert (body.number, body.performed_by, body.late) == (1, "t.technician", False)
    record = lots.world.view.history("lot/EX261101A")[-1]
    assert record.occurred_at == STEP.ended_at
    assert lots.world.view.citing("reagent/MEDIUM-2611", "lot") == (LOT_A,)


def test_p3_a_late_entry_wants_a_reason_and_is_flagged(lots: LotWorld) -> None:
    lots.world.clock.tick(days=2)
    with pytest.raises(Malformed, match="say why"):
        lots.act(record_step, STEP)
    lots.act(record_step, replace(STEP, reason=Text("The network was down.")))
    assert [step.late for step in lots.lot().processing.steps] == [True]


def test_p3_a_skipped_step_is_recorded_and_opens_a_deviation(lots: LotWorld) -> None:
    lots.act(record_step, CONCENTRATE)
    (deviation,) = lots.lot().processing.open_deviations()
    assert (deviation.cause, deviation.step) == (DeviationCause.STEP_SKIPPED, 1)


def test_p3_a_step_recorded_after_the_next_one_is_no_departure(lots: LotWorld) -> None:
    lots.act(record_step, CONCENTRATE)
    lots.act(record_step, STEP)
    assert lots.causes() == [DeviationCause.STEP_SKIPPED]


def test_p3_a_repeated_step_opens_a_deviation(lots: LotWorld) -> None:
    lots.act(record_step, STEP)
    lots.act(record_step, STEP)
    assert lots.causes() == [DeviationCause.STEP_REPEATED]


def test_p4_the_medium_is_judged_with_the_reagents(lots: LotWorld) -> None:
    medium = Medium(name=Line("Medium"), serum=Serum.EV_DEPLETED, reagent=ReagentId("MEDIUM-2611"))
    lots.act(record_step, replace(STEP, reagents=(), medium=medium))
    assert lots.causes() == []
    assert lots.lot().processing.steps[0].all_reagents == ("MEDIUM-2611",)


def test_p4_an_attached_file_is_a_subject_of_the_step(lots: LotWorld) -> None:
    chart = Enclosure(name=Line("chart.csv"), media_type=Line("text/csv"), content=b"minute,bar\n1,0.8\n")
    lots.act(attach_file, AttachFile(upload=chart))
    lots.act(record_step, replace(STEP, documents=(chart.file.sha256,)))
    assert lots.world.view.history("lot/EX261101A")[-1].files == (chart.file,)


def test_p4_a_calibration_that_ran_out_opens_a_deviation(lots: LotWorld) -> None:
    lots.lay("TFF-02", EquipmentRegistered(name=Line("Skid"), calibration_due=date(2026, 10, 1)))
    lots.act(record_step, replace(STEP, equipment=(EquipmentId("TFF-02"),)))
    assert lots.causes() == [DeviationCause.CALIBRATION_EXPIRED]


def test_p7_the_certification_of_the_day_is_frozen(lots: LotWorld) -> None:
    lots.act(record_step, STEP)
    certification = lots.lot().processing.steps[0].certification
    assert certification is not None
    assert certification.number == "INS-2026-7"


def test_p7_an_uncovered_step_opens_a_deviation_that_quality_may_clear(lots: LotWorld) -> None:
    lots.act(record_step, replace(STEP, facility=FacilityId("south-cleanroom")))
    assert lots.causes() == [DeviationCause.FACILITY_NOT_CERTIFIED]
    assert lots.lot().processing.steps[0].certification is None
    lots.act(decide_deviation, decision(), Role.QUALITY)
    assert lots.lot().processing.cleared(1)
    assert lots.world.view.history("lot/EX261101A")[-1].meaning is Meaning.REVIEW


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"facility": FacilityId("nowhere")}, "/facility"),
        ({"performed_by": PersonId("nobody")}, "/performed_by"),
        ({"equipment": (EquipmentId("NOTHING"),)}, "/equipment/0"),
        ({"reagents": (ReagentId("MEDIUM-2611"), ReagentId("NOTHING"))}, "/reagents/1"),
        ({"documents": (Sha256("a" * 64),)}, "/documents/0"),
        ({"ended_at": ZonedTime("2026-11-01T12:00:01Z")}, "/ended_at"),
    ],
)
def test_p4_what_a_step_names_is_on_record(lots: LotWorld, changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Malformed) as refused:
        lots.act(record_step, replace(STEP, **changes))
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_p11_a_fill_is_sent_where_its_vials_are_counted() -> None:
    with pytest.raises(Malformed, match="record the fill itself"):
        replace(STEP, kind=StepKind.FILL)


def test_p8_anybody_at_work_opens_a_deviation(lots: LotWorld) -> None:
    lots.act(record_step, STEP)
    lots.act(open_deviation, NOTICED)
    lots.act(open_deviation, replace(NOTICED, step=1), Role.ANALYST)
    first, second = lots.lot().processing.open_deviations()
    assert (first.number, first.step, first.cause) == (1, None, DeviationCause.OTHER)
    assert (second.number, second.step) == (2, 1)


@pytest.mark.parametrize("step", [0, 1])
def test_p8_a_deviation_is_of_a_step_on_record(lots: LotWorld, step: int) -> None:
    with pytest.raises(Malformed, match=f"no step {step}"):
        lots.act(open_deviation, replace(NOTICED, step=step))


def test_p8_quality_alone_decides_and_once(lots: LotWorld) -> None:
    lots.act(open_deviation, NOTICED)
    with pytest.raises(Forbidden):
        lots.act(decide_deviation, decision())
    lots.act(decide_deviation, decision(outcome=DeviationOutcome.NOT_JUSTIFIED), Role.QUALITY)
    assert [one.number for one in lots.lot().processing.unjustified_deviations()] == [1]
    with pytest.raises(Conflict):
        lots.act(decide_deviation, decision(), Role.QUALITY)
    with pytest.raises(NotFound):
        lots.act(decide_deviation, decision(2), Role.QUALITY)


def test_e4_another_organisation_finds_no_such_lot(lots: LotWorld) -> None:
    with pytest.raises(NotFound):
        lots.act(record_step, STEP, organisation="far-clinic")
    with pytest.raises(NotFound):
        lots.act(record_step, replace(STEP, lot=LotNumber("NO-SUCH")))
