"""Donations: one consented gift of tissue from a donor whom no record identifies, and how it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from qc_service.domain.collection import DonationCollected, DonationCorrected
from qc_service.domain.consent import Consent, ConsentWithdrawn
from qc_service.domain.eligibility import Eligibility, EligibilityDetermined
from qc_service.domain.errors import Conflict, NotFound, Reason
from qc_service.domain.identifiers import (
    CountryCode,
    Din,
    DonorCode,
    FacilityId,
    Line,
    OrganisationId,
    PersonId,
    Sha256,
)
from qc_service.domain.lookback import Lookback, LookbackConcluded, LookbackReported
from qc_service.domain.moments import ZonedTime
from qc_service.domain.records import Body, Fold, Recorded
from qc_service.domain.screening import DonorScreened, DonorTested, SpecimenOf
from qc_service.domain.vocabulary import Purpose, Tissue

INFANT_DAYS = 31
"""An infant of one month or less, in whole days at donation (21 CFR 1271.80(a))."""

UNFINISHED = "Testing not finished – do not use"
"""The words on every list, label and answer until the donor is determined (21 CFR 1271.60(a)–(c), D7)."""


class DonationExists(Conflict):
    """A donation of this number is on record; two containers of one donation share its number."""


class ConsentAlreadyWithdrawn(Conflict):
    """The withdrawal of this consent is on record."""


class DonationStanding(StrEnum):
    """How a donation stands: in quarantine until determined (21 CFR 1271.60(a))."""

    QUARANTINED = "quarantined"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    INCOMPLETE = "incomplete"


SCREENING_VALUES: tuple[type[Body], ...] = (DonorScreened, DonorTested, LookbackReported)
"""The records whose values only quality and auditors may read; whoever else asks gets them withheld."""

STANDING_IN_WORDS: dict[DonationStanding, str] = {
    DonationStanding.QUARANTINED: UNFINISHED,
    DonationStanding.INCOMPLETE: UNFINISHED,
    DonationStanding.ELIGIBLE: "Donor determined eligible",
    DonationStanding.INELIGIBLE: "Donor not eligible – do not use",
}


@dataclass(frozen=True, kw_only=True)
class Donation:
    """A donation as its records leave it; ``stated_in`` is the digest of what states tissue and time."""

    din: Din
    donor_code: DonorCode
    tissue: Tissue
    collected_at: ZonedTime
    zone: Line
    facility: FacilityId
    country: CountryCode
    organisation: OrganisationId
    collector: PersonId
    consent: Consent
    infant_age_days: int | None
    registered_by: PersonId
    registered_at: datetime
    stated_in: Sha256
    screenings: tuple[DonorScreened, ...] = ()
    reports: tuple[DonorTested, ...] = ()
    eligibility: Eligibility | None = None
    withdrawal: ConsentWithdrawn | None = None
    lookbacks: tuple[Lookback, ...] = ()

    @property
    def standing(self) -> DonationStanding:
        """In quarantine until determined, then as determined or by a confirmed lookback (D6, D7, D10)."""
        if any(each.confirmed for each in self.lookbacks):
            return DonationStanding.INELIGIBLE
        if self.eligibility is None:
            return DonationStanding.QUARANTINED
        return DonationStanding(self.eligibility.determined.standing.value)

    @property
    def in_words(self) -> str:
        """The standing in plain words, for lists, labels and answers (domain rule D7)."""
        return STANDING_IN_WORDS[self.standing]

    @property
    def consent_withdrawn(self) -> bool:
        """Whether the donor withdrew."""
        return self.withdrawal is not None

    @property
    def young_infant(self) -> bool:
        """Whether the donor was an infant of one month or less (21 CFR 1271.80(a))."""
        return self.infant_age_days is not None and self.infant_age_days <= INFANT_DAYS

    @property
    def specimens_that_count(self) -> frozenset[SpecimenOf]:
        """Whose specimen counts: for a young infant the birth mother's (21 CFR 1271.80(a); domain rule D4).

        Where the donor is an adult she is the birth mother, under either name.
        """
        if self.young_infant:
            return frozenset({SpecimenOf.BIRTH_MOTHER})
        return frozenset({SpecimenOf.DONOR} if self.infant_age_days is not None else SpecimenOf)

    @property
    def standing_screenings(self) -> tuple[DonorScreened, ...]:
        """The screenings that no later one corrects."""
        return _not_superseded((each, each.screening) for each in self.screenings)

    @property
    def standing_reports(self) -> tuple[DonorTested, ...]:
        """The laboratory reports that no later one corrects."""
        return _not_superseded((each, each.report) for each in self.reports)

    def lookback(self, number: int) -> Lookback:
        """The lookback of that number; raises ``NotFound``."""
        if not 1 <= number <= len(self.lookbacks):
            raise NotFound(f"donation {self.din} has no lookback {number}")
        return self.lookbacks[number - 1]

    def decision_reasons(self, purpose: Purpose) -> tuple[Reason, ...]:
        """Every reason against releasing or shipping what stands on this donation (rules D6, D7, D9, D10).

        They are for those who decide: what a clinic or a patient reads never says that a donor withdrew.
        """
        return (*self._eligibility_reasons(), *self._consent_reasons(purpose), *self._lookback_reasons())

    def _eligibility_reasons(self) -> tuple[Reason, ...]:
        if self.standing is DonationStanding.INELIGIBLE:
            return (_against("donor_not_eligible", self, "the donor is not eligible", "21 CFR 1271.50"),)
        if self.standing is not DonationStanding.ELIGIBLE:
            detail = f"{UNFINISHED}: the donor is not determined; a responsible person determines eligibility"
            return (_against("donor_undetermined", self, detail, "21 CFR 1271.60(a)"),)
        return ()

    def _consent_reasons(self, purpose: Purpose) -> tuple[Reason, ...]:
        reasons = []
        if self.consent_withdrawn:
            detail = "the donor withdrew consent"
            reasons.append(_against("consent_withdrawn", self, detail, "domain rule D9"))
        if not self.consent.covers(purpose):
            detail = f"the consent does not cover {purpose.replace('_', ' ')}"
            reasons.append(_against("consent_does_not_cover", self, detail, "domain rule D9"))
        return tuple(reasons)

    def _lookback_reasons(self) -> tuple[Reason, ...]:
        return tuple(
            _against("lookback_open", self, f"lookback {each.reported.lookback} is open", "21 CFR 1271.290")
            for each in self.lookbacks
            if each.open
        )


N = TypeVar("N", DonorScreened, DonorTested)


def _not_superseded(numbered: Iterable[tuple[N, int]]) -> tuple[N, ...]:
    every = tuple(numbered)
    superseded = {each.supersedes for each, _ in every}
    return tuple(each for each, number in every if number not in superseded)


def _against(code: str, donation: Donation, detail: str, source: str) -> Reason:
    return Reason(code=code, detail=f"donation {donation.din}: {detail}", source=source)


DONATION: Fold[Donation] = Fold("donation")


@DONATION.begins(DonationCollected)
def _collected(recorded: Recorded, body: DonationCollected) -> Donation:
    return Donation(
        din=Din(recorded.name),
        donor_code=body.donor_code,
        tissue=body.tissue,
        collected_at=body.collected_at,
        zone=body.zone,
        facility=body.facility,
        country=body.country,
        organisation=body.organisation,
        collector=body.collector,
        consent=body.consent,
        infant_age_days=body.infant_age_days,
        registered_by=recorded.signer.id,
        registered_at=recorded.recorded_at,
        stated_in=Sha256(recorded.digest),
    )


@DONATION.on(DonationCorrected)
def _corrected(donation: Donation, recorded: Recorded, body: DonationCorrected) -> Donation:
    """Whatever was determined stood on the misstated facts: the donation is in quarantine again."""
    return replace(
        donation,
        tissue=body.tissue,
        collected_at=body.collected_at,
        zone=body.zone,
        facility=body.facility,
        country=body.country,
        stated_in=Sha256(recorded.digest),
        eligibility=None,
    )


@DONATION.on(DonorScreened)
def _screened(donation: Donation, _recorded: Recorded, body: DonorScreened) -> Donation:
    return replace(donation, screenings=(*donation.screenings, body))


@DONATION.on(DonorTested)
def _tested(donation: Donation, _recorded: Recorded, body: DonorTested) -> Donation:
    return replace(donation, reports=(*donation.reports, body))


@DONATION.on(EligibilityDetermined)
def _determined(donation: Donation, recorded: Recorded, body: EligibilityDetermined) -> Donation:
    eligibility = Eligibility(determined=body, by=recorded.signer, at=recorded.recorded_at)
    return replace(donation, eligibility=eligibility)


@DONATION.on(ConsentWithdrawn)
def _withdrawn(donation: Donation, _recorded: Recorded, body: ConsentWithdrawn) -> Donation:
    return replace(donation, withdrawal=body)


@DONATION.on(LookbackReported)
def _reported(donation: Donation, _recorded: Recorded, body: LookbackReported) -> Donation:
    return replace(donation, lookbacks=(*donation.lookbacks, Lookback(reported=body)))


@DONATION.on(LookbackConcluded)
def _concluded(donation: Donation, _recorded: Recorded, body: LookbackConcluded) -> Donation:
    lookbacks = tuple(
        replace(each, conclusion=body.conclusion) if each.reported.lookback == body.lookback else each
        for each in donation.lookbacks
    )
    return replace(donation, lookbacks=lookbacks)
