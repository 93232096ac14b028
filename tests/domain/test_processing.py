"""Steps and deviations fold into what was done to a lot, and quality decides once on each deviation."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from qc_service.domain.errors import Malformed, NotFound
from qc_service.domain.identifiers import EquipmentId, Line, ReagentId, Slug, Text
from qc_service.domain.lots import LOT
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Role
from qc_service.domain.processing import (
    Departure,
    DeviationAlreadyDecided,
    DeviationCause,
    DeviationClosed,
    DeviationNotClearable,
    DeviationOutcome,
    Medium,
    Parameter,
    Processing,
    Serum,
    Severity,
    decide,
    opened,
    recorded_late,
)
from qc_service.domain.records import Body
from qc_service.domain.vocabulary import StepKind
from tests.domain.lot_stories import lot, recorded, registration, signer, step

JUSTIFIED = DeviationOutcome.JUSTIFIED
STATEMENT = Text("The step was repeated within its validated limits; no increased risk.")
REPEATED = Departure(
    cause=DeviationCause.STEP_REPEATED, severity=Severity.MINOR, description=Text("Harvested twice.")
)
UNCERTIFIED = Departure(
    cause=DeviationCause.FACILITY_NOT_CERTIFIED,
    severity=Severity.CRITICAL,
    description=Text("Nothing in force covered the fill."),
    clearable=False,
)


def closed(number: int, outcome: DeviationOutcome = JUSTIFIED) -> DeviationClosed:
    return DeviationClosed(deviation=number, outcome=outcome, statement=STATEMENT)


def after(*bodies: Body) -> Processing:
    return lot(*bodies).processing


def test_p8_deviations_are_numbered_on_and_say_their_step() -> None:
    first, second = opened((REPEATED, UNCERTIFIED), after=4, step=2)
    assert (first.deviation, second.deviation, second.step) == (5, 6, 2)
    assert (first.clearable, second.clearable) == (True, False)


def test_p8_a_deviation_is_open_until_quality_decides() -> None:
    found = opened((REPEATED, REPEATED, REPEATED), after=0, step=1)
    decided = (closed(2), closed(3, DeviationOutcome.NOT_JUSTIFIED))
    processing = after(step(), *found, *decided)
    assert [one.number for one in processing.open_deviations()] == [1]
    assert [one.justified for one in processing.deviations] == [False, True, False]
    assert [one.number for one in processing.unjustified_deviations()] == [3]


def test_p8_the_decision_names_who_signed_it() -> None:
    quality = signer("q.quality", Role.QUALITY)
    folded = LOT.replay(recorded([registration(), *opened((REPEATED,), after=0), closed(1)], by=quality))
    assert folded is not None
    decision = folded.processing.deviation(1).decision
    assert decision is not None
    assert (decision.by, decision.printed_name, decision.statement) == ("q.quality", "Quality", STATEMENT)


def test_p8_a_deviation_is_decided_once() -> None:
    (found,) = opened((REPEATED,), after=0)
    assert decide(after(found).deviation(1), JUSTIFIED, STATEMENT) == closed(1)
    with pytest.raises(DeviationAlreadyDecided):
        decide(after(found, closed(1)).deviation(1), JUSTIFIED, STATEMENT)


def test_p7_no_statement_clears_an_uncovered_fill() -> None:
    (found,) = opened((UNCERTIFIED,), after=0, step=1)
    deviation = after(step(), found).deviation(1)
    with pytest.raises(DeviationNotClearable) as refused:
        decide(deviation, JUSTIFIED, STATEMENT)
    assert [reason.code for reason in refused.value.reasons] == ["facility_not_certified"]
    not_justified = DeviationOutcome.NOT_JUSTIFIED
    assert decide(deviation, not_justified, STATEMENT) == closed(1, not_justified)


def test_p7_a_step_is_cleared_when_all_that_stands_against_its_facility_is_justified() -> None:
    uncovered = replace(UNCERTIFIED, clearable=True)
    found = opened((uncovered, uncovered, REPEATED), after=0, step=1)
    assert not after(step()).cleared(1)
    assert not after(step(), *found, closed(1)).cleared(1)
    assert after(step(), *found, closed(1), closed(2)).cleared(1)


@pytest.mark.parametrize("number", [0, 2])
def test_a_deviation_that_does_not_exist_is_not_found(number: int) -> None:
    with pytest.raises(NotFound):
        after(*opened((REPEATED,), after=0)).deviation(number)


def test_p3_steps_stand_in_the_order_in_which_they_began() -> None:
    late = step(
        2,
        StepKind.THAW,
        started_at=ZonedTime("2026-11-01T07:00:00+01:00"),
        ended_at=ZonedTime("2026-11-01T08:00:00+01:00"),
        late=True,
    )
    processing = after(step(), late)
    assert processing.kinds_performed() == (StepKind.THAW, StepKind.HARVEST)
    assert processing.around(datetime(2026, 11, 1, 7, tzinfo=UTC)) == ((StepKind.THAW,), (StepKind.HARVEST,))


def test_p7_a_step_counts_for_the_day_it_ended_where_it_was_done() -> None:
    overnight = step(
        ended_at=ZonedTime("2026-11-02T00:30:00+09:00"), started_at=ZonedTime("2026-11-01T20:00:00+09:00")
    )
    assert overnight.day == date(2026, 11, 2)


def test_p3_an_entry_a_day_later_wants_a_reason() -> None:
    ended = ZonedTime("2026-11-01T10:00:00Z")
    reason = Text("The network was down.")
    assert not recorded_late(ended, datetime(2026, 11, 2, 10, tzinfo=UTC), None)
    later = datetime(2026, 11, 2, 10, 0, 1, tzinfo=UTC)
    assert recorded_late(ended, later, reason)
    with pytest.raises(Malformed, match="say why") as refused:
        recorded_late(ended, later, None)
    assert refused.value.field == "reason"


def test_p3_what_has_not_happened_is_not_recorded() -> None:
    ended = ZonedTime("2026-11-01T10:00:00Z")
    with pytest.raises(Malformed) as refused:
        recorded_late(ended, datetime(2026, 11, 1, 9, tzinfo=UTC), None, member="made_at")
    assert refused.value.field == "made_at"


def test_p4_a_step_cites_what_it_stands_on() -> None:
    medium = Medium(name=Line("Basal medium"), serum=Serum.EV_DEPLETED, reagent=ReagentId("MEDIUM-2611"))
    performed = step(
        equipment=(EquipmentId("TFF-01"),),
        reagents=(ReagentId("BUFFER-1"), ReagentId("MEDIUM-2611")),
        medium=medium,
    )
    assert performed.cites() == (
        "facility/north-cleanroom",
        "equipment/TFF-01",
        "reagent/BUFFER-1",
        "reagent/MEDIUM-2611",
    )
    assert step(medium=replace(medium, reagent=None)).all_reagents == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ended_at": ZonedTime("2026-11-01T07:59:59Z")}, "ended_at"),
        ({"yield_percent": Decimal(-1)}, "yield_percent"),
    ],
)
def test_p4_a_step_that_cannot_be_understood_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as refused:
        step(**changes)
    assert refused.value.field == field


def test_p4_a_parameter_is_a_number_with_its_unit_or_an_observation() -> None:
    name = Slug("pore_size")
    assert Parameter(name=name, value=Decimal("0.22"), unit=Line("um")).observation is None
    assert Parameter(name=name, observation=Line("filter passed its bubble point test")).value is None
    for wrong in ({"value": Decimal("0.22")}, {"unit": Line("um")}, {}):
        with pytest.raises(Malformed):
            Parameter(name=name, **wrong)
