"""Stability studies: what a plan may say, how records make a study, what counts, and what quality may conclude."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.errors import Malformed, NotFound
from qc_service.domain.expiry import (
    Bounded,
    Direction,
    Point,
    Reach,
    Regression,
    Series,
    Shortfall,
    StorageClass,
    later_by,
    months_of,
    reach,
    storage_class,
)
from qc_service.domain.identifiers import Line, PersonId, Slug, Text, VialSerial
from qc_service.domain.results import ResultRecorded, VerificationRefused
from qc_service.domain.stability import (
    KeptAt,
    Sample,
    StabilityPlanAmended,
    StabilityStudyConcluded,
    StabilityTemperatureRecorded,
    StudyAssay,
    StudyKind,
    StudyLot,
    TimePoint,
)
from qc_service.domain.stability.conclusion import conclusion_reasons
from qc_service.domain.stability.evaluation import each_evaluated, evaluate
from qc_service.domain.stability.figures import LeftOutBecause
from qc_service.domain.stability.plans import usual_direction
from qc_service.domain.stability.schedule import PullStatus, outstanding, schedule
from qc_service.domain.stability.studies import Study
from tests.domain.stability_stories import (
    CLEAR,
    COUNT,
    LOTS,
    PLACED,
    PLAN,
    READING,
    STERILE,
    decided,
    invalidated,
    kept_at,
    lacking,
    pulled,
    result,
    story,
    straight,
    told,
    verified,
    warmed,
)

SERIAL = VialSerial("7K3M9QW2TX49")


def faults(make: Any, *arguments: Any, **members: Any) -> list[str]:
    """The members that are wrong with what is made."""
    with pytest.raises(Malformed) as refused:
        make(*arguments, **members)
    return [fault.pointer for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"min": Decimal(9)}, "/max"),
        ({"unit": Line("K")}, "/unit"),
        ({"humidity_min": Decimal(55)}, "/humidity_max"),
        ({"humidity_min": Decimal(70), "humidity_max": Decimal(60)}, "/humidity_max"),
        ({"humidity_min": Decimal(55), "humidity_max": Decimal(101)}, "/humidity_max"),
    ],
)
def test_a_condition_that_cannot_be_kept_is_malformed(members: dict[str, Any], pointer: str) -> None:
    assert faults(replace, PLAN.condition, **members) == [pointer]


def test_a_condition_reads_as_a_person_writes_it() -> None:
    humid = replace(PLAN.condition, humidity_min=Decimal(55), humidity_max=Decimal(65))
    assert PLAN.condition.in_words == "2 to 8 °C"
    assert humid.in_words == "2 to 8 °C, 55 to 65 % RH"


@pytest.mark.parametrize(
    ("make", "members", "pointer"),
    [
        (StudyLot, {"lot": LOTS[0], "placed_on": PLACED, "vials": 0}, "/vials"),
        (StudyLot, {"lot": LOTS[0], "placed_on": PLACED, "vials": 2, "serials": (SERIAL,)}, "/serials"),
        (Sample, {"lot": LOTS[0], "vials": 0}, "/vials"),
        (Sample, {"lot": LOTS[0], "vials": 2, "serials": (SERIAL, SERIAL)}, "/serials"),
        (TimePoint, {"months": 241, "window_days": 7}, "/months"),
        (TimePoint, {"months": 3, "window_days": 91}, "/window_days"),
        (StudyAssay, {"criterion": STERILE, "direction": Direction.EITHER, "log": True}, "/log"),
        (StudyAssay, {"criterion": replace(COUNT, low=None), "direction": Direction.DECREASES}, "/direction"),
        (StudyAssay, {"criterion": replace(COUNT, high=None), "direction": Direction.INCREASES}, "/direction"),
    ],
)  # fmt: skip
def test_a_part_of_a_plan_that_contradicts_itself_is_malformed(
    make: Any, members: dict[str, Any], pointer: str
) -> None:
    assert faults(make, **members) == [pointer]


def test_a_plan_names_each_lot_time_and_assay_once() -> None:
    assert faults(replace, PLAN, lots=PLAN.lots * 2, assays=()) == ["/lots", "/assays"]
    assert faults(replace, PLAN, time_points=tuple(reversed(PLAN.time_points))) == ["/time_points"]
    assert faults(replace, PLAN, time_points=()) == ["/time_points"]
    assert faults(StabilityPlanAmended, time_points=(), supporting=None) == ["/time_points"]
    assert PLAN.lot("EX999") is None
    assert PLAN.assay("ph") is None
    assert PLAN.cites() == ("product/EXO-INJ-1", "facility/north-works", *(f"lot/{lot}" for lot in LOTS))


def test_the_direction_is_what_the_limits_suggest() -> None:
    assert usual_direction(COUNT) is Direction.EITHER
    assert usual_direction(replace(COUNT, high=None)) is Direction.DECREASES
    assert usual_direction(replace(COUNT, low=None)) is Direction.INCREASES
    assert usual_direction(STERILE) is Direction.EITHER


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 5, 15), 0, date(2026, 5, 15)),
        (date(2026, 5, 31), 25, date(2028, 6, 30)),
    ],
)
def test_calendar_months_end_with_the_month(day: date, months: int, later: date) -> None:
    assert later_by(day, months) == later


def test_a_month_is_the_mean_month() -> None:
    assert [months_of(days) for days in (0, 30, 487, 3653)] == [
        Decimal("0.00"),
        Decimal("0.98"),
        Decimal("16.00"),
        Decimal("120.01"),
    ]
    assert Point(lot=LOTS[0], days=487, value=Decimal(1)).months == Decimal("16.00")


def test_only_limits_that_can_be_crossed_are_watched() -> None:
    series = Series(assay=Slug("ph"), points=(), direction=Direction.EITHER, low=Decimal(7), high=Decimal(8))
    sides = [[name for name, _ in replace(series, direction=one).watched()] for one in Direction]
    assert sides == [["low"], ["high"], ["low", "high"]]
    assert series.lots == ()


def test_a_condition_is_as_cold_as_its_warmest() -> None:
    warmest = {
        25: "ambient",
        8: "refrigerated",
        -14: "refrigerated",
        -15: "frozen",
        -25: "deep_frozen",
        -70: "deep_frozen",
    }
    assert {degrees: storage_class(Decimal(degrees)).value for degrees in warmest} == warmest


@pytest.mark.parametrize(
    ("storage", "covered", "lots", "supported", "expected"),
    [
        (StorageClass.AMBIENT, "6", 3, True, ("12", Bounded.TWICE)),
        (StorageClass.AMBIENT, "24", 3, True, ("36", Bounded.TWELVE_BEYOND)),
        (StorageClass.REFRIGERATED, "8", 3, True, ("12.0", Bounded.HALF_AGAIN)),
        (StorageClass.REFRIGERATED, "24", 3, True, ("30", Bounded.SIX_BEYOND)),
        (StorageClass.FROZEN, "12", 3, True, ("12", Bounded.DATA_FROZEN)),
        (StorageClass.DEEP_FROZEN, "12", 3, True, ("12", Bounded.DATA_DEEP_FROZEN)),
        (StorageClass.AMBIENT, "12", 3, False, ("12", Bounded.DATA_UNSUPPORTED)),
        (StorageClass.AMBIENT, "12", 2, True, ("12", Bounded.DATA_FEW_LOTS)),
    ],
)
def test_the_data_carry_as_far_as_the_rule_says_and_no_further_than_the_bound(
    storage: StorageClass, covered: str, lots: int, supported: bool, expected: tuple[str, Bounded]
) -> None:
    def far(crosses: str | None) -> Reach:
        meets = None if crosses is None else Decimal(crosses)
        return reach(Decimal(covered), meets, storage=storage, lots=lots, supported=supported)

    assert (far(None).months, far(None).bounded) == (Decimal(expected[0]), expected[1])
    assert far("999") == far(None)
    assert (far("3.5").months, far("3.5").bounded) == (Decimal("3.5"), Bounded.CONFIDENCE)
    assert far(None).bounded.in_words.endswith(").")


@given(
    st.sampled_from(StorageClass), st.decimals(0, 120, places=2), st.none() | st.decimals(0, 400, places=2),
    st.integers(1, 5), st.booleans(),
)  # fmt: skip
def test_no_shelf_life_lies_beyond_its_bound_nor_more_than_a_year_beyond_its_data(
    storage: StorageClass, covered: Decimal, crosses: Decimal | None, lots: int, supported: bool
) -> None:
    found = reach(covered, crosses, storage=storage, lots=lots, supported=supported)
    assert crosses is None or found.months <= crosses
    assert found.months <= min(2 * covered, covered + 12)


def test_records_make_a_study() -> None:
    study = told(*story(points=2), invalidated(1), warmed(1, 40), decided(1, acceptable=True))
    assert (study.id, study.organisation, len(study.pulls), len(study.results)) == (
        "STB-1",
        "demo-maker",
        2,
        6,
    )
    assert not study.result(1).valid
    assert study.result(2).verified_by is not None
    assert study.body(4).lot == LOTS[0]
    assert study.days(study.body(4)) == 90
    assert study.left(PLAN.lots[0]) == 16
    assert not study.excursion(1).is_open
    assert not study.excursion(1).spoils
    for missing in (study.result, study.excursion, study.time_point):
        for number in (0, 8):
            with pytest.raises(NotFound):
                missing(number)


def test_a_study_holds_only_results_of_time_points() -> None:
    study = told(*story(points=1))
    (first, *_) = study.results
    shared = {name: getattr(first.recorded, name) for name in ResultRecorded.__dataclass_fields__}
    other = replace(study, results=(replace(first, recorded=ResultRecorded(**shared)),))
    with pytest.raises(TypeError, match="time points"):
        other.body(1)


def test_nobody_verifies_what_they_recorded() -> None:
    study = told(*story(points=1, verify=False))
    study.must_verify(1, PersonId("b.analyst"))
    with pytest.raises(VerificationRefused) as refused:
        study.must_verify(1, PersonId("a.analyst"))
    assert [reason.code for reason in refused.value.reasons] == ["verifier_is_analyst"]
    with pytest.raises(NotFound):
        study.must_verify(4, PersonId("b.analyst"))


def test_a_temperature_has_a_beginning_and_two_ends() -> None:
    whole = warmed(1, 40)
    assert faults(
        replace, whole, ended_at="2025-01-01T00:00:00Z" and type(whole.ended_at)("2025-01-01T00:00:00Z")
    ) == ["/ended_at"]
    assert faults(replace, whole, temperature=replace(READING, max=Decimal(1))) == ["/temperature"]
    assert isinstance(whole, StabilityTemperatureRecorded)


def test_pulls_are_planned_due_overdue_and_pulled() -> None:
    study = told(PLAN, pulled(1, 1, 0), pulled(2, 2, 90, LOTS[0]))
    planned = {(pull.point, pull.lot): pull for pull in schedule(study)}
    assert len(planned) == 15
    second = planned[2, LOTS[1]]
    assert (second.due_from, second.due_on, second.due_until) == (
        date(2026, 4, 8),
        date(2026, 4, 15),
        date(2026, 4, 22),
    )
    on = {day: second.status(date(2026, 4, day)) for day in (7, 8, 22, 23)}
    assert on == {7: PullStatus.PLANNED, 8: PullStatus.DUE, 22: PullStatus.DUE, 23: PullStatus.OVERDUE}
    assert planned[2, LOTS[0]].status(date(2030, 1, 1)) is PullStatus.PULLED
    assert {pull.lot: pull.point for pull in outstanding(study)} == {LOTS[0]: 3, LOTS[1]: 2, LOTS[2]: 2}
    assert outstanding(concluded(study)) == ()


def concluded(study: Study) -> Study:
    """The same study after a conclusion of no shelf life."""
    body = StabilityStudyConcluded(
        shelf_life_months=None, statement=Text("Stopped."), justification=None, supported_months=None, bounded=None,
        assays=(), software=(),
    )  # fmt: skip
    after = told(PLAN, body)
    assert after.conclusion is not None
    return replace(study, conclusion=after.conclusion)


def test_an_amended_plan_takes_the_place_of_the_first() -> None:
    longer = (*PLAN.time_points, TimePoint(months=18, window_days=14))
    study = told(PLAN, StabilityPlanAmended(time_points=longer, supporting=None))
    assert (study.amendments, len(study.plan.time_points), study.plan.supporting) == (1, 6, None)


def test_a_conclusion_is_of_a_month_at_least() -> None:
    body = concluded(told(PLAN)).conclusion
    assert body is not None
    assert faults(replace, body.stated, shelf_life_months=0) == ["/shelf_life_months"]


def only(study: Study, crosses: str | None = None) -> Any:
    """The figures of the first assay."""
    return evaluate(study, straight(crosses)).assays[0]


def test_a_study_reaches_as_far_as_its_shortest_lot_allows() -> None:
    study = told(*story())
    figures = only(study)
    assert figures.covered == 12
    assert (figures.reach.months, figures.reach.bounded) == (18, Bounded.HALF_AGAIN)
    one_behind = only(told(*story()[:-16], *verified(range(1, 15))))
    assert one_behind.covered == 9
    assert only(study, "9.5").reach.months == Decimal("9.5")
    assert evaluate(study, straight("9.5")).bounded is Bounded.CONFIDENCE


@pytest.mark.parametrize(
    ("low", "high", "bounded"),
    [
        ("-25", "-15", Bounded.DATA_FROZEN),
        ("-90", "-70", Bounded.DATA_DEEP_FROZEN),
        ("23", "27", Bounded.TWICE),
    ],
)
def test_the_condition_decides_how_far(low: str, high: str, bounded: Bounded) -> None:
    assert only(told(*story(plan=kept_at(low, high)))).reach.bounded is bounded


def test_what_has_no_exact_value_is_no_point_but_covers_its_time() -> None:
    below = result(16, LOTS[0], 5, None, comparator="below_loq", loq="5E+9")
    less = result(17, LOTS[0], 5, "9.9E+9", comparator=">")
    other = result(18, LOTS[0], 5, "9.9E+9", unit="particles/vial")
    figures = only(told(*story(), below, less, other))
    assert {one.result: one.because for one in figures.left_out} == {
        16: LeftOutBecause.NO_EXACT_VALUE,
        17: LeftOutBecause.NO_EXACT_VALUE,
        18: LeftOutBecause.OTHER_UNIT,
    }
    assert figures.failed == (16,)
    assert figures.counted == tuple(range(1, 16))


def test_mostly_inexact_results_give_no_number() -> None:
    inexact = [result(n + 1, LOTS[n % 3], n // 3 + 1, "9E+9", comparator="<=") for n in range(9)]
    exact = [result(n + 10, LOTS[n], 4) for n in range(3)]
    study = told(PLAN, *(pulled(n, n, n * 90) for n in range(1, 5)), *inexact, *exact)
    assert evaluate(study, straight(None)).missing == (
        "9 of 12 results of particle_concentration have no exact value: too many for a line.",
    )
    assert evaluate(study, straight(None)).supported is None
    assert evaluate(study, straight(None)).bounded is None
    assert evaluate(study, straight(None)).shortest is None


def test_a_result_shown_invalid_does_not_count() -> None:
    figures = only(told(*story(), invalidated(15)))
    assert [one.because for one in figures.left_out] == [LeftOutBecause.INVALID]
    assert figures.covered == 9


def test_what_was_pulled_after_an_excursion_that_is_not_acceptable_does_not_count() -> None:
    open_, good = told(*story(), warmed(1, 200)), told(*story(), warmed(1, 200), decided(1, acceptable=True))
    bad = told(*story(), warmed(1, 200), decided(1, acceptable=False))
    assert only(open_).left_out == only(good).left_out == ()
    assert {one.because for one in only(bad).left_out} == {LeftOutBecause.EXCURSION}
    assert only(bad).covered == 6


def test_a_failed_result_supports_no_longer_than_the_pull_before_it() -> None:
    failing = result(16, LOTS[1], 4, "7.0E+9")
    figures = only(told(*story(), failing))
    assert figures.failed == (16,)
    assert (figures.reach.months, figures.reach.bounded) == (6, Bounded.FAILURE)
    at_once = only(told(*story(), result(16, LOTS[1], 1, "7.0E+9")))
    assert at_once.reach.months == 0


def test_what_was_pulled_before_its_window_covers_only_its_own_time() -> None:
    early = told(PLAN, pulled(1, 2, 60), *(result(n, lot, 2, pull=1) for n, lot in enumerate(LOTS, start=1)))
    assert only(early).covered == months_of(60)
    late = told(PLAN, pulled(1, 2, 200), *(result(n, lot, 2, pull=1) for n, lot in enumerate(LOTS, start=1)))
    assert only(late).covered == 3


def worded(**plan: Any) -> Any:
    """A plan with an assay in words alone."""
    assays = (
        StudyAssay(criterion=STERILE, direction=Direction.EITHER),
        StudyAssay(criterion=CLEAR, direction=Direction.EITHER),
    )
    return replace(PLAN, assays=assays, **plan)


def test_an_assay_in_words_carries_as_far_as_one_that_does_not_change() -> None:
    def sterile(number: int, lot: Any, point: int, days: int) -> Any:
        started = f"2026-01-{28 - days:02}T08:00:00Z"
        said = {"assay": "sterility", "finding": "no_growth", "unit": None, "started": started}
        return result(number, lot, point, None, **said, read="2026-01-28T08:00:00Z")

    def clear(number: int, lot: Any, point: int) -> Any:
        return result(number, lot, point, None, assay="appearance", finding="clear", unit=None)

    pulls = (pulled(1, 1, 0), pulled(2, 2, 90))
    pairs = [(lot, point) for lot in LOTS for point in (1, 2)]
    results = (
        *(sterile(n, lot, point, 15) for n, (lot, point) in enumerate(pairs, start=1)),
        *(clear(n, lot, point) for n, (lot, point) in enumerate(pairs, start=7)),
    )
    study = told(worded(), *pulls, *results, sterile(13, LOTS[0], 2, 3))
    sterility, appearance = evaluate(study, lacking).assays
    assert sterility.regression is appearance.regression is None
    assert sterility.reach is not None
    assert sterility.reach.bounded is Bounded.HALF_AGAIN
    assert [one.because for one in sterility.left_out] == [LeftOutBecause.INTERIM]
    nothing = evaluate(told(worded()), lacking)
    assert nothing.missing[0] == "There is no final result of sterility yet."
    assert not each_evaluated(study, lacking)[0].series.points


def reasons(study: Study, months: int | None, *, crosses: str | None = None, **members: Any) -> list[str]:
    """The codes of what stands against concluding the study so."""
    said: dict[str, Any] = {"justification": None, "investigated": (), **members}
    evaluation = evaluate(study, members.pop("regress", straight(crosses)))
    said.pop("regress", None)
    return [one.code for one in conclusion_reasons(study, evaluation, shelf_life_months=months, **said)]


def test_quality_concludes_what_the_figures_support() -> None:
    study = told(*story())
    assert reasons(study, 18) == []
    assert reasons(study, None) == []
    assert reasons(study, 19) == ["beyond_supported"]
    assert reasons(study, 10, crosses="9.5") == ["beyond_supported"]


def test_nothing_may_be_open_when_a_study_is_concluded() -> None:
    study = told(*story(points=1, verify=False), warmed(1, 40), warmed(2, 50, out=False))
    found = reasons(study, None, investigated=((LOTS[0], 2),))
    assert found == ["result_unverified"] * 3 + ["investigation_open", "excursion_open"]


def test_a_shelf_life_wants_every_figure_and_the_labelled_condition() -> None:
    study = told(*story())
    assert reasons(study, 6, regress=lacking) == ["evaluation_incomplete"]
    assert reasons(told(*story(plan=replace(PLAN, kind=StudyKind.ACCELERATED))), 6) == ["not_long_term"]
    assert reasons(told(*story(plan=replace(PLAN, kind=StudyKind.ACCELERATED))), None) == []


def test_below_minus_twenty_a_case_may_be_made_that_no_figure_stands_against() -> None:
    deep = told(*story(plan=kept_at("-90", "-70")))
    because = Text("Two years of the development batches.")
    assert reasons(deep, 12) == []
    assert reasons(deep, 18) == ["justification_missing"]
    assert reasons(deep, 18, justification=because) == []
    assert reasons(deep, 18, crosses="30", justification=because) == []
    assert reasons(deep, 18, crosses="17.9", justification=because) == ["beyond_supported"]
    failed = told(*story(plan=kept_at("-90", "-70")), result(16, LOTS[1], 4, "7.0E+9"), *verified([16]))
    assert reasons(failed, 18, justification=because) == ["beyond_supported"]
    frozen = told(*story(plan=kept_at("-25", "-15")))
    assert reasons(frozen, 18, justification=because) == ["beyond_supported"]


def test_shelf_life_of_two_assays_is_that_of_the_shorter() -> None:
    plan = replace(PLAN, assays=(*PLAN.assays, StudyAssay(criterion=CLEAR, direction=Direction.EITHER)))
    clear = [
        result(16 + number, lot, 1, None, assay="appearance", finding="clear", unit=None)
        for number, lot in enumerate(LOTS)
    ]
    deep = replace(plan, condition=KeptAt(min=Decimal(-90), max=Decimal(-70)))
    study = told(*story(plan=deep), *clear, *verified(range(16, 19)))
    evaluation = evaluate(study, straight("30"))
    assert evaluation.shortest is not None
    assert (evaluation.supported, str(evaluation.shortest.assay)) == (Decimal(0), "appearance")
    assert reasons(study, 18, crosses="30", justification=Text("Because.")) == []
    assert reasons(study, 6, crosses="30", justification=Text("Because.")) == []


def test_what_the_statistics_say_is_what_is_shown() -> None:
    found = evaluate(told(*story()), straight("9.5")).assays[0]
    assert isinstance(found.regression, Regression)
    assert found.regression.crosses == Decimal("9.5")
    assert isinstance(lacking(each_evaluated(told(PLAN), lacking)[0].series), Shortfall)
