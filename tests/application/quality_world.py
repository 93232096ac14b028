"""A filled lot in the laboratory: limits, a certified laboratory, an instrument, and verbs for the bench."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from qc_service.application.assessment import AssessLot, assess_lot
from qc_service.application.filling import record_fill
from qc_service.application.investigations import BeginPhase, ConcludePhase, begin_phase, conclude_phase
from qc_service.application.results import RecordResult, VerifyResult, record_result, verify_result
from qc_service.domain.certifications import FacilityCertified
from qc_service.domain.codec import from_plain
from qc_service.domain.drafting import SpecificationApproved
from qc_service.domain.eligibility import EligibilityDetermined, EligibilityStanding
from qc_service.domain.facilities import FacilityIdentifiers, FacilityKind, FacilityRegistered
from qc_service.domain.filling import LabelsReconciled
from qc_service.domain.identifiers import CountryCode, Line, LotNumber, Text
from qc_service.domain.permissions import Role
from qc_service.domain.phases import AssignableCause, InvestigationPhase
from qc_service.domain.products import RegulatoryBasisRecorded
from qc_service.domain.quality import Quality
from qc_service.domain.records import Body
from qc_service.domain.registers import EquipmentRegistered
from qc_service.domain.regulatory import RegulatoryBasis
from qc_service.domain.schemes import CertificationType, Scheme
from qc_service.domain.vocabulary import AdministrationRoute, BasisKind, Operation
from tests.application.lot_world import DIN, FILL, LOT_A, LotWorld
from tests.domain.quality_stories import SPECIFICATION, plain

SPECIFIED = SpecificationApproved(
    version=1, effective_from=SPECIFICATION.effective_from, criteria=SPECIFICATION.criteria
)
IND = RegulatoryBasis(
    country=CountryCode("US"),
    route=AdministrationRoute.INJECTION,
    kind=BasisKind.IND,
    reference=Line("IND 99999"),
    since=date(2026, 1, 1),
)
ELIGIBLE = EligibilityDetermined(
    standing=EligibilityStanding.ELIGIBLE,
    suggested=EligibilityStanding.ELIGIBLE,
    panel=date(2026, 1, 1),
    screenings=(),
    reports=(),
)


@dataclass
class QualityWorld(LotWorld):
    """A world on 20 November 2026: a lot of an eligible donation is filled, its labels are counted."""

    def __post_init__(self) -> None:
        """Put on record what the laboratory stands on."""
        super().__post_init__()
        self.product("EXO-QC-1", process=())
        self.lay("EXO-QC-1", RegulatoryBasisRecorded(basis=IND), SPECIFIED)
        self.lay(DIN, ELIGIBLE)
        self.laboratory("east-laboratory", Operation.QC_ASSAY, Operation.STERILITY_TESTING)
        self.laboratory("west-laboratory", Operation.QC_ASSAY)
        self.laboratory("uncertified-laboratory")
        self.lay("NTA-01", EquipmentRegistered(name=Line("Tracker"), calibration_due=date(2026, 12, 31)))
        self.lay("NTA-02", EquipmentRegistered(name=Line("Tracker"), calibration_due=date(2026, 10, 31)))
        self.register(product="EXO-QC-1")
        self.act(record_fill, FILL)
        counted = LabelsReconciled(issued=12, used=12, spoiled=0, returned=0, notes=None)
        self.lay(LOT_A, counted)
        self.world.clock.now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def laboratory(self, name: str, *operations: Operation) -> None:
        """A laboratory, accredited for these operations if for any."""
        registered = FacilityRegistered(
            name=Line(name.replace("-", " ").title()), address=Text("2 Example Way"),
            kind=FacilityKind.TESTING_LABORATORY, country=CountryCode("US"), zone=Line("America/New_York"),
            identifiers=FacilityIdentifiers(),
        )  # fmt: skip
        self.lay(name, registered)
        if operations:
            self.lay(name, FacilityCertified(
                certification=1, type=CertificationType.ACCREDITATION, scheme=Scheme.ISO_IEC_17025,
                number=Line("L-77"), issuer=Line("Accreditor"), scope=operations,
                valid_from=date(2026, 1, 1),
            ))  # fmt: skip

    @property
    def quality(self) -> Quality:
        """What quality control knows of the lot."""
        return self.lot().quality

    def measure(self, assay: str = "endotoxin", **changes: Any) -> Sequence[Body]:
        """The analyst records a result, passing unless it is changed."""
        intent = from_plain(RecordResult, {"lot": str(LOT_A), **plain(assay, **changes)})
        return self.act(record_result, intent, Role.ANALYST)

    def verify(self, result: int, role: Role = Role.QUALITY) -> Sequence[Body]:
        """Somebody verifies a result."""
        return self.act(verify_result, VerifyResult(lot=LOT_A, result=result), role)

    def find_laboratory_error(self, investigation: int = 1) -> None:
        """The laboratory phase of an investigation is ordered, and finds the laboratory's own error."""
        laboratory = InvestigationPhase.LABORATORY
        begin = BeginPhase(
            lot=LOT_A, investigation=investigation, phase=laboratory, plan=Text("Look at the plate.")
        )
        found = ConcludePhase(
            lot=LOT_A, investigation=investigation, phase=laboratory, finding=Text("The wrong filter."),
            cause=AssignableCause.LABORATORY,
        )  # fmt: skip
        self.act(begin_phase, begin, Role.QUALITY)
        self.act(conclude_phase, found, Role.QUALITY)

    def assess(self) -> Sequence[Body]:
        """Quality assesses the lot."""
        return self.act(assess_lot, AssessLot(lot=LotNumber(LOT_A)), Role.QUALITY)

    def pass_everything(self) -> None:
        """A passing, verified result of every criterion, and the assessment."""
        for number, criterion in enumerate(SPECIFICATION.criteria, start=1):
            self.measure(str(criterion.assay))
            self.verify(number)
        self.assess()
