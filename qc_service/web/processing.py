"""The routes of processing: steps, deviations, and quality's decisions on them."""

from __future__ import annotations

from qc_service.application.processing import (
    DecideDeviation,
    OpenDeviation,
    RecordStep,
    decide_deviation,
    open_deviation,
    record_step,
)
from qc_service.web.routes import Write
from schemas.processing import DecideDeviationSchema, OpenDeviationSchema, RecordStepSchema

LOT = ("lot", "lot")
"""The room, and the member that names the stream."""

ROUTES = (
    Write(
        "POST",
        "/lots/<lot>/steps",
        use_case=record_step,
        intent=RecordStep,
        body=RecordStepSchema,
        subject=LOT,
        summary="Record a processing step",
    ),
    Write(
        "POST",
        "/lots/<lot>/deviations",
        use_case=open_deviation,
        intent=OpenDeviation,
        body=OpenDeviationSchema,
        subject=LOT,
        summary="Open a deviation",
    ),
    Write(
        "POST",
        "/lots/<lot>/deviations/<int:deviation>/decision",
        use_case=decide_deviation,
        intent=DecideDeviation,
        body=DecideDeviationSchema,
        subject=LOT,
        summary="Decide a deviation",
    ),
)
