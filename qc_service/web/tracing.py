"""The route of the trace: from anything to everything it has to do with."""

from __future__ import annotations

from qc_service.application.tracing import trace
from qc_service.web.routes import Read
from schemas.tracing import TraceSchema

ROUTES = (
    Read(
        "/trace",
        answer=trace,
        reply=TraceSchema,
        query={
            "from": "donation:{din}, lot:{lot}, vial:{lot}/{serial}, facility:{id}, reagent:{lot} or equipment:{id}."
        },
        summary="Trace both ways",
    ),
)
