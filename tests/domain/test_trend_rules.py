"""Control charts: the limits of an individuals chart, and each rule against sequences made by hand."""

from __future__ import annotations

import random
from collections.abc import Collection
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.control_charts import ControlLimits, control_limits, shown
from qc_service.domain.trend_rules import (
    DEFAULT,
    NELSON,
    RULES,
    SETS,
    WESTERN_ELECTRIC,
    TrendRule,
    completed_by_last,
    violations,
)

KNOWN = ControlLimits(centre=Decimal(0), sigma=Decimal(1), count=30)
"""A process whose centre is 0 and whose sigma is 1."""


def numbers(*values: str | float) -> tuple[Decimal, ...]:
    return tuple(Decimal(str(value)) for value in values)


def broken(
    *values: str | float, rules: Collection[TrendRule] = frozenset(TrendRule)
) -> dict[str, tuple[int, ...]]:
    """The rules that a sequence breaks, each with the places that take part."""
    return {str(one.rule): one.points for one in violations(numbers(*values), KNOWN, rules)}


def test_limits_are_the_mean_and_the_mean_difference_of_neighbours() -> None:
    limits = control_limits(numbers("10.0", "10.4", "9.8", "10.2"))
    assert limits is not None
    assert limits.centre == Decimal("10.1")
    assert shown(limits.sigma) == "0.413712"  # (0.4 + 0.6 + 0.4) / 3 / 1.128
    assert (shown(limits.lower), shown(limits.upper)) == ("8.85887", "11.3411")
    assert limits.provisional
    assert not KNOWN.provisional


def test_two_values_are_the_fewest() -> None:
    assert control_limits(()) is None
    assert control_limits(numbers(7)) is None
    limits = control_limits(numbers(7, 8))
    assert limits is not None
    assert (limits.centre, limits.count) == (Decimal("7.5"), 2)


def test_values_that_never_vary_have_no_spread_and_break_no_rule() -> None:
    values = numbers(*["7.40"] * 40)
    limits = control_limits(values)
    assert limits is not None
    assert (limits.centre, limits.sigma) == (Decimal("7.4"), Decimal(0))
    assert violations(values, limits, frozenset(TrendRule)) == ()
    after = completed_by_last((*values, Decimal("7.41")), limits)
    assert [one.rule for one in after] == [TrendRule.WESTERN_ELECTRIC_1]


def test_values_of_any_size_are_worked_with_exactly() -> None:
    large = control_limits(numbers("1.9E+300", "2.1E+300"))
    assert large is not None
    assert (shown(large.centre), shown(large.sigma)) == ("2E+300", "1.77305E+299")
    third = control_limits(numbers(0, 0, 1))
    assert third is not None
    assert shown(third.centre) == "0.333333"
    assert shown(Decimal(123456789)) == "1.23457E+8"
    assert shown(Decimal("0.00001234")) == "0.00001234"
    assert shown(Decimal("-0.00")) == "0"


@pytest.mark.parametrize(
    ("value", "zone"),
    [("0", 0), ("0.1", 1), ("1", 1), ("1.1", 2), ("2", 2), ("2.1", 3), ("3", 3), ("3.1", 4), ("99", 4)],
)
def test_a_value_on_an_edge_is_not_beyond_it(value: str, zone: int) -> None:
    assert KNOWN.zones(numbers(value)) == [zone]
    assert KNOWN.zones((-Decimal(value),)) == [-zone]


