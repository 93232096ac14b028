"""The routes of trends: which assays of a product have a chart, one chart as JSON, as a picture, and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from flask import Response, request

from qc_service.application.trend_reading import in_words, lot_path, read_trends, trend_shown
from qc_service.application.trends import LISTED, MOST, Span, Trend, TrendAsked, trend
from qc_service.domain.chart_points import ChartPoint
from qc_service.domain.control_charts import shown
from qc_service.domain.errors import Malformed
from qc_service.domain.moments import instant_text, parse_day, parse_instant
from qc_service.domain.trend_rules import SETS, TrendRule
from qc_service.exchange.control_plot import ControlChart, control_plot
from qc_service.exchange.plots.vector import svg
from qc_service.exchange.separated import separated
from qc_service.web.asking import actor, answered, queried, whole_number
from qc_service.web.routes import Custom
from qc_service.web.service import service
from schemas.trends import TrendSchema, TrendsSchema

MOST_DRAWN = 500
"""Lots of which a picture can be looked at."""
ASKED = {
    "last": f"how many lots at most, the newest: 1 to {MOST}, {LISTED} unless said; a picture has {MOST_DRAWN} at most",
    "since": "what was read on this day or later, or from this moment on: `2026-02-01`, `2026-02-01T08:00:00Z`",
    "until": "what was read on this day or earlier, or before this moment",
    "baseline_since": "work the limits out from what was read from this day or moment on, not from the points shown",
    "baseline_until": "and until this day, or before this moment",
    "rules": f"`{'`, `'.join(SETS)}`, or rules by name with commas between; `default` unless said",
}
HEADINGS = (
    "lot", "result", "read_at", "bound", "value", "unit", "outcome", "standing", "breaks", "centre", "lower", "upper",
)  # fmt: skip


def product_trends(product: str) -> Response:
    """Which assays have a chart."""
    queried(())
    found = service()
    return answered(read_trends(found.view(), actor(), product, at=found.clock()))


def one_trend(product: str, assay: str) -> Response:
    """The chart as JSON."""
    return answered(trend_shown(_found(product, assay, MOST)))


def trend_picture(product: str, assay: str) -> Response:
    """The chart as a picture."""
    found = _found(product, assay, MOST_DRAWN)
    chart = ControlChart(
        title=f"{found.assay}, {found.product.name} ({found.product.code})",
        description=in_words(found),
        unit=found.unit or "",
        points=found.points,
        judged=found.places,
        limits=found.limits,
        criterion=found.criterion,
        broken_by=found.broken_by,
        path=lot_path,
    )
    return _file(svg(control_plot(chart), 240, 110), "image/svg+xml", f"{product}-{assay}.svg", "inline")


def trend_table(product: str, assay: str) -> Response:
    """The chart's points as a table."""
    found = _found(product, assay, MOST)
    content = separated(HEADINGS, _rows(found))
    return _file(content, "text/csv; charset=utf-8", f"{product}-{assay}.csv", "attachment")


def _rows(found: Trend) -> Iterator[tuple[object, ...]]:
    limits = ("", "", "")
    if found.limits is not None:
        limits = (shown(found.limits.centre), shown(found.limits.lower), shown(found.limits.upper))
    broken = found.broken_by
    points = [(point, " ".join(broken.get(place, ()))) for place, point in enumerate(found.points)]
    points += [(point, "") for point in found.beside]
    for point, breaks in sorted(points, key=lambda one: (one[0].read_at, one[0].lot, one[0].result)):
        yield (*_row(found, point), breaks, *limits)


def _row(found: Trend, point: ChartPoint) -> tuple[object, ...]:
    outcome = found.outcome(point)
    return (
        point.lot, point.result, instant_text(point.read_at), point.comparator.value if point.censored else "",
        point.figure, point.unit, outcome.value if outcome else "", point.standing.value,
    )  # fmt: skip


def _found(product: str, assay: str, most: int) -> Trend:
    args = queried(ASKED)
    baseline = _span("baseline_since", "baseline_until")
    asked = TrendAsked(
        last=whole_number("last", args.get("last", str(LISTED)), least=1, most=most),
        span=_span("since", "until") or Span(),
        baseline=baseline,
        rules=_rules(args.get("rules", "default")),
    )
    told = service()
    return trend(told.view(), actor(), product, assay, asked, at=told.clock())


def _span(since: str, until: str) -> Span | None:
    first, last = _moment(since), _moment(until)
    return None if first is None and last is None else Span(since=first, until=last)


def _moment(name: str) -> date | datetime | None:
    text = request.args.get(name)
    if text is None:
        return None
    try:
        return parse_instant(text) if "T" in text else parse_day(text)
    except Malformed as error:
        raise Malformed(error.detail, field=name) from error


def _rules(text: str) -> frozenset[TrendRule]:
    if text in SETS:
        return SETS[text]
    names = text.split(",")
    unknown = [name for name in names if name not in set(TrendRule)]
    if unknown:
        known = ", ".join((*SETS, *TrendRule))
        raise Malformed(f"{unknown[0]!r} is no rule: name some of {known}", field="rules")
    return frozenset(map(TrendRule, names))


def _file(content: bytes, media_type: str, name: str, how: str) -> Response:
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'{how}; filename="{name}"'}
    return Response(content, content_type=media_type, headers=headers)


ROUTES = (
    Custom(
        "GET", "/products/<product>/trends", product_trends, "Which assays of a product have a control chart, and what "
        "their newest value breaks", reply=TrendsSchema,
    ),
    Custom(
        "GET", "/products/<product>/trends/<assay>", one_trend, "The control chart of an assay over a product's lots",
        query=ASKED, reply=TrendSchema,
    ),
    Custom(
        "GET", "/products/<product>/trends/<assay>.svg", trend_picture, "The same as a picture whose points are links",
        query=ASKED, gives="image/svg+xml",
    ),
    Custom(
        "GET", "/products/<product>/trends/<assay>.csv", trend_table, "The same as a table", query=ASKED,
        gives="text/csv",
    ),
)  # fmt: skip
