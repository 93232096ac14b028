"""Sourcing and processing in plain words: what a page, an answer and a bundle say about where a lot comes from.

Anonymous readers get tissue, country, month and outcome; consignees and auditors also get DINs, days and names.
"""

from __future__ import annotations

from collections.abc import Iterable

from qc_service.application.lineage import ancestors, donations_of
from qc_service.application.view import View
from qc_service.domain.assessment import CriterionJudged
from qc_service.domain.codec import to_plain
from qc_service.domain.donations import DONATION, Donation, DonationStanding
from qc_service.domain.facilities import FACILITY
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.processing import Step

Plain = dict[str, object]
_SCREENING = {
    DonationStanding.ELIGIBLE: "passed",
    DonationStanding.INELIGIBLE: "not passed",
    DonationStanding.INCOMPLETE: "not finished",
    DonationStanding.QUARANTINED: "not finished",
}


def sourcing(view: View, lot: Lot, *, detailed: bool) -> Plain:
    """The donations, steps and results behind a lot, in the order in which they happened."""
    chain = [*reversed([view.get(LOT, name) for name in ancestors(view, lot.number)]), lot]
    donations = [view.get(DONATION, din) for din in donations_of(view, lot.number)]
    return {
        "donations": [_donation(donation, detailed=detailed) for donation in donations],
        "steps": [step for one in chain for step in _steps(view, one, detailed=detailed)],
        "results": [_result(judgement) for judgement in _judged(lot)],
    }


def _donation(donation: Donation, *, detailed: bool) -> Plain:
    told: Plain = {
        "tissue": donation.tissue.value,
        "country": str(donation.country),
        "collected": donation.collected_at[:7],
        "screening": _SCREENING[donation.standing],
    }
    if detailed:
        told |= {"din": str(donation.din), "collected_at": str(donation.collected_at)}
    return told


def _steps(view: View, lot: Lot, *, detailed: bool) -> Iterable[Plain]:
    for step in lot.processing.steps:
        facility = view.find(FACILITY, step.facility)
        told: Plain = {
            "kind": step.kind.value,
            "performed": step.started_at[:7],
            "facility": str(facility.name if facility else step.facility),
            "certification": _certification(step),
        }
        if detailed:
            told |= {
                "lot": str(lot.number), "performed_by": str(step.performed_by), "started_at": str(step.started_at),
                "ended_at": str(step.ended_at), "procedure": f"{step.procedure.id} {step.procedure.version}",
            }  # fmt: skip
        yield told


def _certification(step: Step) -> Plain | None:
    if step.certification is None:
        return None
    plain: Plain = to_plain(step.certification)
    return plain


def _judged(lot: Lot) -> tuple[CriterionJudged, ...]:
    assessment = lot.quality.assessment
    return () if assessment is None else assessment.judgements


def _result(judgement: CriterionJudged) -> Plain:
    criterion = judgement.criterion
    return {
        "assay": str(criterion.assay),
        "value": judgement.stated,
        "unit": criterion.unit,
        "limits": criterion.in_words,
        "assessment": judgement.outcome.value,
    }
