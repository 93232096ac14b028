"""A page that shows how far a printer is off: outlines of the labels, and rulers to read the offset from.

Printed on plain paper and held against a sheet of labels, it tells by how many millimetres everything has to move.
"""

from __future__ import annotations

from datetime import datetime

from qc_service.exchange.labels.drawing import Bar, Box, Words
from qc_service.exchange.labels.jobs import Placement
from qc_service.exchange.labels.paper import Paper
from qc_service.exchange.labels.stocks import Stock

_HAIR = 0.1
_REACH = 10
"""How many millimetres the rulers go to either side of zero."""
_SMALL = 5.0


def calibration(stock: Stock, placement: Placement, at: datetime) -> bytes:
    """The page for a stock, printed with an offset to be tried."""
    right, down = float(placement.right), float(placement.down)
    with Paper(title=f"Calibration of {stock.name}", at=at) as paper:
        paper.page(*stock.page)
        width, height = stock.size
        for place in range(stock.per_page):
            left, top = (edge + moved for edge, moved in zip(stock.corner(place), (right, down), strict=True))
            paper.outline(Box(left, top, left + width, top + height))
        for words in _told(stock, placement):
            paper.put(words, right, down)
        left, top = stock.corner(0)
        for item in (*_ruler_across(left, top + height / 2), *_ruler_down(left + width / 2, top)):
            paper.put(item, right, down)
        return paper.finished()


def _told(stock: Stock, placement: Placement) -> list[Words]:
    """What to do, in the margin of a sheet; a roll's label has no room for it."""
    if stock.roll:
        return []
    offset = f"Printed with x = {placement.right} mm, y = {placement.down} mm."
    told = (
        f"{stock.name}. {offset} Print at 100 %, without “fit to page”.",
        "Hold it against a sheet of labels: where the sheet's first label begins on the rulers is what x and y lack.",
    )
    beside, _ = stock.corner(1)
    return [Words(text, beside, 6.8 + 2.4 * place, 6.0) for place, text in enumerate(told)]


def _ruler_across(left: float, middle: float) -> list[Bar | Words]:
    """Ticks at every millimetre about the label's left edge; to the left is minus."""
    drawn: list[Bar | Words] = [Bar(Box(left, middle - 2.5, left + _HAIR, middle + 2.5))]
    for tick in range(-_REACH, _REACH + 1):
        x = left + tick
        if x > 0:
            tall = 1.5 if tick % 5 else 2.2
            drawn.append(Bar(Box(x, middle, x + _HAIR, middle + tall)))
    drawn.append(Words("x", left + _REACH + 1.0, middle + 1.5, _SMALL))
    return drawn


def _ruler_down(middle: float, top: float) -> list[Bar | Words]:
    """Ticks at every millimetre about the label's upper edge; upwards is minus."""
    drawn: list[Bar | Words] = [Bar(Box(middle - 2.5, top, middle + 2.5, top + _HAIR))]
    for tick in range(-_REACH, _REACH + 1):
        y = top + tick
        if y > 0:
            long = 1.5 if tick % 5 else 2.2
            drawn.append(Bar(Box(middle, y, middle + long, y + _HAIR)))
    drawn.append(Words("y", middle, top + _REACH + 2.0, _SMALL))
    return drawn
