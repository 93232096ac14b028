"""What a reader is told of a lot's results: as entered, as converted, how they agree, and what became of each."""

from __future__ import annotations

from qc_service.application.access import readable
from qc_service.application.actor import Actor
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.lots import LOT
from qc_service.domain.measurements import Measurement
from qc_service.domain.permissions import Permission
from qc_service.domain.replicates import disagrees, spread_of
from qc_service.domain.results import Result, ResultRecorded


def read_results(view: View, actor: Actor, lot: str) -> dict[str, object]:
    """Every result of a lot with its standing, and every investigation."""
    actor.must(Permission.READ_RECORDS)
    quality = readable(view, actor, LOT, lot).quality
    return {
        "results": [result_shown(result) for result in quality.results],
        "investigations": [to_plain(investigation) for investigation in quality.investigations],
    }


def result_shown(result: Result) -> dict[str, object]:
    """A result with its standing."""
    measurement = result.recorded
    return {
        **to_plain(measurement),
        "stated": measurement.in_words,
        "converted": _converted(measurement),
        "spread": _spread(measurement),
        "final": measurement.final,
        "analyst": result.analyst.printed_name,
        "recorded_at": to_plain(result.recorded_at),
        "verified_by": result.verified_by.printed_name if result.verified_by else None,
        "verified_at": to_plain(result.verified_at),
        "valid": result.valid,
        "beyond_plan": result.beyond_plan,
        "invalidated": to_plain(result.invalidated),
        "superseded_by": result.superseded_by,
    }


def _converted(recorded: ResultRecorded) -> str | None:
    if recorded.conversion is None:
        return None
    unit = recorded.conversion.unit
    return f"{recorded.stated_for(unit)} {unit} ({recorded.conversion.how})"


def _spread(measurement: Measurement) -> dict[str, object] | None:
    """The mean of the replicates, their CV to two decimals, and whether the value is another than their mean."""
    if not measurement.replicates:
        return None
    spread = spread_of(tuple(one.value for one in measurement.replicates))
    return {
        "count": len(measurement.replicates),
        "mean": str(spread.mean),
        "cv_percent": None if spread.cv is None else f"{spread.cv:.2f}",
        "value_differs": disagrees(measurement),
    }
