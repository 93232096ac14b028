"""Corrections: a new record in place of a wrong one, never a way past a failure (rules Q3, Q4, Q5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from qc_service.application.investigations import (
    ConcludeInvestigation,
    OpenInvestigation,
    conclude_investigation,
    open_investigation,
)
from qc_service.application.results import CorrectResult, InvalidateResult, correct_result, invalidate_result
from qc_service.application.results_reading import read_results
from qc_service.domain.codec import from_plain
from qc_service.domain.errors import Forbidden, Malformed, NotFound, Refused
from qc_service.domain.identifiers import Text
from qc_service.domain.investigations import Conclusion, InvestigationCause
from qc_service.domain.permissions import Role
from qc_service.domain.phases import InvestigationPhase
from qc_service.domain.quality import InvestigationOpened, ResultRecorded
from qc_service.domain.records import Body
from qc_service.domain.results import CorrectionRefused, InvalidationRefused, VerificationRefused
from tests.application.lot_world import LOT_A
from tests.application.quality_world import QualityWorld
from tests.domain.quality_stories import plain
from tests.fakes import actor


@pytest.fixture
def world() -> QualityWorld:
    return QualityWorld()


def correct(
    world: QualityWorld, number: int, assay: str = "endotoxin", role: Role = Role.ANALYST, **changes: Any
) -> Sequence[Body]:
    said = {
        "lot": str(LOT_A),
        "result": number,
        "reason": "Two digits were swapped.",
        **plain(assay, **changes),
    }
    return world.act(correct_result, from_plain(CorrectResult, said), role)


def investigated(world: QualityWorld, conclusion: Conclusion | None, *, open_one: bool = False) -> None:
    """An investigation of result 1: the one that is open, or one opened by hand, concluded if anything."""
    if open_one:
        doubted = OpenInvestigation(
            lot=LOT_A, cause=InvestigationCause.DOUBTFUL_RESULT, description=Text("Doubted."), result=1
        )
        world.act(open_investigation, doubted, Role.QUALITY)
    if conclusion is Conclusion.LABORATORY_ERROR:
        world.find_laboratory_error(len(world.quality.investigations))
    if conclusion is not None:
        concluded = ConcludeInvestigation(
            lot=LOT_A, investigation=len(world.quality.investigations), phase=InvestigationPhase.LABORATORY,
            root_cause=Text("A wrong filter."), conclusion=conclusion,
        )  # fmt: skip
        world.act(conclude_investigation, concluded, Role.QUALITY)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_a_correction_is_a_record_of_its_own_and_the_first_stays(world: QualityWorld) -> None:
    world.measure(value="0.12")
    world.verify(1)
    (body,) = correct(world, 1, value="0.21")
    assert isinstance(body, ResultRecorded)
    assert (body.result, body.corrects) == (2, 1)
    assert world.world.store.log[-1].kind == "ResultRecorded"
    first, second = world.quality.results
    assert (first.valid, first.superseded_by, first.verified_by is not None) == (False, 2, True)
    assert (second.valid, second.verified_by) == (True, None)
    shown = read_results(world.world.view, actor(Role.AUDITOR), LOT_A)["results"]
    assert isinstance(shown, list)
    assert [(one["stated"], one["valid"], one["corrects"], one["superseded_by"]) for one in shown] == [
        ("0.12 EU/mL", False, None, 2), ("0.21 EU/mL", True, 1, None),
    ]  # fmt: skip


def test_quality_corrects_too_and_nobody_else(world: QualityWorld) -> None:
    world.measure()
    correct(world, 1, role=Role.QUALITY)
    for role in set(Role) - {Role.ANALYST, Role.QUALITY}:
        with pytest.raises(Forbidden):
            correct(world, 2, role=role)


def test_q5_neither_who_corrected_nor_who_recorded_first_verifies_a_correction(world: QualityWorld) -> None:
    world.measure()
    correct(world, 1, role=Role.QUALITY)
    for role in (Role.ANALYST, Role.QUALITY):
        with pytest.raises(VerificationRefused) as refused:
            world.verify(2, role)
        assert codes(refused) == ["verifier_is_analyst"]


def test_what_was_corrected_is_neither_corrected_verified_nor_invalidated_again(world: QualityWorld) -> None:
    world.measure()
    correct(world, 1)
    with pytest.raises(CorrectionRefused) as refused:
        correct(world, 1)
    assert codes(refused) == ["result_superseded"]
    assert "result 2 stands in its place" in refused.value.reasons[0].detail
    with pytest.raises(VerificationRefused) as unverified:
        world.verify(1)
    assert codes(unverified) == ["result_superseded"]
    investigated(world, Conclusion.LABORATORY_ERROR, open_one=True)
    intent = InvalidateResult(lot=LOT_A, result=1, investigation=1, cause=Text("A wrong filter."))
    with pytest.raises(InvalidationRefused) as still:
        world.act(invalidate_result, intent, Role.QUALITY)
    assert codes(still) == ["result_superseded"]
    correct(world, 2)
    assert [one.superseded_by for one in world.quality.results] == [2, 3, None]


@pytest.mark.parametrize(
    ("conclusion", "expected"),
    [
        (None, ["investigation_open", "no_laboratory_error"]),
        (Conclusion.INCONCLUSIVE, ["no_laboratory_error"]),
        (Conclusion.PRODUCT_FAILURE, ["no_laboratory_error"]),
    ],
)
def test_q4_a_failing_result_is_not_corrected_away(
    world: QualityWorld, conclusion: Conclusion | None, expected: list[str]
) -> None:
    world.measure(value="5")
    investigated(world, conclusion)
    with pytest.raises(CorrectionRefused) as refused:
        correct(world, 1, value="0.1")
    assert codes(refused) == expected
    assert world.quality.results[0].valid


def test_q4_it_is_corrected_once_the_laboratory_s_error_is_found(world: QualityWorld) -> None:
    world.measure(value="5")
    investigated(world, Conclusion.LABORATORY_ERROR)
    (body,) = correct(world, 1, value="0.5")
    assert isinstance(body, ResultRecorded)
    assert not world.quality.results[0].valid


def test_a_result_under_an_open_doubt_is_not_corrected(world: QualityWorld) -> None:
    world.measure()
    investigated(world, None, open_one=True)
    with pytest.raises(CorrectionRefused) as refused:
        correct(world, 1)
    assert codes(refused) == ["investigation_open", "no_laboratory_error"]
    investigated(world, Conclusion.LABORATORY_ERROR)
    correct(world, 1)


def test_a_correction_that_fails_opens_an_investigation(world: QualityWorld) -> None:
    world.measure()
    _, opened = correct(world, 1, value="5")
    assert isinstance(opened, InvestigationOpened)
    assert opened.result == 2


def test_a_correction_is_of_the_same_assay_and_of_a_result_on_record(world: QualityWorld) -> None:
    world.measure()
    with pytest.raises(Malformed) as refused:
        correct(world, 1, "size_mode")
    assert refused.value.field == "assay"
    with pytest.raises(NotFound):
        correct(world, 2)


def test_growth_is_not_corrected_into_no_growth(world: QualityWorld) -> None:
    world.measure("sterility", finding="growth")
    with pytest.raises(CorrectionRefused):
        correct(world, 1, "sterility")
