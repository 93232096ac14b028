"""Criteria and how results are judged by them (rules Q3, Q6), and which version is in effect."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line, Slug
from qc_service.domain.measurements import GROWTH, NO_GROWTH, Comparator
from qc_service.domain.specifications import (
    ASSAYS,
    Criterion,
    CriterionKind,
    Judgement,
    Specification,
    specification_on,
)

PASS, FAIL, NOT_SHOWN = Judgement.PASS, Judgement.FAIL, Judgement.NOT_SHOWN
STERILITY = Criterion(assay=Slug("sterility"), kind=CriterionKind.GROWTH, method=Line("USP <71>"))
APPEARANCE = Criterion(
    assay=Slug("appearance"), kind=CriterionKind.QUALITATIVE, method=Line("SOP-7"), expected=Line("clear")
)


def numeric(
    low: str | None = None, high: str | None = None, decimals: int | None = None, assay: str = "endotoxin"
) -> Criterion:
    return Criterion(
        assay=Slug(assay),
        kind=CriterionKind.NUMERIC,
        method=Line("USP <85>"),
        unit=Line("EU/mL"),
        low=None if low is None else Decimal(low),
        high=None if high is None else Decimal(high),
        decimals=decimals,
    )


def judged(criterion: Criterion, stated: str) -> Judgement:
    """Judge ``=5.0``, ``<=5`` and the like."""
    sign = stated.rstrip("0123456789.-E+")
    return criterion.judge(Comparator(sign), Decimal(stated.removeprefix(sign)), "EU/mL")


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [("=10", PASS), ("=10.4", PASS), ("=10.49", PASS), ("=10.5", FAIL), ("=-1", PASS), ("=1E+999", FAIL)],
)
def test_a_value_is_compared_at_the_limits_precision_a_five_upwards(stated: str, verdict: Judgement) -> None:
    """Rule Q6, USP General Notices 7.20: one digit beyond the limit's last place decides, and 5 goes up."""
    assert judged(numeric(high="10"), stated) is verdict


@pytest.mark.parametrize(("stated", "verdict"), [("=79.95", PASS), ("=79.94", FAIL), ("=80", PASS)])
def test_rounding_is_upwards_for_a_low_limit_too(stated: str, verdict: Judgement) -> None:
    assert judged(numeric(low="80.0"), stated) is verdict


def test_a_negative_value_is_rounded_by_its_magnitude() -> None:
    assert judged(numeric(low="-10"), "=-10.4") is PASS
    assert judged(numeric(low="-10"), "=-10.5") is FAIL


def test_the_specification_may_state_the_place_itself() -> None:
    criterion = numeric(high="10", decimals=1)
    assert judged(criterion, "=10.04") is PASS
    assert judged(criterion, "=10.05") is FAIL
    assert str(criterion.rounded(Decimal("9.96"), Decimal(10))) == "10.0"


def test_a_limit_in_scientific_notation_is_as_precise_as_it_is_written() -> None:
    criterion = numeric(low="1.0E+11")
    assert judged(criterion, "=9.5E+10") is PASS
    assert judged(criterion, "=9.4E+10") is FAIL


@pytest.mark.parametrize(
    ("low", "high", "stated", "verdict"),
    [
        (None, "10", "<5", PASS),
        (None, "3", "<5", NOT_SHOWN),
        (None, "5", "<5", PASS),
        (None, "5", "<=5", PASS),
        (None, "10", "below_lod5", PASS),
        (None, "3", "below_loq5", NOT_SHOWN),
        ("5", None, "<5", FAIL),
        ("5", None, "<=5", NOT_SHOWN),
        ("5", None, "<=4", FAIL),
        ("5", None, "<6", NOT_SHOWN),
        ("0", "10", "<5", NOT_SHOWN),
        ("5", None, ">6", PASS),
        ("5", None, ">5", PASS),
        ("5", None, ">=5", PASS),
        ("5", None, ">4", NOT_SHOWN),
        (None, "5", ">4", NOT_SHOWN),
        (None, "5", ">=5", NOT_SHOWN),
        (None, "5", ">5", FAIL),
        (None, "5", ">=6", FAIL),
    ],
)
def test_a_bound_passes_only_if_every_value_it_allows_passes(
    low: str | None, high: str | None, stated: str, verdict: Judgement
) -> None:
    assert judged(numeric(low, high), stated) is verdict


