"""A distribution over size as a chart of the house, drawn from an instrument's own points."""

from __future__ import annotations

from qc_service.exchange.certificates.contents import Curve
from qc_service.exchange.certificates.flow import LEFT, WIDTH, Flow
from qc_service.exchange.plots.on_paper import draw_on
from qc_service.exchange.plots.pen import Ink
from qc_service.exchange.plots.plot import Axis, Band, Line, Plot
from qc_service.exchange.plots.scales import Linear

HEIGHT = 66.0
"""Millimetres that the chart takes, with its title and axes."""
SHOWN = 0.999
"""The part of everything counted that the axis reaches to: a few stray particles do not squeeze the rest."""


def draw(flow: Flow, curve: Curve) -> None:
    """The curve below what was written, with its description for whoever cannot see it."""
    flow.room(HEIGHT + 2)
    with flow.pages.marked("Figure", alt=curve.described):
        draw_on(flow.pages, _plot(curve), left=LEFT, top=flow.top, wide=WIDTH, high=HEIGHT)
    flow.top += HEIGHT + 2


def _plot(curve: Curve) -> Plot:
    points = tuple((float(size), float(height)) for size, height in curve.points)
    reach = _reach(points)
    shown = tuple(point for point in points if point[0] <= reach)
    highest = max(height for _, height in shown) or 1.0
    ground = ((shown[0][0], 0.0), (shown[-1][0], 0.0))
    return Plot(
        title=curve.title, description=curve.described,
        across=Axis(curve.across, Linear(0.0, reach)), up=Axis(curve.up, Linear(0.0, highest * 1.08)),
        series=(Band(name="", low=ground, high=shown, ink=Ink.PALE), Line(name="", places=shown, ink=Ink.BLUE)),
    )  # fmt: skip


def _reach(points: tuple[tuple[float, float], ...]) -> float:
    """The size below which almost everything lies."""
    whole, below = sum(height for _, height in points), 0.0
    for size, height in points:
        below += height
        if whole > 0 and size > 0 and below >= SHOWN * whole:
            return size
    return max(1.0, points[-1][0])
