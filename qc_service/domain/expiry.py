"""Projected expiry: what a regression over time is asked, what it answers, and how far it may be believed (ICH Q1E).

The arithmetic is somebody else's: ``Regress`` takes a ``Series`` and gives a ``Regression``, or a ``Shortfall`` that
says what is missing. Months are days / 30.4375, the mean month of the Gregorian calendar.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from qc_service.domain.identifiers import Line, LotNumber, Slug, Text

DAYS_OF_A_MONTH = Decimal("30.4375")
FEWEST_POINTS = 3
"""With two time points a line says nothing about its own error."""
PRIMARY_LOTS = 3
"""How many primary batches a shelf life is proposed on (ICH Q1A(R2) 2.2.3)."""


class Direction(StrEnum):
    """How an attribute changes with time, as far as is known: it decides which limit can be crossed (ICH Q1E B.1)."""

    DECREASES = "decreases"
    INCREASES = "increases"
    EITHER = "either"


class PoolModel(StrEnum):
    """What the lots have in common, by the tests of slopes and then of intercepts at 0.25 (ICH Q1E B.2.2.1)."""

    SINGLE_LOT = "single_lot"
    ONE_LINE = "one_line"
    PARALLEL_LINES = "parallel_lines"
    SEPARATE_LINES = "separate_lines"


@dataclass(frozen=True, kw_only=True)
class Point:
    """One result of one lot at the time at which its vial was really pulled."""

    lot: LotNumber
    days: int
    value: Decimal

    @property
    def months(self) -> Decimal:
        """The time in months, to two places."""
        return months_of(self.days)


@dataclass(frozen=True, kw_only=True)
class Series:
    """One assay's results over time, and the limits that they are held against; both ends are within."""

    assay: Slug
    points: tuple[Point, ...]
    direction: Direction
    low: Decimal | None
    high: Decimal | None
    log: bool = False

    @property
    def lots(self) -> tuple[LotNumber, ...]:
        """The lots with a result, in order of their numbers."""
        return tuple(sorted({point.lot for point in self.points}))

    def watched(self) -> tuple[tuple[str, Decimal], ...]:
        """The limits that can be crossed, ``low`` or ``high`` before each."""
        limits = (("low", self.low, Direction.INCREASES), ("high", self.high, Direction.DECREASES))
        return tuple(
            (name, limit) for name, limit, away in limits if limit is not None and self.direction is not away
        )


@dataclass(frozen=True, kw_only=True)
class FittedLine:
    """The line of one lot, or of all of them together where ``lot`` is ``None``; of logarithms where those were asked.

    ``crosses`` is when the line's 95 % confidence bound first meets a limit, in months, and ``limit`` which one;
    neither is there where the bound never does.
    """

    lot: LotNumber | None
    points: int
    intercept: Decimal
    slope: Decimal
    crosses: Decimal | None = None
    limit: Slug | None = None


@dataclass(frozen=True, kw_only=True)
class Regression:
    """The least-squares lines of a series, with everything by which they can be worked out again.

    ``slopes_p`` and ``intercepts_p`` are the probabilities of the two tests of poolability, ``quantile`` that of
    Student's t with so many ``degrees`` of freedom: 95 % one-sided, or two-sided where the direction is not known.
    """

    model: PoolModel
    lines: tuple[FittedLine, ...]
    mean_square: Decimal
    degrees: int
    quantile: Decimal
    sides: int
    slopes_p: Decimal | None = None
    intercepts_p: Decimal | None = None

    @property
    def crosses(self) -> Decimal | None:
        """When the first of the bounds meets a limit: the shortest estimate among the lots counts (ICH Q1E B.2)."""
        return min((line.crosses for line in self.lines if line.crosses is not None), default=None)


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """Why there is no regression, in words: what is missing."""

    missing: Text


Regress = Callable[[Series], Regression | Shortfall]
"""The statistics, as a port: they come from a library that this floor does not know."""


@dataclass(frozen=True, kw_only=True)
class Software:
    """A library that worked figures out, with its version."""

    name: Line
    version: Line


class StorageClass(StrEnum):
    """How cold a product is kept, which decides how far beyond its data an expiry may lie (ICH Q1E 2.4, 2.5)."""

    AMBIENT = "ambient"
    REFRIGERATED = "refrigerated"
    FROZEN = "frozen"
    DEEP_FROZEN = "deep_frozen"


