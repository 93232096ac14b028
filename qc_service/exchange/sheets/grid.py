"""A sheet as it came: rows of cells, each with what kind of cell it was, whatever file it stood in."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from qc_service.exchange.instruments.reading import UnreadableFile

MAX_SHEET_BYTES = 5 * 1024 * 1024
MAX_ROWS = 1000
MAX_COLUMNS = 60
MAX_CELL = 2000
"""Bounds of a sheet: bytes of the file, rows with something in them, columns, characters of a cell."""
MOST_LINES = 50_000
"""Rows that are looked at; a sheet formatted down to its last row has a million, all blank."""


class Kind(Enum):
    """What a cell holds. What a workbook computed, broke or merged is not what somebody stated."""

    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"
    FORMULA = "formula"
    BROKEN = "broken"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text without the space around it; ``kind`` is TEXT for all cells of a CSV file."""

    text: str = ""
    kind: Kind = Kind.TEXT

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands there, nor was merged away."""
        return not self.text and self.kind is Kind.TEXT


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its number as a spreadsheet shows it, from 1."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything."""
        return all(cell.is_blank for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one sheet in order.

    ``name`` is the worksheet's; ``delimiter`` what parted a CSV file's cells; ``day_nought`` the day from which a
    workbook counts days.
    """

    rows: tuple[Row, ...]
    name: str | None = None
    delimiter: str | None = None
    day_nought: date = date(1899, 12, 30)


def column_letters(place: int) -> str:
    """A column as a spreadsheet names it: 0 is A, 25 is Z, 26 is AA."""
    letters = ""
    rest = place + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def too_large(what: str, most: int) -> UnreadableFile:
    """The refusal of a sheet beyond its bounds."""
    detail = f"The sheet has more than {most:,} {what}. Part it into several files."
    return UnreadableFile("too_large", detail)


def bounded(text: str) -> str:
    """A cell's text without the space around it; raises ``too_large`` where it is no cell of a table of results."""
    stripped = text.replace("\u00a0", " ").replace("\u202f", " ").strip()
    if len(stripped) > MAX_CELL:
        raise too_large("characters in one cell", MAX_CELL)
    return stripped
