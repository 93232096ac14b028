"""Lookback: a later adverse donor result holds all lots below at once, until a signed conclusion (D10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qc_service.application.access import own
from qc_service.application.actor import Occasion
from qc_service.application.days import must_have_come
from qc_service.application.donor_holds import held_for_review
from qc_service.application.view import View
from qc_service.domain.donations import DONATION, Donation
from qc_service.domain.identifiers import Din, Line, Slug, Text
from qc_service.domain.lookback import (
    LookbackAlreadyConcluded,
    LookbackConcluded,
    LookbackConclusion,
    LookbackReported,
)
from qc_service.domain.permissions import Permission
from qc_service.domain.records import Meaning, New


@dataclass(frozen=True, kw_only=True)
class ReportLookback:
    """A later finding that speaks against a donor: which tests, who said so, when it came."""

    din: Din
    findings: tuple[Slug, ...]
    reported_by: Line
    received_on: date
    explanation: Text


@dataclass(frozen=True, kw_only=True)
class ConcludeLookback:
    """What the investigation of a later finding came to."""

    din: Din
    lookback: int
    conclusion: LookbackConclusion
    explanation: Text


def report_lookback(view: View, occasion: Occasion, intent: ReportLookback) -> tuple[New, ...]:
    """Report a later finding; see ``lookback`` for what it does."""
    occasion.actor.must(Permission.RECORD_LOOKBACK)
    donation = own(view, occasion.actor, DONATION, intent.din)
    must_have_come(intent.received_on, occasion.at, "/received_on")
    return lookback(
        view,
        donation,
        findings=intent.findings,
        reported_by=intent.reported_by,
        received_on=intent.received_on,
        explanation=intent.explanation,
    )


def conclude_lookback(view: View, occasion: Occasion, intent: ConcludeLookback) -> tuple[New, ...]:
    """Sign what was found; confirmed, the donation is ineligible for good. The holds below stay for quality.

    Raises ``NotFound`` and ``LookbackAlreadyConcluded``.
    """
    occasion.actor.must(Permission.DETERMINE_ELIGIBILITY)
    donation = own(view, occasion.actor, DONATION, intent.din)
    if not donation.lookback(intent.lookback).open:
        raise LookbackAlreadyConcluded(f"lookback {intent.lookback} of {donation.din} is concluded already")
    body = LookbackConcluded(
        lookback=intent.lookback, conclusion=intent.conclusion, explanation=intent.explanation
    )
    return (New(name=donation.din, body=body, meaning=Meaning.RESPONSIBILITY),)


def lookback(
    view: View,
    donation: Donation,
    *,
    findings: tuple[Slug, ...],
    reported_by: Line,
    received_on: date,
    explanation: Text,
) -> tuple[New, ...]:
    """The report, and a hold and an investigation on every lot below (21 CFR 1271.290; rule D10)."""
    body = LookbackReported(
        lookback=len(donation.lookbacks) + 1,
        findings=findings,
        reported_by=reported_by,
        received_on=received_on,
        explanation=explanation,
    )
    return (New(name=donation.din, body=body), *held_for_review(view, donation.din))
