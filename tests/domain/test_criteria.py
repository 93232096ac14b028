"""How a criterion rounds, which side of a limit passes, and which contradictions it refuses (rules Q2, Q6)."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.codec import from_plain, to_plain
from qc_service.domain.criteria import Criterion, Judgement
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line
from qc_service.domain.measurements import Comparator
from qc_service.domain.rounding import Rounding

PASS, FAIL, NOT_SHOWN = Judgement.PASS, Judgement.FAIL, Judgement.NOT_SHOWN
EXACT = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-100, max_value=100)


def stated(kind: str = "numeric", **members: Any) -> Criterion:
    """A criterion as the wire states it."""
    number = {"unit": "EU/mL"} if kind == "numeric" else {}
    return from_plain(Criterion, {"assay": "x", "kind": kind, "method": "USP <85>", **number, **members})


def judged(criterion: Criterion, said: str) -> Judgement:
    """Judge ``=5.0``, ``<=5`` and the like."""
    sign = said.rstrip("0123456789.-E+")
    return criterion.judge(Comparator(sign), Decimal(said.removeprefix(sign)), "EU/mL")


def test_a_criterion_on_record_before_these_members_is_what_it_was() -> None:
    older = {"assay", "kind", "method", "required", "unit", "low", "high", "expected", "decimals", "basis"}
    criterion = stated(low="1", high="2.0")
    plain = {name: value for name, value in to_plain(criterion).items() if name in older}
    assert from_plain(Criterion, plain) == criterion
    assert judged(criterion, "=1") is PASS
    assert judged(criterion, "=2.04") is PASS
    assert judged(criterion, "=2.05") is FAIL


@pytest.mark.parametrize(
    ("limits", "said", "verdict"),
    [
        ({"low": "5", "low_comparator": ">"}, "=5", FAIL),
        ({"low": "5", "low_comparator": ">"}, "=5.4", FAIL),
        ({"low": "5", "low_comparator": ">"}, "=5.5", PASS),
        ({"high": "5", "high_comparator": "<"}, "=5", FAIL),
        ({"high": "5", "high_comparator": "<"}, "=4.5", FAIL),
        ({"high": "5", "high_comparator": "<"}, "=4.4", PASS),
        ({"low": "5", "low_comparator": ">"}, ">5", PASS),
        ({"low": "5", "low_comparator": ">"}, ">4.9", NOT_SHOWN),
        ({"low": "5", "low_comparator": ">"}, ">=5", NOT_SHOWN),
        ({"low": "5", "low_comparator": ">"}, "<=5", FAIL),
        ({"low": "5", "low_comparator": ">"}, "<5", FAIL),
        ({"low": "5", "low_comparator": ">"}, "<6", NOT_SHOWN),
        ({"high": "5", "high_comparator": "<"}, "<5", PASS),
        ({"high": "5", "high_comparator": "<"}, "below_loq5", PASS),
        ({"high": "5", "high_comparator": "<"}, "<5.1", NOT_SHOWN),
        ({"high": "5", "high_comparator": "<"}, "<=5", NOT_SHOWN),
        ({"high": "5", "high_comparator": "<"}, ">=5", FAIL),
        ({"high": "5", "high_comparator": "<"}, ">5", FAIL),
        ({"high": "5", "high_comparator": "<"}, ">4", NOT_SHOWN),
    ],
)
def test_a_limit_may_leave_its_own_value_out(limits: dict[str, str], said: str, verdict: Judgement) -> None:
    assert judged(stated(**limits), said) is verdict


@pytest.mark.parametrize(
    ("rule", "said", "verdict"),
    [
        ({"rounding": "half_even", "decimals": 0}, "=10.5", PASS),
        ({"rounding": "half_even", "decimals": 0}, "=10.51", FAIL),
        ({"rounding": "half_even"}, "=10.5", PASS),
        ({"rounding": "none"}, "=10.0001", FAIL),
        ({"rounding": "none"}, "=10", PASS),
        ({"significant_digits": 2}, "=10.4", PASS),
        ({"significant_digits": 2}, "=10.5", FAIL),
        ({"significant_digits": 2, "rounding": "half_even"}, "=10.5", PASS),
        ({"significant_digits": 3}, "=10.04", PASS),
        ({"significant_digits": 3}, "=10.05", FAIL),
    ],
)
def test_a_value_is_rounded_by_the_rule(rule: dict[str, Any], said: str, verdict: Judgement) -> None:
    assert judged(stated(high="10", **rule), said) is verdict


@pytest.mark.parametrize(
    ("rule", "value", "shown"),
    [
        ({"rounding": "none"}, "9.9500", "9.9500"),
        ({"significant_digits": 2}, "9.96", "10"),
        ({"significant_digits": 3}, "9.9", "9.90"),
        ({"significant_digits": 3}, "1.0253E+11", "1.03E+11"),
        ({"significant_digits": 3}, "-0.0012345", "-0.00123"),
        ({"significant_digits": 3}, "0.00", "0.00"),
        ({"decimals": 2, "rounding": "half_even"}, "0.125", "0.12"),
        ({}, "0.125", "0"),
    ],
)
def test_a_value_is_shown_as_it_was_compared(rule: dict[str, Any], value: str, shown: str) -> None:
    assert str(stated(high="10", **rule).rounded(Decimal(value), Decimal(10))) == shown


@given(EXACT, st.sampled_from(Rounding))
def test_what_lies_within_strict_limits_lies_within_lax_ones(value: Decimal, rounding: Rounding) -> None:
    lax = stated(low="-10", high="10", rounding=rounding.value)
    strict = stated(low="-10", high="10", rounding=rounding.value, low_comparator=">", high_comparator="<")
    for comparator in (Comparator.EQUAL, Comparator.LESS, Comparator.GREATER):
        if strict.judge(comparator, value, "EU/mL") is PASS:
            assert lax.judge(comparator, value, "EU/mL") is PASS
        if lax.judge(comparator, value, "EU/mL") is FAIL:
            assert strict.judge(comparator, value, "EU/mL") is FAIL


@given(EXACT, EXACT, st.sampled_from(Rounding), st.sampled_from([None, 1, 2, 3]), st.booleans())
def test_rounding_keeps_the_order_of_values(
    one: Decimal, other: Decimal, rounding: Rounding, digits: int | None, upwards: bool
) -> None:
    """So that a bound may be judged by its end: whatever lies beyond it is rounded beyond it too."""
    wanted = digits if rounding is not Rounding.NONE else None
    criterion = stated(high="10.0", rounding=rounding.value, significant_digits=wanted)
    least, most = sorted((one, other))
    limit = Decimal("10.0") if upwards else Decimal("-10.0")
    assert criterion.rounded(least, limit) <= criterion.rounded(most, limit)


@pytest.mark.parametrize(
    ("members", "words", "terms"),
    [
        (
            {"low": "1", "high": "2"},
            "1 to 2 EU/mL",
            "rounded half up to the limit's last place; by USP <85>",
        ),
        (
            {"low": "1", "high": "2", "low_comparator": ">", "decimals": 1, "rounding": "half_even"},
            "more than 1 and at most 2 EU/mL",
            "rounded half to even to 1 decimal; by USP <85>",
        ),
        (
            {"high": "2", "high_comparator": "<", "rounding": "none", "method_version": "3"},
            "less than 2 EU/mL",
            "compared as stated, without rounding; by USP <85> version 3",
        ),
        (
            {
                "low": "2", "significant_digits": 3, "replicates": 3, "highest_cv": "15.0", "method_version": "3",
                "method_binding": True,
            },
            "at least 2 EU/mL",
            (
                "rounded half up to 3 significant digits; 3 or more replicates with a CV of at most 15.0 %; "
                "only by USP <85> version 3"
            ),
        ),
        (
            {"low": "2", "replicates": 2},
            "at least 2 EU/mL",
            "rounded half up to the limit's last place; 2 or more replicates; by USP <85>",
        ),
    ],
)  # fmt: skip
def test_limits_and_terms_in_words(members: dict[str, Any], words: str, terms: str) -> None:
    criterion = stated(**members)
    assert criterion.in_words == words
    assert criterion.terms_in_words == terms


def test_a_finding_has_only_its_method_for_terms() -> None:
    assert stated("presence", expected="positive").terms_in_words == "by USP <85>"


def test_a_method_is_the_criterions_in_the_version_that_it_states() -> None:
    method, other = Line("USP <85>"), Line("USP <86>")
    assert stated(high="1").is_by(method, Line("1"))
    assert not stated(high="1").is_by(other, Line("1"))
    assert stated(high="1", method_version="2").is_by(method, Line("2"))
    assert not stated(high="1", method_version="2").is_by(method, Line("1"))


@pytest.mark.parametrize(
    ("members", "pointers"),
    [
        ({"low": "1", "low_comparator": "<"}, ["/low_comparator"]),
        ({"high": "1", "high_comparator": "="}, ["/high_comparator"]),
        ({"low": "1", "high": "1", "high_comparator": "<"}, ["/high"]),
        ({"high": "1", "significant_digits": 0}, ["/significant_digits"]),
        ({"high": "1", "significant_digits": 2, "decimals": 1}, ["/significant_digits"]),
        ({"high": "1", "rounding": "none", "decimals": 1}, ["/rounding"]),
        ({"high": "1", "replicates": 0}, ["/replicates"]),
        ({"high": "1", "replicates": 2, "highest_cv": "0"}, ["/highest_cv"]),
        ({"high": "1", "replicates": 1, "highest_cv": "5"}, ["/replicates"]),
        ({"high": "1", "highest_cv": "5"}, ["/replicates"]),
        (
            {"kind": "presence", "expected": "positive", "rounding": "none", "low_comparator": ">", "replicates": 2},
            ["/low_comparator", "/rounding", "/replicates"],
        ),
    ],
)  # fmt: skip
def test_every_contradiction_is_named(members: dict[str, Any], pointers: list[str]) -> None:
    with pytest.raises(Malformed) as refused:
        stated(**members)
    assert [fault.pointer for fault in refused.value.faults] == pointers


def test_one_value_may_be_all_that_passes() -> None:
    assert judged(stated(low="1.0", high="1.0"), "=1.04") is PASS
    assert judged(stated(low="1.0", high="1.0"), "=1.05") is FAIL
