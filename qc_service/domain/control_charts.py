"""The individuals chart: where values of a process usually lie, by their mean and the differences from one to the next.

A value that was censored, such as ``< 0.05``, has no place of its own on the chart: it is counted beside the chart and
never enters the mean, the limits or a rule, since whatever number stood for it would be made up.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import pairwise

D2 = Decimal("1.128")
"""How much the mean difference of two values is larger than their standard deviation (ASTM E2587, d2 for n = 2)."""
FEWEST = 2
"""Values from which limits can be worked out at all."""
RELIABLE = 20
"""Values from which they are worth trusting; with fewer they are provisional (ASTM E2587, 5.1.3 speaks of 20 to 25)."""
SHOWN_DIGITS = 6
"""Significant digits of a limit as it is shown; rules compare with all that were worked out."""
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN, Emin=-9999, Emax=9999)
_SHOWN = Context(prec=SHOWN_DIGITS, rounding=ROUND_HALF_EVEN, Emin=-9999, Emax=9999)


@dataclass(frozen=True, kw_only=True)
class ControlLimits:
    """The centre and one sigma of a process, from so many values."""

    centre: Decimal
    sigma: Decimal
    count: int

    @property
    def provisional(self) -> bool:
        """Whether they rest on too few values to be trusted."""
        return self.count < RELIABLE

    @property
    def lower(self) -> Decimal:
        """Three sigma below the centre."""
        return self.at(-3)

    @property
    def upper(self) -> Decimal:
        """Three sigma above the centre."""
        return self.at(3)

    def at(self, sigmas: int) -> Decimal:
        """So many sigma above the centre."""
        return _EXACT.add(self.centre, _EXACT.multiply(self.sigma, Decimal(sigmas)))

    def zones(self, values: Sequence[Decimal]) -> list[int]:
        """For each value on which side and how far out it lies.

        0 is on the centre; 1 is above it by a sigma at most, 2 and 3 by more than one and two, 4 by more than three;
        below it is the same below zero.
        """
        above = [self.at(sigmas) for sigmas in range(4)]
        below = [self.at(-sigmas) for sigmas in range(3, -1, -1)]
        return [bisect_left(above, value) - (4 - bisect_right(below, value)) for value in values]


def control_limits(values: Sequence[Decimal]) -> ControlLimits | None:
    """The limits of an individuals chart of these values in their order; ``None`` where there are too few.

    The centre is their mean, sigma the mean difference of neighbours divided by ``D2`` (ASTM E2587, 8.2): it tells how
    much the process varies from one lot to the next, whatever it drifts over many.
    """
    if len(values) < FEWEST:
        return None
    total, ranges = Decimal(0), Decimal(0)
    for value in values:
        total = _EXACT.add(total, value)
    for before, after in pairwise(values):
        ranges = _EXACT.add(ranges, _EXACT.abs(_EXACT.subtract(after, before)))
    spread = _EXACT.divide(ranges, Decimal(len(values) - 1))
    return ControlLimits(
        centre=_EXACT.divide(total, Decimal(len(values))),
        sigma=_EXACT.divide(spread, D2),
        count=len(values),
    )


def shown(value: Decimal) -> str:
    """A limit as it is read: at six significant digits, without zeros that say nothing."""
    short = _SHOWN.plus(value).normalize(_SHOWN)
    return f"{short:f}" if -5 < short.adjusted() < SHOWN_DIGITS else str(short)
