"""A PDF whose text has its structure with it (ISO 32000-2, 14.8): headings, paragraphs, tables and figures in the
order in which they are read, so that a screen reader finds its way.

The library tags pictures alone and keeps its tree flat; here what is drawn inside ``marked`` becomes one leaf of a tree
as deep as it needs to be.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self

from fpdf import FPDF
from fpdf.prefs import ViewerPreferences
from fpdf.structure_tree import StructElem, StructureTreeBuilder
from fpdf.syntax import PDFArray

from qc_service.exchange.labels.drawing import Box, Modules
from qc_service.exchange.labels.paper import PRODUCER
from qc_service.exchange.labels.typeface import POINT, close_fonts, typeface

Colour = tuple[int, int, int]
BLACK: Colour = (17, 24, 28)


class _Kids(PDFArray):
    """The document's children as they are written; whoever walks them is led through everything below, too, since
    the library numbers and places what it meets here."""

    def __iter__(self) -> Iterator[Any]:
        for one in super().__iter__():
            yield one
            yield from _below(one)

    def serialize(self, *given: Any, **named: Any) -> str:
        return PDFArray(super().__iter__()).serialize(*given, **named)


def _below(element: StructElem) -> Iterator[StructElem]:
    for one in element.k:
        if isinstance(one, StructElem):
            yield one
            yield from _below(one)


class Tagged(FPDF):
    """A document in the making: ``with Tagged(...) as pages``, since it holds the typeface's files open."""

    def __init__(self, *, title: str, subject: str, author: str, at: datetime) -> None:
        super().__init__(unit="mm", format="letter")
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.set_title(title)
        self.set_subject(subject)
        self.set_author(author)
        self.set_producer(PRODUCER)
        self.set_lang("en")
        self.set_creation_date(at)
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.struct_builder = StructureTreeBuilder()
        self.struct_builder.doc_struct_elem.k = _Kids()
        self._marks: dict[int, list[StructElem]] = {}
        for bold in (False, True):
            self.add_font("face", style="B" if bold else "", fname=typeface(bold=bold).path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        close_fonts(self)

    def element(self, kind: str, parent: StructElem | None = None, alt: str | None = None) -> StructElem:
        """A part of the structure, beneath another or the document, that begins on this page."""
        above = parent or self.struct_builder.doc_struct_elem
        made = StructElem(struct_type=f"/{kind}", parent=above, kids=[], page_number=self.page, alt=alt)
        list.append(above.k, made)
        return made

    @contextmanager
    def marked(self, kind: str, parent: StructElem | None = None, alt: str | None = None) -> Iterator[None]:
        """What is drawn meanwhile, on this page, is this part of the structure."""
        made = self.element(kind, parent, alt)
        spid = self.struct_builder.spid_per_page_number.setdefault(
            self.page, len(self.struct_builder.spid_per_page_number)
        )
        here = self.struct_builder.struct_tree_root.parent_tree.nums[spid]
        made.k.append(len(here))
        here.append(made)
        self.pages[self.page].struct_parents = spid
        self._set_min_pdf_version("1.7")
        self._out(f"/{kind} <</MCID {made.k[0]}>> BDC")
        yield
        self._out("EMC")

    def turn_to(self, page: int) -> None:
        """Go on writing on a page that was left; its type is set anew, since another page was written meanwhile."""
        self.page = page
        self.set_font("face", size=1)

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn meanwhile belongs to the page and not to what it says."""
        self._out("/Artifact BMC")
        yield
        self._out("EMC")

    def write_at(
        self, text: str, left: float, baseline: float, points: float, *, bold: bool = False, colour: Colour = BLACK
    ) -> None:  # fmt: skip
        """One line of text."""
        self.set_font("face", style="B" if bold else "", size=points)
        self.set_text_color(*colour)
        self.text(left, baseline, text)

    def filled(self, box: Box, colour: Colour) -> None:
        """A filled box."""
        x, y = box.left / POINT, self.h_pt - box.bottom / POINT
        wide, high = (box.right - box.left) / POINT, (box.bottom - box.top) / POINT
        red, green, blue = (one / 255 for one in colour)
        self._out(f"q {red:.3f} {green:.3f} {blue:.3f} rg {x:.3f} {y:.3f} {wide:.3f} {high:.3f} re f Q")

    def symbol(self, item: Modules) -> None:
        """Fill every dark module in one path: between boxes that are filled one by one, viewers show hairlines."""
        side, x, y = item.module / POINT, item.left / POINT, self.h_pt - item.top / POINT
        boxes = "".join(f"{column} {-row - 1} {length} 1 re " for column, row, length in item.symbol.bars())
        self._out(f"q 0 g {side:.5f} 0 0 {side:.5f} {x:.4f} {y:.4f} cm {boxes}f Q")
