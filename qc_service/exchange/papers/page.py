"""A page that is written from top to bottom: headings, paragraphs and named values, in the typeface of everything
printed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat

from qc_service.exchange.labels.drawing import Bar, Box, Words
from qc_service.exchange.labels.layout import wrapped
from qc_service.exchange.labels.paper import Paper
from qc_service.exchange.labels.stocks import LETTER, MILLIMETRE
from qc_service.exchange.labels.typeface import ASCENT, POINT, typeface

PAGE = (LETTER[0] / MILLIMETRE, LETTER[1] / MILLIMETRE)
"""US Letter: what is written keeps clear of A4's narrower sides, so it prints on both."""
MARGIN = 18.0
LEADING = 1.3
LONGEST_WORD = 40
"""Characters after which a word without a space is broken, so that no name runs off the page."""


def printable(text: str) -> str:
    """The text in the characters that the typeface has, each other one as a question mark, and long words broken."""
    known = typeface().widths
    spoken = "".join(one if one in known else "?" for one in text)
    return " ".join(
        " ".join(word[at : at + LONGEST_WORD] for at in range(0, len(word), LONGEST_WORD)) or ""
        for word in spoken.split(" ")
    )


@dataclass
class Writing:
    """Where the next line of a page goes; what does not fit any more goes on a further page."""

    paper: Paper
    top: float = MARGIN
    left: float = MARGIN
    width: float = PAGE[0] - 2 * MARGIN

    def begin(self) -> None:
        """A new page."""
        self.paper.page(*PAGE)
        self.top = MARGIN

    def say(self, text: str, points: float = 10.0, *, bold: bool = False, indent: float = 0.0) -> None:
        """A paragraph across the page, below what was written."""
        size = points * POINT
        for line in wrapped(printable(text), repeat(self.width - indent), points, bold=bold) or ():
            if self.top + size > PAGE[1] - MARGIN:
                self.begin()
            self.paper.put(Words(line, self.left + indent, self.top + ASCENT * size, points, bold))
            self.top += size * LEADING

    def named(self, name: str, value: str, points: float = 11.0, *, column: float = 42.0) -> None:
        """A value with its name to the left of it."""
        top = self.top
        self.say(value or "–", points, bold=True, indent=column)
        below = self.top
        self.top = top if below > top else MARGIN
        self.say(name, points)
        self.top = max(self.top, below)

    def rule(self, *, apart: float = 2.5) -> None:
        """A line across the page."""
        self.top += apart
        self.paper.put(Bar(Box(self.left, self.top, self.left + self.width, self.top + 0.3)))
        self.top += apart
