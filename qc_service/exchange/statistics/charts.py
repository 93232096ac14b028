"""A study's assay as a chart: the results, the lines, their confidence bounds, the limits and where those are met."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import cycle

from qc_service.domain.expiry import Reach, Shortfall
from qc_service.domain.stability.evaluation import Evaluated
from qc_service.domain.stability.studies import Study
from qc_service.exchange.plots.pen import Ink, Shape
from qc_service.exchange.plots.plot import Axis, Limit, Line, Plot, Point, Points, Series
from qc_service.exchange.plots.scales import linear
from qc_service.exchange.statistics.curves import Curve, curves
from qc_service.exchange.statistics.lines import months
from qc_service.exchange.statistics.regression import fit

STEPS = 60
"""Of how many pieces a drawn curve is."""
BEYOND = 1e150
"""What is not drawn: no laboratory measures it, and no axis holds it."""
_LOOKS = tuple(
    zip((Ink.BLUE, Ink.GREEN, Ink.AMBER), (Shape.CIRCLE, Shape.SQUARE, Shape.TRIANGLE), strict=True)
)


def projection_plot(study: Study, one: Evaluated) -> Plot:
    """The chart; without a regression the results and the limits alone, with what is missing below them."""
    figures, series = one.figures, one.series
    fitted = fit(series) if figures.regression else None
    drawn = () if fitted is None or isinstance(fitted, Shortfall) else curves(series, fitted)
    last = max((float(months(point.days)) for point in series.points), default=0.0)
    until = max(last, float(figures.reach.months) if figures.reach else 0.0, 1.0) * 1.1
    parts: tuple[Series, ...] = (*_points(one), *_lines(drawn, until), *_limits(one))
    heights = [height for part in parts for height in _heights(part) if abs(height) < BEYOND]
    return Plot(
        title=f"{study.id}: {figures.assay.replace('_', ' ')} at {study.plan.condition.in_words}",
        description=_described(study, one),
        across=Axis("Months in the condition", linear((0.0, until), nothing=True)),
        up=Axis(f"{figures.assay.replace('_', ' ')}, {one.assay.criterion.unit}", linear(heights)),
        series=parts,
        note=figures.missing or (figures.reach.bounded.in_words if figures.reach else ""),
    )


def _points(one: Evaluated) -> Iterator[Points]:
    for lot, (ink, shape) in zip(one.series.lots, cycle(_LOOKS), strict=False):
        points = [point for point in one.series.points if point.lot == lot]
        yield Points(
            name=str(lot),
            points=tuple(
                Point(float(months(point.days)), float(point.value), f"{point.value} at {point.months} months",
                      f"/api/v1/lots/{lot}")
                for point in points
                if abs(float(point.value)) < BEYOND
            ),
            ink=ink,
            shape=shape,
        )  # fmt: skip


def _lines(drawn: tuple[Curve, ...], until: float) -> Iterator[Line]:
    at = [Fraction(until) * step / STEPS for step in range(STEPS + 1)]
    for curve, (ink, _) in zip(drawn, cycle(_LOOKS), strict=False):
        whose = f"line of {curve.lot}" if curve.lot else "line of all lots"
        yield Line(name=whose, places=_finite((float(when), curve.line(when)) for when in at), ink=ink)
        for below in (True, False):
            if curve.below if below else curve.above:
                bound = _finite((float(when), curve.bound(when, below=below)) for when in at)
                yield Line(name="its 95 % bound", places=bound, ink=ink, dashed=True)


def _finite(places: Iterator[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    return tuple(place for place in places if abs(place[1]) < BEYOND)


def _limits(one: Evaluated) -> Iterator[Limit]:
    for name, limit in (("low limit", one.series.low), ("high limit", one.series.high)):
        if limit is not None and abs(limit) < BEYOND:
            yield Limit(name=f"{name} {limit}", value=float(limit), dashed=False)
    if one.figures.reach:
        supported = one.figures.reach.months
        yield Limit(name=f"supported {supported} months", value=float(supported), ink=Ink.BLACK, upright=True)


def _heights(part: Series) -> Iterator[float]:
    match part:
        case Points():
            yield from (point.y for point in part.points)
        case Line():
            yield from (place[1] for place in part.places)
        case Limit(upright=False):
            yield part.value


def _described(study: Study, one: Evaluated) -> str:
    counted = f"{_so_many(len(one.series.points), 'result')} of {_so_many(len(one.series.lots), 'lot')}"
    return f"{counted}, held against {one.figures.limits}. {_reached(study, one.figures.reach)}"


def _so_many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _reached(study: Study, reach: Reach | None) -> str:
    if reach is None:
        return "Nothing is projected yet."
    return f"{reach.months} months at {study.plan.condition.in_words} are supported. {reach.bounded.in_words}"
