"""A sheet from a workbook (.xlsx), read in bounds and without trusting what a formula made of it.

The worksheet named ``Results`` is read, else the first that is visible. Numbers come as the shortest decimal that is
the stored double, so 0.05 is 0.05; where a format such as ``0.00`` shows more places, their zeros are kept.
"""

import io
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

import openpyxl

from qc_service.exchange.instruments.reading import UnreadableFile
from qc_service.exchange.sheets.grid import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEET_BYTES,
    MOST_LINES,
    Cell,
    Kind,
    Row,
    Sheet,
    bounded,
    too_large,
)

WORKBOOK_MARK = b"PK\x03\x04"
RESULTS = "results"
_MOST_PARTS = 300
_MOST_UNZIPPED = 24 * 1024 * 1024
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]{0,200}?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_MOST_AREAS = 1000
_OF_THE_SHEET = {"f": Kind.FORMULA, "e": Kind.BROKEN}
_PLACES = re.compile(r"#?0\.(0{1,15})(?:E[+-]0+)?", re.ASCII)


def xlsx_sheet(content: bytes) -> Sheet:
    """Read the cells of a workbook. Raises UnreadableFile, and nothing else, for what is none or too large."""
    if len(content) > MAX_SHEET_BYTES:
        detail = f"The workbook has {len(content):,} bytes and {MAX_SHEET_BYTES:,} is the most that is read."
        raise UnreadableFile("too_large", detail)
    _must_be_harmless(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _sheet(content)
    except UnreadableFile:
        raise
    except Exception:
        # openpyxl names no exceptions for a damaged workbook: any of Python's may come out of its XML.
        detail = "The workbook is damaged or not an .xlsx file. Open it in a spreadsheet and save it again."
        raise UnreadableFile("malformed", detail) from None


def _must_be_harmless(content: bytes) -> None:
    """Raise unless this is a zip archive of bounded size whose XML defines no entities."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNZIPPED:
                raise too_large("bytes once it is unzipped", _MOST_UNZIPPED)
            if "xl/workbook.xml" not in archive.namelist():
                detail = "The file is an archive, but no workbook. Send the .xlsx file itself, or CSV."
                raise UnreadableFile("binary", detail)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and _DOCTYPE.search(archive.read(part)):
                    detail = "The workbook's XML defines entities, as none from a spreadsheet does."
                    raise UnreadableFile("malformed", detail)
    except UnreadableFile:
        raise
    except Exception:
        # As below: what zipfile and zlib make of a damaged archive is not said anywhere.
        detail = "The workbook cannot be unzipped: it is cut short, encrypted or damaged. Save it again."
        raise UnreadableFile("truncated", detail) from None


def _sheet(content: bytes) -> Sheet:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    try:
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        named = [sheet for sheet in visible if sheet.title.strip().casefold() == RESULTS]
        if not visible:
            raise UnreadableFile(
                "empty", "The workbook has no visible worksheet. Unhide the one with results."
            )
        chosen = (named or visible)[0]
        rows = tuple(_rows(chosen, _Merged(content, chosen)))
        return Sheet(rows=rows, name=bounded(chosen.title), day_nought=book.epoch.date())
    finally:
        book.close()


class _Merged:
    """The merged areas of a worksheet, which reading in a stream leaves out."""

    def __init__(self, content: bytes, sheet: Any) -> None:
        with ZipFile(io.BytesIO(content)) as archive:
            found = _MERGED.findall(archive.read(sheet._worksheet_path))
        self._areas = [openpyxl.utils.range_boundaries(area.decode()) for area in found[:_MOST_AREAS]]
        self._turns = sorted({row for _, first, _, last in self._areas for row in (first, last + 1)})
        self._at: tuple[int, frozenset[int]] = (-1, frozenset())

    def places(self, number: int) -> frozenset[int]:
        """The columns, from 1, that are merged in a row; worked out anew only where an area begins or ends."""
        turn = bisect_right(self._turns, number)
        if turn != self._at[0]:
            areas = [(left, right) for left, first, right, last in self._areas if first <= number <= last]
            places = (
                place for left, right in set(areas) for place in range(left, min(right, MAX_COLUMNS) + 1)
            )
            self._at = (turn, frozenset(places))
        return self._at[1]


def _rows(sheet: Any, merged: _Merged) -> Iterator[Row]:
    """Every row that holds something."""
    sheet.reset_dimensions()
    held = 0
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), start=1):
        if number > MOST_LINES:
            raise too_large("rows", MOST_LINES)
        if all(cell.value is None for cell in cells):
            continue
        row = Row(number, tuple(_trimmed(_cells(cells, merged.places(number)))))
        if all(cell.is_blank or cell.kind is Kind.MERGED for cell in row.cells):
            continue
        held += 1
        if held > MAX_ROWS:
            raise too_large("rows", MAX_ROWS)
        yield row


def _cells(cells: Iterable[Any], merged: frozenset[int]) -> Iterator[Cell]:
    for place, cell in enumerate(cells, start=1):
        read = _cell(cell)
        yield Cell("", Kind.MERGED) if read.is_blank and place in merged else read


def _trimmed(cells: Iterator[Cell]) -> list[Cell]:
    kept = list(cells)
    while kept and kept[-1].is_blank:
        kept.pop()
    if len(kept) > MAX_COLUMNS:
        raise too_large("columns", MAX_COLUMNS)
    return kept


def _cell(cell: Any) -> Cell:
    """One cell as it was stated."""
    value = cell.value
    if cell.data_type in _OF_THE_SHEET and value is not None:
        return Cell(bounded(str(value)), _OF_THE_SHEET[cell.data_type])
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    if isinstance(value, int | float):
        return Cell(_number(value, str(cell.number_format)), Kind.NUMBER)
    if isinstance(value, date):
        return Cell(_moment(value), Kind.MOMENT)
    return Cell() if value is None else Cell(bounded(str(value)))


def _number(value: float, shown: str) -> str:
    """The shortest decimal that is this double, with the zeros that its format shows behind it."""
    figure = Decimal(repr(value))
    if not figure.is_finite():
        return str(value)
    if figure == figure.to_integral_value() and abs(figure) < Decimal("1E+15"):
        figure = figure.quantize(Decimal(1))
    places = _PLACES.fullmatch(shown.split(";", 1)[0].strip())
    wanted = -len(places[1]) if places and "E" not in shown else 0
    exponent = int(figure.as_tuple().exponent)
    if wanted < exponent <= 0:
        figure = figure.quantize(Decimal(1).scaleb(wanted))
    return str(figure)


def _moment(value: date) -> str:
    """A date as it stands in the sheet, in whole seconds; midnight where only the day was given."""
    if not isinstance(value, datetime):
        return value.isoformat()
    whole = (value + timedelta(milliseconds=500)).replace(microsecond=0)
    return whole.isoformat(sep=" ") if whole.time() != time() else whole.date().isoformat()
