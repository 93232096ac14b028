"""What a chart is drawn with, in millimetres from the top left; what it draws on are the modules beside this one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from qc_service.exchange.labels.typeface import typeface

Place = tuple[float, float]
"""Millimetres from the left and from the top."""


class Ink(Enum):
    """Colours that tell apart on white paper, printed in grey as well: all but the last two are dark."""

    BLACK = "#14181c"
    QUIET = "#4a545e"
    BLUE = "#0a4fa3"
    RED = "#a3121f"
    GREEN = "#0b5d3b"
    AMBER = "#7a4a00"
    GRID = "#d5dbe1"
    PALE = "#e3ecf7"


class Shape(StrEnum):
    """What a point looks like, so that colour is never all that tells two apart."""

    CIRCLE = "circle"
    SQUARE = "square"
    TRIANGLE = "triangle"
    DIAMOND = "diamond"


@dataclass(frozen=True)
class Mark:
    """A point's look, what it stands for, and the path that it leads to: the two last where the paper can tell them."""

    shape: Shape
    ink: Ink
    size: float
    said: str = ""
    link: str = ""


class Anchor(StrEnum):
    """Which end of a text stands at its place."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


class Pen(ABC):
    """Four things that a chart is made of."""

    @abstractmethod
    def stroke(self, line: Sequence[Place], ink: Ink, width: float, *, dashed: bool = False) -> None:
        """A line through these places."""

    @abstractmethod
    def fill(self, outline: Sequence[Place], ink: Ink) -> None:
        """The inside of an outline."""

    @abstractmethod
    def mark(self, place: Place, mark: Mark) -> None:
        """A point there."""

    @abstractmethod
    def write(
        self, text: str, place: Place, points: float, ink: Ink = Ink.BLACK, *,
        anchor: Anchor = Anchor.START, bold: bool = False, upwards: bool = False,
    ) -> None:  # fmt: skip
        """One line of text on its baseline, or from bottom to top where ``upwards``."""


def corners(mark: Mark, place: Place) -> tuple[Place, ...]:
    """The outline of a point that is no circle: of about the same weight as a circle as wide."""
    (x, y), half = place, mark.size / 2
    match mark.shape:
        case Shape.TRIANGLE:
            return (x, y - half * 1.2), (x + half * 1.1, y + half * 0.8), (x - half * 1.1, y + half * 0.8)
        case Shape.DIAMOND:
            return (x, y - half * 1.2), (x + half * 1.2, y), (x, y + half * 1.2), (x - half * 1.2, y)
        case _:
            side = half * 0.9
            return (x - side, y - side), (x + side, y - side), (x + side, y + side), (x - side, y + side)


def written(text: str) -> str:
    """The text in the characters that the typeface has, each other one as a question mark."""
    known = typeface().widths
    return "".join(one if one in known else "?" for one in text)


def width(text: str, points: float, *, bold: bool = False) -> float:
    """How wide a line of text is in millimetres."""
    return typeface(bold=bold).width(written(text), points)
