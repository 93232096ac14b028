"""Evaluating a study (ICH Q1E): which results count, what the statistics say of them, and what is supported.

A result counts unless it was shown invalid or corrected, was pulled after an excursion that quality did not accept, or
has no exact value: one below its LOD or LOQ, or stated with a comparator, is no point of a line, and putting the limit
in its place would flatten the line. It is left out and listed. It still fails or passes, and covers its time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from qc_service.domain.comparison import compare
from qc_service.domain.expiry import (
    Bounded,
    Point,
    Reach,
    Regress,
    Regression,
    Series,
    reach,
)
from qc_service.domain.identifiers import LotNumber, Text
from qc_service.domain.measurements import Comparator
from qc_service.domain.specifications import Judgement
from qc_service.domain.stability.facts import StabilityResultRecorded
from qc_service.domain.stability.figures import AssayEvaluated, Evaluation, LeftOut, LeftOutBecause
from qc_service.domain.stability.plans import StudyAssay
from qc_service.domain.stability.studies import Study


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """An assay's figures with what was planned and the points that they come from."""

    assay: StudyAssay
    figures: AssayEvaluated
    series: Series


def evaluate(study: Study, regress: Regress) -> Evaluation:
    """The study as its results stand now; an unverified result counts here, and is named."""
    unverified = tuple(result.number for result in study.results if result.valid and not result.verified_by)
    return Evaluation(
        assays=tuple(one.figures for one in each_evaluated(study, regress)), unverified=unverified
    )


def each_evaluated(study: Study, regress: Regress) -> tuple[Evaluated, ...]:
    """Each assay of the study with its points."""
    return tuple(_evaluated(study, assay, regress) for assay in study.plan.assays)


def _series(study: Study, assay: StudyAssay, counted: Iterable[StabilityResultRecorded]) -> Series:
    unit = assay.criterion.unit
    points = [
        Point(lot=one.lot, days=study.days(one), value=one.figure_for(unit)[0])
        for one in counted
        if assay.numeric
    ]
    return Series(
        assay=assay.criterion.assay,
        points=tuple(sorted(points, key=lambda point: (point.days, point.lot, point.value))),
        direction=assay.direction,
        low=assay.criterion.low,
        high=assay.criterion.high,
        log=assay.log,
    )


def _of(study: Study, assay: StudyAssay) -> list[StabilityResultRecorded]:
    return [body for body in study.bodies() if body.assay == assay.criterion.assay]


def _left_out(study: Study, assay: StudyAssay, body: StabilityResultRecorded) -> LeftOutBecause | None:
    result = study.result(body.result)
    if not result.valid:
        return LeftOutBecause.SUPERSEDED if result.superseded_by is not None else LeftOutBecause.INVALID
    if study.spoilt(body):
        return LeftOutBecause.EXCURSION
    if assay.numeric and body.figure_for(assay.criterion.unit)[1] != assay.criterion.unit:
        return LeftOutBecause.OTHER_UNIT
    if assay.numeric and body.comparator is not Comparator.EQUAL:
        return LeftOutBecause.NO_EXACT_VALUE
    if compare(assay.criterion, body) is Judgement.NOT_SHOWN:
        return LeftOutBecause.INTERIM
    return None


_COVERING = (None, LeftOutBecause.NO_EXACT_VALUE)
"""What counts as a result at its time, although it may be no point."""


def _evaluated(study: Study, assay: StudyAssay, regress: Regress) -> Evaluated:
    judged = [(body, _left_out(study, assay, body)) for body in _of(study, assay)]
    counted = [body for body, because in judged if because is None]
    covering = [body for body, because in judged if because in _COVERING]
    failing = [body for body in covering if compare(assay.criterion, body) is Judgement.FAIL]
    evaluated = AssayEvaluated(
        assay=assay.criterion.assay,
        limits=Text(assay.criterion.in_words),
        direction=assay.direction,
        log=assay.log,
        counted=tuple(body.result for body in counted),
        failed=tuple(body.result for body in failing),
        left_out=tuple(LeftOut(result=body.result, because=why) for body, why in judged if why is not None),
        covered=_covered(study, covering),
        regression=None,
        missing=None,
        reach=None,
    )
    series = _series(study, assay, counted)
    if assay.numeric:
        evaluated = _fitted(evaluated, covering, series, regress)
    elif not counted:
        missing = Text(f"There is no final result of {assay.criterion.assay} yet.")
        evaluated = replace(evaluated, missing=missing)
    if not evaluated.missing:
        evaluated = replace(evaluated, reach=_reach(study, evaluated, covering, failing))
    return Evaluated(assay=assay, figures=evaluated, series=series)


def _fitted(
    evaluated: AssayEvaluated, covering: list[StabilityResultRecorded], series: Series, regress: Regress
) -> AssayEvaluated:
    inexact = len(covering) - len(series.points)
    if inexact > len(series.points):
        missing = Text(
            f"{inexact} of {len(covering)} results of {series.assay} have no exact value: too many for a line."
        )
        return replace(evaluated, missing=missing)
    found = regress(series)
    if isinstance(found, Regression):
        return replace(evaluated, regression=found)
    return replace(evaluated, missing=found.missing)


def _reach(
    study: Study,
    evaluated: AssayEvaluated,
    covering: list[StabilityResultRecorded],
    failing: list[StabilityResultRecorded],
) -> Reach:
    plan = study.plan
    carried = reach(
        evaluated.covered,
        evaluated.regression.crosses if evaluated.regression else None,
        storage=plan.condition.storage,
        lots=len(plan.lots),
        supported=plan.supporting is not None,
    )
    before = [_before(study, body, covering) for body in failing]
    return min(
        (carried, *(Reach(months=months, bounded=Bounded.FAILURE) for months in before)),
        key=lambda one: one.months,
    )


def _before(
    study: Study, failed: StabilityResultRecorded, covering: list[StabilityResultRecorded]
) -> Decimal:
    """The time of the lot's last pull before the one that failed."""
    at = study.carries(failed)
    earlier = [study.carries(one) for one in covering if one.lot == failed.lot and study.carries(one) < at]
    return max(earlier, default=Decimal(0))


def _covered(study: Study, covering: list[StabilityResultRecorded]) -> Decimal:
    last: dict[LotNumber, Decimal] = {lot.lot: Decimal(0) for lot in study.plan.lots}
    for body in covering:
        last[body.lot] = max(last[body.lot], study.carries(body))
    return min(last.values())
