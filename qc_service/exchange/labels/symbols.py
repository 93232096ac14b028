"""Symbols as grids of dark and light modules: GS1 DataMatrix, plain DataMatrix and QR Code.

A DataMatrix keeps one light module free on every side (ISO/IEC 16022), a QR Code four (ISO/IEC 18004).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zxingcpp import Barcode, BarcodeFormat, create_barcode

LONGEST = 1_000
"""More characters than any label here carries."""


@dataclass(frozen=True)
class Symbol:
    """A square grid, row by row from the top, 1 for a dark module; ``quiet`` modules around it stay light."""

    rows: tuple[bytes, ...]
    quiet: int

    @property
    def size(self) -> int:
        """How many modules it is wide and high, without the quiet zone."""
        return len(self.rows)

    @property
    def span(self) -> int:
        """How many modules it takes with its quiet zone."""
        return self.size + 2 * self.quiet

    def bars(self) -> Iterator[tuple[int, int, int]]:
        """Every run of dark modules in a row: column, row and length."""
        for number, row in enumerate(self.rows):
            start = row.find(1)
            while start >= 0:
                end = row.find(0, start)
                end = len(row) if end < 0 else end
                yield start, number, end - start
                start = row.find(1, end)


def gs1_data_matrix(elements: str) -> Symbol:
    """A GS1 DataMatrix, always square, of elements as they stand under it: ``(01)09506000134352(10)EX261101A``."""
    made = create_barcode(elements, BarcodeFormat.DataMatrix, gs1=True, force_square=True)
    return _symbol(made, quiet=1)


def data_matrix(text: str) -> Symbol:
    """A plain DataMatrix, always square, of ASCII text such as an ISBT 128 compound message."""
    made = create_barcode(_short(text), BarcodeFormat.DataMatrix, force_square=True)
    return _symbol(made, quiet=1)


def qr_code(text: str, *, correction: str = "m") -> Symbol:
    """A QR Code of the least size that holds the text at a level of error correction: l, m, q or h."""
    made = create_barcode(_short(text), BarcodeFormat.QRCode, ec_level=correction.upper())
    return _symbol(made, quiet=4)


def _symbol(made: Barcode, *, quiet: int) -> Symbol:
    grey: Any = made.to_image(scale=1, add_quiet_zones=False)
    size: int = grey.shape[0]
    dark = bytes(memoryview(grey)).translate(_DARK)
    return Symbol(rows=tuple(dark[at : at + size] for at in range(0, size * size, size)), quiet=quiet)


_DARK = bytes(1 if level < 128 else 0 for level in range(256))


def _short(text: str) -> str:
    if not 1 <= len(text) <= LONGEST:
        raise ValueError(f"a symbol here holds 1 to {LONGEST:,} characters")
    return text
