"""What stands in the way of concluding a study, and of the shelf life that quality would state."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from qc_service.domain.errors import Reason, Refused
from qc_service.domain.expiry import Bounded
from qc_service.domain.identifiers import LotNumber, Text
from qc_service.domain.stability.figures import Evaluation
from qc_service.domain.stability.plans import StudyKind
from qc_service.domain.stability.studies import Study

_VERIFIED = "21 CFR 211.194(a)(8)"


class StudyConclusionRefused(Refused):
    """The study does not support what would be stated, or something in it is open."""


def conclusion_reasons(
    study: Study,
    evaluation: Evaluation,
    *,
    shelf_life_months: int | None,
    justification: Text | None,
    investigated: tuple[tuple[LotNumber, int], ...],
) -> tuple[Reason, ...]:
    """Why the study may not be concluded like this, every reason at once; ``investigated`` are the open
    investigations of its results, by lot and number."""
    reasons = [*_open(study, evaluation, investigated)]
    if shelf_life_months is not None:
        reasons += _too_long(study, evaluation, shelf_life_months, justification)
    return tuple(reasons)


def _open(
    study: Study, evaluation: Evaluation, investigated: tuple[tuple[LotNumber, int], ...]
) -> Iterator[Reason]:
    for number in evaluation.unverified:
        detail = f"Result {number} is not verified."
        yield Reason(code="result_unverified", detail=detail, source=_VERIFIED)
    for lot, number in investigated:
        detail = f"Investigation {number} of lot {lot} is open."
        yield Reason(code="investigation_open", detail=detail, source="21 CFR 211.192")
    for number, excursion in enumerate(study.excursions, start=1):
        if excursion.is_open:
            detail = f"Excursion {number} waits for quality's decision."
            yield Reason(code="excursion_open", detail=detail, source="21 CFR 211.166")


def _too_long(
    study: Study, evaluation: Evaluation, months: int, justification: Text | None
) -> Iterator[Reason]:
    if study.plan.kind is not StudyKind.LONG_TERM:
        detail = f"A study of kind {study.plan.kind} shows no shelf life: leave it out."
        yield Reason(code="not_long_term", detail=detail, source="ICH Q1A(R2) 2.2.7")
        return
    for missing in evaluation.missing:
        yield Reason(code="evaluation_incomplete", detail=missing, source="ICH Q1E 2.6")
    supported = evaluation.supported
    if supported is None or months <= supported:
        return
    shortest = evaluation.shortest
    by_assay = f" by {shortest.assay}" if shortest else ""
    if not _may_be_justified(evaluation, months):
        detail = f"{supported} months are supported{by_assay}, not {months}. {_bounded(evaluation)}"
        yield Reason(code="beyond_supported", detail=detail, source="ICH Q1E")
    elif justification is None:
        detail = f"The data cover {supported} months{by_assay}: say what justifies {months}. {_bounded(evaluation)}"
        yield Reason(code="justification_missing", detail=detail, source="ICH Q1E 2.5.3")


def _may_be_justified(evaluation: Evaluation, months: int) -> bool:
    """Below -20 °C a case may be made, as long as no confidence bound and no failed result stands against it."""
    for one in evaluation.assays:
        if one.reach is None or one.reach.months >= months:
            continue
        crosses = one.regression.crosses if one.regression else None
        against = crosses is not None and crosses < Decimal(months)
        if one.reach.bounded is not Bounded.DATA_DEEP_FROZEN or against:
            return False
    return True


def _bounded(evaluation: Evaluation) -> str:
    return evaluation.bounded.in_words if evaluation.bounded else ""
