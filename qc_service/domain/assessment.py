"""A lot against its specification: each criterion judged from the results, its limits frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from qc_service.domain.comparison import compare, compared, shortfall
from qc_service.domain.conversion import ResultConverted
from qc_service.domain.identifiers import Line, ProductCode
from qc_service.domain.products import Product
from qc_service.domain.records import Body, Signer, record
from qc_service.domain.replicates import Shortfall
from qc_service.domain.results import Result
from qc_service.domain.specifications import Criterion, Judgement, Specification


class Outcome(StrEnum):
    """How a criterion stands."""

    PASS = "pass"  # noqa: S105, an outcome and no secret
    FAIL = "fail"
    MISSING = "missing"
    UNVERIFIED = "unverified"
    TOO_FEW_REPLICATES = "too_few_replicates"
    SPREAD_TOO_WIDE = "spread_too_wide"
    OTHER_METHOD = "other_method"


IN_WORDS: Mapping[Outcome, str] = {
    Outcome.MISSING: "has no final result that counts",
    Outcome.FAIL: "is out of specification",
    Outcome.UNVERIFIED: "is not verified by a second person",
    Outcome.TOO_FEW_REPLICATES: "rests on fewer replicates than the specification wants",
    Outcome.SPREAD_TOO_WIDE: "has replicates that differ more than the specification allows",
    Outcome.OTHER_METHOD: "is by another method or version than the one that binds",
}
"""What is said of a criterion that does not pass."""


@dataclass(frozen=True, kw_only=True)
class CriterionJudged:
    """One criterion with its limits as they were, the result that decides it and how that result compares.

    ``stated`` is the result and ``compared`` the value at its limit's place (rule Q6), both in the criterion's
    unit. Where the laboratory put it in another, ``entered`` is what it put and ``how`` how that was converted.
    """

    criterion: Criterion
    outcome: Outcome
    result: int | None = None
    stated: Line | None = None
    compared: Line | None = None
    entered: Line | None = None
    how: Line | None = None

    @property
    def in_words(self) -> str:
        """The deciding result with its unit; empty where there is none."""
        return " ".join(filter(None, (self.stated, self.criterion.unit)) if self.stated else ())


@record("lot")
@dataclass(frozen=True, kw_only=True)
class LotAssessed(Body):
    """Quality judged the lot against its specification; the limits stand in the record itself (rule Q2).

    The specification is the one in force at the lot's first assessment; later assessments keep it. ``passed``
    says that every required criterion has a passing, verified result; one that fails is recorded as well.
    ``conversions`` are of results that were recorded when another unit's limit, or none, was in force.
    """

    product: ProductCode
    specification: int
    effective_from: date
    judgements: tuple[CriterionJudged, ...]
    passed: bool
    conversions: tuple[ResultConverted, ...] = ()

    def cites(self) -> tuple[str, ...]:
        """The product whose specification was applied."""
        return (f"product/{self.product}",)


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """The latest assessment; ``outdated`` once a result or an investigation has changed since."""

    stated: LotAssessed
    at: datetime
    signer: Signer
    outdated: bool = False

    @property
    def specification(self) -> Specification:
        """The specification as the lot was judged by it."""
        return Specification(
            version=self.stated.specification,
            effective_from=self.stated.effective_from,
            criteria=tuple(judgement.criterion for judgement in self.stated.judgements),
        )

    @property
    def passed(self) -> bool:
        """Whether every required criterion had a passing, verified result."""
        return self.stated.passed

    @property
    def judgements(self) -> tuple[CriterionJudged, ...]:
        """Each criterion with its outcome."""
        return self.stated.judgements

    @property
    def failing(self) -> tuple[CriterionJudged, ...]:
        """The criteria that failed, required or not."""
        return tuple(judgement for judgement in self.judgements if judgement.outcome is Outcome.FAIL)


def product_day(product: Product, at: datetime) -> date:
    """The day at the product's home: by it a specification takes effect and a lot expires."""
    return at.astimezone(ZoneInfo(product.zone)).date()


