"""The routes of equipment and reagent lots."""

from __future__ import annotations

from qc_service.application.registers import (
    ChangeReagentStatus,
    RecordCalibration,
    RegisterEquipment,
    RegisterReagent,
    change_reagent_status,
    read_equipment,
    read_reagent,
    record_calibration,
    register_equipment,
    register_reagent,
)
from qc_service.web.routes import Read, Write
from schemas.registers import (
    ChangeReagentStatusSchema,
    EquipmentSchema,
    ReagentSchema,
    RecordCalibrationSchema,
    RegisterEquipmentSchema,
    RegisterReagentSchema,
)

ROUTES = (
    Read("/equipment", listing="equipment", summary="List equipment"),
    Write(
        "POST",
        "/equipment",
        use_case=register_equipment,
        intent=RegisterEquipment,
        body=RegisterEquipmentSchema,
        subject=("equipment", "id"),
        summary="Register equipment",
    ),
    Read(
        "/equipment/<equipment>",
        answer=read_equipment,
        reply=EquipmentSchema,
        etag=("equipment", "equipment"),
        summary="One piece of equipment with its calibrations",
    ),
    Write(
        "POST",
        "/equipment/<equipment>/calibrations",
        use_case=record_calibration,
        intent=RecordCalibration,
        body=RecordCalibrationSchema,
        subject=("equipment", "equipment"),
        summary="Record a calibration",
    ),
    Read("/reagents", listing="reagent", summary="List reagent lots"),
    Write(
        "POST",
        "/reagents",
        use_case=register_reagent,
        intent=RegisterReagent,
        body=RegisterReagentSchema,
        subject=("reagent", "id"),
        summary="Register a reagent lot in quarantine",
    ),
    Read(
        "/reagents/<reagent>",
        answer=read_reagent,
        reply=ReagentSchema,
        etag=("reagent", "reagent"),
        summary="One reagent lot",
    ),
    Write(
        "POST",
        "/reagents/<reagent>/status",
        use_case=change_reagent_status,
        intent=ChangeReagentStatus,
        body=ChangeReagentStatusSchema,
        subject=("reagent", "reagent"),
        summary="Accept or reject a reagent lot",
    ),
)
