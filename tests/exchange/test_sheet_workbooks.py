"""Workbooks: what a spreadsheet makes of numbers, dates, formulas and merged cells, and workbooks that are none."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from datetime import date, datetime, time
from time import process_time
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qc_service.domain.measurements import Comparator, Unit
from qc_service.domain.specifications import ASSAYS
from qc_service.exchange.instruments import UnreadableFile
from qc_service.exchange.sheets.blank import csv_template, xlsx_template
from qc_service.exchange.sheets.columns import COLUMNS
from qc_service.exchange.sheets.grid import MAX_ROWS, MAX_SHEET_BYTES
from qc_service.exchange.sheets.reading import read_sheet
from qc_service.exchange.sheets.template import Filled, filled_dict
from tests.exchange.test_sheets import GOOD, NAMES

Edit = Callable[[Any], None]


def workbook(*rows: dict[str, Any], edit: Edit | None = None, formats: dict[str, str] | None = None) -> bytes:
    """The template with rows that are good but for what they change."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx_template()))
    sheet = book["Results"]
    for number, row in enumerate(rows, start=2):
        for name, value in {**GOOD, **row}.items():
            cell = sheet.cell(row=number, column=NAMES.index(name) + 1, value=value)
            cell.number_format = (formats or {}).get(name, cell.number_format)
    if edit:
        edit(book)
    return saved(book)


def saved(book: Any) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def rewritten(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for item in old.infolist():
            inside = old.read(item)
            new.writestr(item.filename, change(inside) if item.filename == part else inside)
    return out.getvalue()


def faults(filled: Filled) -> list[tuple[str, str]]:
    return [(one.cell, one.what) for one in filled.faults]


@pytest.mark.parametrize(
    ("value", "shown", "read"),
    [
        (0.05, "General", "0.05"), (7.3, "0.00", "7.30"), (7.3, "General", "7.3"), (7, "0.0", "7.0"),
        (7.123, "0.00", "7.123"),
        (1430000000, "General", "1430000000"), (1.9e11, "0.0E+00", "190000000000"), (1e22, "General", "1E+22"),
        (-22.5, "#0.00;[Red]-0.00", "-22.50"), (0.1, "#,##0.00", "0.1"),
    ],
)  # fmt: skip
def test_a_number_keeps_the_digits_that_were_typed_and_the_zeros_that_are_shown(
    value: float, shown: str, read: str
) -> None:
    (result,) = read_sheet(workbook({"value": value}, formats={"value": shown})).results
    assert str(result.value) == read


def test_digits_of_a_workbooks_own_arithmetic_are_asked_about() -> None:
    content = workbook({"value": 0.3})
    content = rewritten(
        content,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<v>0.3</v>", b"<v>0.30000000000000004</v>"),
    )
    (found,) = read_sheet(content).faults
    assert (found.cell, found.what) == (
        "D2",
        "0.30000000000000004 has more digits than a workbook keeps of what is typed",
    )


def test_dates_are_read_as_cells_as_serials_and_as_text() -> None:
    filled = read_sheet(
        workbook(
            {"started": datetime.fromisoformat("2026-11-02T15:00:00.400"), "read": 46328.75},
            {"value": 1, "started": date(2026, 11, 2), "read": "2026-11-02 15:00"},
            formats={"read": "General"},
        )
    )
    assert [(one.started, one.read) for one in filled.results] == [
        ("2026-11-02T15:00:00", "2026-11-02T18:00:00"), ("2026-11-02T00:00:00", "2026-11-02T15:00:00"),
    ]  # fmt: skip
    wrong = read_sheet(workbook({"read": 12.5}, {"read": time(15, 0)}, formats={"read": "General"}))
    assert [cell for cell, _ in faults(wrong)] == ["N2", "N3"]


def test_a_workbook_that_counts_from_1904_is_read_by_its_own_days() -> None:
    def mac(book: Any) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    (result,) = read_sheet(workbook({"read": 46328.75 - 1462}, edit=mac, formats={"read": "General"})).results
    assert result.read == "2026-11-02T18:00:00"


def test_what_the_spreadsheet_made_of_a_cell_is_named() -> None:
    def edit(book: Any) -> None:
        book["Results"]["D5"] = "#DIV/0!"

    filled = read_sheet(
        workbook(
            {"value": "=1/3"},
            {"method_version": datetime.fromisoformat("2026-03-01")},
            {"value": True},
            {},
            {"lot": 261101},
            edit=edit,
        )
    )
    assert faults(filled) == [
        ("D2", "holds a formula"),
        ("J3", "was made a date by the spreadsheet"),
        ("D4", "'yes' is not a number"),
        ("D5", "holds an error of the spreadsheet"),
    ]
    assert [one.lot for one in filled.results] == ["261101"]


def test_merged_cells_are_named_where_they_left_nothing() -> None:
    def merge(book: Any) -> None:
        book["Results"].merge_cells("A2:A3")
        book["Results"].merge_cells("A10:C12")

    filled = read_sheet(workbook({}, {"value": "1"}, edit=merge))
    assert faults(filled) == [("A3", "is merged into another cell")]
    assert [one.row for one in filled.results] == [2]


def test_the_sheet_called_results_is_read_else_the_first_visible_one() -> None:
    def rename(book: Any) -> None:
        book["Results"].title = "November"
        book.move_sheet("How to", -1)
        book["How to"].sheet_state = "hidden"

    assert read_sheet(workbook({}, edit=rename)).sheet == "November"
    lists = workbook({}, edit=lambda book: book.move_sheet("Results", 2))
    assert read_sheet(lists).sheet == "Results"

    book = openpyxl.Workbook()
    book.create_sheet("Other").sheet_state = "visible"
    book["Sheet"].sheet_state = "hidden"
    with pytest.raises(UnreadableFile, match="empty"):
        read_sheet(saved(book))


def test_blank_rows_between_and_behind_do_not_count() -> None:
    def far(book: Any) -> None:
        book["Results"]["A900"] = " "
        book["Results"]["Z40"].number_format = "0.0"

    filled = read_sheet(workbook({}, edit=far))
    assert ([one.row for one in filled.results], filled.faults) == ([2], ())


@pytest.mark.parametrize(
    "content",
    [
        workbook(*[{"value": number} for number in range(MAX_ROWS + 1)]),
        workbook({}, edit=lambda book: book["Results"].cell(row=2, column=61, value="x")),
        workbook({}, edit=lambda book: book["Results"].cell(row=60_000, column=1, value="x")),
        b"PK\x03\x04" + bytes(MAX_SHEET_BYTES),
        rewritten(workbook({}), "docProps/app.xml", lambda xml: xml + b" " * 30_000_000),
    ],
)
def test_a_workbook_has_bounds(content: bytes) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_sheet(content)
    assert caught.value.code == "too_large"


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as made:
        for name, inside in parts.items():
            made.writestr(name, inside)
    return out.getvalue()


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (archive(**{"word/document.xml": b"<x/>"}), "binary"),
        (archive(**{"xl/workbook.xml": b"<x/>"}), "malformed"),
        (archive(**{"xl/workbook.xml": b"no xml"}), "malformed"),
        (rewritten(workbook({}), "xl/workbook.xml", lambda xml: ENTITIES + xml), "malformed"),
        (rewritten(workbook({}), "xl/worksheets/sheet1.xml", lambda xml: xml[:-400]), "malformed"),
        (workbook({})[:3000], "truncated"),
        (b"PK\x03\x04", "truncated"),
        (workbook({}).replace(b"sheet1.xml", b"sheet9.xml", 1), "malformed"),
    ],
)
def test_what_is_no_workbook_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_sheet(content)
    assert caught.value.code in {code, "truncated"}


