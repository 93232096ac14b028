"""One row of the template: each of its cells read by its column, or what is wrong there and how to mend it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import EquipmentId, FacilityId, Line, LotNumber, Slug, Text
from qc_service.domain.measurements import Comparator
from qc_service.domain.obtaining import Dilution
from qc_service.exchange.sheets import values
from qc_service.exchange.sheets.columns import BY_NAME, Header
from qc_service.exchange.sheets.grid import Cell, Kind, Row, Sheet, column_letters
from qc_service.exchange.sheets.values import Unclear

_NUMBERS = ("value", "lod", "loq", "measured")
_MOMENTS = frozenset({"started", "read", "taken"})
_COUNT = re.compile(r"[1-9]\d{0,5}", re.ASCII)
_POINT = re.compile(r"[<>=≤≥\s]*[+-]?(?:0|\d{2,})?\d*\.\d+", re.ASCII)
_GROUPS = re.compile(r"[<>=≤≥\s]*[+-]?[1-9]\d{0,2}(?:\.\d{3})+", re.ASCII)
_WRONG_KIND = {
    Kind.FORMULA: ("holds a formula", "put in its value: copy, then paste special, values"),
    Kind.BROKEN: ("holds an error of the spreadsheet", "put in the value itself"),
    Kind.MERGED: ("is merged into another cell", "unmerge the cells and fill in each row"),
}
_MADE_A_DATE = ("was made a date by the spreadsheet", "format the column as text and write it again")


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetFault:
    """One thing wrong in one row: where, what, and how to mend it. ``cell`` is as a spreadsheet names it."""

    row: int
    column: str
    cell: str
    what: str
    mend: str


def fault_at(header: Header, row: int, name: str, what: str, mend: str | None = None) -> SheetFault:
    """What is wrong in a cell; without ``mend`` its column says what it takes."""
    place = header.places.get(name)
    cell = "" if place is None else f"{column_letters(place)}{row}"
    return SheetFault(row=row, column=name, cell=cell, what=what, mend=mend or f"write {BY_NAME[name].takes}")


def column_of(pointer: str) -> str:
    """The column that a fault of a measurement is about, by its JSON pointer; the value's where none is."""
    name = pointer.removeprefix("/").split("/")[0]
    return name if name in BY_NAME else {"replicates": "replicate"}.get(name, "value")


@dataclass(frozen=True, kw_only=True, slots=True)
class RowRead:
    """A row as far as it could be read: ``members`` of what is right, ``faults`` of what is not."""

    row: Row
    members: dict[str, Any]
    faults: list[SheetFault] = field(default_factory=list)


class Reader:
    """Reads the rows below one header."""

    def __init__(self, sheet: Sheet, header: Header, rows: Sequence[Row]) -> None:
        self.rows = {row.number: row for row in rows}
        self._sheet = sheet
        self._header = header
        self._comma_is_decimal = sheet.delimiter == ";" and not any(
            _POINT.match(text) and not _GROUPS.fullmatch(text)
            for row in rows
            for name in _NUMBERS
            if (text := self.cell(row, name).text)
        )

    def cell(self, row: Row, name: str) -> Cell:
        """A row's cell of a column; blank where either is missing."""
        place = self._header.places.get(name)
        return row.cells[place] if place is not None and place < len(row.cells) else Cell()

    def fault(self, row: Row, name: str, what: str, mend: str | None = None) -> SheetFault:
        """What is wrong in a row's cell of a column."""
        return fault_at(self._header, row.number, name, what, mend)

    def read(self, row: Row) -> RowRead:
        """Every cell of a row."""
        found = RowRead(row=row, members={})
        for name, column in BY_NAME.items():
            cell = self.cell(row, name)
            if cell.is_blank:
                if column.required:
                    found.faults.append(self.fault(row, name, "is missing"))
                continue
            try:
                found.members[name] = self._value(name, cell)
            except Unclear as error:
                found.faults.append(self.fault(row, name, error.what, error.mend))
            except Malformed as error:
                found.faults.append(self.fault(row, name, error.detail))
        if not found.faults:
            found.faults.extend(self._together(row, found.members))
        return found

    def _together(self, row: Row, members: dict[str, Any]) -> Iterator[SheetFault]:
        """What cells say together; what dilutes becomes one member, ``diluted``."""
        said, value = members.get("comparator"), members.get("value")
        if said and value and value.comparator not in {Comparator.EQUAL, said}:
            what = f"says {said} where the value says {value.comparator}"
            yield self.fault(row, "comparator", what, "write the comparator in one place")
        for name, needed in (("measured", "dilution"), ("taken", "specimen")):
            if name in members and needed not in members:
                yield self.fault(row, needed, f"is missing, and {name} is given")
        if "dilution" not in members:
            return
        try:
            members["diluted"] = Dilution(factor=members["dilution"], measured=members.get("measured"))
        except Malformed as error:
            yield self.fault(row, "dilution", error.detail)

    def _value(self, name: str, cell: Cell) -> Any:
        if cell.kind in _WRONG_KIND:
            raise Unclear(*_WRONG_KIND[cell.kind])
        if name in _MOMENTS:
            if cell.kind is Kind.NUMBER:
                return values.serial_moment(cell.text, self._sheet.day_nought)
            return values.moment(cell.text)
        if cell.kind is Kind.MOMENT:
            raise Unclear(*_MADE_A_DATE)
        if name in _NUMBERS:
            return self._number(name, cell)
        return _WORDS[name](cell.text)

    def _number(self, name: str, cell: Cell) -> Any:
        if cell.kind is Kind.NUMBER:
            figure = values.typed_number(cell.text)
            return values.Stated(Comparator.EQUAL, figure) if name == "value" else figure
        read = values.stated if name == "value" else values.number
        return read(cell.text, comma_is_decimal=self._comma_is_decimal)


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise Unclear(f"{text!r} is no number of a result")
    return int(text)


_WORDS: dict[str, Callable[[str], Any]] = {
    "lot": LotNumber, "assay": lambda text: Slug(text.casefold().replace(" ", "_")),
    "comparator": values.comparator, "unit": values.unit, "finding": Line, "method": Line,
    "method_version": Line, "facility": FacilityId, "instrument": EquipmentId, "replicate": Line,
    "dilution": values.factor, "dose": values.dose, "specimen": Line, "retests": _count, "resamples": _count,
    "remark": Text,
}  # fmt: skip
