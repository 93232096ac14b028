"""Donor screening and tests as facts, what they suggest, and the determination that somebody signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qc_service.application.access import own, readable
from qc_service.application.actor import Actor, Occasion
from qc_service.application.days import must_have_come
from qc_service.application.lookback import lookback
from qc_service.application.references import known
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.donations import DONATION, Donation, DonationStanding
from qc_service.domain.eligibility import EligibilityDetermined, EligibilityStanding
from qc_service.domain.errors import Fault, Malformed
from qc_service.domain.facilities import FACILITY
from qc_service.domain.identifiers import Din, FacilityId, Line, Text
from qc_service.domain.panel import panel_on
from qc_service.domain.permissions import Permission
from qc_service.domain.records import Meaning, New
from qc_service.domain.screening import DonorScreened, DonorTested, Report, Screening
from qc_service.domain.suggestion import Suggestion, adverse_findings, suggested_eligibility
from qc_service.domain.vocabulary import Operation


@dataclass(frozen=True, kw_only=True)
class RecordScreening:
    """What was found about a donor: a screening, reports, or both; a correction wants a ``reason``."""

    din: Din
    screening: Screening | None = None
    reports: tuple[Report, ...] = ()
    reason: Text | None = None

    def __post_init__(self) -> None:
        """Refuse a statement without content, and a correction without a reason."""
        stated = (*((self.screening,) if self.screening else ()), *self.reports)
        if not stated:
            raise Malformed("state a screening, a laboratory report, or both")
        if self.reason is None and any(each.supersedes is not None for each in stated):
            raise Malformed("say why the earlier statement is corrected", field="reason")


@dataclass(frozen=True, kw_only=True)
class DetermineEligibility:
    """A responsible person's determination on a donor."""

    din: Din
    standing: EligibilityStanding
    statement: Text | None = None


def record_screening(view: View, occasion: Occasion, intent: RecordScreening) -> tuple[New, ...]:
    """Record what was found, whatever it says (21 CFR 1271.75, .80, .85; rules D2 to D5).

    Where the donor was determined eligible and something adverse comes later, the same act reports a lookback
    and holds every lot below (21 CFR 1271.290; rule D10).
    """
    occasion.actor.must(Permission.RECORD_SCREENING)
    donation = own(view, occasion.actor, DONATION, intent.din)
    bodies: list[DonorScreened | DonorTested] = []
    if intent.screening is not None:
        bodies.append(_screened(occasion, donation, intent.screening))
    for place, report in enumerate(intent.reports):
        bodies.append(_tested(view, occasion, donation, report, place))
    news = tuple(New(name=donation.din, body=body, reason=intent.reason) for body in bodies)
    findings = adverse_findings(donation, bodies)
    if donation.standing is not DonationStanding.ELIGIBLE or not findings:
        return news
    reported_by = Line(occasion.actor.printed_name)
    explanation = Text("Recorded with the donor's screening after the donor was determined eligible.")
    later = lookback(
        view, donation, findings=findings, reported_by=reported_by, received_on=occasion.at.date(),
        explanation=explanation,
    )  # fmt: skip
    return (*news, *later)


def _screened(occasion: Occasion, donation: Donation, screening: Screening) -> DonorScreened:
    number = len(donation.screenings) + 1
    _must_be_earlier(screening.supersedes, number, "/screening/supersedes")
    for name, part in screening.parts.items():
        must_have_come(part.on, occasion.at, f"/screening/{name.replace(' ', '_')}/on")
    return DonorScreened(screening=number, **vars(screening))


def _tested(view: View, occasion: Occasion, donation: Donation, report: Report, place: int) -> DonorTested:
    number = len(donation.reports) + 1 + place
    _must_be_earlier(report.supersedes, number, f"/reports/{place}/supersedes")
    laboratory = known(view, FACILITY, report.laboratory, f"/reports/{place}/laboratory")
    report.laboratory_number.must_fit(laboratory.country, f"/reports/{place}/laboratory_number")
    for row, each in enumerate(report.results):
        must_have_come(each.result_on, occasion.at, f"/reports/{place}/results/{row}/result_on")
    return DonorTested(report=number, **vars(report))


def _must_be_earlier(supersedes: int | None, number: int, pointer: str) -> None:
    if supersedes is not None and not 1 <= supersedes < number:
        detail = f"there is no earlier number {supersedes} to correct"
        raise Malformed(detail, faults=(Fault(pointer=pointer, detail=detail),))


def suggestion_on(view: View, donation: Donation) -> Suggestion:
    """What the records suggest now, with each laboratory judged by the day of its result."""

    def certified(laboratory: FacilityId, day: date) -> bool:
        return view.get(FACILITY, laboratory).covering(Operation.DONOR_TESTING, day) is not None

    return suggested_eligibility(donation, certified)


def determine_eligibility(view: View, occasion: Occasion, intent: DetermineEligibility) -> tuple[New, ...]:
    """Sign the determination (21 CFR 1271.50; rule D6); raises ``EligibilityRefused`` with every reason."""
    occasion.actor.must(Permission.DETERMINE_ELIGIBILITY)
    donation = own(view, occasion.actor, DONATION, intent.din)
    suggestion = suggestion_on(view, donation)
    suggestion.must_allow(intent.standing)
    body = EligibilityDetermined(
        standing=intent.standing,
        suggested=suggestion.standing,
        panel=suggestion.panel.since,
        screenings=tuple(each.screening for each in donation.standing_screenings),
        reports=tuple(each.report for each in donation.standing_reports),
        statement=intent.statement,
    )
    return (New(name=donation.din, body=body, meaning=Meaning.RESPONSIBILITY),)


def read_screenings(view: View, actor: Actor, din: str) -> dict[str, object]:
    """Every screening value of a donation, the tests it needs and what they suggest (quality, auditors)."""
    actor.must(Permission.READ_SCREENING_VALUES)
    donation = readable(view, actor, DONATION, din)
    suggestion = suggestion_on(view, donation)
    recovered = donation.collected_at.day
    required = panel_on(recovered).required(donation.tissue, donation.country, recovered)
    return {
        "din": str(donation.din),
        "screenings": to_plain(donation.screenings),
        "reports": to_plain(donation.reports),
        "lookbacks": to_plain(donation.lookbacks),
        "panel": {
            "since": to_plain(suggestion.panel.since),
            "reference": to_plain(suggestion.panel.reference),
            "required": [
                {"assay": str(each.assay), "name": str(each.name), "effect": each.effect.value}
                for each in required
            ],
        },
        "suggestion": {
            "standing": suggestion.standing.value,
            "reasons": to_plain(suggestion.reasons),
            "notices": to_plain(suggestion.notices),
        },
    }
