"""Registers so that nothing is typed twice: equipment and its calibration, reagent lots and their status."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import EquipmentId, Line, OrganisationId, ReagentId, Sha256, Text
from qc_service.domain.records import Body, Fold, Recorded, record


@record("equipment")
@dataclass(frozen=True, kw_only=True)
class EquipmentRegistered(Body):
    """An instrument or a piece of process equipment; without ``calibration_due`` it needs no calibration."""

    name: Line
    model: Line | None = None
    serial_number: Line | None = None
    calibration_due: date | None = None


@record("equipment")
@dataclass(frozen=True, kw_only=True)
class EquipmentCalibrated(Body):
    """A calibration was performed and holds through ``due`` (21 CFR 211.68(a), 211.160(b)(4))."""

    performed_on: date
    due: date
    reference: Line | None = None
    document: Sha256 | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where the calibration would end before it was made."""
        if self.due < self.performed_on:
            raise Malformed("a calibration is due after it was performed", field="due")


@dataclass(frozen=True, kw_only=True)
class Equipment:
    """Equipment as it stands; ``calibration_due`` is the last day of the calibration recorded last, and
    ``first_due`` that of the one it was registered with."""

    id: EquipmentId
    name: Line
    model: Line | None
    serial_number: Line | None
    calibration_due: date | None
    calibrations: tuple[EquipmentCalibrated, ...]
    organisation: OrganisationId
    first_due: date | None = None

    def due_on(self, day: date) -> date | None:
        """The last day of the calibration that held on a day: one made since then makes nothing good."""
        if not self.calibrations:
            return self.calibration_due
        before = [one for one in self.calibrations if one.performed_on <= day]
        return max(before, key=lambda one: one.performed_on).due if before else self.first_due


EQUIPMENT: Fold[Equipment] = Fold("equipment")


@EQUIPMENT.begins(EquipmentRegistered)
def _equipment(recorded: Recorded, body: EquipmentRegistered) -> Equipment:
    return Equipment(
        id=EquipmentId(recorded.name),
        name=body.name,
        model=body.model,
        serial_number=body.serial_number,
        calibration_due=body.calibration_due,
        calibrations=(),
        organisation=recorded.signer.organisation,
        first_due=body.calibration_due,
    )


@EQUIPMENT.on(EquipmentCalibrated)
def _calibrated(equipment: Equipment, _: Recorded, body: EquipmentCalibrated) -> Equipment:
    return replace(equipment, calibration_due=body.due, calibrations=(*equipment.calibrations, body))


class ReagentStatus(StrEnum):
    """Whether a reagent lot may be used (21 CFR 211.80(d), 211.84(a))."""

    QUARANTINED = "quarantined"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@record("reagent")
@dataclass(frozen=True, kw_only=True)
class ReagentRegistered(Body):
    """A lot of a reagent or medium came in; it is in quarantine until somebody accepts it."""

    name: Line
    supplier: Line
    supplier_lot: Line
    expires_on: date


@record("reagent")
@dataclass(frozen=True, kw_only=True)
class ReagentStatusChanged(Body):
    """Quality accepts or rejects a reagent lot, or takes it back into quarantine."""

    status: ReagentStatus
    explanation: Text


@dataclass(frozen=True, kw_only=True)
class Reagent:
    """A reagent lot as it stands."""

    id: ReagentId
    name: Line
    supplier: Line
    supplier_lot: Line
    expires_on: date
    status: ReagentStatus
    organisation: OrganisationId


REAGENT: Fold[Reagent] = Fold("reagent")


@REAGENT.begins(ReagentRegistered)
def _reagent(recorded: Recorded, body: ReagentRegistered) -> Reagent:
    return Reagent(
        id=ReagentId(recorded.name),
        name=body.name,
        supplier=body.supplier,
        supplier_lot=body.supplier_lot,
        expires_on=body.expires_on,
        status=ReagentStatus.QUARANTINED,
        organisation=recorded.signer.organisation,
    )


@REAGENT.on(ReagentStatusChanged)
def _status(reagent: Reagent, _: Recorded, body: ReagentStatusChanged) -> Reagent:
    return replace(reagent, status=body.status)
