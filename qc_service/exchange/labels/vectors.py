"""Drawings as SVG: text that stays text, and each symbol one path.

A viewer without the typeface takes another one and keeps each line to its width, so that nothing runs over.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from qc_service.exchange.labels.drawing import Bar, Drawing, Item, Modules, Words
from qc_service.exchange.labels.typeface import POINT

FAMILY = "'Source Sans Pro','Source Sans 3',Arial,sans-serif"


def svg(drawing: Drawing, title: str) -> bytes:
    """The drawing as an SVG file of its size, with a title for whoever cannot see it."""
    size = f'width="{_mm(drawing.width)}mm" height="{_mm(drawing.height)}mm"'
    view = f'viewBox="0 0 {_mm(drawing.width)} {_mm(drawing.height)}"'
    drawn = "\n".join(_drawn(item) for item in drawing.items)
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} role="img">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="100%" height="100%" fill="#fff"/>\n{drawn}\n</svg>\n'
    )
    return text.encode()


def _drawn(item: Item) -> str:
    match item:
        case Words():
            weight = ' font-weight="700"' if item.bold else ""
            place = f'x="{_mm(item.left)}" y="{_mm(item.baseline)}" textLength="{_mm(item.width)}"'
            face = f'font-family="{FAMILY}" font-size="{_mm(item.points * POINT)}"{weight}'
            fit = 'lengthAdjust="spacingAndGlyphs" xml:space="preserve"'
            return f"<text {place} {fit} {face}>{escape(item.text)}</text>"
        case Modules():
            steps = "".join(
                f"M{column} {row}h{length}v1h-{length}z" for column, row, length in item.symbol.bars()
            )
            place = f"translate({_mm(item.left)} {_mm(item.top)}) scale({item.module:.6f})"
            return f'<path shape-rendering="crispEdges" transform="{place}" d="{steps}"/>'
        case Bar(box):
            size = f'width="{_mm(box.right - box.left)}" height="{_mm(box.bottom - box.top)}"'
            return f'<rect x="{_mm(box.left)}" y="{_mm(box.top)}" {size}/>'


def _mm(length: float) -> str:
    return f"{length:.4f}".rstrip("0").rstrip(".")
