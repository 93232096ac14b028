"""Concluding a stability study: the figures it stands on are worked out once more, and frozen with the statement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qc_service.application.access import own
from qc_service.application.actor import Occasion
from qc_service.application.view import View
from qc_service.domain.expiry import Regress, Software
from qc_service.domain.identifiers import LotNumber, StudyId, Text
from qc_service.domain.lots import LOT
from qc_service.domain.permissions import Permission
from qc_service.domain.records import Meaning, New
from qc_service.domain.stability import STABILITY, StabilityStudyConcluded, Study
from qc_service.domain.stability.conclusion import StudyConclusionRefused, conclusion_reasons
from qc_service.domain.stability.evaluation import evaluate


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """The statistics that an evaluation wants, and the software that they are from."""

    regress: Regress
    software: tuple[Software, ...]


@dataclass(frozen=True, kw_only=True)
class ConcludeStudy:
    """Quality's conclusion: the shelf life in whole months that the study supports, or none."""

    study: StudyId
    statement: Text
    shelf_life_months: int | None = None
    justification: Text | None = None


def conclude_study(
    statistics: Statistics, view: View, occasion: Occasion, intent: ConcludeStudy
) -> tuple[New, ...]:
    """Conclude the study with its figures frozen (ICH Q1E). Raises ``StudyConclusionRefused`` with every reason."""
    occasion.actor.must(Permission.DIRECT_STABILITY)
    study = own(view, occasion.actor, STABILITY, intent.study)
    evaluation = evaluate(study, statistics.regress)
    body = StabilityStudyConcluded(
        shelf_life_months=intent.shelf_life_months,
        statement=intent.statement,
        justification=intent.justification,
        supported_months=evaluation.supported,
        bounded=evaluation.bounded,
        assays=evaluation.assays,
        software=statistics.software,
    )
    reasons = conclusion_reasons(
        study,
        evaluation,
        shelf_life_months=intent.shelf_life_months,
        justification=intent.justification,
        investigated=tuple(_investigated(view, study)),
    )
    if reasons:
        raise StudyConclusionRefused(f"Study {study.id} may not be concluded like this.", reasons)
    return (New(name=study.id, body=body, meaning=Meaning.REVIEW),)


def _investigated(view: View, study: Study) -> Iterator[tuple[LotNumber, int]]:
    """The open investigations of the study's results."""
    for placed in study.plan.lots:
        for investigation in view.get(LOT, placed.lot).quality.open_investigations():
            about = investigation.study_result
            if about is not None and about.study == study.id:
                yield placed.lot, investigation.number