def assess(
    product: ProductCode,
    specification: Specification,
    results: tuple[Result, ...],
    conversions: tuple[ResultConverted, ...] = (),
) -> LotAssessed:
    """The lot's assessment by this specification, from the results as they stand, with these converted first."""
    judged = judge(specification, with_conversions(results, conversions))
    return LotAssessed(
        product=product,
        specification=specification.version,
        effective_from=specification.effective_from,
        judgements=judged,
        passed=all(one.outcome is Outcome.PASS for one in judged if one.criterion.required),
        conversions=conversions,
    )


def with_conversions(
    results: tuple[Result, ...], conversions: tuple[ResultConverted, ...]
) -> tuple[Result, ...]:
    """The results, each with the newest conversion of its numbers."""
    newest = {conversion.result: conversion for conversion in conversions}
    return tuple(
        replace(one, recorded=replace(one.recorded, conversion=newest[one.number]))
        if one.number in newest
        else one
        for one in results
    )


def unmet(specification: Specification, results: tuple[Result, ...]) -> tuple[Criterion, ...]:
    """The required criteria that these results do not meet: one fails, or none that passes is verified (rule Q3).

    Another that passes and waits for its verification takes nothing away from one that is verified.
    """
    required = (criterion for criterion in specification.criteria if criterion.required)
    return tuple(criterion for criterion in required if not _met(criterion, results))


def _met(criterion: Criterion, results: tuple[Result, ...]) -> bool:
    outcomes = {_outcome(criterion, result) for result in results}
    return Outcome.PASS in outcomes and Outcome.FAIL not in outcomes


def failed(specification: Specification, results: tuple[Result, ...]) -> tuple[Criterion, ...]:
    """The required criteria that one of these results fails."""
    return tuple(
        criterion
        for criterion in specification.criteria
        if criterion.required and Outcome.FAIL in {_outcome(criterion, result) for result in results}
    )


def judge(specification: Specification, results: tuple[Result, ...]) -> tuple[CriterionJudged, ...]:
    """Each criterion's outcome (rules Q3 and Q4; 21 CFR 610.1).

    Every result counts unless it was shown invalid: one that fails decides, whatever a retest found. One that
    shows nothing, as an interim reading does, neither passes nor fails; nor does one that passes beyond the plan of
    an investigation (FDA, Investigating OOS Test Results, 2022: no testing into compliance).
    """
    of: dict[str, list[Result]] = {}
    for result in results:
        of.setdefault(result.recorded.assay, []).append(result)
    return tuple(_judged(criterion, of.get(criterion.assay, ())) for criterion in specification.criteria)


def _judged(criterion: Criterion, results: Iterable[Result]) -> CriterionJudged:
    outcomes = [(_outcome(criterion, result), result) for result in results]
    counted = [(_GRAVITY.index(outcome), result.number, result) for outcome, result in outcomes if outcome]
    if not counted:
        return CriterionJudged(criterion=criterion, outcome=Outcome.MISSING)
    gravity, number, result = max(counted, key=lambda one: one[:2])
    recorded = result.recorded
    worded = recorded.finding is not None
    converted = not worded and criterion.unit is not None and str(recorded.unit) != criterion.unit
    return CriterionJudged(
        criterion=criterion,
        outcome=_GRAVITY[gravity],
        result=number,
        stated=Line(recorded.stated if worded else recorded.stated_for(criterion.unit)),
        compared=compared(criterion, recorded),
        entered=Line(recorded.in_words) if converted else None,
        how=recorded.conversion.how if converted and recorded.conversion else None,
    )


_GRAVITY = (*(Outcome(shortfall) for shortfall in Shortfall), Outcome.PASS, Outcome.UNVERIFIED, Outcome.FAIL)
"""Which result decides where there are several: the gravest, and of those the latest."""


def _outcome(criterion: Criterion, result: Result) -> Outcome | None:
    """What one result says about the criterion; None where it does not count for it."""
    if not result.valid or result.recorded.assay != criterion.assay:
        return None
    shown = compare(criterion, result.recorded)
    if shown is Judgement.PASS and result.beyond_plan:
        return None
    if shown is Judgement.PASS:
        return Outcome.PASS if result.verified_by else Outcome.UNVERIFIED
    if shown is Judgement.FAIL:
        return Outcome.FAIL
    short = shortfall(criterion, result.recorded)
    return Outcome(short) if short else None
