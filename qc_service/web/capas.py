"""The routes of CAPAs: opening, actions, checks of effectiveness, closure."""

from __future__ import annotations

from qc_service.application.capa_reading import read_capa
from qc_service.application.capas import (
    CheckCapa,
    CloseCapa,
    CompleteAction,
    MoveAction,
    OpenCapa,
    PlanAction,
    PlanCheck,
    check_capa,
    close_capa,
    complete_action,
    move_action,
    open_capa,
    plan_action,
    plan_check,
)
from qc_service.domain.capas import CAPA
from qc_service.web.routes import Read, Write
from schemas.capas import (
    CapaSchema,
    CheckCapaSchema,
    CloseCapaSchema,
    CompleteActionSchema,
    MoveActionSchema,
    OpenCapaSchema,
    PlanActionSchema,
    PlanCheckSchema,
)

SUBJECT = (CAPA.room, "capa")
"""The room, and the member that names the stream."""

ROUTES = (
    Read("/capas", listing=CAPA.room, summary="List CAPAs"),
    Write(
        "POST",
        "/capas",
        use_case=open_capa,
        intent=OpenCapa,
        body=OpenCapaSchema,
        subject=SUBJECT,
        summary="Open a CAPA",
    ),
    Read("/capas/<capa>", answer=read_capa, reply=CapaSchema, etag=SUBJECT, summary="One CAPA"),
    Write(
        "POST",
        "/capas/<capa>/actions",
        use_case=plan_action,
        intent=PlanAction,
        body=PlanActionSchema,
        subject=SUBJECT,
        summary="Plan an action",
    ),
    Write(
        "POST",
        "/capas/<capa>/actions/<int:action>/assignment",
        use_case=move_action,
        intent=MoveAction,
        body=MoveActionSchema,
        subject=SUBJECT,
        summary="Give an action to somebody else or another day",
    ),
    Write(
        "POST",
        "/capas/<capa>/actions/<int:action>/completion",
        use_case=complete_action,
        intent=CompleteAction,
        body=CompleteActionSchema,
        subject=SUBJECT,
        summary="Record an action as done, with its evidence",
    ),
    Write(
        "POST",
        "/capas/<capa>/effectiveness-plan",
        use_case=plan_check,
        intent=PlanCheck,
        body=PlanCheckSchema,
        subject=SUBJECT,
        summary="Plan the check of effectiveness",
    ),
    Write(
        "POST",
        "/capas/<capa>/effectiveness",
        use_case=check_capa,
        intent=CheckCapa,
        body=CheckCapaSchema,
        subject=SUBJECT,
        summary="Record whether the actions helped",
    ),
    Write(
        "POST",
        "/capas/<capa>/closure",
        use_case=close_capa,
        intent=CloseCapa,
        body=CloseCapaSchema,
        subject=SUBJECT,
        summary="Close a CAPA as a second person",
    ),
)
