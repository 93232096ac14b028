"""A service with one manufacturer in it, and the statements by which its catalogues are filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from qc_service.application.actor import Actor
from qc_service.application.attachments import AttachFile
from qc_service.application.decoding import recorded
from qc_service.application.facilities import CertifyFacility, RegisterFacility
from qc_service.application.parties import (
    RegisterOrganisation,
    RegisterPerson,
    register_organisation,
    register_person,
)
from qc_service.application.products import RegisterProduct
from qc_service.application.registers import RegisterEquipment, RegisterReagent
from qc_service.application.specifications import ApproveSpecification, DraftSpecification
from qc_service.domain.facilities import FacilityIdentifiers, FacilityKind, Fei
from qc_service.domain.identifiers import (
    CountryCode,
    EquipmentId,
    FacilityId,
    Gln,
    Gtin,
    Line,
    OrganisationId,
    PersonId,
    ProductCode,
    ReagentId,
    Slug,
    Text,
)
from qc_service.domain.parties import OrganisationKind
from qc_service.domain.permissions import Role
from qc_service.domain.products import StorageCondition
from qc_service.domain.records import Body, Enclosure
from qc_service.domain.regulatory import RegulatoryBasis
from qc_service.domain.schemes import CertificationType, Scheme
from qc_service.domain.specifications import Criterion, CriterionKind
from qc_service.domain.vocabulary import AdministrationRoute, BasisKind, Operation, StepKind, Tissue
from tests.fakes import World, actor

MAKER = RegisterOrganisation(
    id=OrganisationId("demo-biologics"),
    name=Line("Demo Biologics"),
    kind=OrganisationKind.MANUFACTURER,
    country=CountryCode("US"),
    zone=Line("America/New_York"),
    quality_phone=Line("+1 555 0100"),
    gln=Gln("9506000140445"),
)
ANALYST = RegisterPerson(
    id=PersonId("a.analyst"),
    printed_name=Line("Test Analyst"),
    roles=(Role.ANALYST,),
    organisation=OrganisationId("demo-biologics"),
)
SITE = RegisterFacility(
    id=FacilityId("north-cleanroom"),
    name=Line("North Cleanroom"),
    address=Text("1 Example Way"),
    kind=FacilityKind.MANUFACTURING_SITE,
    country=CountryCode("US"),
    zone=Line("America/New_York"),
    identifiers=FacilityIdentifiers(fei=Fei("0001234567")),
)
INSPECTED = CertifyFacility(
    facility=FacilityId("north-cleanroom"),
    type=CertificationType.INSPECTION_OUTCOME,
    scheme=Scheme.CGMP_INSPECTION,
    number=Line("INS-2026-7"),
    issuer=Line("Authority"),
    scope=(Operation.EV_PROCESSING, Operation.FILL, Operation.QC_ASSAY),
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
)
ANALYSER = RegisterEquipment(
    id=EquipmentId("NTA-01"), name=Line("Particle analyser"), calibration_due=date(2026, 12, 31)
)
MEDIUM = RegisterReagent(
    id=ReagentId("MEDIUM-2611"),
    name=Line("Serum-free medium"),
    supplier=Line("Example Media"),
    supplier_lot=Line("M-77"),
    expires_on=date(2026, 10, 1),
)
INJECTABLE = RegisterProduct(
    code=ProductCode("EXO-INJ-1"),
    name=Line("Vesicles for injection"),
    source_tissues=(Tissue.UMBILICAL_CORD,),
    routes_allowed=(AdministrationRoute.INJECTION,),
    storage=(StorageCondition(min=Decimal(-90), max=Decimal(-70), unit=Line("Cel"), shelf_life_days=365),),
    dose_form=Slug("frozen_suspension"),
    process=(StepKind.HARVEST, StepKind.FILL),
    country=CountryCode("US"),
    zone=Line("America/New_York"),
    gtin=Gtin("09506000134352"),
    bases=(
        RegulatoryBasis(
            country=CountryCode("US"),
            route=AdministrationRoute.INJECTION,
            kind=BasisKind.IND,
            since=date(2026, 1, 5),
            reference=Line("IND 099999"),
        ),
    ),
)
STERILE = Criterion(assay=Slug("sterility"), kind=CriterionKind.GROWTH, method=Line("USP <71>"))
ENDOTOXIN = Criterion(
    assay=Slug("endotoxin"),
    kind=CriterionKind.NUMERIC,
    method=Line("USP <85>"),
    unit=Line("EU/mL"),
    high=Decimal(10),
    basis=Line("K/M with K = 5 EU/kg/h"),
)
LIMITS = DraftSpecification(
    product=ProductCode("EXO-INJ-1"), effective_from=date(2026, 1, 1), criteria=(STERILE, ENDOTOXIN)
)
SCAN = AttachFile(
    upload=Enclosure(name=Line("scan.pdf"), media_type=Line("application/pdf"), content=b"scanned"),
    description=Text("The inspection's outcome."),
)
APPROVED = ApproveSpecification(product=LIMITS.product, version=1)
SECOND = actor(Role.QUALITY, person="t.second-quality")
STRANGER = actor(Role.QUALITY, "far-clinic")


@dataclass
class CatalogueWorld:
    """A world in which the manufacturer and its people are registered, with one verb for an act."""

    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        """Register the manufacturer, a clinic, and an analyst."""
        self.act(register_organisation, MAKER, Role.ADMINISTRATOR)
        clinic = RegisterOrganisation(
            id=OrganisationId("far-clinic"),
            name=Line("Far Clinic"),
            kind=OrganisationKind.CLINIC,
            country=CountryCode("DE"),
            zone=Line("Europe/Berlin"),
        )
        self.act(register_organisation, clinic, Role.ADMINISTRATOR)
        self.act(register_person, ANALYST, Role.ADMINISTRATOR)

    def act(self, use_case: Any, intent: Any, who: Role | Actor = Role.QUALITY) -> Sequence[Body]:
        """Perform a use case as somebody; the bodies of its records in their order."""
        person = actor(who) if isinstance(who, Role) else who
        receipt = self.world.acts.perform(use_case, person, intent)
        return [recorded(record).body for record in receipt.records]

    def listed(self, stream: str) -> dict[str, object]:
        """How a stream stands in lists."""
        row = self.world.store.rows[stream]
        return {"status": row.status, "title": row.title, **row.summary}
