"""What stands against a lot whoever asks: donor, process, quality, release, hold and recall, from the records alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qc_service.domain.disposition import HoldCause, RecallKind
from qc_service.domain.donations import Donation, DonationStanding
from qc_service.domain.facilities import Facility
from qc_service.domain.identifiers import FacilityId
from qc_service.domain.lots import Lot
from qc_service.domain.processing import Step
from qc_service.domain.verdict import Finding
from qc_service.domain.vocabulary import STEP_OPERATION, Purpose


@dataclass(frozen=True, kw_only=True)
class Background:
    """Everything a lot stands on: the lots it was made from, their donations, and the facilities of all steps."""

    ancestors: tuple[Lot, ...]
    donations: tuple[Donation, ...]
    facilities: Mapping[FacilityId, Facility]


def standing_reasons(lot: Lot, background: Background) -> tuple[Finding, ...]:
    """Every reason that stands against using a lot's vials on a patient (domain.md section 6, the lot's row)."""
    return (
        *_quality(lot, background.ancestors),
        *_decided(lot),
        *_donors(background.donations),
        *_facilities((lot, *background.ancestors), background.facilities),
    )


def standing_notices(lot: Lot, background: Background) -> tuple[Finding, ...]:
    """What an answer mentions without forbidding: departures that quality cleared, and entries made late."""
    chain = (lot, *background.ancestors)
    found = []
    if any(deviation.justified for one in chain for deviation in one.processing.deviations):
        detail = "A departure from the process was reviewed and justified by the manufacturer's quality unit."
        found.append(Finding(code="cleared_deviation", detail=detail))
    if any(step.late for one in chain for step in one.processing.steps):
        found.append(
            Finding(code="late_records", detail="Some steps were recorded more than 24 hours afterwards.")
        )
    if _one_person(lot, background.donations):
        detail = "One person determined the donor, verified the results and released the lot."
        found.append(Finding(code="one_person_policy", detail=detail))
    return tuple(found)


def _one_person(lot: Lot, donations: tuple[Donation, ...]) -> bool:
    """Whether every decision behind a release, of donor, results and lot, is one person's: a policy that leaves
    nobody a second look."""
    release = lot.disposition.release_for(Purpose.CLINICAL)
    verifiers = [result.verified_by for result in lot.quality.results if result.verified_by is not None]
    determiners = [donation.eligibility.by for donation in donations if donation.eligibility is not None]
    if release is None or not verifiers or not determiners:
        return False
    return {signer.id for signer in (release.signer, *verifiers, *determiners)} == {release.signer.id}


def _decided(lot: Lot) -> Iterable[Finding]:
    disposition = lot.disposition
    kinds = {recall.kind for recall in disposition.recalls}
    if disposition.rejected:
        yield Finding(
            code="rejected", detail=f"Lot {lot.number} was rejected by the manufacturer's quality unit."
        )
    elif not lot.released_for(Purpose.CLINICAL):
        yield Finding(
            code="not_released", detail=f"Lot {lot.number} has not been released for use on patients."
        )
    if RecallKind.RECALL in kinds:
        yield Finding(code="recalled", detail=f"Lot {lot.number} is recalled.")
    if RecallKind.WITHDRAWAL in kinds:
        yield Finding(code="withdrawn", detail=f"Lot {lot.number} is withdrawn from the market.")
    causes = {hold.cause for hold in disposition.open_holds()}
    if HoldCause.TEMPERATURE_EXCURSION in causes:
        detail = f"Lot {lot.number} was stored outside of its limits; quality has not yet decided about it."
        yield Finding(code="temperature_excursion", detail=detail)
    if HoldCause.OUT_OF_SPECIFICATION in causes:
        detail = f"A result of lot {lot.number}, or of a lot behind it, waits for quality's decision."
        yield Finding(code="specification_not_met", detail=detail)
    if causes - {HoldCause.TEMPERATURE_EXCURSION, HoldCause.OUT_OF_SPECIFICATION}:
        yield Finding(
            code="on_hold", detail=f"Lot {lot.number} is on hold by the manufacturer's quality unit."
        )


def _donors(donations: tuple[Donation, ...]) -> Iterable[Finding]:
    standings = {donation.standing for donation in donations}
    if standings & {DonationStanding.QUARANTINED, DonationStanding.INCOMPLETE}:
        yield Finding(code="quarantined", detail="Testing not finished – do not use.")
    if DonationStanding.INELIGIBLE in standings:
        yield Finding(code="donor_not_eligible", detail="A donor behind this lot is not eligible.")


def _quality(lot: Lot, ancestors: tuple[Lot, ...]) -> Iterable[Finding]:
    """The results as they stand now, not as the last assessment found them (rule Q3; 21 CFR 610.1)."""
    if lot.unmet:
        yield Finding(
            code="specification_not_met", detail=f"Lot {lot.number} does not meet its specification."
        )
    if any(ancestor.unmet for ancestor in ancestors):
        detail = f"A lot that {lot.number} was made from does not meet its specification."
        yield Finding(code="specification_not_met", detail=detail)
    if any(one.quality.product_failed for one in (lot, *ancestors)):
        detail = f"The manufacturer found that lot {lot.number}, or a lot behind it, failed."
        yield Finding(code="specification_not_met", detail=detail)


def _facilities(chain: tuple[Lot, ...], facilities: Mapping[FacilityId, Facility]) -> Iterable[Finding]:
    """A step whose facility had nothing in force that day, unless quality cleared it (domain rule P7)."""
    for lot in chain:
        for step in lot.processing.steps:
            if not _covered(step, facilities) and not lot.processing.cleared(step.number):
                detail = (
                    f"No certification on record covered the {step.kind.replace('_', ' ')} step on its day."
                )
                yield Finding(code="facility_not_certified", detail=detail)


def _covered(step: Step, facilities: Mapping[FacilityId, Facility]) -> bool:
    facility = facilities.get(step.facility)
    return (
        facility is not None and facility.covering(STEP_OPERATION[step.kind], step.started_at.day) is not None
    )
