"""Registering donations, putting right what was mistyped, withdrawing consent, and reading them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from qc_service.application.access import own, readable
from qc_service.application.actor import Actor, Occasion
from qc_service.application.days import must_have_come
from qc_service.application.donor_holds import held_for_review
from qc_service.application.references import known
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.collection import DonationCollected, DonationCorrected, minted_donor_code
from qc_service.domain.consent import Consent, ConsentWithdrawn
from qc_service.domain.donations import (
    DONATION,
    ConsentAlreadyWithdrawn,
    Donation,
    DonationExists,
)
from qc_service.domain.errors import Malformed
from qc_service.domain.facilities import FACILITY
from qc_service.domain.identifiers import Code, Din, FacilityId, PersonId, Text
from qc_service.domain.moments import ZonedTime
from qc_service.domain.parties import PERSON
from qc_service.domain.permissions import Permission
from qc_service.domain.records import Meaning, New
from qc_service.domain.vocabulary import Purpose, Tissue


class CheckCharacter(Code):
    """The character printed apart from a donation number, which whoever types the number must type too."""

    GRAMMAR = re.compile(r"[0-9A-Z*]", re.ASCII)
    EXAMPLE = "K"


@dataclass(frozen=True, kw_only=True)
class RegisterDonation:
    """A donation that was collected; the donor code is minted, and the country and zone are the facility's.

    ``check_character`` comes with a number typed on a keyboard; ``collector`` is the actor unless said.
    """

    din: Din
    tissue: Tissue
    collected_at: ZonedTime
    facility: FacilityId
    consent: Consent
    check_character: CheckCharacter | None = None
    collector: PersonId | None = None
    infant_age_days: int | None = None
    reason: Text | None = None

    def __post_init__(self) -> None:
        """Refuse a number whose check character does not fit; it is compared, never used to repair."""
        if self.check_character is not None and self.check_character != self.din.check_character:
            detail = f"the check character of {self.din} is not {self.check_character}: read the label again"
            raise Malformed(detail, field="check_character")


@dataclass(frozen=True, kw_only=True)
class CorrectDonation:
    """What was mistyped when the donation was registered, as it should have been, and why."""

    din: Din
    reason: Text
    tissue: Tissue | None = None
    collected_at: ZonedTime | None = None
    facility: FacilityId | None = None

    def __post_init__(self) -> None:
        """Refuse a correction that corrects nothing."""
        if self.tissue is None and self.collected_at is None and self.facility is None:
            raise Malformed("state what is corrected: tissue, collected_at or facility")


@dataclass(frozen=True, kw_only=True)
class WithdrawConsent:
    """The donor withdrew consent on this day."""

    din: Din
    withdrawn_on: date
    reason: Text | None = None


def register_donation(view: View, occasion: Occasion, intent: RegisterDonation) -> tuple[New, ...]:
    """Register a donation in quarantine (21 CFR 1271.60(a), 1271.290(c); rules D1, D7).

    Raises ``DonationExists`` where the number is taken: two containers of one donation share it.
    """
    actor = occasion.actor
    actor.must(Permission.REGISTER_DONATION)
    if view.find(DONATION, intent.din) is not None:
        raise DonationExists(f"donation {intent.din} is on record already")
    must_have_come(intent.collected_at, occasion.at, "/collected_at")
    must_have_come(intent.consent.given_on, occasion.at, "/consent/given_on")
    facility = known(view, FACILITY, intent.facility, "/facility")
    collector = intent.collector or actor.person
    known(view, PERSON, collector, "/collector")
    body = DonationCollected(
        donor_code=minted_donor_code(occasion.fresh(16)),
        tissue=intent.tissue,
        collected_at=intent.collected_at,
        zone=facility.zone,
        facility=facility.id,
        country=facility.country,
        organisation=actor.organisation,
        collector=collector,
        consent=intent.consent,
        infant_age_days=intent.infant_age_days,
    )
    return (New(name=intent.din, body=body, occurred_at=intent.collected_at, reason=intent.reason),)


def correct_donation(view: View, occasion: Occasion, intent: CorrectDonation) -> tuple[New, ...]:
    """Put right tissue, time or site by a new record that names the one it supersedes.

    What was determined stood on the misstated facts, so the donation returns to quarantine.
    """
    occasion.actor.must(Permission.REGISTER_DONATION)
    donation = own(view, occasion.actor, DONATION, intent.din)
    collected_at = intent.collected_at or donation.collected_at
    must_have_come(collected_at, occasion.at, "/collected_at")
    facility = known(view, FACILITY, intent.facility or donation.facility, "/facility")
    body = DonationCorrected(
        supersedes=donation.stated_in,
        tissue=intent.tissue or donation.tissue,
        collected_at=collected_at,
        zone=facility.zone,
        facility=facility.id,
        country=facility.country,
    )
    return (New(name=donation.din, body=body, reason=intent.reason),)


def withdraw_consent(view: View, occasion: Occasion, intent: WithdrawConsent) -> tuple[New, ...]:
    """Record the withdrawal, which blocks release and shipment, and hold every lot below (rule D9).

    Raises ``ConsentAlreadyWithdrawn``.
    """
    occasion.actor.must(Permission.RECORD_CONSENT_WITHDRAWAL)
    donation = own(view, occasion.actor, DONATION, intent.din)
    if donation.withdrawal is not None:
        raise ConsentAlreadyWithdrawn(f"the consent of donation {donation.din} is withdrawn already")
    must_have_come(intent.withdrawn_on, occasion.at, "/withdrawn_on")
    consent = donation.consent
    body = ConsentWithdrawn(
        withdrawn_on=intent.withdrawn_on, reference=consent.reference, version=consent.version
    )
    withdrawal = New(name=donation.din, body=body, reason=intent.reason)
    return (withdrawal, *held_for_review(view, donation.din))


def read_donation(view: View, actor: Actor, din: str) -> dict[str, object]:
    """One donation for its owner and for auditors, without any screening value."""
    actor.must(Permission.READ_RECORDS)
    donation = readable(view, actor, DONATION, din)
    return {
        "din": str(donation.din),
        "check_character": donation.din.check_character,
        "donor_code": str(donation.donor_code),
        "tissue": donation.tissue.value,
        "collected_at": str(donation.collected_at),
        "zone": str(donation.zone),
        "facility": str(donation.facility),
        "country": str(donation.country),
        "organisation": str(donation.organisation),
        "collector": str(donation.collector),
        "consent": to_plain(donation.consent),
        "consent_withdrawn": donation.consent_withdrawn,
        "infant_age_days": donation.infant_age_days,
        "registered_by": str(donation.registered_by),
        "registered_at": to_plain(donation.registered_at),
        "standing": donation.standing.value,
        "in_words": donation.in_words,
        "eligibility": _eligibility(donation),
        "screenings": len(donation.screenings),
        "reports": len(donation.reports),
        "lookbacks": [
            {
                "lookback": each.reported.lookback,
                "received_on": to_plain(each.reported.received_on),
                "conclusion": to_plain(each.conclusion),
            }
            for each in donation.lookbacks
        ],
        "blocks": {purpose.value: to_plain(donation.decision_reasons(purpose)) for purpose in Purpose},
    }


def _eligibility(donation: Donation) -> dict[str, object] | None:
    if donation.eligibility is None:
        return None
    signed = {"by": to_plain(donation.eligibility.by), "at": to_plain(donation.eligibility.at)}
    return {**to_plain(donation.eligibility.determined), **signed, "meaning": Meaning.RESPONSIBILITY.value}


def summary(donation: Donation) -> dict[str, object]:
    """What lists and searches show of a donation; quarantine is plain in it (21 CFR 1271.60(b); rule D7)."""
    return {
        "status": donation.standing.value,
        "title": f"{donation.tissue.replace('_', ' ').capitalize()} {donation.din}",
        "in_words": donation.in_words,
        "tissue": donation.tissue.value,
        "collected_on": donation.collected_at.day.isoformat(),
        "country": str(donation.country),
        "facility": str(donation.facility),
        "consent_withdrawn": donation.consent_withdrawn,
        "organisation": str(donation.organisation),
    }
