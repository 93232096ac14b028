"""A chart as values: two axes, and what is drawn between them, each with the name that the legend gives it."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.exchange.plots.pen import Ink, Shape
from qc_service.exchange.plots.scales import Scale


@dataclass(frozen=True)
class Axis:
    """A scale with its title: the quantity and its unit."""

    title: str
    scale: Scale


@dataclass(frozen=True)
class Point:
    """A value in its place; ``said`` is what it stands for, ``link`` the path on this service that it leads to."""

    x: float
    y: float
    said: str = ""
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Points:
    """Values of one kind, joined by a thin line in the order given where ``joined``."""

    name: str
    points: tuple[Point, ...]
    ink: Ink = Ink.BLUE
    shape: Shape = Shape.CIRCLE
    size: float = 1.8
    joined: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line through places, such as a regression or a distribution."""

    name: str
    places: tuple[tuple[float, float], ...]
    ink: Ink = Ink.BLUE
    dashed: bool = False


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A straight line across the chart at one value, named at its end; ``upright`` at a value of the other axis."""

    name: str
    value: float
    ink: Ink = Ink.RED
    dashed: bool = True
    upright: bool = False


@dataclass(frozen=True, kw_only=True)
class Band:
    """What lies between two lines, such as the bounds of a confidence or a distribution above nothing."""

    name: str
    low: tuple[tuple[float, float], ...]
    high: tuple[tuple[float, float], ...]
    ink: Ink = Ink.PALE


Series = Points | Line | Limit | Band


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A chart: ``description`` says in a sentence or two what there is to see, for whoever cannot see it.

    What comes later in ``series`` is drawn over what comes earlier, but every band lies under every line.
    """

    title: str
    description: str
    across: Axis
    up: Axis
    series: tuple[Series, ...]
    note: str = ""
