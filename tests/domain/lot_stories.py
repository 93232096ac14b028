"""Lots, steps, fills and what they stand on, as tests tell them: everything made up, each with a word to
change it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from qc_service.domain.certifications import FacilityCertification
from qc_service.domain.facilities import Facility, FacilityIdentifiers, FacilityKind
from qc_service.domain.filling import FillCounts, VialsFilled
from qc_service.domain.identifiers import (
    CountryCode,
    Din,
    FacilityId,
    Line,
    OrganisationId,
    PersonId,
    ProductCode,
    Sha256,
    Slug,
    Text,
)
from qc_service.domain.lots import LOT, Lot, LotRegistered
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Role
from qc_service.domain.processing import Procedure, StepPerformed
from qc_service.domain.products import Product, StorageCondition
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import Body, Meaning, Recorded, Signer
from qc_service.domain.schemes import CertificationType, Scheme
from qc_service.domain.vocabulary import AdministrationRoute, LotKind, Operation, StepKind, Tissue

ORGANISATION = OrganisationId("demo-biologics")
MADE_AT = datetime(2026, 11, 1, 8, 0, 0, tzinfo=UTC)
DAY = date(2026, 11, 1)
STORAGE = StorageCondition(min=Decimal(-90), max=Decimal(-70), unit=Line("Cel"), shelf_life_days=365)


def signer(person: str = "t.technician", role: Role = Role.TECHNICIAN) -> Signer:
    name = Line(person.partition(".")[2].capitalize())
    return Signer(id=PersonId(person), printed_name=name, role=role, organisation=ORGANISATION)


def recorded(bodies: Sequence[Body], name: str = "EX261101A", by: Signer | None = None) -> list[Recorded]:
    """A stream's records, one an hour."""
    return [
        Recorded(
            stream=f"{body.ROOM}/{name}",
            seq=seq,
            body=body,
            signer=by or signer(),
            meaning=Meaning.AUTHORSHIP,
            reason=None,
            occurred_at=ZonedTime("2026-11-01T08:00:00Z"),
            recorded_at=MADE_AT + timedelta(hours=seq),
            files=(),
            digest=f"{seq:064x}",
            index=seq,
        )
        for seq, body in enumerate(bodies)
    ]


def ml(amount: str) -> Quantity:
    return Quantity(amount=Decimal(amount), unit=Line("mL"))


def registration(**changes: Any) -> LotRegistered:
    made = LotRegistered(
        kind=LotKind.FINISHED,
        product=ProductCode("EXO-INJ-1"),
        donations=(Din("A999026000001"),),
        parents=(),
        additives=(),
        quantity=ml("100"),
        notes=None,
    )
    return replace(made, **changes)


def lot(*later: Body, number: str = "EX261101A", **changes: Any) -> Lot:
    """A lot of 100 mL after the records that came later."""
    folded = LOT.replay(recorded([registration(**changes), *later], number))
    assert folded is not None
    return folded


def step(number: int = 1, kind: StepKind = StepKind.HARVEST, **changes: Any) -> StepPerformed:
    performed = StepPerformed(
        step=number,
        kind=kind,
        facility=FacilityId("north-cleanroom"),
        performed_by=PersonId("t.technician"),
        started_at=ZonedTime("2026-11-01T08:00:00Z"),
        ended_at=ZonedTime("2026-11-01T10:00:00Z"),
        procedure=Procedure(id=Line("SOP-12"), version=Line("3")),
        equipment=(),
        reagents=(),
        medium=None,
        input=None,
        output=None,
        yield_percent=None,
        parameters=(),
        location=None,
        documents=(),
        notes=None,
        certification=None,
        late=False,
    )
    return replace(performed, **changes)


def counts(**changes: int) -> FillCounts:
    """Twelve vials, of which five are for use."""
    usual = {
        "filled": 12,
        "rejected_at_inspection": 1,
        "qc_samples": 2,
        "retention": 3,
        "stability": 1,
        "stock": 5,
    }
    return FillCounts(**usual | changes)


def fill(**changes: Any) -> VialsFilled:
    filled = VialsFilled(
        step=1,
        counts=counts(),
        filled_at=ZonedTime("2026-11-01T10:00:00Z"),
        facility=FacilityId("north-cleanroom"),
        expires_on=date(2027, 10, 31),
        storage=(STORAGE,),
        container=Line("2R vial, type I glass"),
        fill_volume=ml("1.0"),
        particles_per_vial=Decimal("1E+10"),
        test_quantity=1,
        serial_root=Sha256("a" * 64),
        manifest=Sha256("b" * 64),
    )
    return replace(filled, **changes)


def certification(**changes: Any) -> FacilityCertification:
    """Good manufacturing practice for making and filling vesicles, for the year 2026."""
    certified = FacilityCertification(
        number_in_stream=1,
        type=CertificationType.INSPECTION_OUTCOME,
        scheme=Scheme.CGMP_INSPECTION,
        number=Line("INS-2026-7"),
        issuer=Line("Authority"),
        scope=(Operation.EV_PROCESSING, Operation.FILL),
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
        document=None,
    )
    return replace(certified, **changes)


def facility(*certifications: FacilityCertification) -> Facility:
    return Facility(
        id=FacilityId("north-cleanroom"),
        name=Line("North Cleanroom"),
        address=Text("1 Example Way"),
        kind=FacilityKind.MANUFACTURING_SITE,
        country=CountryCode("US"),
        zone=Line("America/New_York"),
        identifiers=FacilityIdentifiers(),
        former_identifiers=(),
        certifications=certifications,
        organisation=ORGANISATION,
    )


def product(**changes: Any) -> Product:
    made = Product(
        code=ProductCode("EXO-INJ-1"),
        name=Line("Vesicles for injection"),
        organisation=ORGANISATION,
        source_tissues=(Tissue.UMBILICAL_CORD,),
        routes_allowed=(AdministrationRoute.INJECTION,),
        storage=(STORAGE,),
        dose_form=Slug("suspension"),
        process=(),
        country=CountryCode("US"),
        zone=Line("America/New_York"),
        bases=(),
        specifications=(),
    )
    return replace(made, **changes)
