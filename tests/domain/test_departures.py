"""What departs in a step: order (P3), certification (P7), calibration and reagents (P4)."""

from datetime import date
from typing import Any

import pytest

from qc_service.domain.certifications import CertificationStatus, CertificationStatusChanged
from qc_service.domain.departures import (
    cover_on,
    departures_of_cover,
    departures_of_equipment,
    departures_of_order,
    departures_of_reagents,
    steps_missing,
)
from qc_service.domain.identifiers import EquipmentId, Line, ReagentId, Text
from qc_service.domain.processing import DeviationCause, Severity
from qc_service.domain.registers import Equipment, Reagent, ReagentStatus
from qc_service.domain.vocabulary import Operation, StepKind
from tests.domain.lot_stories import DAY, ORGANISATION, certification, facility

HARVEST, CLEAR, CONCENTRATE, FILL = (
    StepKind.HARVEST,
    StepKind.CLARIFICATION,
    StepKind.CONCENTRATION,
    StepKind.FILL,
)
PLAN = (HARVEST, CLEAR, CONCENTRATE, CLEAR, FILL)


@pytest.mark.parametrize(
    ("before", "kind", "later", "cause"),
    [
        ((), HARVEST, (), None),
        ((HARVEST, CLEAR, CONCENTRATE), CLEAR, (), None),
        ((HARVEST,), CLEAR, (CONCENTRATE,), None),
        ((HARVEST, CLEAR), FILL, (), DeviationCause.STEP_SKIPPED),
        ((), CONCENTRATE, (), DeviationCause.STEP_SKIPPED),
        ((HARVEST,), HARVEST, (), DeviationCause.STEP_REPEATED),
        ((), HARVEST, (HARVEST,), DeviationCause.STEP_REPEATED),
        ((HARVEST, CONCENTRATE), CLEAR, (), DeviationCause.STEP_REORDERED),
        ((HARVEST,), StepKind.LYOPHILISATION, (), DeviationCause.STEP_NOT_PLANNED),
        ((StepKind.STORAGE,), HARVEST, (), None),
    ],
)
def test_p3_a_skipped_repeated_or_reordered_step_departs(
    before: tuple[StepKind, ...], kind: StepKind, later: tuple[StepKind, ...], cause: DeviationCause | None
) -> None:
    found = departures_of_order(PLAN, before, kind, later)
    assert [departure.cause for departure in found] == ([cause] if cause else [])


def test_p3_the_steps_passed_over_are_named() -> None:
    (skipped,) = departures_of_order(PLAN, (HARVEST,), CONCENTRATE)
    assert skipped.description == "The step concentration was performed without clarification before it."


def test_p3_nothing_departs_from_no_plan() -> None:
    assert departures_of_order((), (FILL,), HARVEST) == ()


def test_p3_the_steps_still_to_come_are_known() -> None:
    assert steps_missing(PLAN, (HARVEST, CONCENTRATE)) == (CLEAR, FILL)
    assert steps_missing(PLAN, ()) == PLAN


def test_p7_the_certification_in_force_that_day_is_frozen() -> None:
    cover = cover_on(facility(certification()), Operation.EV_PROCESSING, (DAY, DAY))
    assert cover is not None
    assert (cover.number, cover.scheme) == ("INS-2026-7", "cgmp_inspection")
    assert "not a product approval" in cover.in_words


def test_p7_later_expiry_never_matters() -> None:
    site = facility(certification(valid_until=DAY))
    assert departures_of_cover(site, Operation.EV_PROCESSING, (DAY,)) == ()


def test_p7_nothing_in_force_on_one_of_the_days_departs() -> None:
    site = facility(certification(valid_until=DAY))
    (found,) = departures_of_cover(site, Operation.EV_PROCESSING, (DAY, date(2026, 11, 2)))
    assert (found.cause, found.severity, found.clearable) == (
        DeviationCause.FACILITY_NOT_CERTIFIED,
        Severity.MAJOR,
        True,
    )
    assert (
        found.description
        == "At North Cleanroom nothing in force covered ev processing on 2026-11-01 and 2026-11-02."
    )


@pytest.mark.parametrize(("effective_on", "departs"), [(DAY, True), (date(2026, 11, 2), False)])
def test_p7_a_suspension_reaches_back_to_its_effective_date_only(effective_on: date, departs: bool) -> None:
    suspended = CertificationStatusChanged(
        certification=1,
        status=CertificationStatus.SUSPENDED,
        effective_on=effective_on,
        explanation=Text("Findings of an inspection."),
    )
    site = facility(certification(history=(suspended,)))
    assert bool(departures_of_cover(site, Operation.EV_PROCESSING, (DAY,))) is departs


@pytest.mark.parametrize("operation", [Operation.FILL, Operation.STERILITY_TESTING])
def test_p7_an_uncovered_fill_or_sterility_test_is_never_clearable(operation: Operation) -> None:
    (found,) = departures_of_cover(facility(), operation, (DAY,))
    assert (found.severity, found.clearable) == (Severity.CRITICAL, False)


def equipment(due: date | None) -> Equipment:
    return Equipment(
        id=EquipmentId("TFF-01"),
        name=Line("Tangential flow skid"),
        model=None,
        serial_number=None,
        calibration_due=due,
        calibrations=(),
        organisation=ORGANISATION,
    )


@pytest.mark.parametrize(("due", "departs"), [(None, False), (DAY, False), (date(2026, 10, 31), True)])
def test_p4_a_calibration_that_ran_out_departs(due: date | None, departs: bool) -> None:
    assert bool(departures_of_equipment((equipment(due),), DAY)) is departs


def reagent(**changes: Any) -> Reagent:
    usual: dict[str, Any] = {"expires_on": DAY, "status": ReagentStatus.ACCEPTED}
    return Reagent(
        id=ReagentId("MEDIUM-2611"),
        name=Line("Basal medium"),
        supplier=Line("Supplier"),
        supplier_lot=Line("L-1"),
        organisation=ORGANISATION,
        **usual | changes,
    )


@pytest.mark.parametrize(
    ("changes", "causes"),
    [
        ({}, []),
        ({"expires_on": date(2026, 10, 31)}, [DeviationCause.REAGENT_EXPIRED]),
        ({"status": ReagentStatus.QUARANTINED}, [DeviationCause.REAGENT_NOT_ACCEPTED]),
        (
            {"status": ReagentStatus.REJECTED, "expires_on": date(2026, 10, 31)},
            [DeviationCause.REAGENT_EXPIRED, DeviationCause.REAGENT_NOT_ACCEPTED],
        ),
    ],
)
def test_p4_a_reagent_expired_or_not_accepted_departs(changes: dict[str, Any], causes: list[str]) -> None:
    assert [found.cause for found in departures_of_reagents((reagent(**changes),), DAY)] == causes
