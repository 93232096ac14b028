"""A lot against its specification: outcomes, frozen limits, rounding, and what a retest cannot undo."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from qc_service.domain.assessment import Outcome, assess, judge, product_day
from qc_service.domain.comparison import compare, compared, must_be_stated_for
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line
from qc_service.domain.quality import LotAssessed, ResultVerified
from qc_service.domain.specifications import Judgement, Specification
from tests.domain.quality_stories import (
    ANALYST,
    AT,
    ENDOTOXIN,
    IDENTITY,
    MODE,
    QUALITY,
    SPECIFICATION,
    STERILITY,
    assessed,
    measurement,
    passing,
    product,
    quality,
    result,
    story,
)
from tests.domain.test_quality_results import concluded, invalidated, opened

VERIFIED = (ResultVerified(result=1), QUALITY)
ONLY_ENDOTOXIN = replace(SPECIFICATION, criteria=(ENDOTOXIN,))


def outcome(*signed: Any, specification: Specification = ONLY_ENDOTOXIN) -> Outcome:
    (judged,) = judge(specification, quality(*signed).results)
    return judged.outcome


def test_q2_every_criterion_is_pass_fail_missing_or_unverified() -> None:
    failing = result(value="0.9")
    assert outcome() is Outcome.MISSING
    assert outcome((result(), ANALYST)) is Outcome.UNVERIFIED
    assert outcome((result(), ANALYST), VERIFIED) is Outcome.PASS
    assert outcome((failing, ANALYST)) is Outcome.FAIL
    assert outcome((failing, ANALYST), VERIFIED) is Outcome.FAIL
    assert outcome((result(1, "sterility"), ANALYST)) is Outcome.MISSING


def test_q2_version_and_limits_are_frozen_into_the_record() -> None:
    lot = story(*assessed(*passing()))
    assessment = lot.quality.assessment
    assert assessment is not None
    assert assessment.stated.cites() == ("product/EXO-INJ-1",)
    assert assessment.specification == SPECIFICATION
    assert assessment.passed
    assert not assessment.failing
    assert not assessment.outdated
    stricter = replace(SPECIFICATION, version=3, criteria=(replace(ENDOTOXIN, high=Decimal("0.1")),))
    later = product(specifications=(SPECIFICATION, stricter))
    assert lot.quality.specification(later, AT) == SPECIFICATION
    assert story(*passing()).quality.specification(later, AT) == stricter


def test_q2_a_result_after_the_assessment_makes_it_outdated() -> None:
    lot = story(*assessed(*passing()), (result(5, value="0.3"), ANALYST))
    assert lot.quality.assessment is not None
    assert lot.quality.assessment.outdated


def test_a_failing_assessment_is_recorded_and_names_what_fails() -> None:
    lot = story(*assessed((result(value="0.9"), ANALYST)))
    assessment = lot.quality.assessment
    assert assessment is not None
    assert not assessment.passed
    assert [judged.criterion.assay for judged in assessment.failing] == ["endotoxin"]
    assert [judged.in_words for judged in assessment.judgements] == ["0.9 EU/mL", "", "", ""]


def test_q2_a_criterion_that_is_not_required_does_not_decide() -> None:
    signed = (*passing(), (result(5, "size_mode", value="60"), ANALYST))
    body: LotAssessed = assess(story().product, SPECIFICATION, quality(*signed).results)
    assert body.passed
    assert body.judgements[3].outcome is Outcome.FAIL


def test_q3_an_invalid_result_does_not_count_and_nothing_else_is_disregarded() -> None:
    failing, retest = (result(value="0.9"), ANALYST), (result(2, retests=1), ANALYST)
    verified = (ResultVerified(result=2), QUALITY)
    assert outcome(failing, retest, verified) is Outcome.FAIL
    assert outcome(failing, opened(), concluded(), retest, verified) is Outcome.FAIL
    assert outcome(failing, opened(), concluded(), invalidated()) is Outcome.MISSING
    assert outcome(failing, opened(), concluded(), invalidated(), retest, verified) is Outcome.PASS


def test_q4_the_gravest_result_decides_and_of_those_the_latest() -> None:
    signed = ((result(), ANALYST), (result(2, value="0.4"), ANALYST), VERIFIED)
    (judged,) = judge(ONLY_ENDOTOXIN, quality(*signed).results)
    assert (judged.outcome, judged.result) == (Outcome.UNVERIFIED, 2)
    (judged,) = judge(ONLY_ENDOTOXIN, quality((result(), ANALYST), (result(2, value="0.4"), ANALYST)).results)
    assert judged.result == 2


def test_an_interim_reading_neither_passes_nor_is_growth_forgiven() -> None:
    sterility = replace(SPECIFICATION, criteria=(STERILITY,))
    interim = result(1, "sterility", read="2026-11-09T09:00:00Z")
    growth = result(1, "sterility", finding="growth", read="2026-11-05T09:00:00Z")
    final = (result(2, "sterility"), ANALYST)
    both = ((ResultVerified(result=2), QUALITY), VERIFIED)
    assert outcome((interim, ANALYST), VERIFIED, specification=sterility) is Outcome.MISSING
    assert outcome((interim, ANALYST), final, *both, specification=sterility) is Outcome.PASS
    assert outcome((growth, ANALYST), final, *both, specification=sterility) is Outcome.FAIL


def test_q6_a_value_is_compared_and_shown_at_the_limits_place() -> None:
    assert compare(ENDOTOXIN, measurement(value="0.54")) is Judgement.PASS
    assert compared(ENDOTOXIN, measurement(value="0.54")) == Line("0.5")
    assert compare(ENDOTOXIN, measurement(value="0.55")) is Judgement.FAIL
    assert compared(MODE, measurement("size_mode", value="99.96")) == Line("100 and 100.0")
    assert compared(ENDOTOXIN, measurement(value="1E+300")) == Line("1E+300")
    assert compared(IDENTITY, measurement("identity_transmembrane")) is None


def test_a_value_that_shows_nothing_does_not_count() -> None:
    assert compare(ENDOTOXIN, measurement(comparator="<", value="5")) is Judgement.NOT_SHOWN
    assert outcome((result(comparator="<", value="5"), ANALYST), VERIFIED) is Outcome.MISSING
    below = result(comparator="below_lod", value=None, lod="0.01")
    assert outcome((below, ANALYST), VERIFIED) is Outcome.PASS


@pytest.mark.parametrize(
    ("criterion", "assay", "changes", "pointer"),
    [
        (ENDOTOXIN, "endotoxin", {"unit": "EU/vial"}, "/unit"),
        (ENDOTOXIN, "endotoxin", {"value": None, "unit": None, "finding": "clear"}, "/value"),
        (IDENTITY, "identity_transmembrane", {"finding": None, "value": "3", "unit": "%"}, "/finding"),
    ],
)
def test_q1_a_result_stated_otherwise_than_the_criterion_asks_is_refused(
    criterion: Any, assay: str, changes: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(Malformed) as refused:
        must_be_stated_for(criterion, measurement(assay, **changes))
    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    must_be_stated_for(criterion, measurement(assay))


@pytest.mark.parametrize("finding", ["Positive", "POSITIVE", "detected", "present"])
def test_another_word_for_what_passes_is_put_right_and_opens_nothing(finding: str) -> None:
    stated = measurement("identity_transmembrane", finding=finding)
    with pytest.raises(Malformed, match="write positive") as refused:
        must_be_stated_for(IDENTITY, stated)
    assert [fault.pointer for fault in refused.value.faults] == ["/finding"]


@pytest.mark.parametrize("finding", ["positive", "negative", "Negative", "weakly positive", "equivocal"])
def test_a_finding_that_does_not_pass_is_taken_as_it_is(finding: str) -> None:
    must_be_stated_for(IDENTITY, measurement("identity_transmembrane", finding=finding))


def test_a_specification_takes_effect_by_the_products_own_day() -> None:
    assert product_day(product(), datetime(2026, 11, 20, 4, 59, tzinfo=UTC)) == date(2026, 11, 19)
    assert product_day(product(), datetime(2026, 11, 20, 5, 0, tzinfo=UTC)) == date(2026, 11, 20)
