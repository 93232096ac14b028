"""The regression of ICH Q1E: whether lots may be pooled, the lines, and when their confidence bounds meet a limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from qc_service.domain.expiry import (
    FEWEST_POINTS,
    Direction,
    FittedLine,
    PoolModel,
    Regression,
    Series,
    Shortfall,
)
from qc_service.domain.identifiers import Slug, Text
from qc_service.exchange.statistics.lines import (
    Fit,
    Sums,
    crossing,
    fitted,
    residue_of_parallels,
    scaled,
    sums_of_lots,
    together,
)
from qc_service.exchange.statistics.quantiles import exceeded, student

CONFIDENCE = 0.95
POOLED_FROM = 0.25
"""From this probability on a difference among lots is not significant (ICH Q1E B.2.2)."""
DIGITS = 6
LONGEST = Decimal(1200)
"""A bound that meets its limit in a hundred years does not."""
_SMALLEST, _LARGEST = Decimal("1E-100"), Decimal("1E+100")
_SIGNIFICANT = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN, Emin=-99999, Emax=99999)
_WIDE = Context(prec=40, Emin=-99999, Emax=99999)


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A regression before it is rounded: the lines, and the quantile by which their bounds lie off them."""

    model: PoolModel
    fits: tuple[Fit, ...]
    degrees: int
    quantile: float
    sides: int
    slopes_p: float | None = None
    intercepts_p: float | None = None

    def bound(self, fit: Fit, time: Fraction, *, below: bool) -> float:
        """The confidence bound of the line's mean at this time, below or above it."""
        width = self.quantile * math.sqrt(fit.error_squared(time))
        return float(fit.mean(time)) - width if below else float(fit.mean(time)) + width


def regress(series: Series) -> Regression | Shortfall:
    """The regression of a series, or what is missing for one; figures have six significant digits.

    A crossing is cut after the second place, so that rounding never lengthens a shelf life.
    """
    found = fit(series)
    return found if isinstance(found, Shortfall) else _told(series, found)


def fit(series: Series) -> Fitted | Shortfall:
    """The lines of the model that the tests of poolability leave, or what is missing for any."""
    missing = _missing(series)
    if missing:
        return Shortfall(missing=Text(missing))
    lots = sums_of_lots(series)
    model, slopes_p, intercepts_p = _model(lots)
    fits, _, degrees = fitted(model, lots)
    sides = 2 if series.direction is Direction.EITHER else 1
    quantile = student(degrees, 1 - (1 - CONFIDENCE) / sides)
    return Fitted(
        model=model, fits=fits, degrees=degrees, quantile=quantile, sides=sides, slopes_p=slopes_p,
        intercepts_p=intercepts_p,
    )  # fmt: skip


def _missing(series: Series) -> str:
    if not series.points:
        return f"There is no result of {series.assay} yet."
    if series.log and min(point.value for point in series.points) <= 0:
        return (
            f"{series.assay} was to be fitted as a logarithm, and a result that is not above zero has none."
        )
    if series.log and any(limit <= 0 for _, limit in series.watched()):
        return f"{series.assay} was to be fitted as a logarithm, and a limit that is not above zero has none."
    numbers = (*(point.value for point in series.points), *(limit for _, limit in series.watched()))
    if any(number and not _SMALLEST <= abs(number) <= _LARGEST for number in numbers):
        return f"{series.assay} has a number that is too large or too small to calculate with."
    short = []
    for lot in series.lots:
        times = len({point.days for point in series.points if point.lot == lot})
        if times < FEWEST_POINTS:
            short.append(f"lot {lot} has results of {times}")
    if short:
        return f"{series.assay} wants results at {FEWEST_POINTS} different times: {', '.join(short)}."
    return ""


def _model(lots: Sequence[Sums]) -> tuple[PoolModel, float | None, float | None]:
    """Slopes are tested first, and intercepts only where slopes do not differ.

    Both are tested against the mean square about separate lines, as in the analysis of covariance with the lots'
    slopes in the model.
    """
    others = len(lots) - 1
    if not others:
        return PoolModel.SINGLE_LOT, None, None
    degrees = sum(lot.count for lot in lots) - 2 * len(lots)
    apart = sum((lot.residue for lot in lots), Fraction(0))
    parallel = residue_of_parallels(lots)
    slopes_p = _probability(parallel - apart, others, apart, degrees)
    if slopes_p < POOLED_FROM:
        return PoolModel.SEPARATE_LINES, slopes_p, None
    intercepts_p = _probability(together(lots).residue - parallel, others, apart, degrees)
    pooled = intercepts_p >= POOLED_FROM
    return (PoolModel.ONE_LINE if pooled else PoolModel.PARALLEL_LINES), slopes_p, intercepts_p


def _probability(more: Fraction, above: int, apart: Fraction, below: int) -> float:
    """How probable so large a difference is among lots that do not differ; without any scatter it is all or none."""
    if apart == 0:
        return 1.0 if more == 0 else 0.0
    return exceeded(_double(more / above / (apart / below)), above, below)


def _double(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _told(series: Series, found: Fitted) -> Regression:
    return Regression(
        model=found.model,
        lines=tuple(_line(series, found, one) for one in found.fits),
        mean_square=_digits(found.fits[0].variance),
        degrees=found.degrees,
        quantile=_digits(Fraction(found.quantile)),
        sides=found.sides,
        slopes_p=None if found.slopes_p is None else _digits(Fraction(found.slopes_p)),
        intercepts_p=None if found.intercepts_p is None else _digits(Fraction(found.intercepts_p)),
    )


def _line(series: Series, found: Fitted, one: Fit) -> FittedLine:
    squared = Fraction(found.quantile) ** 2
    meets = [
        (month, Slug(name))
        for name, limit in series.watched()
        if (month := crossing(one, scaled(limit, series.log), squared, from_above=name == "low")) is not None
        and month <= LONGEST
    ]
    month, limit = min(meets, default=(None, None))
    return FittedLine(
        lot=one.lot,
        points=one.count,
        intercept=_digits(one.intercept),
        slope=_digits(one.slope),
        crosses=None if month is None else _months(month),
        limit=limit,
    )


def _months(month: Fraction) -> Decimal:
    return _decimal(month).quantize(Decimal("0.01"), rounding=ROUND_DOWN)


def _digits(value: Fraction) -> Decimal:
    return _SIGNIFICANT.plus(_decimal(value))


def _decimal(value: Fraction) -> Decimal:
    return _WIDE.divide(Decimal(value.numerator), Decimal(value.denominator))
