"""Replicates: their exact mean and spread, what a specification wants of them, and values that nobody entered."""

from __future__ import annotations

import statistics
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.assessment import Outcome, judge
from qc_service.domain.comparison import compare, shortfall
from qc_service.domain.criteria import Criterion, CriterionKind, Judgement
from qc_service.domain.deriving import derived
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line, Slug
from qc_service.domain.measurements import Measurement
from qc_service.domain.quality import ResultVerified
from qc_service.domain.release import release_reasons
from qc_service.domain.replicates import Shortfall, disagrees, spread_of
from qc_service.domain.rounding import Rounding
from qc_service.domain.specifications import Specification
from tests.domain.quality_stories import ANALYST, QUALITY, SPECIFICATION, measurement, product, result, story
from tests.domain.test_release import case

READINGS = st.lists(
    st.decimals(min_value=1, max_value=10**6, places=3, allow_nan=False), min_size=1, max_size=8
)


def replicated(*values: str, **changes: Any) -> dict[str, Any]:
    listed = [{"label": f"well {place}", "value": value} for place, value in enumerate(values, start=1)]
    return {"replicates": listed, **changes}


def wanting(**changes: Any) -> Criterion:
    limits: dict[str, Any] = {
        "assay": Slug("endotoxin"), "kind": CriterionKind.NUMERIC, "method": Line("USP <85>"), "unit": Line("EU/mL"),
        "high": Decimal("0.5"),
    }  # fmt: skip
    return Criterion(**{**limits, **changes})


THREE = wanting(replicates=3, highest_cv=Decimal("10.0"))


@pytest.mark.parametrize(
    ("values", "mean", "cv"),
    [
        (("0.20", "0.20"), "0.20", "0"),
        (("0.20", "0.21"), "0.205", "3.449"),
        (("1", "2", "2"), "1.666667", "34.641"),
        (("1.05E+11", "1.15E+11"), "1.10E+11", "6.428"),
        (("-30", "-33"), "-31.5", "6.734"),
        (("0.30",), "0.30", None),
        (("-1", "1"), "0", None),
        (("0.0", "0.0"), "0.0", "0"),
    ],
)
def test_mean_and_cv_are_those_of_the_sample(values: tuple[str, ...], mean: str, cv: str | None) -> None:
    found = spread_of(tuple(map(Decimal, values)))
    assert str(found.mean) == mean
    shown = None if found.cv is None else str(found.cv.quantize(Decimal("0.001")))
    assert shown == (None if cv is None else str(Decimal(cv).quantize(Decimal("0.001"))))


@given(READINGS)
def test_mean_and_cv_agree_with_the_standard_library(readings: list[Decimal]) -> None:
    found = spread_of(tuple(readings))
    exact = sum(map(Fraction, readings), Fraction(0)) / len(readings)
    assert abs(Fraction(found.mean) - exact) <= Fraction(1, 10**9)
    if len(readings) > 1:
        assert found.cv is not None
        by_library = statistics.stdev(readings) / statistics.mean(readings) * 100
        assert abs(found.cv - by_library) < Decimal("1E-20")


@pytest.mark.parametrize(
    ("said", "short"),
    [
        (replicated("0.20", "0.21", "0.22"), None),
        (replicated("0.20", "0.21"), Shortfall.TOO_FEW),
        ({}, Shortfall.TOO_FEW),
        (replicated("0.15", "0.21", "0.27"), Shortfall.TOO_WIDE),
        (replicated("-0.1", "0.1", "0.0", value="0"), Shortfall.TOO_WIDE),
        (replicated("0.05", "0.05", "0.05", comparator="below_lod", value=None, lod="0.05"), None),
    ],
)
def test_too_few_or_too_far_apart_replicates_do_not_pass(
    said: dict[str, Any], short: Shortfall | None
) -> None:
    stated = measurement("endotoxin", **said)
    assert shortfall(THREE, stated) is short
    assert compare(THREE, stated) is (Judgement.NOT_SHOWN if short else Judgement.PASS)
    assert compare(wanting(), stated) is Judgement.PASS


def test_the_spread_is_rounded_to_the_place_of_its_limit_as_the_criterion_rounds() -> None:
    said = measurement("endotoxin", **replicated("0.20", "0.21", "0.22"))
    spread = spread_of((Decimal("0.20"), Decimal("0.21"), Decimal("0.22"))).cv
    assert spread is not None
    assert Decimal("4.76") < spread < Decimal("4.77")
    assert shortfall(wanting(replicates=2, highest_cv=Decimal("4.8")), said) is None
    assert shortfall(wanting(replicates=2, highest_cv=Decimal("4.76")), said) is None
    exact = wanting(replicates=2, highest_cv=Decimal("4.76"), rounding=Rounding.NONE)
    assert shortfall(exact, said) is Shortfall.TOO_WIDE


def test_what_fails_fails_whatever_its_replicates() -> None:
    assert compare(THREE, measurement("endotoxin", value="5")) is Judgement.FAIL


