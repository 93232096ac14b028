"""Charts as SVG: text that stays text, a title and a description, points that lead to what they stand for.

A viewer without the typeface keeps each line to its width. There is no script, no style sheet and no foreign
reference in it, so the strictest policy of a page lets it be seen; it brings its own white paper, so it can be read
on a dark screen and in print.

    <svg xmlns="http://www.w3.org/2000/svg" width="180mm" height="90mm" viewBox="0 0 180 90" role="img">
    <title>Particles per mL</title><desc>24 lots; one beyond a limit.</desc>
    …
    <a href="/api/v1/lots/EX261101A"><circle cx="20" cy="31.5" r="0.9" fill="#0a4fa3"><title>2.1e11</title></circle></a>
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from qc_service.exchange.labels.typeface import POINT
from qc_service.exchange.labels.vectors import FAMILY
from qc_service.exchange.plots.figure import draw
from qc_service.exchange.plots.pen import Anchor, Ink, Mark, Pen, Place, Shape, corners, width
from qc_service.exchange.plots.plot import Plot, Points

CONTROLS = dict.fromkeys(range(32), " ")
"""XML has no way to write a control character."""


def svg(plot: Plot, wide: float = 180.0, high: float = 90.0) -> bytes:
    """The chart as an SVG file of this size in millimetres; the same chart makes the same bytes."""
    pen = VectorPen()
    draw(plot, pen, wide, high)
    leads = any(point.link for one in plot.series if isinstance(one, Points) for point in one.points)
    size = f'width="{_mm(wide)}mm" height="{_mm(high)}mm" viewBox="0 0 {_mm(wide)} {_mm(high)}"'
    text = "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="{"group" if leads else "img"}" lang="en">',
            f"<title>{_text(plot.title)}</title>",
            f"<desc>{_text(plot.description)}</desc>",
            '<rect width="100%" height="100%" fill="#fff"/>',
            f'<g font-family="{FAMILY}">',
            *pen.drawn,
            "</g>",
            "</svg>",
            "",
        )
    )
    return text.encode()


class VectorPen(Pen):
    """What was drawn so far, one element each."""

    def __init__(self) -> None:
        self.drawn: list[str] = []

    def stroke(self, line: Sequence[Place], ink: Ink, width: float, *, dashed: bool = False) -> None:
        dashes = ' stroke-dasharray="1.6 1.1"' if dashed else ""
        self.drawn.append(
            f'<polyline points="{_places(line)}" fill="none" stroke="{ink.value}" '
            f'stroke-width="{_mm(width)}" stroke-linejoin="round"{dashes}/>'
        )

    def fill(self, outline: Sequence[Place], ink: Ink) -> None:
        self.drawn.append(f'<polygon points="{_places(outline)}" fill="{ink.value}"/>')

    def mark(self, place: Place, mark: Mark) -> None:
        title = f"<title>{_text(mark.said)}</title>" if mark.said else ""
        if mark.shape is Shape.CIRCLE:
            name, drawn = "circle", f'cx="{_mm(place[0])}" cy="{_mm(place[1])}" r="{_mm(mark.size / 2)}"'
        else:
            name, drawn = "polygon", f'points="{_places(corners(mark, place))}"'
        point = f'<{name} {drawn} fill="{mark.ink.value}"' + (f">{title}</{name}>" if title else "/>")
        self.drawn.append(f"<a href={quoteattr(_path(mark.link))}>{point}</a>" if mark.link else point)

    def write(
        self, text: str, place: Place, points: float, ink: Ink = Ink.BLACK, *,
        anchor: Anchor = Anchor.START, bold: bool = False, upwards: bool = False,
    ) -> None:  # fmt: skip
        if not text:
            return
        x, y = map(_mm, place)
        more = f' text-anchor="{anchor.value}"' if anchor is not Anchor.START else ""
        more += ' font-weight="700"' if bold else ""
        more += f' transform="rotate(-90 {x} {y})"' if upwards else ""
        fit = f'textLength="{_mm(width(text, points, bold=bold))}" lengthAdjust="spacingAndGlyphs"'
        look = f'font-size="{_mm(points * POINT)}" fill="{ink.value}"'
        self.drawn.append(f'<text x="{x}" y="{y}" {fit} {look}{more}>{_text(text)}</text>')


def _path(link: str) -> str:
    """A path on this service. Raises ``ValueError`` for an address elsewhere, which a chart must not lead to."""
    if not link.startswith("/") or link.startswith(("//", "/\\")):
        raise ValueError(f"a point leads to a path on this service, not to {link!r}")
    return link.translate(CONTROLS)


def _text(text: str) -> str:
    return escape(text.translate(CONTROLS))


def _places(line: Sequence[Place]) -> str:
    return " ".join(f"{_mm(x)},{_mm(y)}" for x, y in line)


def _mm(length: float) -> str:
    return f"{length:.2f}".rstrip("0").rstrip(".")
