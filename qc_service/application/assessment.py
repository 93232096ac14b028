"""Assessing a lot: quality's judgement against the specification, which freezes its version and limits."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.application.access import own
from qc_service.application.actor import Occasion
from qc_service.application.stating import conversions_for
from qc_service.application.view import View
from qc_service.domain.assessment import Outcome, assess
from qc_service.domain.errors import Reason, Refused
from qc_service.domain.identifiers import LotNumber
from qc_service.domain.investigations import opened_for
from qc_service.domain.lots import LOT
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT
from qc_service.domain.records import Meaning, New


class AssessmentRefused(Refused):
    """There is nothing to judge the lot against (rule Q2)."""


@dataclass(frozen=True, kw_only=True)
class AssessLot:
    """Quality judges the lot by the results as they stand."""

    lot: LotNumber


def assess_lot(view: View, occasion: Occasion, intent: AssessLot) -> tuple[New, ...]:
    """Judge every criterion and freeze the limits into the record (rule Q2); a failing one is recorded too.

    A result that fails and that nobody has looked into yet opens an investigation (rule Q4): its limit may be
    newer than the result. Raises ``AssessmentRefused`` where the product has no specification in force.
    """
    occasion.actor.must(Permission.ASSESS_LOT)
    lot = own(view, occasion.actor, LOT, intent.lot)
    quality = lot.quality
    specification = quality.specification(view.get(PRODUCT, lot.product), occasion.at)
    if specification is None:
        detail = f"Product {lot.product} has no specification in force; approve one first."
        raise AssessmentRefused(detail, (Reason(code="no_specification", detail=detail, source="Q2"),))
    conversions = conversions_for(specification, quality.results, occasion.convert)
    assessed = assess(lot.product, specification, quality.results, conversions)
    looked_into = {investigation.result for investigation in quality.investigations}
    failing = [
        quality.result(judged.result).recorded
        for judged in assessed.judgements
        if judged.outcome is Outcome.FAIL and judged.result and judged.result not in looked_into
    ]
    return (
        New(name=lot.number, body=assessed, meaning=Meaning.REVIEW),
        *(
            New(name=lot.number, body=opened)
            for opened in opened_for(failing, after=len(quality.investigations))
        ),
    )
