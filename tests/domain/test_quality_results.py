"""Verification by a second person, investigations, and the only way in which a result is disregarded."""

from typing import Any

import pytest

from qc_service.domain.errors import Malformed, NotFound
from qc_service.domain.identifiers import Text
from qc_service.domain.investigations import (
    Conclusion,
    InvestigationCause,
    InvestigationConcluded,
    InvestigationConcludedBefore,
    InvestigationOpened,
    opened_for,
)
from qc_service.domain.phases import InvestigationPhase
from qc_service.domain.quality import ResultInvalidated, ResultVerified
from qc_service.domain.records import Body, Signer
from qc_service.domain.results import InvalidationRefused, VerificationRefused
from tests.domain.quality_stories import ANALYST, QUALITY, SECOND_ANALYST, quality, result

RESULT = (result(), ANALYST)


def opened(number: int = 1, about: int | None = 1) -> tuple[Body, Signer]:
    body = InvestigationOpened(
        investigation=number,
        cause=InvestigationCause.OUT_OF_SPECIFICATION,
        description=Text("Above the limit."),
        result=about,
    )
    return body, ANALYST


def concluded(conclusion: Conclusion = Conclusion.LABORATORY_ERROR, number: int = 1) -> tuple[Body, Signer]:
    body = InvestigationConcluded(
        investigation=number,
        phase=InvestigationPhase.LABORATORY,
        root_cause=Text("The plate was read with the wrong filter."),
        conclusion=conclusion,
    )
    return body, QUALITY


def conclusion(which: Conclusion) -> InvestigationConcluded:
    body, _ = concluded(which)
    assert isinstance(body, InvestigationConcluded)
    return body


def invalidated(number: int = 1) -> tuple[Body, Signer]:
    return ResultInvalidated(result=number, investigation=1, cause=Text("Wrong filter.")), QUALITY


def codes(refused: Any) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_q5_an_analyst_does_not_verify_their_own_result() -> None:
    with pytest.raises(VerificationRefused) as refused:
        quality(RESULT).must_verify(1, ANALYST.id)
    assert codes(refused) == ["verifier_is_analyst"]
    quality(RESULT).must_verify(1, SECOND_ANALYST.id)


def test_q5_nobody_both_analyses_and_verifies_sterility() -> None:
    known = quality(
        (result(1, "sterility", read="2026-11-05T09:00:00Z"), ANALYST),
        (result(2, "sterility"), SECOND_ANALYST),
    )
    for number, person in ((1, SECOND_ANALYST), (2, ANALYST)):
        with pytest.raises(VerificationRefused) as refused:
            known.must_verify(number, person.id)
        assert codes(refused) == ["verifier_analysed_sterility"]
    known.must_verify(2, QUALITY.id)


def test_a_result_is_verified_once_and_only_while_it_counts() -> None:
    known = quality(RESULT, (ResultVerified(result=1), QUALITY), opened(), concluded(), invalidated())
    with pytest.raises(VerificationRefused) as refused:
        known.must_verify(1, QUALITY.id)
    assert codes(refused) == ["verified_before", "result_invalid"]
    assert known.result(1).verified_by == QUALITY


def test_q3_a_result_is_disregarded_only_through_a_concluded_investigation() -> None:
    quality(RESULT, opened(), concluded()).must_invalidate(1, 1)
    with pytest.raises(InvalidationRefused) as refused:
        quality(RESULT, opened()).must_invalidate(1, 1)
    assert codes(refused) == ["no_laboratory_error"]
    with pytest.raises(InvalidationRefused) as refused:
        quality(RESULT, opened(), concluded(Conclusion.INCONCLUSIVE)).must_invalidate(1, 1)
    assert codes(refused) == ["no_laboratory_error"]


def test_q3_the_investigation_is_about_that_result_and_the_original_is_kept() -> None:
    known = quality(RESULT, (result(2), ANALYST), opened(), concluded(), invalidated())
    with pytest.raises(InvalidationRefused) as refused:
        known.must_invalidate(2, 1)
    assert codes(refused) == ["investigation_of_another"]
    with pytest.raises(InvalidationRefused) as refused:
        known.must_invalidate(1, 1)
    assert codes(refused) == ["result_invalid"]
    assert known.result(1).recorded == result()
    assert not known.result(1).valid


def test_q4_every_result_out_of_specification_opens_an_investigation() -> None:
    first, second = opened_for((result(3, value="0.9"), result(4, value="1.1")), after=1)
    assert (first.investigation, first.result, second.investigation, second.result) == (2, 3, 3, 4)
    assert first.description == "Result 3, endotoxin: 0.9 EU/mL, is out of specification."


def test_an_investigation_stays_open_until_it_is_concluded_once() -> None:
    known = quality(RESULT, opened(), opened(2, about=None))
    assert [one.number for one in known.open_investigations()] == [1, 2]
    assert known.investigation(1).conclusion is None
    known = quality(RESULT, opened(), opened(2, about=None), concluded())
    assert [one.number for one in known.open_investigations()] == [2]
    assert known.investigation(1).concluded_by == QUALITY
    with pytest.raises(InvestigationConcludedBefore):
        known.investigation(1).must_accept(conclusion(Conclusion.INCONCLUSIVE), QUALITY.id)


@pytest.mark.parametrize(
    ("about", "which"), [(None, Conclusion.LABORATORY_ERROR), (1, Conclusion.NO_PRODUCT_IMPACT)]
)
def test_a_conclusion_fits_what_is_investigated(about: int | None, which: Conclusion) -> None:
    investigation = quality(RESULT, opened(about=about)).investigation(1)
    with pytest.raises(Malformed) as refused:
        investigation.must_accept(conclusion(which), QUALITY.id)
    assert refused.value.faults[0].pointer == "/conclusion"
    investigation.must_accept(conclusion(Conclusion.PRODUCT_FAILURE), QUALITY.id)


@pytest.mark.parametrize("number", [0, 2])
def test_a_number_that_is_not_there_is_not_found(number: int) -> None:
    known = quality(RESULT, opened())
    with pytest.raises(NotFound):
        known.result(number)
    with pytest.raises(NotFound):
        known.investigation(number)


def test_a_result_stands_on_its_laboratory_and_its_instrument() -> None:
    assert result().cites() == ("facility/east-laboratory",)
    assert result(instrument="NTA-01").cites() == ("facility/east-laboratory", "equipment/NTA-01")
