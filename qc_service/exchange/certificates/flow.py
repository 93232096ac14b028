"""How a certificate fills its pages from top to bottom: paragraphs, named values and tables that go on over pages,
nothing wider than its place and nothing below the margin."""

from __future__ import annotations

from collections.abc import Sequence

from fpdf.structure_tree import StructElem

from qc_service.exchange.certificates.contents import Column, Facts, Pair, Table
from qc_service.exchange.certificates.tagged import BLACK, Colour, Tagged
from qc_service.exchange.labels.drawing import NOTHING, Box
from qc_service.exchange.labels.stocks import LETTER, MILLIMETRE
from qc_service.exchange.labels.typeface import ASCENT, POINT, typeface

PAGE = (LETTER[0] / MILLIMETRE, LETTER[1] / MILLIMETRE)
LEFT, TOP, BOTTOM = 18.0, 18.0, PAGE[1] - 20.0
WIDTH = PAGE[0] - 2 * LEFT
LEADING = 1.28
ACCENT: Colour = (14, 80, 94)
GREY: Colour = (92, 104, 110)
HAIR: Colour = (205, 214, 217)
TINT: Colour = (236, 243, 244)
BODY, SMALL = 9.0, 7.5
PAD = 1.3
GUTTER = 6.0
LACKING = "?"
"""What stands for a character that the typeface does not have."""


def fitting(text: str, width: float, points: float, *, bold: bool = False) -> list[str]:
    """The text in lines no wider than this; a word that is wider is broken. Where a space was, the line ends with one,
    so that whoever reads the lines on, or copies them, has the text as it was."""
    face = typeface(bold=bold)
    known = face.widths
    spoken = "".join(one if one in known or one == "\n" else LACKING for one in text)
    lines: list[str] = []
    for paragraph in spoken.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if face.width(longer, points) <= width + NOTHING:
                line = longer
                continue
            if line:
                lines.append(f"{line} ")
            *whole, line = _broken(word, width, points, bold=bold)
            lines += whole
        lines.append(f"{line} ")
    return [*lines[:-1], lines[-1][:-1]]


def _broken(word: str, width: float, points: float, *, bold: bool) -> list[str]:
    face, parts = typeface(bold=bold), [""]
    for one in word:
        if parts[-1] and face.width(parts[-1] + one, points) > width + NOTHING:
            parts.append("")
        parts[-1] += one
    return parts