def test_a_number_in_another_unit_or_for_a_finding_shows_nothing() -> None:
    value = Decimal(1)
    assert numeric(high="10").judge(Comparator.EQUAL, value, "EU/vial") is NOT_SHOWN
    assert APPEARANCE.judge(Comparator.EQUAL, value, "EU/mL") is NOT_SHOWN


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-100, max_value=100))
def test_a_bound_is_never_judged_better_than_the_value_itself(value: Decimal) -> None:
    criterion = numeric("-10", "10")
    exact = criterion.judge(Comparator.EQUAL, value, "EU/mL")
    for comparator in (Comparator.LESS, Comparator.GREATER, Comparator.AT_MOST, Comparator.AT_LEAST):
        assert criterion.judge(comparator, value, "EU/mL") is not PASS
    assert exact is (PASS if abs(value) < Decimal("10.5") else FAIL)


def test_any_growth_fails_at_once() -> None:
    assert STERILITY.judge_finding(GROWTH) is FAIL
    assert STERILITY.judge_finding(NO_GROWTH) is PASS
    assert STERILITY.judge_finding(Line("no_growth_to_date")) is NOT_SHOWN


def test_a_finding_passes_if_it_is_the_expected_one() -> None:
    assert APPEARANCE.judge_finding(Line("clear")) is PASS
    assert APPEARANCE.judge_finding(Line("cloudy")) is FAIL
    assert numeric(high="10").judge_finding(Line("clear")) is NOT_SHOWN


def test_limits_in_words() -> None:
    assert numeric("1", "2").in_words == "1 to 2 EU/mL"
    assert numeric(None, "2").in_words == "at most 2 EU/mL"
    assert numeric("1").in_words == "at least 1 EU/mL"
    assert STERILITY.in_words == "no_growth"
    assert APPEARANCE.in_words == "clear"


def pointers(**members: object) -> list[str]:
    with pytest.raises(Malformed) as refused:
        Criterion(assay=Slug("x"), method=Line("SOP-1"), **members)  # type: ignore[arg-type]
    return [fault.pointer for fault in refused.value.faults]


def test_every_contradiction_in_a_criterion_is_named_at_once() -> None:
    numeric_kind, presence = CriterionKind.NUMERIC, CriterionKind.PRESENCE
    assert pointers(kind=numeric_kind) == ["/unit", "/low"]
    assert pointers(
        kind=numeric_kind,
        unit=Line("furlong"),
        low=Decimal(2),
        high=Decimal(1),
        decimals=13,
        expected=Line("clear"),
    ) == ["/unit", "/high", "/expected", "/decimals"]
    assert pointers(kind=numeric_kind, unit=Line("nm"), low=Decimal(1), decimals=-1) == ["/decimals"]
    assert pointers(kind=presence, unit=Line("nm"), low=Decimal(1), high=Decimal(1), decimals=1) == [
        "/unit",
        "/low",
        "/high",
        "/decimals",
        "/expected",
    ]
    assert pointers(kind=CriterionKind.GROWTH, expected=GROWTH) == ["/expected"]


def test_the_shared_assays_are_judged_in_their_usual_way() -> None:
    assert ASSAYS[Slug("sterility")] is CriterionKind.GROWTH
    assert ASSAYS[Slug("mycoplasma")] is CriterionKind.PRESENCE
    assert ASSAYS[Slug("particle_concentration")] is CriterionKind.NUMERIC


def specification(
    *criteria: Criterion, version: int = 1, effective_from: date = date(2026, 1, 1)
) -> Specification:
    return Specification(version=version, effective_from=effective_from, criteria=criteria)


def test_the_latest_version_whose_day_has_come_is_in_effect() -> None:
    first, second = specification(), specification(version=2, effective_from=date(2026, 6, 1))
    assert specification_on((first, second), date(2025, 12, 31)) is None
    assert specification_on((first, second), date(2026, 5, 31)) is first
    assert specification_on((first, second), date(2026, 6, 1)) is second
    assert specification(STERILITY).criterion("sterility") is STERILITY
    assert specification(STERILITY).criterion("endotoxin") is None
