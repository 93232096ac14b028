"""The records of a stability study's stream, ``stability/<study>``."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from qc_service.domain.errors import Malformed
from qc_service.domain.expiry import Bounded, Software
from qc_service.domain.identifiers import LotNumber, PersonId, Text, VialSerial
from qc_service.domain.moments import ZonedTime
from qc_service.domain.records import Body, record
from qc_service.domain.results import ResultInvalidated, ResultRecorded, ResultVerified
from qc_service.domain.shipments import LoggerReading
from qc_service.domain.stability.figures import AssayEvaluated
from qc_service.domain.stability.plans import Plan, TimePoint, time_point_faults


@record("stability")
@dataclass(frozen=True, kw_only=True)
class StabilityStudyStarted(Plan, Body):
    """Quality started a study; the limits that its results are held against are frozen in it."""

    def cites(self) -> tuple[str, ...]:
        """The product, where the vials are kept, and their lots: a study is found from each."""
        return (
            f"product/{self.product}",
            f"facility/{self.facility}",
            *(f"lot/{lot.lot}" for lot in self.lots),
        )


@record("stability")
@dataclass(frozen=True, kw_only=True)
class StabilityPlanAmended(Body):
    """Quality changed the plan; the record's ``reason`` says why. What was pulled keeps its place in the list."""

    time_points: tuple[TimePoint, ...]
    supporting: Text | None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where the time points do not rise."""
        faults = time_point_faults(self.time_points)
        if faults:
            raise Malformed(faults[0].detail, faults=faults)


class PullDeparture(StrEnum):
    """What departed from the plan when vials were pulled; it is flagged, never refused."""

    BEFORE_WINDOW = "before_window"
    AFTER_WINDOW = "after_window"
    NOT_PLACED = "vials_not_placed"
    MORE_THAN_LEFT = "more_than_left"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The vials of one lot that were pulled, named one by one if they are."""

    lot: LotNumber
    vials: int
    serials: tuple[VialSerial, ...] = ()

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where the vials named are not as many as were pulled."""
        if self.vials < 1:
            raise Malformed("pull at least one vial", field="vials")
        if self.serials and len(set(self.serials)) != self.vials:
            raise Malformed("name each of the vials pulled, once, or none of them", field="serials")


@record("stability")
@dataclass(frozen=True, kw_only=True)
class TimePointPulled(Body):
    """Vials were taken out of the condition for the time point of this number; results tell time by ``pulled_at``."""

    pull: int
    point: int
    pulled_at: ZonedTime
    pulled_by: PersonId
    samples: tuple[Sample, ...]
    departures: tuple[PullDeparture, ...]


@record("stability")
@dataclass(frozen=True, kw_only=True)
class StabilityResultRecorded(ResultRecorded):
    """A result of one lot at a time point, as the laboratory states it (rule Q1); the analyst is the signer.

    ``out_of_specification`` says that it failed the limit frozen in the study; then the same act opens an
    investigation of the lot where the study keeps it as it is labelled.
    """

    lot: LotNumber
    point: int
    pull: int
    out_of_specification: bool


@record("stability")
@dataclass(frozen=True, kw_only=True)
class StabilityResultVerified(ResultVerified):
    """A second person compared the result with its raw record (rule Q5; 21 CFR 211.194(a)(8))."""


@record("stability")
@dataclass(frozen=True, kw_only=True)
class StabilityResultInvalidated(ResultInvalidated):
    """A result is disregarded; ``investigation`` is the lot's that found the laboratory's error (21 CFR 610.1)."""


@record("stability")
@dataclass(frozen=True, kw_only=True)
class StabilityTemperatureRecorded(Body):
    """The lowest and highest temperature of the condition over a time; ``out_of_range`` is a deviation of the study
    that waits for quality's decision.
    """

    excursion: int
    began_at: ZonedTime
    ended_at: ZonedTime
    temperature: LoggerReading
    out_of_range: bool

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where it ended before it began, or the lowest is above the highest."""
        if self.ended_at.instant < self.began_at.instant:
            raise Malformed("is before the beginning", field="ended_at")
        if self.temperature.max < self.temperature.min:
            raise Malformed("the highest is below the lowest", field="temperature")


@record("stability")
@dataclass(frozen=True, kw_only=True)
class StabilityExcursionDecided(Body):
    """Quality decided on an excursion: where it is not acceptable, what was pulled since then does not count."""

    excursion: int
    acceptable: bool
    statement: Text


@record("stability")
@dataclass(frozen=True, kw_only=True)
class StabilityStudyConcluded(Body):
    """Quality concluded the study: the shelf life that it supports, in whole months, or none.

    The figures are frozen as they were computed, with the software that computed them; ``justification`` is there
    where the shelf life lies beyond what the rule allows by itself (ICH Q1E 2.5.3). A later conclusion, on more
    results, takes its place.
    """

    shelf_life_months: int | None
    statement: Text
    justification: Text | None
    supported_months: Decimal | None
    bounded: Bounded | None
    assays: tuple[AssayEvaluated, ...]
    software: tuple[Software, ...]

    def __post_init__(self) -> None:
        """Raise ``Malformed`` for a shelf life of no month."""
        if self.shelf_life_months is not None and self.shelf_life_months < 1:
            raise Malformed("is at least 1, or left out", field="shelf_life_months")
