"""What several readings say together: their mean, their spread, and whether a specification takes them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from fractions import Fraction

from qc_service.domain.criteria import Criterion
from qc_service.domain.measurements import Measurement
from qc_service.domain.rounding import RoundingRule

FINER = 6
"""A mean that does not end is given so many places beyond the finest reading's: no limit's rounding can tell."""
_WIDE = Context(prec=2500, rounding=ROUND_HALF_UP)
"""Digits enough for every decimal that can be recorded (40 either side, exponents of three digits)."""
_KEPT = Context(prec=50, rounding=ROUND_HALF_UP)


class Shortfall(StrEnum):
    """Why a result cannot pass whatever its number is."""

    TOO_FEW = "too_few_replicates"
    TOO_WIDE = "spread_too_wide"
    OTHER_METHOD = "other_method"


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The mean of some readings and their coefficient of variation in percent, by the sample standard deviation.

    ``cv`` is ``None`` for a single reading, and where the mean is 0 and the readings differ.
    """

    mean: Decimal
    cv: Decimal | None


def spread_of(readings: tuple[Decimal, ...]) -> Spread:
    """Mean and spread of one reading or more, worked out in whole numbers of the finest reading's last place."""
    place = min(int(reading.as_tuple().exponent) for reading in readings)
    counts = [int(_WIDE.scaleb(reading, -place)) for reading in readings]
    return Spread(mean=_mean(counts, place), cv=_cv(counts))


def _mean(counts: list[int], place: int) -> Decimal:
    total = sum(counts) * 10**FINER
    whole, rest = divmod(abs(total), len(counts))
    nearest = whole + (2 * rest >= len(counts))
    mean = _WIDE.scaleb(Decimal(-nearest if total < 0 else nearest), place - FINER)
    ends = int(mean.normalize(_WIDE).as_tuple().exponent)
    return mean.quantize(Decimal((0, (1,), min(place, ends))), context=_WIDE)


def _cv(counts: list[int]) -> Decimal | None:
    total, many = sum(counts), len(counts)
    squares = many * sum(count * count for count in counts) - total * total
    if many < 2 or (total == 0 and squares):
        return None
    if squares == 0:
        return Decimal(0)
    square = _KEPT.divide(Decimal(many * squares), Decimal((many - 1) * total * total))
    return _KEPT.multiply(square.sqrt(_KEPT), Decimal(100))


def too_loose(criterion: Criterion, measurement: Measurement) -> Shortfall | None:
    """Whether the replicates are too few, or their CV too high once it is rounded to the place of its limit.

    Readings below a limit of detection are listed with that limit, and have no spread.
    """
    readings = tuple(replicate.value for replicate in measurement.replicates)
    if criterion.replicates is not None and len(readings) < criterion.replicates:
        return Shortfall.TOO_FEW
    if criterion.highest_cv is None or measurement.is_below:
        return None
    cv = spread_of(readings).cv
    rule = RoundingRule(rounding=criterion.rounding, decimals=None, significant_digits=None)
    close = cv is not None and rule.rounded(cv, criterion.highest_cv) <= criterion.highest_cv
    return None if close else Shortfall.TOO_WIDE


def disagrees(measurement: Measurement) -> bool:
    """Whether the value is not the mean of its replicates, by more than the rounding of both can explain.

    It need not be: an instrument may state a median, or work its average out of more digits than it prints. So it is
    shown to whoever verifies the result, and stands as it was entered. So is a reading above the limit that the
    value is said to lie below.
    """
    readings = tuple(replicate.value for replicate in measurement.replicates)
    if measurement.is_below:
        return any(reading > measurement.figure for reading in readings)
    if measurement.value is None or not readings:
        return False
    places = (_last_place(measurement.value), max(_last_place(reading) for reading in readings))
    mean = sum((Fraction(reading) for reading in readings), Fraction(0)) / len(readings)
    return abs(Fraction(measurement.value) - mean) > sum(places, Fraction(0)) / 2


def _last_place(number: Decimal) -> Fraction:
    return Fraction(Decimal((0, (1,), int(number.as_tuple().exponent))))
