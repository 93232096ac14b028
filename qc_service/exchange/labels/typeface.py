"""The one typeface of everything printed: Source Sans Pro (SIL Open Font License), carried by its package.

Widths are those of the font's own table, so a line is as wide in a PDF as on a thermal printer.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import TTFFont

POINT = 25.4 / 72
"""Millimetres in a point."""
ASCENT = 0.78
"""How far a line reaches above its baseline, in sizes of the type: an accent on a capital is within it."""
DESCENT = 0.22
"""How far it reaches below."""


class CharacterMissing(ValueError):
    """The typeface lacks a character; the message names it."""


@dataclass(frozen=True, eq=False)
class Typeface:
    """One weight of the typeface: its file, and each character's width in thousandths of the size."""

    path: Path
    widths: dict[str, int]

    def width(self, text: str, points: float) -> float:
        """How wide the text is in millimetres at that size. Raises ``CharacterMissing``."""
        try:
            return sum([self.widths[one] for one in text]) * points * POINT / 1000
        except KeyError as error:
            raise CharacterMissing(_missing(error.args[0])) from None


@cache
def typeface(*, bold: bool = False) -> Typeface:
    """The regular or the bold weight."""
    path = _folder() / f"SourceSansPro-{'Bold' if bold else 'Regular'}.ttf"
    pages = FPDF()
    pages.add_font("face", fname=path)
    font = pages.fonts["face"]
    assert isinstance(font, TTFFont)  # noqa: S101  what fpdf2 makes of a TrueType file
    widths = {chr(code): int(font.cw[code]) for code in font.cmap}
    close_fonts(pages)
    return Typeface(path=path, widths=widths)


def close_fonts(pages: FPDF) -> None:
    """Close the files of every font that was added to a PDF; fpdf2 leaves them open."""
    for font in pages.fonts.values():
        if isinstance(font, TTFFont):
            font.close()


def must_print(text: str) -> None:
    """Raise ``CharacterMissing`` where one of the weights lacks a character of the text."""
    for bold in (False, True):
        known = typeface(bold=bold).widths
        for one in text:
            if one not in known:
                raise CharacterMissing(_missing(one))


def _folder() -> Path:
    """Where the package keeps its files; it is not imported, for some of its releases want more to be installed."""
    found = find_spec("font_source_sans_pro")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("the package font-source-sans-pro is not installed")
    return Path(found.submodule_search_locations[0]) / "files"


def _missing(character: str) -> str:
    name = unicodedata.name(character, "without a name")
    return f"the typeface of labels has no {character!r} (U+{ord(character):04X}, {name})"
