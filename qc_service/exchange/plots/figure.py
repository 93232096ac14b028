"""A chart laid out on a place of the paper: title and legend above, the axes around, names of limits to the right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qc_service.exchange.labels.typeface import POINT
from qc_service.exchange.plots.pen import Anchor, Ink, Mark, Pen, Place, width
from qc_service.exchange.plots.plot import Axis, Band, Limit, Line, Plot, Points, Series
from qc_service.exchange.plots.scales import Tick

TITLE, TEXT = 10.0, 7.5
"""Sizes of the type in points."""
ROW = TEXT * POINT * 1.35
GAP = 1.5
HAIR, THIN, FIRM = 0.1, 0.2, 0.45


@dataclass(frozen=True)
class Frame:
    """Where the two axes meet on the paper."""

    plot: Plot
    left: float
    top: float
    right: float
    bottom: float

    def at(self, x: float, y: float) -> Place:
        """Where a value stands on the paper."""
        across, up = self.plot.across.scale.place(x), self.plot.up.scale.place(y)
        return (self.left + across * (self.right - self.left), self.bottom - up * (self.bottom - self.top))

    def through(self, places: Iterable[tuple[float, float]]) -> tuple[Place, ...]:
        """Where a line's values stand."""
        return tuple(self.at(x, y) for x, y in places)


def draw(plot: Plot, pen: Pen, wide: float, high: float) -> None:
    """Draw the chart with this pen, ``wide`` by ``high`` millimetres from the pen's top left."""
    legend = tuple(_rows(plot, wide))
    head = GAP + (TITLE * POINT * 1.3 if plot.title else 0.0) + len(legend) * ROW + GAP
    up = plot.up.scale.ticks(max(2, int(high / 9)))
    beside = max((width(tick.label, TEXT) for tick in up), default=0.0)
    named = max((width(one.name, TEXT) for one in _level(plot)), default=0.0)
    foot = 2 * ROW + GAP + (ROW if plot.note else 0.0)
    frame = Frame(plot, ROW + beside + 2 * GAP, head, wide - named - 2 * GAP, high - foot)
    _head(plot, pen, legend)
    for band in (one for one in plot.series if isinstance(one, Band)):
        pen.fill((*frame.through(band.low), *reversed(frame.through(band.high))), band.ink)
    _axes(frame, pen, up, high)
    for one in plot.series:
        _drawn(one, frame, pen)
    _names(frame, pen)


def _level(plot: Plot) -> tuple[Limit, ...]:
    return tuple(one for one in plot.series if isinstance(one, Limit) and not one.upright)


def _rows(plot: Plot, wide: float) -> Iterator[list[tuple[Series, float]]]:
    """The legend in as many rows as it needs: each named series with where it begins."""
    row: list[tuple[Series, float]] = []
    left = GAP
    for one in plot.series:
        if isinstance(one, Limit) or not one.name:
            continue
        takes = 7.0 + width(one.name, TEXT) + 2 * GAP
        if row and left + takes > wide:
            yield row
            row, left = [], GAP
        row.append((one, left))
        left += takes
    if row:
        yield row


def _head(plot: Plot, pen: Pen, legend: Iterable[list[tuple[Series, float]]]) -> None:
    below = GAP
    if plot.title:
        pen.write(plot.title, (GAP, below + TITLE * POINT * 0.85), TITLE, bold=True)
        below += TITLE * POINT * 1.3
    for row in legend:
        for one, left in row:
            _sample(one, pen, left, below + ROW / 2)
            pen.write(one.name, (left + 7.0, below + ROW * 0.75), TEXT)
        below += ROW


def _sample(one: Series, pen: Pen, left: float, middle: float) -> None:
    match one:
        case Points():
            if one.joined:
                pen.stroke(((left, middle), (left + 6.0, middle)), one.ink, THIN)
            pen.mark((left + 3.0, middle), Mark(one.shape, one.ink, one.size))
        case Band():
            ends = (
                (left, middle - 1.1),
                (left + 6.0, middle - 1.1),
                (left + 6.0, middle + 1.1),
                (left, middle + 1.1),
            )
            pen.fill(ends, one.ink)
            pen.stroke((*ends, ends[0]), Ink.QUIET, HAIR)
        case _:
            pen.stroke(
                ((left, middle), (left + 6.0, middle)), one.ink, FIRM, dashed=getattr(one, "dashed", False)
            )


