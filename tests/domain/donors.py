"""A made-up donation and its findings, for tests to bend."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from qc_service.domain.collection import DonationCollected
from qc_service.domain.consent import Consent, ConsentReference, ConsentUse
from qc_service.domain.donations import DONATION, Donation
from qc_service.domain.identifiers import (
    CountryCode,
    DonorCode,
    FacilityId,
    Line,
    OrganisationId,
    PersonId,
    Slug,
)
from qc_service.domain.moments import ZonedTime
from qc_service.domain.panel import panel_on
from qc_service.domain.permissions import Role
from qc_service.domain.records import Body, Meaning, Recorded, Signer
from qc_service.domain.screening import (
    AssayResult,
    AssayStatus,
    DonorScreened,
    DonorTested,
    LaboratoryNumber,
    Outcome,
    PlasmaDilution,
    ScreeningFinding,
    ScreeningPart,
    SpecimenOf,
)
from qc_service.domain.vocabulary import Tissue

DIN = "A999026000001"
RECOVERED = date(2026, 1, 10)
LABORATORY = FacilityId("east-donor-laboratory")
SIGNER = Signer(
    id=PersonId("q.quality"),
    printed_name=Line("Quinn Quality"),
    role=Role.QUALITY,
    organisation=OrganisationId("demo-biologics"),
)

COLLECTED = DonationCollected(
    donor_code=DonorCode("DN-7K3M9QW2TX4B"),
    tissue=Tissue.UMBILICAL_CORD,
    collected_at=ZonedTime("2026-01-10T03:20:00-05:00"),
    zone=Line("America/New_York"),
    facility=FacilityId("bayside-maternity"),
    country=CountryCode("US"),
    organisation=OrganisationId("demo-biologics"),
    collector=PersonId("t.technician"),
    consent=Consent(
        reference=ConsentReference("CF-2601-004"),
        version=Line("3"),
        given_on=date(2026, 1, 2),
        uses=(ConsentUse.MANUFACTURING, ConsentUse.CLINICAL_USE),
    ),
)

_PART = ScreeningPart(by=Line("I. Interviewer"), on=RECOVERED, finding=ScreeningFinding.NO_RISK_FOUND)
SCREENED = DonorScreened(
    screening=1,
    interview=_PART,
    physical_examination=_PART,
    records_review=_PART,
    plasma_dilution=PlasmaDilution(blood_and_colloids_ml=0, crystalloids_ml=1000),
)


def result(assay: str, outcome: Outcome = Outcome.NON_REACTIVE) -> AssayResult:
    """One result of a donor screening assay, three days after recovery."""
    return AssayResult(
        assay=Slug(assay),
        kit=Line("Made-up kit"),
        status=AssayStatus.FDA_DONOR_SCREENING,
        result_on=RECOVERED + timedelta(days=3),
        outcome=outcome,
    )


def report(*results: AssayResult, number: int = 1) -> DonorTested:
    """One laboratory report on the birth mother's specimen taken at recovery."""
    return DonorTested(
        report=number,
        laboratory=LABORATORY,
        laboratory_number=LaboratoryNumber("99D9999999"),
        specimen_of=SpecimenOf.BIRTH_MOTHER,
        specimen_on=RECOVERED,
        results=results,
    )


def clear_results(tissue: Tissue = Tissue.UMBILICAL_CORD) -> tuple[AssayResult, ...]:
    """A non-reactive result of every test that such a donation needs in January."""
    needed = panel_on(RECOVERED).required(tissue, CountryCode("US"), RECOVERED)
    return tuple(result(entry.assay) for entry in needed)


def with_outcome(assay: str, outcome: Outcome) -> tuple[AssayResult, ...]:
    """The clear results, but for this one outcome."""
    return tuple(replace(each, outcome=outcome) if each.assay == assay else each for each in clear_results())


def recorded(body: Body, seq: int) -> Recorded:
    """The body as a record of the donation's stream."""
    return Recorded(
        stream=f"donation/{DIN}",
        seq=seq,
        body=body,
        signer=SIGNER,
        meaning=Meaning.AUTHORSHIP,
        reason=None,
        occurred_at=ZonedTime("2026-01-20T09:00:00Z"),
        recorded_at=datetime(2026, 1, 20, 9, tzinfo=UTC),
        files=(),
        digest=f"{seq:064x}",
        index=seq,
    )


def donation(*bodies: Body, collected: DonationCollected = COLLECTED) -> Donation:
    """The donation after these records."""
    state = DONATION.replay(recorded(body, seq) for seq, body in enumerate((collected, *bodies)))
    assert state is not None
    return state
