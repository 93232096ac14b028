"""Charts on a page of a PDF: lines and points as vectors, text that can be searched."""

from __future__ import annotations

from collections.abc import Sequence

from fpdf import FPDF

from qc_service.exchange.plots.figure import draw
from qc_service.exchange.plots.pen import Anchor, Ink, Mark, Pen, Place, Shape, corners, width, written
from qc_service.exchange.plots.plot import Plot


def draw_on(
    pages: FPDF, plot: Plot, *, left: float, top: float, wide: float, high: float, face: str = "face"
) -> None:
    """Draw the chart on the current page with its top left corner there, all in millimetres.

    ``pages`` is an fpdf2 document in millimetres to which the regular and the bold weight of the typeface of
    everything printed were added under the name ``face``, as ``labels.paper.Paper`` does.
    """
    draw(plot, PagePen(pages, left, top, face), wide, high)


class PagePen(Pen):
    """A pen on the current page; colours, widths and fonts of the page are afterwards as they were."""

    def __init__(self, pages: FPDF, left: float, top: float, face: str) -> None:
        self._pages, self._left, self._top, self._face = pages, left, top, face

    def stroke(self, line: Sequence[Place], ink: Ink, width: float, *, dashed: bool = False) -> None:
        with self._pages.local_context(draw_color=ink.value, line_width=width):
            if dashed:
                self._pages.set_dash_pattern(1.6, 1.1)
            self._pages.polyline(self._moved(line), style="D")

    def fill(self, outline: Sequence[Place], ink: Ink) -> None:
        with self._pages.local_context(fill_color=ink.value):
            self._pages.polygon(self._moved(outline), style="F")

    def mark(self, place: Place, mark: Mark) -> None:
        if mark.shape is not Shape.CIRCLE:
            self.fill(corners(mark, place), mark.ink)
            return
        (at,) = self._moved((place,))
        with self._pages.local_context(fill_color=mark.ink.value):
            self._pages.circle(*at, radius=mark.size / 2, style="F")

    def write(
        self, text: str, place: Place, points: float, ink: Ink = Ink.BLACK, *,
        anchor: Anchor = Anchor.START, bold: bool = False, upwards: bool = False,
    ) -> None:  # fmt: skip
        ((x, y),) = self._moved((place,))
        back = width(text, points, bold=bold) * BACK[anchor]
        with self._pages.local_context(text_color=ink.value):
            self._pages.set_font(self._face, style="B" if bold else "", size=points)
            if upwards:
                with self._pages.rotation(90, x, y):
                    self._pages.text(x - back, y, written(text))
            else:
                self._pages.text(x - back, y, written(text))

    def _moved(self, line: Sequence[Place]) -> list[Place]:
        return [(self._left + x, self._top + y) for x, y in line]


BACK = {Anchor.START: 0.0, Anchor.MIDDLE: 0.5, Anchor.END: 1.0}
"""Which part of its width a text begins before its place."""
