"""What a stability study plans: which lots are kept how, when vials are pulled, and what is tested by which limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from qc_service.domain.errors import Fault, Malformed
from qc_service.domain.expiry import Direction, StorageClass, later_by, storage_class
from qc_service.domain.identifiers import FacilityId, Line, LotNumber, ProductCode, Text, VialSerial
from qc_service.domain.products import CELSIUS
from qc_service.domain.specifications import Criterion, CriterionKind

MOST_LOTS, MOST_TIME_POINTS, LONGEST_MONTHS, WIDEST_WINDOW = 20, 40, 240, 90


class StudyKind(StrEnum):
    """What a study is for: only the labelled way of keeping shows a shelf life (ICH Q1A(R2) 2.2.7)."""

    LONG_TERM = "long_term"
    INTERMEDIATE = "intermediate"
    ACCELERATED = "accelerated"


@dataclass(frozen=True, kw_only=True)
class KeptAt:
    """The condition of a study: both ends of each range are within it; without a humidity none is kept."""

    min: Decimal
    max: Decimal
    unit: Line = CELSIUS
    humidity_min: Decimal | None = None
    humidity_max: Decimal | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where the condition cannot be kept."""
        if self.unit != CELSIUS:
            raise Malformed("state temperatures in Cel", field="unit")
        if self.max < self.min:
            raise Malformed("is below the least temperature", field="max")
        ends = (self.humidity_min, self.humidity_max)
        if (ends[0] is None) is not (ends[1] is None):
            raise Malformed("state both ends of the relative humidity, or neither", field="humidity_max")
        if ends[0] is not None and ends[1] is not None and not 0 <= ends[0] <= ends[1] <= 100:
            detail = "a relative humidity lies between 0 and 100 %, its least first"
            raise Malformed(detail, field="humidity_max")

    @property
    def storage(self) -> StorageClass:
        """How cold that is."""
        return storage_class(self.max)

    @property
    def in_words(self) -> str:
        """As a person writes it: ``2 to 8 °C``, ``23 to 27 °C, 55 to 65 % RH``."""
        warmth = f"{self.min} to {self.max} °C"
        return (
            warmth
            if self.humidity_min is None
            else f"{warmth}, {self.humidity_min} to {self.humidity_max} % RH"
        )


@dataclass(frozen=True, kw_only=True)
class StudyLot:
    """A lot in a study: how many of its vials were placed there, and on which day; named one by one if they are."""

    lot: LotNumber
    placed_on: date
    vials: int
    serials: tuple[VialSerial, ...] = ()

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where the vials named are not as many as were placed."""
        if self.vials < 1:
            raise Malformed("place at least one vial", field="vials")
        if self.serials and len(set(self.serials)) != self.vials:
            raise Malformed("name each of the vials placed, once, or none of them", field="serials")


@dataclass(frozen=True, kw_only=True)
class TimePoint:
    """When vials are to be pulled: so many calendar months after they were placed, give or take some days."""

    months: int
    window_days: int

    def __post_init__(self) -> None:
        """Raise ``Malformed`` for a time outside of what a study plans."""
        if not 0 <= self.months <= LONGEST_MONTHS:
            raise Malformed(f"is between 0 and {LONGEST_MONTHS}", field="months")
        if not 0 <= self.window_days <= WIDEST_WINDOW:
            raise Malformed(f"is between 0 and {WIDEST_WINDOW}", field="window_days")

    def window(self, placed_on: date) -> tuple[date, date, date]:
        """The first day, the day itself and the last day for vials placed on that day."""
        due = later_by(placed_on, self.months)
        off = timedelta(days=self.window_days)
        return due - off, due, due + off


@dataclass(frozen=True, kw_only=True)
class StudyAssay:
    """An assay of a study with its limits frozen, how it changes, and whether its logarithm is what changes evenly."""

    criterion: Criterion
    direction: Direction
    log: bool = False

    @property
    def numeric(self) -> bool:
        """Whether there is a number to fit a line to."""
        return self.criterion.kind is CriterionKind.NUMERIC

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where no limit can be crossed in that direction."""
        low, high = self.criterion.low, self.criterion.high
        if not self.numeric:
            if self.log:
                raise Malformed("only a number has a logarithm", field="log")
            return
        if (self.direction is Direction.DECREASES and low is None) or (
            self.direction is Direction.INCREASES and high is None
        ):
            side = "low" if self.direction is Direction.DECREASES else "high"
            raise Malformed(
                f"{self.criterion.assay} has no {side} limit, so it cannot fail in this direction",
                field="direction",
            )


def usual_direction(criterion: Criterion) -> Direction:
    """The direction that the limits suggest: with one limit towards it, with two it is not known."""
    if criterion.high is None and criterion.low is not None:
        return Direction.DECREASES
    if criterion.low is None and criterion.high is not None:
        return Direction.INCREASES
    return Direction.EITHER


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A study as it is laid down (ICH Q1A(R2)).

    ``specification`` is the version whose limits are frozen here, ``supporting`` names the data that allow an expiry
    beyond the results, such as an accelerated study without significant change (ICH Q1E 2.4).
    """

    product: ProductCode
    kind: StudyKind
    condition: KeptAt
    container: Line
    facility: FacilityId
    location: Line | None
    lots: tuple[StudyLot, ...]
    time_points: tuple[TimePoint, ...]
    assays: tuple[StudyAssay, ...]
    specification: int
    protocol: Line
    supporting: Text | None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` naming every list that is empty, too long or out of order."""
        faults = (
            *_listed("lots", [lot.lot for lot in self.lots], MOST_LOTS),
            *time_point_faults(self.time_points),
            *_listed("assays", [one.criterion.assay for one in self.assays], MOST_TIME_POINTS),
        )
        if faults:
            raise Malformed("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults), faults=faults)

    def lot(self, number: str) -> StudyLot | None:
        """The lot of this number, if it is in the study."""
        return next((lot for lot in self.lots if lot.lot == number), None)

    def assay(self, name: str) -> StudyAssay | None:
        """The assay of this name, if it is under study."""
        return next((one for one in self.assays if one.criterion.assay == name), None)


def time_point_faults(time_points: tuple[TimePoint, ...]) -> tuple[Fault, ...]:
    """What is wrong with a list of time points: it must rise, and have one at least."""
    months = [point.months for point in time_points]
    if months != sorted(set(months)):
        return (Fault(pointer="/time_points", detail="name each month once, in rising order"),)
    return _listed("time_points", months, MOST_TIME_POINTS)


def _listed(member: str, names: Iterable[object], most: int) -> tuple[Fault, ...]:
    every = list(names)
    if not 1 <= len(every) <= most or len(set(every)) != len(every):
        return (Fault(pointer=f"/{member}", detail=f"name 1 to {most}, each once"),)
    return ()
