"""Investigations: what was looked into because a fact was unwelcome, and what quality concluded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from qc_service.domain.errors import Conflict, Malformed, NotFound, Reason, Refused
from qc_service.domain.identifiers import PersonId, StudyId, Text
from qc_service.domain.measurements import Measurement
from qc_service.domain.phases import (
    AssignableCause,
    InvestigationPhase,
    Phase,
)
from qc_service.domain.records import Body, Signer, record
from qc_service.domain.results import ResultRecorded

GUIDANCE = "FDA, Investigating OOS Test Results (2022)"


class InvestigationCause(StrEnum):
    """Why an investigation was opened."""

    OUT_OF_SPECIFICATION = "out_of_specification"
    DOUBTFUL_RESULT = "doubtful_result"
    DONOR_REVIEW = "donor_review"
    TEMPERATURE_EXCURSION = "temperature_excursion"
    ADVERSE_REACTION = "adverse_reaction"
    COMPLAINT = "complaint"


class Conclusion(StrEnum):
    """What quality concluded; only a laboratory error lets a result be shown invalid (21 CFR 610.1)."""

    LABORATORY_ERROR = "laboratory_error"
    PRODUCT_FAILURE = "product_failure"
    INCONCLUSIVE = "inconclusive"
    NO_PRODUCT_IMPACT = "no_product_impact"


class ProposedDisposition(StrEnum):
    """What the conclusion proposes for the lot; what becomes of it is a decision of its own."""

    RELEASE = "release"
    RETEST = "retest"
    REWORK = "rework"
    REJECT = "reject"


@dataclass(frozen=True, kw_only=True)
class StudyResult:
    """A result of a stability study in which the lot is, by its number there."""

    study: StudyId
    result: int


@record("lot")
@dataclass(frozen=True, kw_only=True)
class InvestigationOpened(Body):
    """Something unwelcome is being looked into; while it is open the lot is not released.

    It is about one of the lot's results, about one of a stability study's, or about neither.
    """

    investigation: int
    cause: InvestigationCause
    description: Text
    result: int | None = None
    study_result: StudyResult | None = None


@record("lot")
@dataclass(frozen=True, kw_only=True)
class InvestigationConcluded(Body):
    """Quality's conclusion, with the root cause found and what it proposes for the lot."""

    investigation: int
    phase: InvestigationPhase
    root_cause: Text
    conclusion: Conclusion
    disposition: ProposedDisposition | None = None


