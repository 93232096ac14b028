"""Investigations: what was looked into because a fact was unwelcome, and what quality concluded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from qc_service.domain.errors import Conflict, Malformed
from qc_service.domain.identifiers import Text
from qc_service.domain.records import Body, Signer, record
from qc_service.domain.results import ResultRecorded


class InvestigationCause(StrEnum):
    """Why an investigation was opened."""

    OUT_OF_SPECIFICATION = "out_of_specification"
    DOUBTFUL_RESULT = "doubtful_result"
    DONOR_REVIEW = "donor_review"
    TEMPERATURE_EXCURSION = "temperature_excursion"
    ADVERSE_REACTION = "adverse_reaction"
    COMPLAINT = "complaint"


class InvestigationPhase(StrEnum):
    """How far it went: the laboratory's own work, or production as well (FDA guidance on OOS results)."""

    LABORATORY = "laboratory"
    FULL_SCALE = "full_scale"


class Conclusion(StrEnum):
    """What quality concluded; only a laboratory error lets a result be shown invalid (21 CFR 610.1)."""

    LABORATORY_ERROR = "laboratory_error"
    PRODUCT_FAILURE = "product_failure"
    INCONCLUSIVE = "inconclusive"
    NO_PRODUCT_IMPACT = "no_product_impact"


@record("lot")
@dataclass(frozen=True, kw_only=True)
class InvestigationOpened(Body):
    """Something unwelcome is being looked into; while it is open the lot is not released."""

    investigation: int
    cause: InvestigationCause
    description: Text
    result: int | None = None


@record("lot")
@dataclass(frozen=True, kw_only=True)
class InvestigationConcluded(Body):
    """Quality's conclusion, with the root cause found."""

    investigation: int
    phase: InvestigationPhase
    root_cause: Text
    conclusion: Conclusion


@dataclass(frozen=True, kw_only=True)
class Investigation:
    """One investigation as it stands."""

    number: int
    cause: InvestigationCause
    description: Text
    result: int | None
    concluded: InvestigationConcluded | None = None
    concluded_by: Signer | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its conclusion."""
        return self.concluded is None

    @property
    def conclusion(self) -> Conclusion | None:
        """What was concluded, if anything was."""
        return self.concluded.conclusion if self.concluded else None

    def must_accept(self, conclusion: Conclusion) -> None:
        """Refuse a second conclusion, and one that does not fit what is investigated.

        A laboratory error needs a laboratory result; a failing result is never "without impact": it is shown
        invalid, or it stands (21 CFR 610.1).
        """
        if not self.is_open:
            raise InvestigationConcludedBefore(f"investigation {self.number} is concluded already")
        if conclusion is Conclusion.LABORATORY_ERROR and self.result is None:
            detail = "only an investigation of a result can find a laboratory error"
            raise Malformed(detail, field="conclusion")
        if conclusion is Conclusion.NO_PRODUCT_IMPACT and self.result is not None:
            detail = "a result is a laboratory_error or it stands: product_failure or inconclusive"
            raise Malformed(detail, field="conclusion")


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


class InvestigationConcludedBefore(Conflict):
    """The investigation has its conclusion; a new fact opens a new one."""