ONE_EACH: dict[str, tuple[tuple[float, ...], dict[str, tuple[int, ...]]]] = {
    "one beyond three": ((0, 0.2, 3.1, 0), {"western_electric_1": (2,), "nelson_1": (2,)}),
    "one beyond three below": ((0.2, -3.1), {"western_electric_1": (1,), "nelson_1": (1,)}),
    "two of three beyond two": ((0, 2.2, 0, 2.1, 0), {"western_electric_2": (1, 3), "nelson_5": (1, 3)}),
    "the first two of three": ((-2.2, -2.1), {"western_electric_2": (0, 1), "nelson_5": (0, 1)}),
    "four of five beyond one": (
        (1.2, 1.1, -0.2, 1.3, 1.2, 0),
        {"western_electric_3": (0, 1, 3, 4), "nelson_6": (0, 1, 3, 4)},
    ),
    "eight on one side": (
        (-0.1, *(0.5, 0.2) * 4, -0.1),
        {"western_electric_4": tuple(range(1, 9))},
    ),
    "six rising": ((-0.6, -0.4, -0.2, 0.2, 0.4, 0.6), {"nelson_3": tuple(range(6))}),
    "six falling": ((0.6, 0.4, 0.2, -0.2, -0.4, -0.6), {"nelson_3": tuple(range(6))}),
    "fourteen alternating": ((1.2, -0.2, *(0.2, -0.2) * 6), {"nelson_4": tuple(range(14))}),
    "fifteen within one": (
        (0.2, 0.2, -0.2, -0.2, 0.5, 0.5, -0.5, -0.5, 0.1, 0.1, -0.1, -0.1, 0.9, 1, -0.4),
        {"nelson_7": tuple(range(15))},
    ),
    "eight with none within one": (
        (1.2, 1.3, -1.2, -1.3, 1.2, 1.1, -1.2, -1.4),
        {"nelson_8": tuple(range(8))},
    ),
}


@pytest.mark.parametrize("name", ONE_EACH)
def test_a_sequence_breaks_the_one_rule_that_it_was_made_for(name: str) -> None:
    values, expected = ONE_EACH[name]
    assert broken(*values) == expected
    assert broken(*(-value for value in values)) == expected, "below the centre as above it"


def test_every_rule_has_a_sequence_of_its_own_but_the_ninth_in_a_row() -> None:
    alone = {rule for _, expected in ONE_EACH.values() for rule in expected}
    assert alone == set(TrendRule) - {TrendRule.NELSON_2}


def test_nine_in_a_row_are_nelsons_where_eight_are_western_electrics() -> None:
    nine = (0.5, 0.2, 0.2, 0.6, 0.1, 0.4, 0.4, 0.3, 0.2)
    assert broken(*nine) == {"western_electric_4": tuple(range(9)), "nelson_2": tuple(range(9))}
    assert broken(*nine[:8]) == {"western_electric_4": tuple(range(8))}


NEARLY: dict[str, tuple[float, ...]] = {
    "nothing": (),
    "on three sigma": (3.0,),
    "one of three beyond two": (0.2, 2.1, 0.2),
    "two of four beyond two": (2.1, 0.2, -0.2, 2.1),
    "two beyond two on two sides": (2.1, -2.1),
    "three of five beyond one": (1.1, 1.1, 0, 1.1, -0.2),
    "four of six beyond one": (1.1, 1.1, -0.2, -0.2, 1.1, 1.1),
    "seven on one side": (0.2,) * 7,
    "seven, one on the centre and one more": (*(0.2,) * 7, 0, 0.2),
    "five rising": (-0.4, -0.2, 0, 0.2, 0.4),
    "six rising but for two alike": (-0.6, -0.4, 0.2, 0.2, 0.4, 0.6),
    "thirteen alternating": (1.2, *(-0.2, 0.2) * 6),
    "fourteen alternating but for two alike": (1.2, *(-0.2, 0.2) * 5, 0.2, -0.2, 0.2),
    "fourteen within one": (*(0.2, 0.2, -0.2, -0.2) * 3, 0.2, 0.2),
    "eight of which one is within one": (1.2, 1.3, -1.2, -1.3, 0.9, 1.2, -1.2, -1.4),
}


@pytest.mark.parametrize("name", NEARLY)
def test_what_falls_short_of_a_pattern_breaks_no_rule(name: str) -> None:
    assert broken(*NEARLY[name]) == {}


