"""A sheet from CSV as spreadsheets in any country write it: ``,`` ``;`` or tab, any common encoding, ``sep=`` or not.

::

    sep=;
    lot;assay;value;unit;method
    EX261101A;endotoxin;<0,05;EU/mL;SOP-QC-12
"""

import csv
import io
import re
from collections.abc import Callable

from qc_service.exchange.instruments.reading import UnreadableFile
from qc_service.exchange.instruments.text import text_of
from qc_service.exchange.sheets.grid import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEET_BYTES,
    MOST_LINES,
    Cell,
    Row,
    Sheet,
    bounded,
    too_large,
)

DELIMITERS = (",", ";", "\t", "|")
_SAID = re.compile(r"sep=([,;\t|])\n", re.IGNORECASE)


def csv_sheet(content: bytes, known: Callable[[str], bool]) -> Sheet:
    """Read the cells; the delimiter is the one that parts the most column names that are ``known``.

    A first line ``sep=;`` says which. Raises UnreadableFile for what is no text, no CSV or too large.
    """
    if len(content) > MAX_SHEET_BYTES:
        detail = f"The sheet has {len(content):,} bytes and {MAX_SHEET_BYTES:,} is the most that is read."
        raise UnreadableFile("too_large", detail)
    text = text_of(content)
    said = _SAID.match(text)
    if said:
        return Sheet(rows=_rows(text[said.end() :], said[1], first=2), delimiter=said[1])
    delimiter = max(DELIMITERS, key=lambda mark: _names(text, mark, known))
    return Sheet(rows=_rows(text, delimiter, first=1), delimiter=delimiter)


def _names(text: str, delimiter: str, known: Callable[[str], bool]) -> int:
    """How many known names this delimiter parts in the best of the first lines."""
    lines = text.split("\n", 20)[:20]
    return max(sum(known(cell.strip(' "')) for cell in line.split(delimiter)) for line in lines)


def _rows(text: str, delimiter: str, *, first: int) -> tuple[Row, ...]:
    """Every row that holds something, numbered as a spreadsheet that opens the file numbers it."""
    rows = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=first):
            if number > MOST_LINES:
                raise too_large("lines", MOST_LINES)
            if not any(cells):
                continue
            row = Row(number, tuple(Cell(bounded(cell)) for cell in _trimmed(cells)))
            if not row.is_blank:
                rows.append(row)
            if len(rows) > MAX_ROWS:
                raise too_large("rows", MAX_ROWS)
    except csv.Error:
        detail = (
            "The file is not CSV: a quotation mark is never closed, or a cell too long. Save it as CSV again."
        )
        raise UnreadableFile("malformed", detail) from None
    return tuple(rows)


def _trimmed(cells: list[str]) -> list[str]:
    """The cells without the blank ones at the end, which a spreadsheet leaves behind."""
    while cells and not cells[-1].strip():
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise too_large("columns", MAX_COLUMNS)
    return cells
