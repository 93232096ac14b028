"""A service with what lots stand on: two donations, a product with a process, a clean room, equipment and
reagents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from qc_service.application.acts import Receipt
from qc_service.application.decoding import recorded
from qc_service.application.filling import RecordFill
from qc_service.application.lots import RegisterLot, register_lot
from qc_service.application.processing import DecideDeviation, OpenDeviation, RecordStep
from qc_service.domain.certifications import FacilityCertified
from qc_service.domain.facilities import FacilityIdentifiers, FacilityKind, FacilityRegistered
from qc_service.domain.identifiers import (
    CountryCode,
    Din,
    DonorCode,
    EquipmentId,
    FacilityId,
    Line,
    LotNumber,
    OrganisationId,
    ProductCode,
    ReagentId,
    Slug,
    Text,
)
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.moments import ZonedTime
from qc_service.domain.parties import OrganisationKind, OrganisationRegistered, PersonRegistered
from qc_service.domain.permissions import Role
from qc_service.domain.processing import DeviationCause, DeviationOutcome, Procedure, Severity
from qc_service.domain.products import ProductRegistered
from qc_service.domain.records import Body, New
from qc_service.domain.registers import (
    EquipmentRegistered,
    ReagentRegistered,
    ReagentStatus,
    ReagentStatusChanged,
)
from qc_service.domain.schemes import CertificationType, Scheme
from qc_service.domain.vocabulary import AdministrationRoute, LotKind, Operation, StepKind, Tissue
from tests.domain.donors import COLLECTED
from tests.domain.lot_stories import STORAGE, counts, ml
from tests.fakes import ScriptedClock, World, actor

OWNER = OrganisationId("demo-biologics")
DIN, OTHER_DIN = Din("A999026000001"), Din("A999026000002")
LOT_A = LotNumber("EX261101A")
PROCESS = (StepKind.HARVEST, StepKind.CONCENTRATION, StepKind.FILL)
REGISTER = RegisterLot(
    number=LOT_A,
    kind=LotKind.FINISHED,
    product=ProductCode("EXO-INJ-1"),
    quantity=ml("100"),
    donations=(DIN,),
)
STEP = RecordStep(
    lot=LOT_A,
    kind=StepKind.HARVEST,
    facility=FacilityId("north-cleanroom"),
    started_at=ZonedTime("2026-11-01T08:00:00Z"),
    ended_at=ZonedTime("2026-11-01T10:00:00Z"),
    procedure=Procedure(id=Line("SOP-12"), version=Line("3")),
    equipment=(EquipmentId("TFF-01"),),
    reagents=(ReagentId("MEDIUM-2611"),),
)
CONCENTRATE = replace(STEP, kind=StepKind.CONCENTRATION, started_at=ZonedTime("2026-11-01T09:00:00Z"))
FILL = RecordFill(
    lot=LOT_A,
    facility=FacilityId("north-cleanroom"),
    started_at=ZonedTime("2026-11-01T10:00:00Z"),
    ended_at=ZonedTime("2026-11-01T11:00:00Z"),
    procedure=Procedure(id=Line("SOP-20"), version=Line("1")),
    counts=counts(),
    expires_on=date(2027, 10, 31),
    container=Line("2R vial, type I glass"),
    fill_volume=ml("1.0"),
    test_quantity=1,
    particles_per_vial=Decimal("1E+10"),
)
NOTICED = OpenDeviation(lot=LOT_A, severity=Severity.MINOR, description=Text("A door stood open."))


def decision(number: int = 1, outcome: DeviationOutcome = DeviationOutcome.JUSTIFIED) -> DecideDeviation:
    """Quality's decision on one of the lot's deviations."""
    statement = Text("The step ran within its validated limits; no increased risk.")
    return DecideDeviation(lot=LOT_A, deviation=number, outcome=outcome, statement=statement)


@dataclass
class LotWorld:
    """A world at noon on 1 November 2026, with one verb for an act and one for a bare record."""

    world: World = field(
        default_factory=lambda: World(clock=ScriptedClock(datetime(2026, 11, 1, 12, tzinfo=UTC)))
    )

    def __post_init__(self) -> None:
        """Put on record what lots stand on."""
        kinds = {OWNER: OrganisationKind.MANUFACTURER, OrganisationId("far-clinic"): OrganisationKind.CLINIC}
        for organisation, kind in kinds.items():
            self.lay(organisation, OrganisationRegistered(
                name=Line(organisation), kind=kind, country=CountryCode("US"), zone=Line("America/New_York"),
            ))  # fmt: skip
        for role in Role:
            registered = PersonRegistered(printed_name=Line("Test"), roles=(role,), organisation=OWNER)
            self.lay(f"t.{role}", registered)
        self._site()
        self.lay(DIN, COLLECTED)
        self.lay(OTHER_DIN, replace(COLLECTED, donor_code=DonorCode("DN-8K3M9QW2TX4B")))
        for code in ("EXO-INJ-1", "EXO-BULK"):
            self.product(code)
        self.lay("TFF-01", EquipmentRegistered(name=Line("Skid"), calibration_due=date(2026, 12, 31)))
        reagent = ReagentRegistered(
            name=Line("Medium"),
            supplier=Line("Supplier"),
            supplier_lot=Line("L-1"),
            expires_on=date(2027, 1, 1),
        )
        accepted = ReagentStatusChanged(status=ReagentStatus.ACCEPTED, explanation=Text("Within its limits."))
        self.lay("MEDIUM-2611", reagent, accepted)

    def _site(self) -> None:
        registered = FacilityRegistered(
            name=Line("North Cleanroom"), address=Text("1 Example Way"), kind=FacilityKind.MANUFACTURING_SITE,
            country=CountryCode("US"), zone=Line("America/New_York"), identifiers=FacilityIdentifiers(),
        )  # fmt: skip
        certified = FacilityCertified(
            certification=1, type=CertificationType.INSPECTION_OUTCOME, scheme=Scheme.CGMP_INSPECTION,
            number=Line("INS-2026-7"), issuer=Line("Authority"),
            scope=(Operation.EV_PROCESSING, Operation.FILL), valid_from=date(2026, 1, 1),
        )  # fmt: skip
        self.lay("north-cleanroom", registered, certified)
        self.lay("south-cleanroom", registered)

    def product(self, code: str, **changes: Any) -> None:
        """Put a product on record, with the process unless it is changed."""
        registered = ProductRegistered(
            name=Line("Made-up vesicles"), source_tissues=(Tissue.UMBILICAL_CORD,),
            routes_allowed=(AdministrationRoute.INJECTION,), storage=(STORAGE,),
            dose_form=Slug("suspension"), process=PROCESS, country=CountryCode("US"),
            zone=Line("America/New_York"),
        )  # fmt: skip
        self.lay(code, replace(registered, **changes))

    def lay(self, name: str, *bodies: Body) -> None:
        """Put bare records on a stream, without a use case."""
        news = tuple(New(name=name, body=body) for body in bodies)
        self.world.acts.perform(lambda _view, _occasion, _intent: news, actor(Role.QUALITY), None)

    def act(
        self, use_case: Any, intent: Any, role: Role = Role.TECHNICIAN, organisation: str = OWNER
    ) -> Sequence[Body]:
        """Perform a use case as somebody of this role; the bodies of its records in their order."""
        receipt: Receipt = self.world.acts.perform(use_case, actor(role, organisation), intent)
        return [recorded(record).body for record in receipt.records]

    def register(self, **changes: Any) -> Sequence[Body]:
        """Register a lot, EX261101A of 100 mL unless it is changed."""
        return self.act(register_lot, replace(REGISTER, **changes))

    def lot(self, number: str = LOT_A) -> Lot:
        """A lot as it stands."""
        return self.world.view.get(LOT, number)

    def causes(self, number: str = LOT_A) -> list[DeviationCause]:
        """Why each of the lot's deviations was opened, in their order."""
        return [deviation.cause for deviation in self.lot(number).processing.deviations]
