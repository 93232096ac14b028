"""The routes of quality's decisions on a lot: assessment, release, rejection, hold and lift; and of its storage."""

from __future__ import annotations

from qc_service.application.assessment import AssessLot, assess_lot
from qc_service.application.disposition import (
    HoldLot,
    LiftHold,
    RejectLot,
    ReleaseLot,
    hold_lot,
    lift_hold,
    reject_lot,
    release_lot,
)
from qc_service.application.storage import RecordStorage, record_storage
from qc_service.web.routes import Write
from schemas.disposition import (
    AssessLotSchema,
    HoldLotSchema,
    LiftHoldSchema,
    RecordStorageSchema,
    RejectLotSchema,
    ReleaseLotSchema,
)

LOT = ("lot", "lot")
"""The room, and the member that names the stream."""

ROUTES = (
    Write(
        "POST",
        "/lots/<lot>/assessment",
        use_case=assess_lot,
        intent=AssessLot,
        body=AssessLotSchema,
        subject=LOT,
        summary="Assess a lot against its specification",
    ),
    Write(
        "POST",
        "/lots/<lot>/release",
        use_case=release_lot,
        intent=ReleaseLot,
        body=ReleaseLotSchema,
        subject=LOT,
        if_match=True,
        summary="Release a lot for a purpose",
    ),
    Write(
        "POST",
        "/lots/<lot>/rejection",
        use_case=reject_lot,
        intent=RejectLot,
        body=RejectLotSchema,
        subject=LOT,
        if_match=True,
        summary="Reject a lot",
    ),
    Write(
        "POST",
        "/lots/<lot>/hold",
        use_case=hold_lot,
        intent=HoldLot,
        body=HoldLotSchema,
        subject=LOT,
        summary="Hold a lot",
    ),
    Write(
        "POST",
        "/lots/<lot>/holds/<int:hold>/lift",
        use_case=lift_hold,
        intent=LiftHold,
        body=LiftHoldSchema,
        subject=LOT,
        summary="Lift a hold",
    ),
    Write(
        "POST",
        "/lots/<lot>/storage-temperatures",
        use_case=record_storage,
        intent=RecordStorage,
        body=RecordStorageSchema,
        subject=LOT,
        summary="Record how a lot was stored; an excursion holds it",
    ),
)
