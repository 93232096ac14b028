"""Deviations: what departed from what was laid down, and quality's signed decision on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qc_service.domain.errors import Conflict, Reason, Refused
from qc_service.domain.identifiers import Line, PersonId, Text
from qc_service.domain.records import Body, record


class DeviationCause(StrEnum):
    """What departed from what was laid down."""

    STEP_SKIPPED = "step_skipped"
    STEP_REPEATED = "step_repeated"
    STEP_REORDERED = "step_reordered"
    STEP_NOT_PLANNED = "step_not_planned"
    FACILITY_NOT_CERTIFIED = "facility_not_certified"
    CALIBRATION_EXPIRED = "calibration_expired"
    REAGENT_EXPIRED = "reagent_expired"
    REAGENT_NOT_ACCEPTED = "reagent_not_accepted"
    PARENT_NOT_RELEASED = "parent_not_released"
    MORE_CONSUMED_THAN_MADE = "more_consumed_than_made"
    FILL_COUNTS_DISAGREE = "fill_counts_disagree"
    EXPIRY_BEYOND_SHELF_LIFE = "expiry_beyond_shelf_life"
    SPECIMEN_OUT_OF_LIMITS = "specimen_out_of_limits"
    METHOD_NOT_SPECIFIED = "method_not_specified"
    OTHER = "other"


class Severity(StrEnum):
    """How much a deviation may matter to whoever receives the product."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class DeviationOutcome(StrEnum):
    """What quality decided: the departure adds no risk, or it does."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


@record("lot")
@dataclass(frozen=True, kw_only=True)
class DeviationOpened(Body):
    """A departure from what was laid down, found by the service or reported by a person (domain rule P8)."""

    deviation: int
    cause: DeviationCause
    severity: Severity
    description: Text
    step: int | None
    clearable: bool


@record("lot")
@dataclass(frozen=True, kw_only=True)
class DeviationClosed(Body):
    """Quality's signed decision on a deviation: its statement says why it adds no risk, or that it does."""

    deviation: int
    outcome: DeviationOutcome
    statement: Text


@dataclass(frozen=True, kw_only=True)
class DeviationDecision:
    """What was decided on a deviation, by whom and when."""

    outcome: DeviationOutcome
    statement: Text
    by: PersonId
    printed_name: Line
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """A departure and what became of it. One that is not ``clearable`` can never be justified (domain rule
    P7)."""

    number: int
    cause: DeviationCause
    severity: Severity
    description: Text
    step: int | None
    clearable: bool
    opened_at: datetime
    decision: DeviationDecision | None = None

    @property
    def is_open(self) -> bool:
        """Whether quality has yet to decide."""
        return self.decision is None

    @property
    def justified(self) -> bool:
        """Whether quality stated that it adds no risk."""
        return self.decision is not None and self.decision.outcome is DeviationOutcome.JUSTIFIED


@dataclass(frozen=True, kw_only=True)
class Departure:
    """What a rule found to depart from what was laid down, before it is recorded as a deviation."""

    cause: DeviationCause
    severity: Severity
    description: Text
    clearable: bool = True


class DeviationNotClearable(Refused):
    """No decision of quality makes up for this departure."""


class DeviationAlreadyDecided(Conflict):
    """Quality has decided on this deviation; what is new is a deviation of its own."""


def opened(
    departures: Iterable[Departure], *, after: int, step: int | None = None
) -> tuple[DeviationOpened, ...]:
    """One record for each departure, numbered on from ``after``, the number of deviations the lot has
    already."""
    return tuple(
        DeviationOpened(
            deviation=number,
            cause=departure.cause,
            severity=departure.severity,
            description=departure.description,
            step=step,
            clearable=departure.clearable,
        )
        for number, departure in enumerate(departures, start=after + 1)
    )


def decide(deviation: Deviation, outcome: DeviationOutcome, statement: Text) -> DeviationClosed:
    """Quality's decision, once for each deviation.

    Raises ``DeviationNotClearable`` where the departure can never be justified: a fill or a sterility test at
    a facility that nothing in force covered (domain rule P7).
    """
    if not deviation.is_open:
        raise DeviationAlreadyDecided(f"Deviation {deviation.number} is decided already.")
    if outcome is DeviationOutcome.JUSTIFIED and not deviation.clearable:
        detail = f"Deviation {deviation.number} cannot be justified by any statement: {deviation.description}"
        raise DeviationNotClearable(
            "This departure can never be justified; record it as not justified.",
            (Reason(code=deviation.cause, detail=detail, source="EudraGMDP practice"),),
        )
    return DeviationClosed(deviation=deviation.number, outcome=outcome, statement=statement)