def test_a_binding_method_lets_no_other_pass_and_a_failure_by_another_stands() -> None:
    binding = wanting(method=Line("SOP-QC-4"), method_version=Line("3"), method_binding=True)
    assert shortfall(binding, measurement("endotoxin")) is Shortfall.OTHER_METHOD
    assert compare(binding, measurement("endotoxin")) is Judgement.NOT_SHOWN
    assert compare(binding, measurement("endotoxin", method_version="3")) is Judgement.PASS
    assert compare(binding, measurement("endotoxin", value="9")) is Judgement.FAIL


@pytest.mark.parametrize(
    ("criterion", "said", "outcome", "code"),
    [
        (THREE, replicated("0.2"), Outcome.TOO_FEW_REPLICATES, "replicates_too_few"),
        (THREE, replicated("0.15", "0.21", "0.27"), Outcome.SPREAD_TOO_WIDE, "spread_too_wide"),
        (wanting(method_binding=True), {}, Outcome.OTHER_METHOD, "other_method"),
    ],
)
def test_the_assessment_and_the_release_name_why_a_result_does_not_pass(
    criterion: Criterion, said: dict[str, Any], outcome: Outcome, code: str
) -> None:
    only = Specification(version=1, effective_from=SPECIFICATION.effective_from, criteria=(criterion,))
    lot = story((result(1, "endotoxin", **said), ANALYST), (ResultVerified(result=1), QUALITY))
    (judged,) = judge(only, lot.quality.results)
    assert (judged.outcome, judged.result) == (outcome, 1)
    reasons = release_reasons(case(lot, product=product(specifications=(only,))))
    assert code in [reason.code for reason in reasons]
    good = (result(2, "endotoxin", method="USP <85>", **replicated("0.20", "0.21", "0.22")), ANALYST)
    again = story((result(1, "endotoxin", **said), ANALYST), good, (ResultVerified(result=2), QUALITY))
    assert [one.outcome for one in judge(only, again.quality.results)] == [Outcome.PASS]


@pytest.mark.parametrize(
    ("value", "values", "differs"),
    [
        ("0.21", ("0.20", "0.22"), False),
        ("0.2", ("0.21", "0.24"), False),
        ("0.21", ("0.2", "0.3"), False),
        ("0.21", ("0.20", "0.30"), True),
        ("0.30", (), False),
    ],
)
def test_a_value_that_is_not_the_mean_of_its_replicates_is_told(
    value: str, values: tuple[str, ...], differs: bool
) -> None:
    assert disagrees(measurement("endotoxin", **replicated(*values, value=value))) is differs


def test_replicates_alone_make_the_value() -> None:
    full, words = derived(measurement("endotoxin", **replicated("0.20", "0.21", "0.22", value=None)))
    assert (str(full.value), words) == ("0.21", "mean of 3 replicates")
    full, words = derived(measurement("endotoxin", **replicated("0.20", value=None)))
    assert (str(full.value), words) == ("0.20", "the one replicate")
    assert not disagrees(full)
    below = measurement("endotoxin", **replicated("0.05", comparator="below_lod", value=None, lod="0.05"))
    assert derived(below) == (below, None)
    assert not disagrees(below)
    above = measurement(
        "endotoxin", **replicated("0.05", "12", comparator="below_lod", value=None, lod="0.05")
    )
    assert disagrees(above)
    sterile = measurement("sterility")
    assert derived(sterile) == (sterile, None)


def test_what_was_measured_times_the_dilution_is_the_value() -> None:
    diluted = {"factor": "10", "measured": "0.021"}
    full, words = derived(measurement("endotoxin", value=None, dilution=diluted))
    assert (str(full.value), words) == ("0.21", "0.021 measured, times 10")
    said = measurement("endotoxin", value="0.21", dilution=diluted)
    assert derived(said) == (said, None)
    by_instrument = measurement("endotoxin", value="0.21", dilution={"factor": "500"})
    assert derived(by_instrument) == (by_instrument, None)


def test_a_value_that_is_not_what_was_measured_times_the_dilution_is_refused() -> None:
    rounded = measurement("endotoxin", value="0.2", dilution={"factor": "10", "measured": "0.0212"})
    assert derived(rounded)[0].value == Decimal("0.2")
    with pytest.raises(Malformed) as refused:
        derived(measurement("endotoxin", value="0.3", dilution={"factor": "10", "measured": "0.021"}))
    assert (refused.value.detail, refused.value.field) == ("0.021 times 10 is 0.21, not 0.3", "dilution")


def test_a_number_too_long_to_be_written_out_is_refused_with_its_member() -> None:
    apart = replicated("1E+40", "1E-40", value=None)
    with pytest.raises(Malformed) as refused:
        derived(measurement("endotoxin", **apart))
    assert refused.value.field == "replicates"
    with pytest.raises(Malformed) as refused:
        derived(measurement("endotoxin", value=None, dilution={"factor": "1E+9", "measured": "1E+999"}))
    assert refused.value.field == "dilution"


@given(READINGS)
def test_a_mean_is_between_its_readings(readings: list[Decimal]) -> None:
    said = replicated(*map(str, readings), value=None)
    full, _ = derived(measurement("endotoxin", **said))
    assert isinstance(full, Measurement)
    assert full.value is not None
    assert min(readings) <= full.value <= max(readings)
    assert not disagrees(full)
