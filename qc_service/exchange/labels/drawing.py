"""A drawing of one label or sticker: lines of text, symbols and filled boxes, placed in millimetres from the top left.

What draws it on paper, as pixels, as a vector image or for a thermal printer are the modules beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.exchange.labels.symbols import Symbol
from qc_service.exchange.labels.typeface import ASCENT, DESCENT, POINT, typeface

INCH = 25.4
"""Millimetres in an inch."""


@dataclass(frozen=True)
class Box:
    """What a thing takes of the label."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether both take some of the same place; to touch is not to overlap."""
        beside = self.right <= other.left + NOTHING or other.right <= self.left + NOTHING
        return not (beside or self.bottom <= other.top + NOTHING or other.bottom <= self.top + NOTHING)

    def within(self, other: Box) -> bool:
        """Whether it leaves the other nowhere."""
        across = self.left >= other.left - NOTHING and self.right <= other.right + NOTHING
        return across and self.top >= other.top - NOTHING and self.bottom <= other.bottom + NOTHING


NOTHING = 1e-6
"""A distance in millimetres that no rounding exceeds."""


@dataclass(frozen=True)
class Words:
    """One line of text that begins at ``left`` on its ``baseline``."""

    text: str
    left: float
    baseline: float
    points: float
    bold: bool = False

    @property
    def width(self) -> float:
        """How wide it is."""
        return typeface(bold=self.bold).width(self.text, self.points)

    @property
    def box(self) -> Box:
        """From the highest accent to the lowest stroke."""
        size = self.points * POINT
        above, below = self.baseline - ASCENT * size, self.baseline + DESCENT * size
        return Box(self.left, above, self.left + self.width, below)


@dataclass(frozen=True)
class Modules:
    """A symbol whose first module is at ``left`` and ``top``; ``module`` is the width of one."""

    symbol: Symbol
    left: float
    top: float
    module: float

    @property
    def box(self) -> Box:
        """The symbol with the quiet zone around it."""
        quiet, side = self.symbol.quiet * self.module, self.symbol.span * self.module
        left, top = self.left - quiet, self.top - quiet
        return Box(left, top, left + side, top + side)


@dataclass(frozen=True)
class Bar:
    """A filled box, such as a rule."""

    box: Box


Item = Words | Modules | Bar


@dataclass(frozen=True)
class Drawing:
    """A label of a size, with everything on it."""

    width: float
    height: float
    items: tuple[Item, ...]

    @property
    def box(self) -> Box:
        """The whole label."""
        return Box(0.0, 0.0, self.width, self.height)
