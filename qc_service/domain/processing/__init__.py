"""What was done to a lot: its steps as they were performed, the deviations found, and quality's decision on
each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from qc_service.domain.errors import NotFound
from qc_service.domain.processing.deviations import (
    Departure,
    Deviation,
    DeviationAlreadyDecided,
    DeviationCause,
    DeviationClosed,
    DeviationDecision,
    DeviationNotClearable,
    DeviationOpened,
    DeviationOutcome,
    Severity,
    decide,
    opened,
)
from qc_service.domain.processing.steps import (
    Cover,
    Medium,
    Parameter,
    Procedure,
    Serum,
    Step,
    StepPerformed,
    recorded_late,
)
from qc_service.domain.records import Fold, Recorded
from qc_service.domain.vocabulary import StepKind


@dataclass(frozen=True, kw_only=True)
class Processing:
    """Everything done to a lot: the part of its state that its steps and deviations make."""

    steps: tuple[Step, ...] = ()
    deviations: tuple[Deviation, ...] = ()

    def open_deviations(self) -> tuple[Deviation, ...]:
        """The deviations that wait for quality's decision."""
        return tuple(deviation for deviation in self.deviations if deviation.is_open)

    def unjustified_deviations(self) -> tuple[Deviation, ...]:
        """Those that quality found to add risk: such a lot is never released (21 CFR 1271.265(c)(3))."""
        return tuple(
            deviation for deviation in self.deviations if not (deviation.is_open or deviation.justified)
        )

    def cleared(self, step: int) -> bool:
        """Whether quality justified that a step's facility had nothing in force that day (domain rule P7)."""
        about = [deviation for deviation in self.deviations if deviation.step == step]
        uncertified = [one for one in about if one.cause is DeviationCause.FACILITY_NOT_CERTIFIED]
        return bool(uncertified) and all(deviation.justified for deviation in uncertified)

    def deviation(self, number: int) -> Deviation:
        """The deviation of this number. Raises ``NotFound``."""
        if not 1 <= number <= len(self.deviations):
            raise NotFound(f"This lot has no deviation {number}.")
        return self.deviations[number - 1]

    def kinds_performed(self) -> tuple[StepKind, ...]:
        """The kinds of the steps in the order in which they began, which need not be that of recording."""
        return tuple(step.kind for step in self._in_time())

    def around(self, started_at: datetime) -> tuple[tuple[StepKind, ...], tuple[StepKind, ...]]:
        """The kinds of the steps that had begun by this instant, and of those that began later."""
        before = tuple(step.kind for step in self._in_time() if step.started_at.instant <= started_at)
        return before, self.kinds_performed()[len(before) :]

    def _in_time(self) -> list[Step]:
        return sorted(self.steps, key=lambda step: (step.started_at.instant, step.step))


PROCESSING: Fold[Processing] = Fold("lot")


@PROCESSING.on(StepPerformed)
def _performed(state: Processing, _: Recorded, body: StepPerformed) -> Processing:
    return replace(state, steps=(*state.steps, body))


@PROCESSING.on(DeviationOpened)
def _opened(state: Processing, recorded: Recorded, body: DeviationOpened) -> Processing:
    deviation = Deviation(
        number=body.deviation,
        cause=body.cause,
        severity=body.severity,
        description=body.description,
        step=body.step,
        clearable=body.clearable,
        opened_at=recorded.recorded_at,
    )
    return replace(state, deviations=(*state.deviations, deviation))


@PROCESSING.on(DeviationClosed)
def _closed(state: Processing, recorded: Recorded, body: DeviationClosed) -> Processing:
    decision = DeviationDecision(
        outcome=body.outcome,
        statement=body.statement,
        by=recorded.signer.id,
        printed_name=recorded.signer.printed_name,
        at=recorded.recorded_at,
    )
    decided = replace(state.deviation(body.deviation), decision=decision)
    before, later = state.deviations[: decided.number - 1], state.deviations[decided.number :]
    return replace(state, deviations=(*before, decided, *later))


__all__ = [
    "PROCESSING",
    "Cover",
    "Departure",
    "Deviation",
    "DeviationAlreadyDecided",
    "DeviationCause",
    "DeviationClosed",
    "DeviationDecision",
    "DeviationNotClearable",
    "DeviationOpened",
    "DeviationOutcome",
    "Medium",
    "Parameter",
    "Procedure",
    "Processing",
    "Serum",
    "Severity",
    "Step",
    "StepPerformed",
    "decide",
    "opened",
    "recorded_late",
]
