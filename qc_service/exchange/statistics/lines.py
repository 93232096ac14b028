"""Least squares in exact fractions: the sums of each lot, and the three models that lots can share (ICH Q1E B.2).

A month is 487/16 days exactly, and a result is a decimal, so nothing is rounded before the end. With logarithms the
values are the doubles nearest to them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from qc_service.domain.expiry import DAYS_OF_A_MONTH, PoolModel, Series
from qc_service.domain.identifiers import LotNumber


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What least squares wants of some points: how many, their means, and the sums of squares about those."""

    lot: LotNumber | None
    count: int
    mean_time: Fraction
    mean_value: Fraction
    times: Fraction
    products: Fraction
    values: Fraction

    @property
    def residue(self) -> Fraction:
        """The sum of squares about the points' own line."""
        return self.values - self.products**2 / self.times


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A line with the variance of its mean: ``variance * (1 / count + (time - centre)² / spread)``."""

    lot: LotNumber | None
    count: int
    intercept: Fraction
    slope: Fraction
    centre: Fraction
    spread: Fraction
    variance: Fraction

    def mean(self, time: Fraction) -> Fraction:
        """The line at this time."""
        return self.intercept + self.slope * time

    def error_squared(self, time: Fraction) -> Fraction:
        """The squared standard error of the line at this time."""
        return self.variance * (Fraction(1, self.count) + (time - self.centre) ** 2 / self.spread)


def months(days: int) -> Fraction:
    """So many days in months, exactly."""
    return Fraction(days) / Fraction(DAYS_OF_A_MONTH)


def scaled(value: Decimal, log: bool) -> Fraction:
    """A value as it is fitted: itself, or its natural logarithm. Raises ``ValueError`` where it has none."""
    if not log:
        return Fraction(value)
    if value <= 0:
        raise ValueError("only a value above zero has a logarithm")
    return Fraction(float(value.ln()))


def sums_of_lots(series: Series) -> tuple[Sums, ...]:
    """The sums of each lot of the series, in order of their numbers."""
    points = [(point.lot, months(point.days), scaled(point.value, series.log)) for point in series.points]
    return tuple(
        _sums(lot, [(time, value) for of, time, value in points if of == lot]) for lot in series.lots
    )


def together(lots: Sequence[Sums]) -> Sums:
    """The sums of all lots' points as if they were one."""
    count = sum(lot.count for lot in lots)
    mean_time = sum((lot.count * lot.mean_time for lot in lots), Fraction(0)) / count
    mean_value = sum((lot.count * lot.mean_value for lot in lots), Fraction(0)) / count
    off = [(lot, lot.mean_time - mean_time, lot.mean_value - mean_value) for lot in lots]
    return Sums(
        lot=None,
        count=count,
        mean_time=mean_time,
        mean_value=mean_value,
        times=sum((lot.times + lot.count * time**2 for lot, time, _ in off), Fraction(0)),
        products=sum((lot.products + lot.count * time * value for lot, time, value in off), Fraction(0)),
        values=sum((lot.values + lot.count * value**2 for lot, _, value in off), Fraction(0)),
    )


def _sums(lot: LotNumber, points: Sequence[tuple[Fraction, Fraction]]) -> Sums:
    count = len(points)
    mean_time = sum((time for time, _ in points), Fraction(0)) / count
    mean_value = sum((value for _, value in points), Fraction(0)) / count
    off = [(time - mean_time, value - mean_value) for time, value in points]
    return Sums(
        lot=lot,
        count=count,
        mean_time=mean_time,
        mean_value=mean_value,
        times=sum((time**2 for time, _ in off), Fraction(0)),
        products=sum((time * value for time, value in off), Fraction(0)),
        values=sum((value**2 for _, value in off), Fraction(0)),
    )


def residue_of_parallels(lots: Sequence[Sums]) -> Fraction:
    """The sum of squares about parallel lines, one through each lot."""
    products, times, values = _within(lots)
    return values - products**2 / times


