"""Whether a lot's number is odd beside those of the lots before it, though it may be within every limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from qc_service.domain.chart_points import ChartPoint
from qc_service.domain.control_charts import ControlLimits, control_limits
from qc_service.domain.trend_rules import RULES, completed_by_last

LOTS = 20
"""How many lots before it a lot is compared with."""
FEWEST_LOTS = 8
"""With fewer of them nothing is said: limits from so few would call every third lot odd, or none."""


@dataclass(frozen=True, kw_only=True)
class Oddity:
    """What is odd about a result: the rule that it breaks on a chart of the lots before it, or how its kind differs."""

    code: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A result beside the ``lots`` before it; ``why_not`` says what kept it from being compared."""

    point: ChartPoint
    lots: int
    limits: ControlLimits | None = None
    oddities: tuple[Oddity, ...] = ()
    why_not: str = ""


def compared_with(before: Sequence[ChartPoint], point: ChartPoint) -> Compared:
    """The result beside the points of the lots before it, oldest first.

    Numbers are judged by the default trend rules, with limits from the lots before alone. A bound is odd where most of
    those lots had a value, and a value where they had bounds alone.
    """
    same = [one for one in before if one.unit == point.unit]
    values = [one.figure for one in same if not one.censored]
    if len(same) < FEWEST_LOTS:
        count = f"{len(same)} {'lot' if len(same) == 1 else 'lots'}"
        why_not = f"{count} before it in {point.unit}; {FEWEST_LOTS} are needed"
        return Compared(point=point, lots=len(same), why_not=why_not)
    if point.censored:
        return Compared(point=point, lots=len(same), oddities=_bound(len(values), len(same)))
    if not values:
        words = f"a value, where all {len(same)} lots before it had bounds alone"
        return Compared(point=point, lots=len(same), oddities=(Oddity(code="first_value", words=words),))
    limits = _limits(tuple(values))
    if limits is None or len(values) < FEWEST_LOTS:
        why_not = f"only {len(values)} of {len(same)} lots before it had a value; {FEWEST_LOTS} are needed"
        return Compared(point=point, lots=len(same), why_not=why_not)
    broken = completed_by_last((*values, point.figure), limits)
    oddities = tuple(Oddity(code=one.rule.value, words=RULES[one.rule].words) for one in broken)
    return Compared(point=point, lots=len(values), limits=limits, oddities=oddities)


@lru_cache(maxsize=64)
def _limits(values: tuple[Decimal, ...]) -> ControlLimits | None:
    """The limits of an assay's lots, which each of a lot's results is compared with."""
    return control_limits(values)


def _bound(values: int, lots: int) -> tuple[Oddity, ...]:
    if 2 * values <= lots:
        return ()
    return (Oddity(code="bound", words=f"only a bound, where {values} of {lots} lots before it had a value"),)