def _axes(frame: Frame, pen: Pen, up: tuple[Tick, ...], high: float) -> None:
    plot, foot = frame.plot, frame.bottom + ROW
    for tick in up:
        y = frame.at(0, tick.value)[1]
        pen.stroke(((frame.left, y), (frame.right, y)), Ink.GRID, HAIR)
        pen.write(tick.label, (frame.left - GAP, y + TEXT * POINT * 0.33), TEXT, Ink.QUIET, anchor=Anchor.END)
    for tick in _across(frame):
        x = frame.at(tick.value, 0)[0]
        pen.stroke(((x, frame.bottom), (x, frame.bottom + 1.0)), Ink.QUIET, THIN)
        pen.write(tick.label, (x, foot), TEXT, Ink.QUIET, anchor=Anchor.MIDDLE)
    pen.stroke(
        ((frame.left, frame.top), (frame.left, frame.bottom), (frame.right, frame.bottom)), Ink.QUIET, THIN
    )
    middle = (frame.left + frame.right) / 2
    pen.write(_titled(plot.across), (middle, foot + ROW), TEXT, anchor=Anchor.MIDDLE)
    centre = (frame.top + frame.bottom) / 2
    pen.write(_titled(plot.up), (ROW * 0.75, centre), TEXT, anchor=Anchor.MIDDLE, upwards=True)
    if plot.note:
        pen.write(plot.note, (GAP, high - GAP), TEXT, Ink.QUIET)


def _across(frame: Frame) -> tuple[Tick, ...]:
    """As many marks as fit side by side with their labels."""
    scale, room = frame.plot.across.scale, frame.right - frame.left
    most = max(1, int(room / 15))
    ticks = scale.ticks(most)
    while most > 1 and sum(width(tick.label, TEXT) + 2 * GAP for tick in ticks) > room:
        most -= 1
        ticks = scale.ticks(most)
    return ticks


def _titled(axis: Axis) -> str:
    return f"{axis.title} ({axis.scale.factor})" if axis.scale.factor else axis.title


def _drawn(one: Series, frame: Frame, pen: Pen) -> None:
    match one:
        case Points():
            if one.joined and len(one.points) > 1:
                pen.stroke(frame.through((point.x, point.y) for point in one.points), one.ink, THIN)
            for point in one.points:
                look = Mark(one.shape, one.ink, one.size, point.said, point.link)
                pen.mark(frame.at(point.x, point.y), look)
        case Line():
            pen.stroke(frame.through(one.places), one.ink, FIRM, dashed=one.dashed)
        case Limit(value=value, upright=True):
            x = frame.at(value, 0)[0]
            pen.stroke(((x, frame.top), (x, frame.bottom)), one.ink, THIN, dashed=one.dashed)
            before = x > (frame.left + frame.right) / 2
            pen.write(
                one.name, (x - GAP / 2 if before else x + GAP / 2, frame.top + ROW * 0.75), TEXT, one.ink,
                anchor=Anchor.END if before else Anchor.START,
            )  # fmt: skip
        case Limit(value=value):
            y = frame.at(0, value)[1]
            pen.stroke(((frame.left, y), (frame.right, y)), one.ink, THIN, dashed=one.dashed)


def _names(frame: Frame, pen: Pen) -> None:
    """The names of the level limits beside their lines, moved apart where lines are close together."""
    limits = sorted(_level(frame.plot), key=lambda one: frame.at(0, one.value)[1])
    tops: list[float] = []
    for one in limits:
        y = frame.at(0, one.value)[1]
        tops.append(max(y, tops[-1] + ROW * 0.85) if tops else y)
    for at in range(len(tops) - 1, -1, -1):
        lowest = frame.bottom if at == len(tops) - 1 else tops[at + 1] - ROW * 0.85
        tops[at] = min(tops[at], lowest)
    for one, y in zip(limits, tops, strict=True):
        pen.write(one.name, (frame.right + GAP / 2, y + TEXT * POINT * 0.33), TEXT, one.ink)
