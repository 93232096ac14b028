"""Correcting a stability study's result: recorded anew and whole, in place of one that was recorded wrongly."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.application.access import own
from qc_service.application.actor import Occasion
from qc_service.application.stability.testing import RecordStabilityResult, result_of
from qc_service.application.stating import members
from qc_service.application.view import View
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import StudyId, Text
from qc_service.domain.lots import LOT
from qc_service.domain.measurements import Measurement
from qc_service.domain.permissions import Permission
from qc_service.domain.records import New
from qc_service.domain.stability import STABILITY


@dataclass(frozen=True, kw_only=True)
class CorrectStabilityResult(Measurement):
    """A result recorded wrongly, stated anew for its lot and time point; without a ``pull`` it is of the same vials."""

    study: StudyId
    result: int
    reason: Text
    pull: int | None = None


def correct_stability_result(
    view: View, occasion: Occasion, intent: CorrectStabilityResult
) -> tuple[New, ...]:
    """Record the result anew (rule Q4; 21 CFR 11.10(e)): it counts in place of the first, and is verified by itself.

    Raises ``CorrectionRefused`` for one that fails or is looked into, unless the laboratory's error was found.
    """
    occasion.actor.must(Permission.CORRECT_RESULT)
    study = own(view, occasion.actor, STABILITY, intent.study)
    corrected = study.body(intent.result)
    study.must_correct(intent.result, view.get(LOT, corrected.lot).quality.investigations)
    if intent.assay != corrected.assay:
        detail = f"result {intent.result} is of {corrected.assay}: record another assay by itself"
        raise Malformed(detail, field="assay")
    anew = RecordStabilityResult(
        study=study.id,
        lot=corrected.lot,
        point=corrected.point,
        pull=corrected.pull if intent.pull is None else intent.pull,
        reason=intent.reason,
        **members(intent),
    )
    return result_of(view, occasion, study, anew, corrects=intent.result)