def test_a_pattern_that_goes_on_is_one_violation() -> None:
    (found,) = violations(numbers(*(0.5, 0.2) * 6), KNOWN, {TrendRule.WESTERN_ELECTRIC_4})
    assert (found.signals, found.points) == ((7, 8, 9, 10, 11), tuple(range(12)))
    assert found.words == "eight values in a row on one side of the centre"
    apart = violations(numbers(3.1, 0, -3.1), KNOWN, {TrendRule.WESTERN_ELECTRIC_1})
    assert [one.points for one in apart] == [(0,), (2,)]


def test_only_the_rules_that_are_chosen_are_looked_at() -> None:
    assert broken(3.1, rules={TrendRule.NELSON_3}) == {}
    assert set(broken(0, 3.1, rules=DEFAULT)) == {"western_electric_1"}
    rising = numbers(-0.6, -0.4, -0.2, 0.2, 0.4, 0.6)
    assert [one.rule for one in violations(rising, KNOWN)] == [TrendRule.NELSON_3]
    assert violations(rising, KNOWN, SETS["western_electric"]) == ()
    assert len(SETS["nelson"]) == 8


def test_each_rule_names_its_source() -> None:
    assert set(RULES) == set(TrendRule)
    assert {one.source for rule, one in RULES.items() if rule.startswith("nelson")} == {NELSON}
    assert {one.source for rule, one in RULES.items() if not rule.startswith("nelson")} == {WESTERN_ELECTRIC}


@given(st.lists(st.integers(-40, 40).map(lambda tenths: Decimal(tenths) / 10), min_size=1, max_size=25))
def test_the_last_value_breaks_what_the_whole_chart_says_that_it_breaks(values: list[Decimal]) -> None:
    rules = frozenset(TrendRule)
    last = {one.rule for one in completed_by_last(values, KNOWN, rules)}
    whole = {one.rule for one in violations(values, KNOWN, rules) if len(values) - 1 in one.signals}
    assert last == whole


@given(
    st.lists(st.integers(-10_000, 10_000).map(Decimal), min_size=2, max_size=30),
    st.integers(1, 9),
    st.integers(-9, 9),
)
def test_another_scale_or_zero_changes_no_verdict(values: list[Decimal], scale: int, shift: int) -> None:
    def found(those: list[Decimal]) -> list[object]:
        limits = control_limits(those)
        assert limits is not None
        return [(one.rule, one.points) for one in violations(those, limits, frozenset(TrendRule))]

    spread = control_limits(values)
    edges = {spread.at(sigmas) for sigmas in range(-3, 4)} if spread else set()
    if edges.isdisjoint(values):  # on an edge, the last digit of a quotient decides
        assert found(values) == found([value * scale + shift for value in values])


def test_false_alarms_come_about_once_in_eighty_values() -> None:
    """Champ & Woodall, Technometrics 29 (1987): 91.75 values from one false alarm to the next by the four rules of
    Western Electric, 370.4 by the first alone; a sixth of the alarms more come by Nelson's third."""
    chance = random.Random(20261125)
    assert 80 < _values_to_an_alarm(chance, SETS["western_electric"]) < 104
    assert 68 < _values_to_an_alarm(chance, DEFAULT) < 90
    assert 310 < _values_to_an_alarm(chance, {TrendRule.WESTERN_ELECTRIC_1}, lives=100, apart=512) < 430


def _values_to_an_alarm(
    chance: random.Random, rules: Collection[TrendRule], *, lives: int = 300, apart: int = 128
) -> float:
    """How many values of a process that nothing disturbs it takes until one completes a pattern."""
    lengths = []
    for _ in range(lives):
        values: list[Decimal] = []
        while not (found := violations(values, KNOWN, rules)):
            values += [Decimal(round(chance.gauss(0, 1) * 10_000)).scaleb(-4) for _ in range(apart)]
        lengths.append(min(one.signals[0] for one in found) + 1)
    return sum(lengths) / len(lengths)
