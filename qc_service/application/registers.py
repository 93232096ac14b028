"""Registering equipment and reagent lots, calibrating the one, deciding on the other, and reading both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from qc_service.application.access import own, readable
from qc_service.application.actor import Actor, Occasion
from qc_service.application.attachments import document
from qc_service.application.days import must_have_come
from qc_service.application.naming import must_be_free
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.errors import Reason, Refused
from qc_service.domain.identifiers import EquipmentId, Line, ReagentId, Sha256, Text
from qc_service.domain.permissions import Permission
from qc_service.domain.records import Meaning, New
from qc_service.domain.registers import (
    EQUIPMENT,
    REAGENT,
    Equipment,
    EquipmentCalibrated,
    EquipmentRegistered,
    Reagent,
    ReagentRegistered,
    ReagentStatus,
    ReagentStatusChanged,
)


class ReagentNotAcceptable(Refused):
    """This reagent lot may not be accepted for use (21 CFR 211.84(e), 211.87)."""


@dataclass(frozen=True, kw_only=True)
class RegisterEquipment:
    """An instrument or a piece of process equipment; without ``calibration_due`` it needs no calibration."""

    id: EquipmentId
    name: Line
    model: Line | None = None
    serial_number: Line | None = None
    calibration_due: date | None = None


@dataclass(frozen=True, kw_only=True)
class RecordCalibration:
    """A calibration that was performed, and the last day on which it holds."""

    equipment: EquipmentId
    performed_on: date
    due: date
    reference: Line | None = None
    document: Sha256 | None = None


@dataclass(frozen=True, kw_only=True)
class RegisterReagent:
    """A lot of a reagent or medium that came in."""

    id: ReagentId
    name: Line
    supplier: Line
    supplier_lot: Line
    expires_on: date


@dataclass(frozen=True, kw_only=True)
class ChangeReagentStatus:
    """Quality's decision on a reagent lot."""

    reagent: ReagentId
    status: ReagentStatus
    explanation: Text


def register_equipment(view: View, occasion: Occasion, intent: RegisterEquipment) -> tuple[New, ...]:
    """Register equipment of the actor's organisation; raises ``NameTaken``."""
    occasion.actor.must(Permission.REGISTER_EQUIPMENT)
    must_be_free(view, EQUIPMENT, intent.id)
    body = EquipmentRegistered(
        name=intent.name,
        model=intent.model,
        serial_number=intent.serial_number,
        calibration_due=intent.calibration_due,
    )
    return (New(name=intent.id, body=body),)


def record_calibration(view: View, occasion: Occasion, intent: RecordCalibration) -> tuple[New, ...]:
    """Record a calibration that took place; one whose day has not come yet is ``Malformed``."""
    actor = occasion.actor
    actor.must(Permission.REGISTER_EQUIPMENT)
    equipment = own(view, actor, EQUIPMENT, intent.equipment)
    must_have_come(intent.performed_on, occasion.at, "/performed_on")
    body = EquipmentCalibrated(
        performed_on=intent.performed_on,
        due=intent.due,
        reference=intent.reference,
        document=intent.document,
    )
    return (New(name=equipment.id, body=body, files=document(view, actor, intent.document)),)


def register_reagent(view: View, occasion: Occasion, intent: RegisterReagent) -> tuple[New, ...]:
    """Register a reagent lot of the actor's organisation, in quarantine; raises ``NameTaken``."""
    occasion.actor.must(Permission.REGISTER_REAGENT)
    must_be_free(view, REAGENT, intent.id)
    body = ReagentRegistered(
        name=intent.name,
        supplier=intent.supplier,
        supplier_lot=intent.supplier_lot,
        expires_on=intent.expires_on,
    )
    return (New(name=intent.id, body=body),)


def change_reagent_status(view: View, occasion: Occasion, intent: ChangeReagentStatus) -> tuple[New, ...]:
    """Accept or reject a reagent lot, or take it back into quarantine (21 CFR 211.22(a)).

    Raises ``ReagentNotAcceptable`` for accepting a lot that is past its last day.
    """
    occasion.actor.must(Permission.DECIDE_REAGENT)
    reagent = own(view, occasion.actor, REAGENT, intent.reagent)
    if intent.status is ReagentStatus.ACCEPTED and reagent.expires_on < occasion.at.date():
        detail = f"Reagent lot {reagent.id} expired on {reagent.expires_on}: reject it and use another."
        reason = Reason(code="reagent_expired", detail=detail, source="21 CFR 211.87")
        raise ReagentNotAcceptable(detail, (reason,))
    body = ReagentStatusChanged(status=intent.status, explanation=intent.explanation)
    return (New(name=reagent.id, body=body, meaning=Meaning.REVIEW, reason=intent.explanation),)


def read_equipment(view: View, actor: Actor, equipment: str) -> dict[str, Any]:
    """Equipment of the reader's organisation, with its calibrations."""
    actor.must(Permission.READ_RECORDS)
    plain: dict[str, Any] = to_plain(readable(view, actor, EQUIPMENT, equipment))
    return plain


def read_reagent(view: View, actor: Actor, reagent: str) -> dict[str, Any]:
    """A reagent lot of the reader's organisation."""
    actor.must(Permission.READ_RECORDS)
    plain: dict[str, Any] = to_plain(readable(view, actor, REAGENT, reagent))
    return plain


def equipment_summary(equipment: Equipment) -> dict[str, object]:
    """Equipment in a list."""
    due = equipment.calibration_due
    return {
        "status": "registered",
        "title": str(equipment.name),
        "calibration_due": due.isoformat() if due else None,
    }


def reagent_summary(reagent: Reagent) -> dict[str, object]:
    """A reagent lot in a list."""
    return {
        "status": reagent.status.value,
        "title": str(reagent.name),
        "expires_on": reagent.expires_on.isoformat(),
    }
