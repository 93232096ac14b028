"""A service with what donations stand on (people, a maternity ward, a laboratory) and lots below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from qc_service.application.acts import Receipt
from qc_service.application.decoding import recorded
from qc_service.application.donations import RegisterDonation, register_donation
from qc_service.application.eligibility import (
    DetermineEligibility,
    RecordScreening,
    determine_eligibility,
    record_screening,
)
from qc_service.domain.certifications import FacilityCertified
from qc_service.domain.disposition import LotReleased
from qc_service.domain.donations import DONATION, Donation
from qc_service.domain.eligibility import EligibilityStanding
from qc_service.domain.facilities import FacilityIdentifiers, FacilityKind, FacilityRegistered
from qc_service.domain.identifiers import (
    CountryCode,
    Din,
    FacilityId,
    Line,
    LotNumber,
    OrganisationId,
    ProductCode,
    Slug,
    Text,
)
from qc_service.domain.lots import LOT, Lot, LotRegistered, Parent
from qc_service.domain.moments import ZonedTime
from qc_service.domain.parties import OrganisationKind, OrganisationRegistered, PersonRegistered
from qc_service.domain.permissions import Role
from qc_service.domain.products import CELSIUS, ProductRegistered, StorageCondition
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import Body, New
from qc_service.domain.schemes import CertificationType, Scheme
from qc_service.domain.screening import AssayResult, LaboratoryNumber, Report, Screening, SpecimenOf
from qc_service.domain.vocabulary import AdministrationRoute, LotKind, Operation, Purpose, Tissue
from tests.domain.donors import COLLECTED, DIN, LABORATORY, RECOVERED, SCREENED, clear_results
from tests.fakes import ScriptedClock, World, actor

BANK, FINISHED, UNRELEASED_LOT = "CB260101", "EX260201A", "EX260201B"
OWNER = OrganisationId("demo-biologics")
REGISTER = RegisterDonation(
    din=Din(DIN),
    tissue=COLLECTED.tissue,
    collected_at=COLLECTED.collected_at,
    facility=COLLECTED.facility,
    consent=COLLECTED.consent,
)
SCREENING = Screening(
    interview=SCREENED.interview,
    physical_examination=SCREENED.physical_examination,
    records_review=SCREENED.records_review,
    plasma_dilution=SCREENED.plasma_dilution,
)


def reported(*results: AssayResult, supersedes: int | None = None) -> Report:
    """A report on the birth mother's specimen taken at recovery."""
    return Report(
        laboratory=LABORATORY,
        laboratory_number=LaboratoryNumber("99D9999999"),
        specimen_of=SpecimenOf.BIRTH_MOTHER,
        specimen_on=RECOVERED,
        results=results,
        supersedes=supersedes,
    )


FOUND = RecordScreening(din=Din(DIN), screening=SCREENING, reports=(reported(*clear_results()),))


