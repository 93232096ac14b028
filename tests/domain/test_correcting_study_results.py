"""Corrections of a stability study's results: which may be corrected, and what counts afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qc_service.domain.errors import NotFound
from qc_service.domain.identifiers import PersonId, StudyId, Text
from qc_service.domain.investigations import (
    Conclusion,
    Investigation,
    InvestigationCause,
    InvestigationConcluded,
    StudyResult,
)
from qc_service.domain.phases import InvestigationPhase
from qc_service.domain.results import CorrectionRefused, VerificationRefused
from qc_service.domain.stability import Study
from qc_service.domain.stability.evaluation import evaluate
from qc_service.domain.stability.figures import LeftOutBecause
from tests.domain.stability_stories import LOTS, PLAN, invalidated, pulled, result, straight, told, verified

ERROR, STANDS = Conclusion.LABORATORY_ERROR, Conclusion.INCONCLUSIVE


def study(*, fails: bool = False) -> Study:
    """A study with one result."""
    return told(PLAN, pulled(1, 1, 0), result(1, LOTS[0], 1, out_of_specification=fails))


def about(conclusion: Conclusion | None, *, result: int | None = 1, study: str = "STB-1") -> Investigation:
    """An investigation of a study's result, or of none, with its conclusion if it has one."""
    concluded = InvestigationConcluded(
        investigation=1,
        phase=InvestigationPhase.LABORATORY,
        root_cause=Text("Looked into."),
        conclusion=conclusion or ERROR,
    )
    return Investigation(
        number=1,
        cause=InvestigationCause.OUT_OF_SPECIFICATION,
        description=Text("Out of specification."),
        result=None,
        opened_at=datetime(2026, 2, 1, tzinfo=UTC),
        study_result=StudyResult(study=StudyId(study), result=result) if result else None,
        concluded=concluded if conclusion else None,
    )


def against(study: Study, *investigations: Investigation, number: int = 1) -> list[str]:
    """The codes of what stands against correcting a result."""
    with pytest.raises(CorrectionRefused) as refused:
        study.must_correct(number, investigations)
    return [reason.code for reason in refused.value.reasons]


def test_a_result_that_passes_and_was_not_looked_into_is_corrected() -> None:
    others = (about(None, result=2), about(None, study="STB-2"), about(STANDS, result=None))
    study().must_correct(1, others)
    with pytest.raises(NotFound):
        study().must_correct(2, ())


def test_a_failing_or_investigated_result_wants_the_laboratorys_error_from_every_investigation() -> None:
    assert against(study(fails=True)) == ["no_laboratory_error"]
    assert against(study(fails=True), about(ERROR, result=2)) == ["no_laboratory_error"]
    for fails in (True, False):
        one = study(fails=fails)
        assert against(one, about(None)) == ["investigation_open", "no_laboratory_error"]
        assert against(one, about(STANDS)) == ["no_laboratory_error"]
        assert against(one, about(ERROR), about(STANDS)) == ["no_laboratory_error"]
        assert against(one, about(ERROR), about(None)) == ["investigation_open", "no_laboratory_error"]
        one.must_correct(1, (about(ERROR), about(ERROR)))


def test_what_does_not_count_any_more_is_not_corrected() -> None:
    first = result(1, LOTS[0], 1)
    corrected = told(PLAN, pulled(1, 1, 0), first, result(2, LOTS[0], 1, corrects=1))
    assert against(corrected) == ["result_superseded"]
    corrected.must_correct(2, ())
    assert against(told(PLAN, pulled(1, 1, 0), first, invalidated(1))) == ["result_invalid"]


def test_a_corrected_result_counts_no_more_and_the_new_one_wants_verification() -> None:
    corrected = told(
        PLAN, pulled(1, 1, 0), result(1, LOTS[0], 1), result(2, LOTS[0], 1, "1.1E+10", corrects=1), *verified([1])
    )  # fmt: skip
    evaluation = evaluate(corrected, straight(None))
    (figures,) = evaluation.assays
    assert (figures.counted, evaluation.unverified) == ((2,), (2,))
    assert [(one.result, one.because) for one in figures.left_out] == [(1, LeftOutBecause.SUPERSEDED)]
    corrected.must_verify(2, PersonId("b.analyst"))
    for number, person, code in (
        (1, "b.analyst", "result_superseded"),
        (2, "a.analyst", "verifier_is_analyst"),
    ):
        with pytest.raises(VerificationRefused) as refused:
            corrected.must_verify(number, PersonId(person))
        assert refused.value.reasons[-1].code == code