@dataclass(frozen=True, kw_only=True)
class Investigation:
    """One investigation as it stands; ``retests`` and ``resamples`` are the results that its plan took."""

    number: int
    cause: InvestigationCause
    description: Text
    result: int | None
    opened_at: datetime
    study_result: StudyResult | None = None
    phases: tuple[Phase, ...] = ()
    retests: tuple[int, ...] = ()
    resamples: tuple[int, ...] = ()
    concluded: InvestigationConcluded | None = None
    concluded_by: Signer | None = None
    concluded_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its conclusion."""
        return self.concluded is None

    @property
    def conclusion(self) -> Conclusion | None:
        """What was concluded, if anything was."""
        return self.concluded.conclusion if self.concluded else None

    @property
    def of_a_result(self) -> bool:
        """Whether it is about a result, of the lot's own or of a stability study's."""
        return self.result is not None or self.study_result is not None

    def phase(self, kind: InvestigationPhase) -> Phase | None:
        """This phase, if it was begun."""
        return next((phase for phase in self.phases if phase.kind is kind), None)

    def takes(self, measured: Measurement) -> bool:
        """Whether a measurement is one of the tests that the plan, made before it, still has room for."""
        plan = self.phase(InvestigationPhase.RETEST)
        if plan is None or self.result is None or not (self.is_open and plan.is_open):
            return False
        if measured.retests == self.result:
            return len(self.retests) < plan.begun.retests
        return measured.resamples == self.result and len(self.resamples) < plan.begun.resamples

    def with_test(self, body: ResultRecorded) -> Investigation:
        """The same after a planned test that it ``takes``."""
        if body.resamples is not None:
            return replace(self, resamples=(*self.resamples, body.result))
        return replace(self, retests=(*self.retests, body.result))

    def must_begin(self, phase: InvestigationPhase) -> None:
        """Refuse a phase that was begun before, and one before the laboratory has looked at its own work."""
        self._must_be_open()
        if self.phase(phase):
            detail = f"The {_spoken(phase)} phase was begun before; its plan stays as it is."
            raise PhaseBegunBefore(detail)
        if not self.of_a_result:
            if phase is not InvestigationPhase.FULL_SCALE:
                raise Malformed("only an investigation of a result has this phase", field="phase")
            return
        if self.result is None and phase is InvestigationPhase.RETEST:
            raise Malformed("a retest of a stability study's result is recorded in the study", field="phase")
        laboratory = self.phase(InvestigationPhase.LABORATORY)
        if phase is not InvestigationPhase.LABORATORY and (laboratory is None or laboratory.is_open):
            detail = "Conclude the laboratory phase first: it says whether the laboratory erred."
            reason = Reason(code="laboratory_phase_first", detail=detail, source=GUIDANCE)
            raise PhaseRefused(f"The {_spoken(phase)} phase may not begin yet.", (reason,))

    def must_conclude_phase(self, kind: InvestigationPhase) -> None:
        """Refuse to conclude a phase that was not begun, or twice."""
        self._must_be_open()
        phase = self.phase(kind)
        if phase is None:
            raise NotFound(f"the {_spoken(kind)} phase of investigation {self.number} was not begun")
        if not phase.is_open:
            raise PhaseConcludedBefore(f"the {_spoken(kind)} phase is concluded already")

    def must_accept(
        self, concluded: InvestigationConcluded, by: PersonId, analyst: PersonId | None = None
    ) -> None:
        """Refuse a second conclusion, one that does not fit what is investigated, and one that is not borne out.

        A laboratory error needs a laboratory result and a phase that found it; a failing result is never "without
        impact": it is shown invalid, or it stands (21 CFR 610.1). The ``analyst`` of the result concludes nothing.
        """
        self._must_be_open()
        conclusion = concluded.conclusion
        if conclusion is Conclusion.LABORATORY_ERROR and not self.of_a_result:
            detail = "only an investigation of a result can find a laboratory error"
            raise Malformed(detail, field="conclusion")
        if conclusion is Conclusion.NO_PRODUCT_IMPACT and self.of_a_result:
            detail = "a result is a laboratory_error or it stands: product_failure or inconclusive"
            raise Malformed(detail, field="conclusion")
        if self.phases and concluded.phase not in {phase.kind for phase in self.phases}:
            raise Malformed("is not a phase that was begun", field="phase")
        reasons = [*self._against(concluded)]
        if by == analyst:
            detail = "You recorded the result; somebody else in quality concludes."
            reasons.append(Reason(code="concluder_is_analyst", detail=detail, source="R1"))
        if reasons:
            raise ConclusionRefused(
                f"Investigation {self.number} may not be concluded like this.", tuple(reasons)
            )

    def _against(self, concluded: InvestigationConcluded) -> Iterator[Reason]:
        for phase in self.phases:
            if phase.is_open:
                detail = f"Say first what the {_spoken(phase.kind)} phase found."
                yield Reason(code="phase_open", detail=detail, source=GUIDANCE)
        conclusion = concluded.conclusion
        if conclusion is Conclusion.LABORATORY_ERROR:
            yield from self._against_laboratory_error()
        fails = conclusion is Conclusion.PRODUCT_FAILURE
        stands = conclusion is Conclusion.INCONCLUSIVE and self.of_a_result
        if (fails or stands) and concluded.disposition is ProposedDisposition.RELEASE:
            detail = "The result stands, so release cannot be proposed: reject, rework or retest."
            yield Reason(code="release_not_possible", detail=detail, source="21 CFR 610.1")

    def _against_laboratory_error(self) -> Iterator[Reason]:
        if not any(phase.found(AssignableCause.LABORATORY) for phase in self.phases):
            detail = "No phase found the laboratory's error; without it the result stands as inconclusive."
            yield Reason(code="no_laboratory_finding", detail=detail, source=GUIDANCE)
        for phase in self.phases:
            if phase.found(AssignableCause.PROCESS):
                detail = f"The {_spoken(phase.kind)} phase found the process at fault, so the result stands."
                yield Reason(code="process_finding", detail=detail, source=GUIDANCE)
        plan = self.phase(InvestigationPhase.RETEST)
        if plan and len(self.retests) + len(self.resamples) < plan.begun.retests + plan.begun.resamples:
            detail = (
                f"{len(self.retests)} of {plan.begun.retests} retests and {len(self.resamples)} of "
                f"{plan.begun.resamples} resamples are recorded; a plan is not cut short."
            )
            yield Reason(code="retests_outstanding", detail=detail, source=GUIDANCE)

    def _must_be_open(self) -> None:
        if not self.is_open:
            raise InvestigationConcludedBefore(f"investigation {self.number} is concluded already")


def opened_for(results: Iterable[ResultRecorded], *, after: int) -> tuple[InvestigationOpened, ...]:
    """An investigation for each result out of specification, numbered from ``after`` on (rule Q4)."""
    return tuple(
        InvestigationOpened(
            investigation=number,
            cause=InvestigationCause.OUT_OF_SPECIFICATION,
            description=Text(
                f"Result {result.result}, {result.assay}: {result.in_words}, is out of specification."
            ),
            result=result.result,
        )
        for number, result in enumerate(results, start=after + 1)
    )


def _spoken(phase: InvestigationPhase) -> str:
    return phase.replace("_", "-")


class InvestigationConcludedBefore(Conflict):
    """The investigation has its conclusion; a new fact opens a new one."""


class PhaseBegunBefore(Conflict):
    """The phase was ordered before, and its plan was laid down then."""


class PhaseConcludedBefore(Conflict):
    """What the phase found was said before."""


class PhaseRefused(Refused):
    """The phase may not begin yet (FDA guidance on OOS results)."""


class ConclusionRefused(Refused):
    """The investigation does not bear this conclusion out (FDA guidance on OOS results; 21 CFR 610.1)."""
