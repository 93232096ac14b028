"""A control chart to look at: one point a lot, its limits and those of the specification, what breaks a rule marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qc_service.domain.chart_points import ChartPoint
from qc_service.domain.control_charts import ControlLimits, shown
from qc_service.domain.specifications import Criterion
from qc_service.domain.trend_rules import RULES, TrendRule
from qc_service.exchange.plots.pen import Ink, Shape
from qc_service.exchange.plots.plot import Axis, Limit, Plot, Point, Points, Series
from qc_service.exchange.plots.scales import Steps, linear

CIRCLE, TRIANGLE, DIAMOND = Shape.CIRCLE, Shape.TRIANGLE, Shape.DIAMOND
LARGEST = Decimal("1E+300")
"""A value further out has no place on paper."""


@dataclass(frozen=True, kw_only=True)
class ControlChart:
    """What is to be seen. ``broken_by`` names the rules that a place in ``points`` breaks, ``judged`` the places that
    rules look at, ``path`` where a point's lot is."""

    title: str
    description: str
    unit: str
    points: Sequence[ChartPoint]
    judged: Sequence[int]
    limits: ControlLimits | None
    criterion: Criterion | None
    broken_by: Mapping[int, tuple[TrendRule, ...]]
    path: Callable[[ChartPoint], str]


def control_plot(chart: ControlChart) -> Plot:
    """The chart as a plot. Values in another unit than the chart's have no place in it."""
    places = [at for at, point in enumerate(chart.points) if point.unit == chart.unit and _drawable(point)]
    judged = set(chart.judged)
    lines = tuple(_lines(chart))
    levels = [*(float(chart.points[at].figure) for at in places), *(line.value for line in lines)]
    return Plot(
        title=chart.title,
        description=chart.description,
        across=Axis("Lot, by the time it was read", Steps(tuple(point.lot for point in chart.points))),
        up=Axis(chart.unit, linear(levels)),
        series=(
            *lines,
            _series(chart, "Lots", [at for at in places if at in judged], Ink.BLUE, CIRCLE, joined=True),
            _series(chart, "Only a bound is known", [at for at in places if at not in judged], Ink.QUIET, TRIANGLE),
            _series(chart, "Breaks a rule", [at for at in places if at in chart.broken_by], Ink.RED, DIAMOND, size=2.8),
        ),
        note=chart.description,
    )  # fmt: skip


def _lines(chart: ControlChart) -> list[Limit]:
    lines = []
    if chart.limits is not None:
        named = (("centre", chart.limits.centre), ("−3σ", chart.limits.lower), ("+3σ", chart.limits.upper))
        for name, value in named:
            solid = name == "centre"
            ink = Ink.QUIET if solid else Ink.AMBER
            lines.append(Limit(name=f"{name} {shown(value)}", value=float(value), ink=ink, dashed=not solid))
    if chart.criterion is not None:
        for name, limit in (("low limit", chart.criterion.low), ("high limit", chart.criterion.high)):
            if limit is not None:
                lines.append(Limit(name=f"{name} {limit}", value=float(limit), ink=Ink.RED, dashed=False))
    return [line for line in lines if abs(line.value) < LARGEST]


def _drawable(point: ChartPoint) -> bool:
    return abs(point.figure) < LARGEST


def _series(
    chart: ControlChart,
    name: str,
    places: Sequence[int],
    ink: Ink,
    shape: Shape,
    *,
    joined: bool = False,
    size: float = 1.8,
) -> Series:
    points = tuple(
        Point(at, float(chart.points[at].figure), _said(chart, at), chart.path(chart.points[at]))
        for at in places
    )
    return Points(name=name if points else "", points=points, ink=ink, shape=shape, joined=joined, size=size)


def _said(chart: ControlChart, at: int) -> str:
    point = chart.points[at]
    bound = f"{point.comparator.value} " if point.censored else ""
    broken = "; ".join(RULES[rule].words for rule in chart.broken_by.get(at, ()))
    day = point.read_at.date().isoformat()
    value = f"{point.lot}, {day}: {bound}{point.figure} {point.unit}"
    return f"{value} – {broken}" if broken else value