class Flow:
    """Where the next thing goes; what does not fit any more goes on a further page."""

    def __init__(self, pages: Tagged, running: str) -> None:
        self.pages = pages
        self.top = TOP
        self._running = running

    def begin(self) -> None:
        """A new page; every one after the first says what it belongs to."""
        self.pages.add_page()
        self.top = TOP
        if self.pages.page > 1:
            with self.pages.artifact():
                self._line(self._running, LEFT, SMALL, colour=GREY, top=TOP - 6.5)

    def room(self, height: float) -> None:
        """Go on to another page unless there is room for this much."""
        if self.top + height > BOTTOM + NOTHING and self.top > TOP:
            self.begin()

    def heading(self, text: str) -> None:
        """A section's heading, which never stands alone at the foot of a page; it is in the outline."""
        self.top += 4.0
        self.room(24.0)
        self.pages.set_y(self.top)
        self.pages.start_section(text)
        self.say(text, 12.0, bold=True, colour=ACCENT, kind="H2")
        with self.pages.artifact():
            self.pages.filled(Box(LEFT, self.top, LEFT + WIDTH, self.top + 0.35), ACCENT)
        self.top += 2.2

    def say(
        self, text: str, points: float = BODY, *, bold: bool = False, colour: Colour = BLACK, kind: str = "P",
        left: float = LEFT, width: float = WIDTH,
    ) -> None:  # fmt: skip
        """A paragraph, below what was written."""
        height = points * POINT * LEADING
        lines = fitting(text, width, points, bold=bold)
        if len(lines) * height <= BOTTOM - TOP:
            self.room(min(len(lines), 2) * height)
        while lines:
            fits = max(1, int((BOTTOM - self.top + NOTHING) / height))
            with self.pages.marked(kind):
                for line in lines[:fits]:
                    self._line(line, left, points, bold=bold, colour=colour, top=self.top)
                    self.top += height
            lines = lines[fits:]
            if lines:
                self.begin()

    def facts(self, block: Facts) -> None:
        """Named values, two beside each other; a long one takes the whole width."""
        wide, half = WIDTH, (WIDTH - GUTTER) / 2
        waiting: list[Pair] = []
        for pair in block.facts:
            if len(fitting(pair[1], half, BODY)) > 3:
                self._beside(waiting, half)
                self._beside([pair], wide)
                waiting = []
                continue
            waiting.append(pair)
            if len(waiting) == 2:
                self._beside(waiting, half)
                waiting = []
        self._beside(waiting, half)
        self.top += 1.0

    def _beside(self, pairs: Sequence[Pair], width: float) -> None:
        if not pairs:
            return
        cells = [fitting(value, width, BODY) for _, value in pairs]
        named, line = SMALL * POINT * LEADING, BODY * POINT * LEADING
        self.room(named + min(max(map(len, cells)), 6) * line)
        top, deepest = self.top, self.top
        for place, ((name, _), lines) in enumerate(zip(pairs, cells, strict=True)):
            left, self.top = LEFT + place * (width + GUTTER), top
            with self.pages.marked("P"):
                self._line(f"{name} ", left, SMALL, colour=GREY, top=self.top)
                self.top += named
                for text in lines:
                    if self.top + line > BOTTOM + NOTHING:
                        break
                    self._line(text, left, BODY, top=self.top)
                    self.top += line
            shown = round((self.top - top - named) / line)
            if lines[shown:]:
                self.begin()
                self.say("\n".join(lines[shown:]), left=left, width=width)
            deepest = max(deepest, self.top)
        self.top = deepest + 1.6

    def table(self, block: Table) -> None:
        """A table with its headings, which stand again on every page that it goes on to; empty, it says so."""
        if not block.rows:
            self.say(block.none, colour=GREY)
            return
        widths = _widths(block.columns)
        rows = [
            [
                fitting(text, width - 2 * PAD, SMALL + 0.5, bold=column.strong)
                for text, width, column in zip(row, widths, block.columns, strict=True)
            ]
            for row in block.rows
        ]
        self.room(min(12.0 + _deep(rows[0]), (BOTTOM - TOP) / 2))
        table = self._headed(block.columns, widths, None)
        for cells in rows:
            self._row(block.columns, widths, cells, table)
        self.top += 2.0

    def _headed(
        self, columns: Sequence[Column], widths: Sequence[float], table: StructElem | None
    ) -> StructElem:
        """The headings; where the table goes on they are the page's and not read out again."""
        names = [
            fitting(one.name, width - 2 * PAD, SMALL, bold=True)
            for one, width in zip(columns, widths, strict=True)
        ]
        height = max(map(len, names)) * SMALL * POINT * LEADING + 2 * PAD
        with self.pages.artifact():
            self.pages.filled(Box(LEFT, self.top, LEFT + WIDTH, self.top + height), TINT)
        if table is not None:
            with self.pages.artifact():
                self._cells(names, widths, SMALL, [True] * len(names), colour=ACCENT)
            self.top += height
            return table
        made = self.pages.element("Table")
        row = self.pages.element("TR", made)
        for place, _ in enumerate(names):
            with self.pages.marked("TH", row):
                self._cells(_only(names, place), widths, SMALL, [True] * len(names), colour=ACCENT)
        self.top += height
        return made

    def _row(
        self, columns: Sequence[Column], widths: Sequence[float], cells: list[list[str]], table: StructElem
    ) -> None:
        line = (SMALL + 0.5) * POINT * LEADING
        deep = _deep(cells)
        if self.top + deep > BOTTOM + NOTHING and (
            deep <= (BOTTOM - TOP) / 3 or self.top + 3 * line > BOTTOM
        ):
            self.begin()
            self._headed(columns, widths, table)
        while any(cells):
            fits = max(1, int((BOTTOM - self.top - 2 * PAD + NOTHING) / line))
            here = [lines[:fits] for lines in cells]
            row = self.pages.element("TR", table)
            for place, _ in enumerate(here):
                with self.pages.marked("TD", row):
                    self._cells(
                        _only(here, place), widths, SMALL + 0.5, [column.strong for column in columns]
                    )
            self.top += max(map(len, here)) * line + 2 * PAD
            with self.pages.artifact():
                self.pages.filled(Box(LEFT, self.top, LEFT + WIDTH, self.top + 0.2), HAIR)
            cells = [lines[fits:] for lines in cells]
            if any(cells):
                self.begin()
                self._headed(columns, widths, table)

    def _cells(
        self, cells: Sequence[Sequence[str]], widths: Sequence[float], points: float, bold: Sequence[bool], *,
        colour: Colour = BLACK,
    ) -> None:  # fmt: skip
        left = LEFT
        for lines, width, strong in zip(cells, widths, bold, strict=True):
            for number, text in enumerate(lines):
                top = self.top + PAD + number * points * POINT * LEADING
                self._line(text, left + PAD, points, bold=strong, colour=colour, top=top)
            left += width

    def _line(
        self, text: str, left: float, points: float, *, top: float, bold: bool = False, colour: Colour = BLACK
    ) -> None:
        if text:
            baseline = top + ASCENT * points * POINT + (LEADING - 1) / 2 * points * POINT
            self.pages.write_at(text, left, baseline, points, bold=bold, colour=colour)


def _deep(cells: Sequence[Sequence[str]]) -> float:
    return max(map(len, cells)) * (SMALL + 0.5) * POINT * LEADING + 2 * PAD


def _only(cells: Sequence[Sequence[str]], place: int) -> list[Sequence[str]]:
    return [lines if at == place else () for at, lines in enumerate(cells)]


def _widths(columns: Sequence[Column]) -> list[float]:
    whole = sum(column.share for column in columns)
    return [WIDTH * column.share / whole for column in columns]
