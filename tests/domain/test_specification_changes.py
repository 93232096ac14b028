"""What a version changes: each assay and member, in words, and whether fewer or more results pass."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.codec import from_plain
from qc_service.domain.criteria import Criterion, Judgement
from qc_service.domain.errors import Malformed
from qc_service.domain.measurements import Comparator
from qc_service.domain.specification_changes import Effect, specification_changes
from qc_service.domain.specifications import Specification

TIGHTENED, LOOSENED, BOTH, UNCLEAR = Effect.TIGHTENED, Effect.LOOSENED, Effect.BOTH, Effect.UNCLEAR
BASE: dict[str, Any] = {
    "assay": "endotoxin", "kind": "numeric", "method": "USP <85>", "unit": "EU/mL", "low": "1.0", "high": "10.0",
    "replicates": 2, "highest_cv": "20",
}  # fmt: skip


def stated(**changes: Any) -> Criterion:
    return from_plain(Criterion, {**BASE, **changes})


def version(*criteria: Criterion, number: int = 1) -> Specification:
    return Specification(version=number, effective_from=date(2026, 1, 1), criteria=criteria)


def effect(old: Criterion, new: Criterion) -> Effect | None:
    (change,) = specification_changes(version(old), version(new, number=2))
    return change.effect


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"high": "5.0"}, TIGHTENED),
        ({"high": "20.0"}, LOOSENED),
        ({"high": None}, LOOSENED),
        ({"low": "2.0"}, TIGHTENED),
        ({"low": None}, LOOSENED),
        ({"low": "2.0", "high": "5.0"}, TIGHTENED),
        ({"low": "0.5", "high": "5.0"}, BOTH),
        ({"high": "10"}, LOOSENED),
        ({"high": "10.00"}, TIGHTENED),
        ({"low": "1"}, LOOSENED),
        ({"low_comparator": ">"}, TIGHTENED),
        ({"high_comparator": "<"}, TIGHTENED),
        ({"rounding": "none"}, TIGHTENED),
        ({"rounding": "half_even"}, UNCLEAR),
        ({"decimals": 2}, TIGHTENED),
        ({"decimals": 1}, None),
        ({"significant_digits": 2}, UNCLEAR),
        ({"replicates": 3}, TIGHTENED),
        ({"highest_cv": None, "replicates": None}, LOOSENED),
        ({"highest_cv": "25"}, LOOSENED),
        ({"required": False}, LOOSENED),
        ({"method_binding": True}, TIGHTENED),
        ({"method_binding": True, "method_version": "2"}, UNCLEAR),
        ({"method": "USP <86>"}, None),
        ({"basis": "K/M"}, None),
        ({"basis": "K/M", "high": "5.0"}, TIGHTENED),
        ({"unit": "EU/vial"}, UNCLEAR),
        ({"unit": "EU/vial", "high": "5.0"}, UNCLEAR),
    ],
)
def test_a_change_is_stricter_or_laxer_where_that_can_be_said(
    changes: dict[str, Any], expected: Effect | None
) -> None:
    assert effect(stated(), stated(**changes)) is expected


def test_what_is_compared_as_stated_ends_at_the_limit_itself() -> None:
    exact = {"rounding": "none"}
    assert effect(stated(**exact), stated(**exact, high_comparator="<")) is TIGHTENED
    assert effect(stated(**exact, low_comparator=">"), stated(**exact)) is LOOSENED
    assert effect(stated(**exact), stated(**exact, high="10.00")) is None


def test_significant_digits_keep_the_order_of_limits() -> None:
    digits = {"significant_digits": 3}
    assert (
        effect(stated(**digits, low="9.99", high=None), stated(**digits, low="10.0", high=None)) is TIGHTENED
    )
    assert effect(stated(**digits), stated(**digits, low_comparator=">")) is TIGHTENED


def test_a_limit_finer_than_its_rounding_cannot_be_ordered() -> None:
    coarse = stated(low=None, high="0.1", decimals=0)
    assert effect(coarse, stated(low=None, high="0.5", rounding="none")) is UNCLEAR
    assert effect(stated(low=None, high="1", decimals=0), coarse) is UNCLEAR


NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=1, min_value=-3, max_value=3)
RULES = st.sampled_from(
    [{}, {"decimals": 0}, {"decimals": 1}, {"significant_digits": 1}, {"significant_digits": 2}]
)


@st.composite
def criteria(draw: st.DrawFn) -> Criterion:
    low, high = draw(st.none() | NUMBERS), draw(st.none() | NUMBERS)
    rounding = draw(st.sampled_from(["half_up", "half_even", "none"]))
    members = {
        "low": None if low is None else str(low), "high": None if high is None else str(high), "rounding": rounding,
        "low_comparator": draw(st.sampled_from([">=", ">"])), "high_comparator": draw(st.sampled_from(["<=", "<"])),
        **({} if rounding == "none" else draw(RULES)),
    }  # fmt: skip
    try:
        return stated(**members)
    except Malformed:
        return stated()


@given(criteria(), criteria(), st.lists(st.decimals(places=2, min_value=-4, max_value=4), max_size=30))
def test_what_is_called_tightened_lets_nothing_new_pass(
    old: Criterion, new: Criterion, values: list[Decimal]
) -> None:
    said = {one.effect for one in specification_changes(version(old), version(new, number=2))}
    for value in values:
        before, after = (one.judge(Comparator.EQUAL, value, "EU/mL") for one in (old, new))
        if said in ({TIGHTENED}, {None}, set()):
            assert (before, after) != (Judgement.FAIL, Judgement.PASS)
        if said in ({LOOSENED}, {None}, set()):
            assert (before, after) != (Judgement.PASS, Judgement.FAIL)


def test_every_change_is_told_in_words() -> None:
    gone, added = stated(assay="ph", required=False), stated(assay="potency", high=None)
    changed = stated(high="5.0", high_comparator="<", method_binding=True)
    same = stated(assay="osmolality")
    changes = specification_changes(version(stated(), same, gone), version(added, changed, same, number=2))
    assert [change.in_words for change in changes] == [
        "potency added: at least 1.0 EU/mL, required",
        (
            "endotoxin changed: high: 10.0 → 5.0 (tightened); high comparator: <= → < (tightened); "
            "method binding: no → yes (tightened)"
        ),
        "ph removed: 1.0 to 10.0 EU/mL, informative",
    ]
    assert [(change.assay, change.alteration.value, change.effect) for change in changes] == [
        ("potency", "added", TIGHTENED),
        ("endotoxin", "changed", TIGHTENED),
        ("ph", "removed", None),
    ]


def test_a_first_version_adds_everything_and_the_same_changes_nothing() -> None:
    one = version(stated(), stated(assay="ph", required=False))
    assert [change.effect for change in specification_changes(None, one)] == [TIGHTENED, None]
    assert specification_changes(one, one) == ()
    gone = specification_changes(one, replace(one, criteria=()))
    assert [change.effect for change in gone] == [LOOSENED, None]


def test_a_finding_that_passes_instead_of_another_is_neither() -> None:
    worded = {"assay": "appearance", "kind": "qualitative", "method": "SOP-7"}
    old = from_plain(Criterion, {**worded, "expected": "clear"})
    new = from_plain(Criterion, {**worded, "expected": "slightly hazy"})
    (change,) = specification_changes(version(old), version(new, number=2))
    assert change.effect is UNCLEAR
    assert change.in_words == "appearance changed: expected: clear → slightly hazy (unclear)"
    (member,) = change.members
    assert (member.before, member.after) == ("clear", "slightly hazy")
    (change,) = specification_changes(
        version(old), version(replace(old, basis=None, required=False), number=2)
    )
    assert change.in_words == "appearance changed: required: yes → no (loosened)"
    (change,) = specification_changes(version(stated()), version(stated(low=None), number=2))
    assert change.in_words == "endotoxin changed: low: 1.0 → nothing (loosened)"


def test_no_growth_that_is_written_out_is_no_change() -> None:
    told = {"assay": "sterility", "kind": "growth", "method": "USP <71>"}
    tacit, written = (from_plain(Criterion, one) for one in (told, {**told, "expected": "no_growth"}))
    assert specification_changes(version(tacit), version(written, number=2)) == ()
