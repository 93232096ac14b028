"""Drawings on the pages of a PDF: text that can be searched, in an embedded typeface, and symbols as one sharp path."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from fpdf import FPDF

from qc_service.exchange.labels.drawing import Bar, Box, Drawing, Item, Modules, Words
from qc_service.exchange.labels.typeface import POINT, close_fonts, typeface

PRODUCER = "qc-service"


class Paper:
    """A PDF in the making: ``with Paper(...) as paper``, since it holds the typeface's files open.

    The same drawings at the same moment make the same file, byte for byte.
    """

    def __init__(self, *, title: str, at: datetime) -> None:
        self._pages = _Pages(unit="mm")
        self._pages.set_auto_page_break(False)
        self._pages.set_margin(0)
        self._pages.set_title(title)
        self._pages.set_producer(PRODUCER)
        self._pages.set_lang("en")
        self._pages.set_creation_date(at)
        for bold in (False, True):
            self._pages.add_font("face", style="B" if bold else "", fname=typeface(bold=bold).path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        close_fonts(self._pages)

    def page(self, width: float, height: float) -> None:
        """Begin a page of this size in millimetres."""
        self._pages.add_page(
            format=(min(width, height), max(width, height)), orientation=_turned(width, height)
        )

    def draw(self, drawing: Drawing, left: float = 0.0, top: float = 0.0) -> None:
        """Draw it with its top left corner there on the page."""
        for item in drawing.items:
            self.put(item, left, top)

    def put(self, item: Item, left: float = 0.0, top: float = 0.0) -> None:
        """Put one thing on the page, moved by this much."""
        match item:
            case Words():
                self._pages.set_font("face", style="B" if item.bold else "", size=item.points)
                self._pages.text(left + item.left, top + item.baseline, item.text)
            case Modules():
                self._pages.modules(item, left, top)
            case Bar(box):
                self._pages.rect(left + box.left, top + box.top, *_sides(box), style="F")

    def outline(self, box: Box) -> None:
        """A hairline around a place on the page."""
        self._pages.set_line_width(0.1)
        self._pages.rect(box.left, box.top, *_sides(box), style="D")

    @property
    def pages(self) -> FPDF:
        """The document, for what draws on its current page by itself, such as a chart."""
        return self._pages

    def finished(self) -> bytes:
        """The file."""
        return bytes(self._pages.output())


class _Pages(FPDF):
    def modules(self, item: Modules, left: float, top: float) -> None:
        """Fill every dark module in one path: between boxes that are filled one by one, viewers show hairlines."""
        side = item.module / POINT
        x, y = (left + item.left) / POINT, self.h_pt - (top + item.top) / POINT
        boxes = "".join(f"{column} {-row - 1} {length} 1 re " for column, row, length in item.symbol.bars())
        self._out(f"q {side:.5f} 0 0 {side:.5f} {x:.4f} {y:.4f} cm {boxes}f Q")


def _turned(width: float, height: float) -> str:
    return "landscape" if width > height else "portrait"


def _sides(box: Box) -> tuple[float, float]:
    return box.right - box.left, box.bottom - box.top
