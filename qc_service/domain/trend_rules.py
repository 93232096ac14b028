"""What on a control chart is unlikely to be chance: the rules of Western Electric and of Nelson.

Each looks at the values up to one of them and says whether that one completes a pattern, and which take part. On a
process that nothing disturbs, whose values are spread normally, the default set gives a false alarm about once in
eighty values (for the four rules of Western Electric alone it is 91.75: Champ & Woodall, Technometrics 29, 1987).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from qc_service.domain.control_charts import ControlLimits

WESTERN_ELECTRIC = "Western Electric, Statistical Quality Control Handbook (1956)"
NELSON = "Nelson, The Shewhart Control Chart: Tests for Special Causes, J. Quality Technology 16 (1984)"


class TrendRule(StrEnum):
    """A rule by its author and number there."""

    WESTERN_ELECTRIC_1 = "western_electric_1"
    WESTERN_ELECTRIC_2 = "western_electric_2"
    WESTERN_ELECTRIC_3 = "western_electric_3"
    WESTERN_ELECTRIC_4 = "western_electric_4"
    NELSON_1 = "nelson_1"
    NELSON_2 = "nelson_2"
    NELSON_3 = "nelson_3"
    NELSON_4 = "nelson_4"
    NELSON_5 = "nelson_5"
    NELSON_6 = "nelson_6"
    NELSON_7 = "nelson_7"
    NELSON_8 = "nelson_8"


@dataclass(frozen=True, kw_only=True)
class Charted:
    """Values in their order with the zone of each (see ``ControlLimits.zones``); ``varies`` where sigma is not zero."""

    values: Sequence[Decimal]
    zones: Sequence[int]
    varies: bool


Pattern = Callable[[Charted, int], tuple[int, ...]]
"""The places that take part in a pattern which the value at this place completes; none where it completes none."""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What a rule looks for, in words and as a function, and who set it up."""

    words: str
    source: str
    pattern: Pattern


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A rule that was broken: the places in the chart that completed the pattern, and all that took part in it."""

    rule: TrendRule
    signals: tuple[int, ...]
    points: tuple[int, ...]

    @property
    def words(self) -> str:
        """What was seen."""
        return RULES[self.rule].words


def violations(
    values: Sequence[Decimal], limits: ControlLimits, rules: Collection[TrendRule] | None = None
) -> tuple[Violation, ...]:
    """Every rule that these values break, in the order of the rules; patterns that overlap are one violation.

    A value on the centre lies on neither side, and one on the edge of a zone is not beyond it; equal neighbours
    neither rise nor fall. With fewer values than a rule looks at, it says nothing.
    """
    charted = Charted(values=values, zones=limits.zones(values), varies=limits.sigma > 0)
    chosen = DEFAULT if rules is None else rules
    return tuple(
        found for rule in TrendRule if rule in chosen for found in _joined(rule, _signals(rule, charted))
    )


def completed_by_last(
    values: Sequence[Decimal], limits: ControlLimits, rules: Collection[TrendRule] | None = None
) -> tuple[Violation, ...]:
    """The rules that the last of these values breaks, by itself or together with those before it."""
    charted = Charted(values=values, zones=limits.zones(values), varies=limits.sigma > 0)
    last = len(values) - 1
    chosen = DEFAULT if rules is None else rules
    found = ((rule, RULES[rule].pattern(charted, last)) for rule in TrendRule if rule in chosen)
    return tuple(Violation(rule=rule, signals=(last,), points=points) for rule, points in found if points)


def _signals(rule: TrendRule, charted: Charted) -> Iterator[tuple[int, tuple[int, ...]]]:
    pattern = RULES[rule].pattern
    for place in range(len(charted.values)):
        points = pattern(charted, place)
        if points:
            yield place, points


def _joined(rule: TrendRule, signals: Iterable[tuple[int, tuple[int, ...]]]) -> Iterator[Violation]:
    completed: list[int] = []
    points: dict[int, None] = {}
    for place, taking_part in signals:
        if completed and not points.keys() & set(taking_part):
            yield Violation(rule=rule, signals=tuple(completed), points=tuple(points))
            completed, points = [], {}
        completed.append(place)
        points |= dict.fromkeys(taking_part)
    if completed:
        yield Violation(rule=rule, signals=tuple(completed), points=tuple(points))


def _beyond(sigmas: int, need: int, window: int) -> Pattern:
    """The value and others of the last ``window``, together ``need`` on one side, lie beyond so many sigma."""

    def pattern(charted: Charted, place: int) -> tuple[int, ...]:
        zone = charted.zones[place]
        if abs(zone) <= sigmas:
            return ()
        side = 1 if zone > 0 else -1
        before = range(max(0, place - window + 1), place + 1)
        points = tuple(at for at in before if charted.zones[at] * side > sigmas)
        return points if len(points) >= need else ()

    return pattern


def _run(length: int, belongs: Callable[[Charted, int, int], bool]) -> Pattern:
    """The last ``length`` values all belong together with this one."""

    def pattern(charted: Charted, place: int) -> tuple[int, ...]:
        first = place - length + 1
        if first < 0:
            return ()
        for at in range(place, first - 1, -1):
            if not belongs(charted, at, place):
                return ()
        return tuple(range(first, place + 1))

    return pattern


def _on_the_same_side(charted: Charted, at: int, place: int) -> bool:
    return charted.zones[at] * charted.zones[place] > 0


def _within_one(charted: Charted, at: int, _: int) -> bool:
    return charted.varies and abs(charted.zones[at]) <= 1


def _outside_one(charted: Charted, at: int, _: int) -> bool:
    return abs(charted.zones[at]) > 1


def _steps(length: int, *, alternating: bool) -> Pattern:
    """The last ``length`` values steadily rise, or fall, or turn at each."""

    def pattern(charted: Charted, place: int) -> tuple[int, ...]:
        first = place - length + 1
        if first < 0:
            return ()
        values, rises = charted.values, charted.values[place] > charted.values[place - 1]
        for at in range(place, first, -1):
            lower, upper = (values[at - 1], values[at]) if rises else (values[at], values[at - 1])
            if not lower < upper:
                return ()
            rises = rises is not alternating
        return tuple(range(first, place + 1))

    return pattern


_ONE = ("one value beyond three sigma", _beyond(3, 1, 1))
_TWO = ("two of three values in a row beyond two sigma on one side", _beyond(2, 2, 3))
_FOUR = ("four of five values in a row beyond one sigma on one side", _beyond(1, 4, 5))
_RULES: Mapping[TrendRule, tuple[str, Pattern]] = {
    TrendRule.WESTERN_ELECTRIC_1: _ONE,
    TrendRule.WESTERN_ELECTRIC_2: _TWO,
    TrendRule.WESTERN_ELECTRIC_3: _FOUR,
    TrendRule.WESTERN_ELECTRIC_4: (
        "eight values in a row on one side of the centre",
        _run(8, _on_the_same_side),
    ),
    TrendRule.NELSON_1: _ONE,
    TrendRule.NELSON_2: ("nine values in a row on one side of the centre", _run(9, _on_the_same_side)),
    TrendRule.NELSON_3: ("six values in a row steadily rising or falling", _steps(6, alternating=False)),
    TrendRule.NELSON_4: ("fourteen values in a row alternating up and down", _steps(14, alternating=True)),
    TrendRule.NELSON_5: _TWO,
    TrendRule.NELSON_6: _FOUR,
    TrendRule.NELSON_7: (
        "fifteen values in a row within one sigma, on both sides or one",
        _run(15, _within_one),
    ),
    TrendRule.NELSON_8: ("eight values in a row with none within one sigma", _run(8, _outside_one)),
}
RULES: Mapping[TrendRule, Definition] = MappingProxyType(
    {
        rule: Definition(
            words=words, source=NELSON if rule.startswith("nelson") else WESTERN_ELECTRIC, pattern=pattern
        )
        for rule, (words, pattern) in _RULES.items()
    }
)
"""Every rule. Nelson's 1, 5 and 6 are Western Electric's 1, 2 and 3; his 2 asks for nine where they ask for eight."""

SETS: Mapping[str, frozenset[TrendRule]] = MappingProxyType(
    {
        "default": frozenset(
            {rule for rule in TrendRule if rule.startswith("western")} | {TrendRule.NELSON_3}
        ),
        "western_electric": frozenset(rule for rule in TrendRule if rule.startswith("western")),
        "nelson": frozenset(rule for rule in TrendRule if rule.startswith("nelson")),
    }
)
"""Sets of rules by name: the default are Western Electric's four, and Nelson's of a steady trend, which they lack."""
DEFAULT = SETS["default"]