def fitted(model: PoolModel, lots: Sequence[Sums]) -> tuple[tuple[Fit, ...], Fraction, int]:
    """The lines of a model, their pooled mean square error, and its degrees of freedom (ICH Q1E B.2.2.1)."""
    count = sum(lot.count for lot in lots)
    if model is PoolModel.ONE_LINE:
        pooled = together(lots)
        return _lines([pooled], pooled.residue, count - 2)
    if model is PoolModel.PARALLEL_LINES:
        products, times, _ = _within(lots)
        residue, degrees = residue_of_parallels(lots), count - len(lots) - 1
        return _lines(lots, residue, degrees, slope=products / times, spread=times)
    return _lines(lots, sum((lot.residue for lot in lots), Fraction(0)), count - 2 * len(lots))


def _within(lots: Iterable[Sums]) -> tuple[Fraction, Fraction, Fraction]:
    """The sums of products, times and values within the lots."""
    products = times = values = Fraction(0)
    for lot in lots:
        products, times, values = products + lot.products, times + lot.times, values + lot.values
    return products, times, values


def _lines(
    lots: Sequence[Sums],
    residue: Fraction,
    degrees: int,
    *,
    slope: Fraction | None = None,
    spread: Fraction | None = None,
) -> tuple[tuple[Fit, ...], Fraction, int]:
    variance = residue / degrees
    fits = []
    for lot in lots:
        steepness = lot.products / lot.times if slope is None else slope
        fits.append(
            Fit(
                lot=lot.lot,
                count=lot.count,
                intercept=lot.mean_value - steepness * lot.mean_time,
                slope=steepness,
                centre=lot.mean_time,
                spread=lot.times if spread is None else spread,
                variance=variance,
            )
        )
    return tuple(fits), variance, degrees


def crossing(fit: Fit, limit: Fraction, quantile_squared: Fraction, *, from_above: bool) -> Fraction | None:
    """The first month, from 0 on, at which the bound of the mean meets the limit; ``None`` where it never does.

    The bound lies ``quantile`` standard errors on the limit's side of the line. It meets the limit where the
    square of the line's distance is that many squared errors: a quadratic equation, whose first root from 0 on it
    is, since a line cannot pass the limit before its bound does.
    """
    margin = fit.intercept - limit if from_above else limit - fit.intercept
    if margin <= 0 or margin**2 <= quantile_squared * fit.error_squared(Fraction(0)):
        return Fraction(0)
    gain = fit.slope if from_above else -fit.slope
    share = quantile_squared * fit.variance
    square = gain**2 - share / fit.spread
    linear = 2 * margin * gain + 2 * share * fit.centre / fit.spread
    constant = margin**2 - share * (Fraction(1, fit.count) + fit.centre**2 / fit.spread)
    return _first_root(square, linear, constant)


def _first_root(square: Fraction, linear: Fraction, constant: Fraction) -> Fraction | None:
    """The smallest positive root; the constant is positive."""
    if square == 0:
        return -constant / linear if linear < 0 else None
    inside = linear**2 - 4 * square * constant
    if inside < 0:
        return None
    root = _square_root(inside)
    # Both by the numerically sound pair: q = -(b ± √…)/2, roots q/a and c/q.
    half = -(linear + root) / 2 if linear >= 0 else (root - linear) / 2
    roots = [half / square, *([constant / half] if half else [])]
    return min((one for one in roots if one > 0), default=None)


def _square_root(value: Fraction) -> Fraction:
    """The square root to 30 and more significant digits, exactly where it is rational."""
    shift = 10 ** max(0, 40 - len(str(value.numerator)) // 2 + len(str(value.denominator)) // 2)
    below = value.numerator * value.denominator
    exact = math.isqrt(below)
    if exact * exact == below:
        return Fraction(exact, value.denominator)
    return Fraction(math.isqrt(below * shift * shift), value.denominator * shift)
