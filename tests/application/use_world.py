"""A service with a released lot of vials in stock, two clinics, and one verb for each act of distribution and use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from qc_service.application.checks import RecordCheck, record_check
from qc_service.application.decoding import recorded
from qc_service.application.filling import record_fill
from qc_service.application.preparation import PrepareVial, StartClock, prepare_vial, start_clock
from qc_service.application.processing import record_step
from qc_service.application.shipments import (
    DispatchShipment,
    LotWanted,
    ReceiveShipment,
    dispatch_shipment,
    receive_shipment,
)
from qc_service.application.use import AdministerVial, administer_vial
from qc_service.application.vial_dispositions import DisposeVial, DispositionKind, dispose_vial
from qc_service.domain.disposition import LotReleased
from qc_service.domain.eligibility import EligibilityDetermined, EligibilityStanding
from qc_service.domain.errors import Refused
from qc_service.domain.facilities import FacilityIdentifiers, FacilityKind, FacilityRegistered
from qc_service.domain.identifiers import (
    CountryCode,
    Gtin,
    Line,
    OrganisationId,
    PatientCode,
    ShipmentId,
    Text,
    VialSerial,
)
from qc_service.domain.parties import OrganisationKind, OrganisationRegistered
from qc_service.domain.permissions import Role
from qc_service.domain.products import RegulatoryBasisRecorded
from qc_service.domain.records import Body
from qc_service.domain.regulatory import RegulatoryBasis
from qc_service.domain.vial_acts import Clock
from qc_service.domain.vials import Vial
from qc_service.domain.vocabulary import AdministrationRoute, BasisKind, Purpose
from tests.application.lot_world import CONCENTRATE, DIN, FILL, LOT_A, OWNER, STEP, LotWorld
from tests.domain.lot_stories import counts, ml
from tests.fakes import actor

CLINIC = OrganisationId("river-clinic")
OTHER = OrganisationId("hill-clinic")
SHIPMENT = ShipmentId("SHP-1")
PATIENT = PatientCode("PT-4F7K2")
IND = RegulatoryBasis(
    country=CountryCode("US"),
    route=AdministrationRoute.INJECTION,
    kind=BasisKind.IND,
    reference=Line("IND 999999"),
    since=date(2026, 1, 1),
)
ELIGIBLE = EligibilityDetermined(
    standing=EligibilityStanding.ELIGIBLE,
    suggested=EligibilityStanding.ELIGIBLE,
    panel=date(2026, 1, 1),
    screenings=(),
    reports=(),
)
WHY = Text("Because it was so.")


@dataclass
class UseWorld(LotWorld):
    """On 1 November 2026: EX261101A is filled with eight vials in stock, released and in date."""

    def __post_init__(self) -> None:
        """Fill and release the lot."""
        super().__post_init__()
        for clinic in (CLINIC, OTHER):
            self.lay(clinic, OrganisationRegistered(
                name=Line(clinic), kind=OrganisationKind.CLINIC, country=CountryCode("US"),
                zone=Line("America/New_York"),
            ))  # fmt: skip
        self.lay(DIN, ELIGIBLE)
        self.lay("EXO-INJ-1", RegulatoryBasisRecorded(basis=IND))
        self.register()
        self.act(record_step, STEP)
        self.act(record_step, CONCENTRATE)
        self.act(record_fill, replace(FILL, counts=counts(filled=15, stock=8)))
        self.lay(LOT_A, LotReleased(purpose=Purpose.CLINICAL))

    def product(self, code: str, **changes: Any) -> None:
        """The product for injection has a GTIN, two doses a vial and in-use times."""
        finished = {
            "gtin": Gtin(GTIN), "doses_per_vial": 2, "hours_after_thaw": 24, "hours_after_puncture": 6,
        }  # fmt: skip
        super().product(code, **((finished if code == "EXO-INJ-1" else {}) | changes))

    def maternity(self) -> None:
        """Put the site on record where the donations were collected."""
        self.lay("bayside-maternity", FacilityRegistered(
            name=Line("Bayside Maternity"), address=Text("2 Example Way"), kind=FacilityKind.RECOVERY_SITE,
            country=CountryCode("US"), zone=Line("America/New_York"), identifiers=FacilityIdentifiers(),
        ))  # fmt: skip

    def by(
        self, organisation: str, use_case: Any, intent: Any, role: Role, person: str = ""
    ) -> Sequence[Body]:
        """Perform a use case as somebody of an organisation."""
        receipt = self.world.acts.perform(use_case, actor(role, organisation, person), intent)
        return [recorded(record).body for record in receipt.records]

    def serials(self) -> tuple[VialSerial, ...]:
        """The serials in stock at the beginning, in order."""
        return tuple(vial.serial for vial in self.world.view.vials(LOT_A))[:8]

    def vial(self, place: int = 0) -> Vial:
        """One of the eight vials as it stands."""
        return self.world.view.vial(LOT_A, self.serials()[place])

    def send(
        self, count: int = 4, *, recipient: OrganisationId = CLINIC, shipment: str = SHIPMENT
    ) -> Sequence[Body]:
        """Dispatch the next vials in stock."""
        intent = DispatchShipment(
            shipment=ShipmentId(shipment),
            recipient=recipient,
            contents=(LotWanted(lot=LOT_A, count=count),),
            packed_by=Line("P. Packer"),
            courier=Line("Cold Courier"),
        )
        return self.by(OWNER, dispatch_shipment, intent, Role.LOGISTICS)

    def receive(self, *, clinic: str = CLINIC, shipment: str = SHIPMENT, **changes: Any) -> Sequence[Body]:
        """Receive a shipment at the clinic."""
        intent = ReceiveShipment(shipment=ShipmentId(shipment), **changes)
        return self.by(clinic, receive_shipment, intent, Role.CLINICIAN)

    def stock_clinic(self) -> None:
        """Four vials reach the clinic."""
        self.send()
        self.receive()

    def check(self, place: int = 0, clinic: str = CLINIC, **changes: Any) -> Sequence[Body]:
        """Record a check of one vial."""
        intent = RecordCheck(lot=Line(LOT_A), serial=Line(self.serials()[place]), route=INJECTION)
        return self.by(clinic, record_check, replace(intent, **changes), Role.CLINICIAN)

    def prepare(self, place: int = 0, clinic: str = CLINIC, **changes: Any) -> Sequence[Body]:
        """Thaw one vial."""
        intent = PrepareVial(lot=LOT_A, serial=self.serials()[place], starts=(Clock.THAW,), route=INJECTION)
        return self.by(clinic, prepare_vial, replace(intent, **changes), Role.CLINICIAN)

    def give(self, place: int = 0, clinic: str = CLINIC, **changes: Any) -> Sequence[Body]:
        """Give one dose of one vial."""
        intent = AdministerVial(
            lot=Line(LOT_A),
            serial=Line(self.serials()[place]),
            given=ml("0.5"),
            patient=PATIENT,
            route=INJECTION,
            site=Line("left knee"),
            session=1,
        )
        return self.by(clinic, administer_vial, replace(intent, **changes), Role.CLINICIAN)

    def start(self, *starts: Clock, place: int = 0, clinic: str = CLINIC, **changes: Any) -> Sequence[Body]:
        """Start clocks of one vial after its preparation."""
        intent = StartClock(lot=LOT_A, serial=self.serials()[place], starts=starts, **changes)
        return self.by(clinic, start_clock, intent, Role.CLINICIAN)

    def dispose(
        self, kind: str, place: int = 0, *, by: str = CLINIC, role: Role = Role.CLINICIAN, **changes: Any
    ) -> Sequence[Body]:
        """Record what became of one vial."""
        intent = DisposeVial(
            lot=LOT_A, serial=self.serials()[place], kind=DispositionKind(kind), reason=WHY, **changes
        )
        return self.by(by, dispose_vial, intent, role)


INJECTION = AdministrationRoute.INJECTION
GTIN = "09506000134352"


def reasons(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    """The codes of a refusal's reasons."""
    return [reason.code for reason in refused.value.reasons]
