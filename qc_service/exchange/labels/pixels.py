"""Drawings as pixels: every module of a symbol a whole number of them, text smoothed or in plain black and white."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from qc_service.exchange.labels.drawing import INCH, Bar, Drawing, Modules, Words
from qc_service.exchange.labels.symbols import Symbol
from qc_service.exchange.labels.typeface import typeface

MOST_PIXELS = 4_000_000
"""A picture of more is refused: a label of 100 by 150 mm at 300 dots an inch has half as many."""


def pixels(drawing: Drawing, dpi: int, *, smooth: bool = True) -> Image.Image:
    """The drawing at so many dots an inch: shades of grey where ``smooth``, else black and white alone.

    Raises ``ValueError`` where a module would not be a whole dot, or there would be too many.
    """
    width, height = (round(side * dpi / INCH) for side in (drawing.width, drawing.height))
    if width * height > MOST_PIXELS:
        raise ValueError(f"at {dpi} dots an inch that is {width} × {height} dots: ask for fewer")
    image = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(image)
    for item in drawing.items:
        match item:
            case Words():
                font = str(typeface(bold=item.bold).path), item.points * dpi / 72
                ink, left, top = _written(item.text, *font, smooth=smooth)
                place = round(item.left * dpi / INCH) + left, round(item.baseline * dpi / INCH) + top
                image.paste(0, place, ink)
            case Modules():
                side = _dots(item.module, dpi)
                at_dots = (round(item.left * dpi / INCH), round(item.top * dpi / INCH))
                image.paste(grid(item.symbol, side), at_dots)
            case Bar(box):
                corners = [round(edge * dpi / INCH) for edge in (box.left, box.top, box.right, box.bottom)]
                right, bottom = max(corners[2] - 1, corners[0]), max(corners[3] - 1, corners[1])
                pen.rectangle((corners[0], corners[1], right, bottom), fill=0)
    return image


def png(drawing: Drawing, dpi: int) -> bytes:
    """The drawing as a PNG file that states its resolution, so that it is printed at its size. Raises likewise."""
    out = io.BytesIO()
    pixels(drawing, dpi).save(out, "PNG", dpi=(dpi, dpi), optimize=True)
    return out.getvalue()


def grid(symbol: Symbol, side: int) -> Image.Image:
    """A symbol without its quiet zone, each module ``side`` pixels wide and high."""
    shades = b"".join(symbol.rows).translate(_SHADES)
    image = Image.frombytes("L", (symbol.size, symbol.size), shades)
    return image.resize((symbol.size * side, symbol.size * side), Image.Resampling.NEAREST)


_SHADES = bytes([255]) + bytes(255)


def _dots(module: float, dpi: int) -> int:
    dots = module * dpi / INCH
    whole = round(dots)
    if whole < 1 or abs(dots - whole) > 0.02:
        raise ValueError(f"a module of {module:.3f} mm is not a whole number of dots at {dpi} dots an inch")
    return whole


@lru_cache(maxsize=256)
def _written(text: str, path: str, size: float, *, smooth: bool) -> tuple[Image.Image, int, int]:
    """A line's ink, and where it begins from the line's start on its baseline; most lines are on many labels."""
    font = _font(path, size)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text, anchor="ls"))
    ink = Image.new("L", (max(right - left, 1) + 2, max(bottom - top, 1) + 2), 0)
    pen = ImageDraw.Draw(ink)
    pen.fontmode = "L" if smooth else "1"
    pen.text((1 - left, 1 - top), text, fill=255, font=font, anchor="ls")
    return ink, left - 1, top - 1


@lru_cache(maxsize=64)
def _font(path: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