def storage_class(highest: Decimal) -> StorageClass:
    """The class of a condition by its highest temperature in °C; a freezer at -20 ± 5 reaches -15."""
    if highest > 8:
        return StorageClass.AMBIENT
    if highest > -15:
        return StorageClass.REFRIGERATED
    return StorageClass.FROZEN if highest > -25 else StorageClass.DEEP_FROZEN


class Bounded(StrEnum):
    """What bounded a shelf life."""

    CONFIDENCE = "confidence_bound"
    FAILURE = "failed_result"
    TWICE = "twice_the_data"
    TWELVE_BEYOND = "data_plus_12_months"
    HALF_AGAIN = "data_and_a_half"
    SIX_BEYOND = "data_plus_6_months"
    DATA_FROZEN = "data_frozen"
    DATA_DEEP_FROZEN = "data_deep_frozen"
    DATA_UNSUPPORTED = "data_unsupported"
    DATA_FEW_LOTS = "data_few_lots"

    @property
    def in_words(self) -> str:
        """The rule in a sentence, with its clause."""
        return _SPOKEN[self]


_SPOKEN = {
    Bounded.CONFIDENCE: "The 95 % confidence bound of the mean meets the limit (ICH Q1E B.1).",
    Bounded.FAILURE: "A valid result was out of its limits; it supports no longer time than the pull before it.",
    Bounded.TWICE: "At most twice the time that the data cover (ICH Q1E 2.4.1).",
    Bounded.TWELVE_BEYOND: "At most 12 months beyond the data (ICH Q1E 2.4.1).",
    Bounded.HALF_AGAIN: "At most one and a half times the time that the data cover (ICH Q1E 2.5.1).",
    Bounded.SIX_BEYOND: "At most 6 months beyond the data (ICH Q1E 2.5.1).",
    Bounded.DATA_FROZEN: "In a freezer no longer than the data cover (ICH Q1E 2.5.2).",
    Bounded.DATA_DEEP_FROZEN: "Below -20 °C no longer than the data cover, unless justified (ICH Q1E 2.5.3).",
    Bounded.DATA_UNSUPPORTED: "No longer than the data cover: no supporting data are named (ICH Q1E 2.4.1).",
    Bounded.DATA_FEW_LOTS: "No longer than the data cover: fewer than three lots (ICH Q1A(R2) 2.2.3).",
}
_BEYOND = {
    StorageClass.AMBIENT: (Decimal(2), Bounded.TWICE, Decimal(12), Bounded.TWELVE_BEYOND),
    StorageClass.REFRIGERATED: (Decimal("1.5"), Bounded.HALF_AGAIN, Decimal(6), Bounded.SIX_BEYOND),
}


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How far a shelf life reaches, in months, and what bounded it."""

    months: Decimal
    bounded: Bounded


def reach(
    covered: Decimal, crosses: Decimal | None, *, storage: StorageClass, lots: int, supported: bool
) -> Reach:
    """How far results that cover so many months carry: to the bound, and not far beyond the data.

    Beyond them a shelf life wants a statistical analysis and supporting data such as an accelerated study without
    significant change, and three lots; in a freezer and below it never lies beyond them by itself (ICH Q1E 2.4, 2.5).
    """
    most = _most(covered, storage=storage, lots=lots, supported=supported)
    if crosses is not None and crosses <= most.months:
        return Reach(months=crosses, bounded=Bounded.CONFIDENCE)
    return most


def _most(covered: Decimal, *, storage: StorageClass, lots: int, supported: bool) -> Reach:
    if storage not in _BEYOND:
        frozen = Bounded.DATA_FROZEN if storage is StorageClass.FROZEN else Bounded.DATA_DEEP_FROZEN
        return Reach(months=covered, bounded=frozen)
    if lots < PRIMARY_LOTS or not supported:
        short = Bounded.DATA_FEW_LOTS if lots < PRIMARY_LOTS else Bounded.DATA_UNSUPPORTED
        return Reach(months=covered, bounded=short)
    factor, times, beyond, more = _BEYOND[storage]
    return min(
        Reach(months=covered * factor, bounded=times),
        Reach(months=covered + beyond, bounded=more),
        key=lambda one: one.months,
    )


def months_of(days: int) -> Decimal:
    """So many days in months, cut after the second place."""
    return (Decimal(days) / DAYS_OF_A_MONTH).quantize(Decimal("0.01"), rounding=ROUND_DOWN)


def later_by(day: date, months: int) -> date:
    """The same day of the month so many months later; the month's last where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))