@dataclass
class DonorsWorld:
    """A world on 1 March 2026, with one verb for an act and one for a bare record."""

    world: World = field(
        default_factory=lambda: World(clock=ScriptedClock(datetime(2026, 3, 1, 8, tzinfo=UTC)))
    )

    def __post_init__(self) -> None:
        """Put on record what donations stand on."""
        kinds = {OWNER: OrganisationKind.MANUFACTURER, "far-clinic": OrganisationKind.CLINIC}
        for organisation, kind in kinds.items():
            self.lay(organisation, OrganisationRegistered(
                name=Line(organisation), kind=kind, country=CountryCode("US"), zone=Line("America/New_York"),
            ))  # fmt: skip
        for role in (Role.TECHNICIAN, Role.QUALITY):
            registered = PersonRegistered(printed_name=Line("Test"), roles=(role,), organisation=OWNER)
            self.lay(f"t.{role}", registered)
        self._site(COLLECTED.facility, FacilityKind.RECOVERY_SITE, "US")
        self._site(FacilityId("hill-maternity"), FacilityKind.RECOVERY_SITE, "DE")
        self._site(LABORATORY, FacilityKind.TESTING_LABORATORY, "US")
        self.lay(LABORATORY, FacilityCertified(
            certification=1, type=CertificationType.CERTIFICATE, scheme=Scheme.CLIA,
            number=Line("99D9999999"), issuer=Line("Made-up issuer"), scope=(Operation.DONOR_TESTING,),
            valid_from=date(2025, 6, 1),
        ))  # fmt: skip

    def _site(self, name: str, kind: FacilityKind, country: str) -> None:
        self.lay(name, FacilityRegistered(
            name=Line(name), address=Text("1 Example Street"), kind=kind, country=CountryCode(country),
            zone=Line("America/New_York"), identifiers=FacilityIdentifiers(),
        ))  # fmt: skip

    def lay(self, name: str, *bodies: Body) -> None:
        """Put bare records on a stream, without a use case."""
        news = tuple(New(name=name, body=body) for body in bodies)
        self.world.acts.perform(lambda _view, _occasion, _intent: news, actor(Role.QUALITY), None)

    def act(
        self, use_case: Any, intent: Any, role: Role = Role.QUALITY, organisation: str = OWNER
    ) -> Receipt:
        """Perform a use case as somebody of this role."""
        return self.world.acts.perform(use_case, actor(role, organisation), intent)

    @property
    def donation(self) -> Donation:
        """The donation as it stands."""
        return self.world.view.get(DONATION, DIN)

    def lot(self, number: str) -> Lot:
        """A lot as it stands."""
        return self.world.view.get(LOT, number)

    def register(self) -> None:
        """Register the donation."""
        self.act(register_donation, REGISTER, Role.TECHNICIAN)

    def determine(self) -> None:
        """Register, screen, test and determine the donation eligible."""
        self.register()
        self.act(record_screening, FOUND, Role.TECHNICIAN)
        self.act(
            determine_eligibility,
            DetermineEligibility(din=Din(DIN), standing=EligibilityStanding.ELIGIBLE),
        )

    def make_lots(self) -> None:
        """A cell bank and two finished lots below the donation; all but one released."""
        self.lay("EXO-1", ProductRegistered(
            name=Line("Made-up vesicles"), source_tissues=(Tissue.UMBILICAL_CORD,),
            routes_allowed=(AdministrationRoute.TOPICAL,), dose_form=Slug("solution"), process=(),
            storage=(StorageCondition(
                min=Decimal(-90), max=Decimal(-70), unit=CELSIUS, shelf_life_days=365,
            ),),
            country=CountryCode("US"), zone=Line("America/New_York"),
        ))  # fmt: skip
        self.lay(BANK, _lot(LotKind.CELL_BANK, donations=(Din(DIN),)))
        parent = Parent(lot=LotNumber(BANK), amount=Decimal(1), unit=Line("vials"))
        for number in (FINISHED, UNRELEASED_LOT):
            self.lay(number, _lot(LotKind.FINISHED, parents=(parent,)))
        self.lay(BANK, LotReleased(purpose=Purpose.FURTHER_PROCESSING))
        self.lay(FINISHED, LotReleased(purpose=Purpose.CLINICAL))


def _lot(
    kind: LotKind, *, donations: tuple[Din, ...] = (), parents: tuple[Parent, ...] = ()
) -> LotRegistered:
    return LotRegistered(
        kind=kind, product=ProductCode("EXO-1"), donations=donations, parents=parents, additives=(),
        quantity=Quantity(amount=Decimal(10), unit=Line("vials")), notes=None,
    )  # fmt: skip


def bodies(receipt: Receipt) -> Sequence[tuple[str, Body]]:
    """The stream and body of each record of an act, in order."""
    return [(record.stream, recorded(record).body) for record in receipt.records]


LATE = ZonedTime("2026-03-02T08:00:00Z")
"""A time that has not come in this world."""