SAMPLE = workbook({}, {"value": 7.3, "read": datetime.fromisoformat("2026-11-03")}, {"value": "=1"})
SHEET = "xl/worksheets/sheet1.xml"


@settings(max_examples=120, deadline=None)
@given(
    edits=st.lists(
        st.tuples(st.integers(0, 20_000), st.integers(0, 20), st.binary(max_size=6)), min_size=1, max_size=4
    ),
    inside=st.booleans(),
)
def test_a_mutated_workbook_is_read_or_refused(edits: list[tuple[int, int, bytes]], inside: bool) -> None:
    def mutated(content: bytes) -> bytes:
        for place, length, replacement in edits:
            start = place % (len(content) + 1)
            content = content[:start] + replacement + content[start + length :]
        return content

    with contextlib.suppress(UnreadableFile):
        filled_dict(read_sheet(rewritten(SAMPLE, SHEET, mutated) if inside else mutated(SAMPLE)))


def test_the_template_names_its_columns_explains_them_and_offers_what_may_be_picked() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_template()))
    assert book.sheetnames == ["Results", "How to", "Lists"]
    assert book["Lists"].sheet_state == "hidden"
    assert [cell.value for cell in book["Results"][1]] == NAMES
    assert book["Results"].column_dimensions["D"].number_format == "@"
    explained = {row[0].value: row[1].value for row in book["How to"].iter_rows(min_row=2)}
    assert set(NAMES) <= set(explained)
    assert all(explained[column.name].endswith(column.example) for column in COLUMNS)
    offered = [[cell.value for cell in column if cell.value] for column in book["Lists"].columns]
    assert offered[0] == [str(assay) for assay in ASSAYS]
    assert offered[1] == [str(comparator) for comparator in Comparator]
    assert offered[2] == [str(unit) for unit in Unit]
    picks = book["Results"].data_validations.dataValidation
    assert [str(pick.sqref).split(":")[0] for pick in picks] == ["B2", "C2", "E2", "F2"]
    assert [pick.formula1.startswith("Lists!$") for pick in picks] == [True] * 4
    assert read_sheet(csv_template()).header.places == read_sheet(xlsx_template()).header.places


def swollen(behind: bytes) -> bytes:
    """A small workbook whose worksheet was written by hand: this stands behind its cells."""
    sheet = "xl/worksheets/sheet1.xml"
    return rewritten(workbook({}), sheet, lambda inside: inside.replace(b"</sheetData>", behind, 1))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"(" * 200_000 + b"\n", id="brackets that open"),
        pytest.param(b"lot" + b" " * 200_000 + b"x\n", id="space in a title"),
        pytest.param(swollen(b'<row r="49999"><c r="A49999"/></row></sheetData>'), id="rows far apart"),
        pytest.param(
            swollen(
                b'<row r="9000"><c r="A9000"/></row></sheetData><mergeCells>'
                + b'<mergeCell ref="A3:BH9999"/>' * 1000
                + b"</mergeCells>"
            ),
            id="areas upon areas",
        ),
        pytest.param(swollen(b"</sheetData>" + b"<mergeCell " * 200_000), id="areas without end"),
    ],
)
def test_a_file_made_to_keep_the_service_busy_does_not(content: bytes) -> None:
    started = process_time()
    with contextlib.suppress(UnreadableFile):
        read_sheet(content)
    assert process_time() - started < 5


def test_blank_lines_are_bounded_too() -> None:
    with pytest.raises(UnreadableFile, match="more than 50,000 lines"):
        read_sheet(csv_template() + b"\n" * 60_000)
