"""What a reader is told of a lot's results: as entered, as converted, how they agree, and what became of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from qc_service.application.access import readable
from qc_service.application.actor import Actor
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.comparison import compare, compared, shortfall
from qc_service.domain.criteria import Criterion
from qc_service.domain.lots import LOT
from qc_service.domain.measurements import Measurement
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT
from qc_service.domain.replicates import disagrees, spread_of
from qc_service.domain.results import Result, ResultRecorded


def read_results(view: View, actor: Actor, lot: str) -> dict[str, Any]:
    """Every result of a lot with its standing, and every investigation."""
    actor.must(Permission.READ_RECORDS)
    quality = readable(view, actor, LOT, lot).quality
    return {
        "results": [result_shown(result) for result in quality.results],
        "investigations": [to_plain(investigation) for investigation in quality.investigations],
    }


def read_results_judged(view: View, actor: Actor, lot: str, *, at: datetime) -> dict[str, object]:
    """The same, each result beside its criterion in the specification that judges the lot."""
    told = read_results(view, actor, lot)
    state = readable(view, actor, LOT, lot)
    specification = state.quality.specification(view.get(PRODUCT, state.product), at)
    criteria = {one.assay: one for one in specification.criteria} if specification else {}
    results = zip(told["results"], state.quality.results, strict=True)
    return {
        **told,
        "results": [
            {**shown, "judged": _judged(criteria.get(one.recorded.assay), one)} for shown, one in results
        ],
    }


def _judged(criterion: Criterion | None, result: Result) -> dict[str, object] | None:
    if criterion is None:
        return None
    measured = result.recorded
    return {
        "shows": compare(criterion, measured).value,
        "limits": criterion.in_words,
        "terms": criterion.terms_in_words,
        "required": criterion.required,
        "compared": compared(criterion, measured) if _comparable(criterion, measured) else None,
        "shortfall": shortfall(criterion, measured),
    }


def _comparable(criterion: Criterion, measured: Measurement) -> bool:
    """Whether the number is known in the unit of the limit."""
    return measured.finding is None and measured.figure_for(criterion.unit)[1] == criterion.unit


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
