"""Drawings for thermal printers that read ZPL II: one format per label, its picture in black and white dots.

``^XA`` ``^PW``\\ *width* ``^LL``\\ *height* ``^LH0,0`` ``^FO0,0`` ``^GFA,``\\ *bytes, bytes, bytes a row, dots*
``^FS`` ``^PQ``\\ *quantity* ``^XZ``. The dots are hexadecimal, with ZPL's own shorthand: ``G`` to ``Y`` repeat what
follows 1 to 19 times, ``g`` to ``z`` 20 to 400 times, ``,`` fills the row with light, ``!`` with dark, and ``:`` is
the row above once more.
"""

from __future__ import annotations

import re
from functools import lru_cache

from PIL import Image

from qc_service.exchange.labels.drawing import Drawing
from qc_service.exchange.labels.pixels import pixels

RESOLUTIONS = (203, 300)
"""Dots an inch of common print heads."""
_RUN = re.compile(r"([0-9A-F])\1+")


def zpl(drawing: Drawing, dpi: int, *, quantity: int = 1) -> str:
    """One label for a print head of so many dots an inch; ``quantity`` prints it so many times.

    Raises ``ValueError`` for another print head, and where a module is no whole number of dots.
    """
    if dpi not in RESOLUTIONS:
        raise ValueError(f"print heads have {' or '.join(map(str, RESOLUTIONS))} dots an inch")
    image = pixels(drawing, dpi, smooth=False)
    width, height = image.size
    dots = image.point(_INVERTED).convert("1", dither=Image.Dither.NONE).tobytes()
    per_row = (width + 7) // 8
    rows = [dots[at : at + per_row] for at in range(0, len(dots), per_row)]
    field = f"^GFA,{len(dots)},{len(dots)},{per_row},{_packed(rows)}"
    return f"^XA^PW{width}^LL{height}^LH0,0^FO0,0{field}^FS^PQ{quantity}^XZ\n"


_INVERTED = [255 if level < 128 else 0 for level in range(256)]


def _packed(rows: list[bytes]) -> str:
    packed, above = [], None
    for row in rows:
        packed.append(":" if row == above else _row(row.hex().upper()))
        above = row
    return "".join(packed)


@lru_cache(maxsize=8_192)
def _row(digits: str) -> str:
    """One row; most rows of a print are on many of its labels."""
    kept = digits.rstrip("0")
    ending = "," if len(kept) < len(digits) else ""
    if not ending:
        kept = digits.rstrip("F")
        ending = "!" if len(kept) < len(digits) else ""
    return _RUN.sub(lambda run: _repeated(run[1], len(run[0])), kept) + ending


def _repeated(digit: str, times: int) -> str:
    most, rest = divmod(times, 400)
    many, rest = divmod(rest, 20)
    counts = "z" * most + (chr(ord("g") + many - 1) if many else "")
    return f"{counts}{chr(ord('G') + rest - 1) if rest else ''}{digit}"
