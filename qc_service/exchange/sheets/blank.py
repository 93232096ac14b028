"""The empty template to fill in, as CSV and as a workbook with instructions and lists to pick from."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from qc_service.domain.measurements import GROWTH, NO_GROWTH, Comparator, Unit
from qc_service.domain.specifications import ASSAYS
from qc_service.exchange.sheets.columns import COLUMNS
from qc_service.exchange.sheets.grid import MAX_ROWS, column_letters

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILLED = "F2F5F7"
_FINDINGS = (
    GROWTH,
    NO_GROWTH,
    "detected",
    "not_detected",
    "positive",
    "negative",
    "conforms",
    "does_not_conform",
)
_RULES = (
    "One row is one result. Send the file to see how each row is read; nothing is recorded before you confirm that.",
    (
        "Rows that differ in nothing but value and replicate are one result. A row of them without a replicate's name "
        "states the result; where all have names, it is their mean, which the preview shows."
    ),
    (
        "Give a value with its unit, or a finding in words. A comparator may stand before the value: <0.05. <LOD "
        "and <LOQ need the limit in the column lod or loq."
    ),
    "The digits you write are the digits that are kept: 7.30 stays 7.30. The cells are formatted as text for that.",
    "Times without a zone are those of the laboratory. Write 2026-11-02 15:00, so that nobody can read it otherwise.",
    "A formula is refused: put in its value. Merged cells are refused: fill in each row.",
    (
        "A wrong row never keeps the others back. Mend it and send the file again; what is on record already is not "
        "recorded twice."
    ),
)


def csv_template() -> bytes:
    """The header alone, in UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([column.name for column in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def xlsx_template() -> bytes:
    """A workbook with the sheets Results, to fill in, and How to, which explains each column."""
    book = openpyxl.Workbook()
    book.properties.title = "Results"
    book.properties.creator = "qc-service"
    results = book.active
    results.title = "Results"
    _fill_results(results)
    _explain(book.create_sheet("How to"))
    lists = book.create_sheet("Lists")
    lists.sheet_state = "hidden"
    _offer(results, lists)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _fill_results(sheet: Any) -> None:
    for place, column in enumerate(COLUMNS, start=1):
        letters = column_letters(place - 1)
        title = sheet.cell(row=1, column=place, value=column.name)
        title.font = Font(bold=True, underline="single" if column.required else None)
        title.fill = PatternFill("solid", fgColor=_FILLED)
        sheet.column_dimensions[letters].width = max(12, len(column.name) + 4)
        sheet.column_dimensions[letters].number_format = "@"
    sheet.freeze_panes = "A2"


def _explain(sheet: Any) -> None:
    sheet.column_dimensions["A"].width = 18
    sheet.column_dimensions["B"].width = 90
    lines = [("Column", "Write"), *((column.name, _explained(column)) for column in COLUMNS)]
    for number, (left, right) in enumerate([*lines, ("", ""), *(("Rule", rule) for rule in _RULES)], start=1):
        sheet.cell(row=number, column=1, value=left).font = Font(bold=True)
        sheet.cell(row=number, column=2, value=right).alignment = Alignment(wrap_text=True, vertical="top")


def _explained(column: Any) -> str:
    needed = " Needed in every row." if column.required else ""
    example = f" Example: {column.example}" if column.example else ""
    takes: str = column.takes
    return f"{takes[0].upper()}{takes[1:]}.{needed}{example}"


def _offer(results: Any, lists: Any) -> None:
    """Lists to pick from; what is not on one may be written all the same."""
    offered: dict[str, Iterable[str]] = {
        "assay": ASSAYS, "comparator": Comparator, "unit": Unit, "finding": _FINDINGS,
    }  # fmt: skip
    names = [column.name for column in COLUMNS]
    for place, (name, choices) in enumerate(offered.items(), start=1):
        texts = [str(choice) for choice in choices]
        for row, text in enumerate(texts, start=1):
            cell = lists.cell(row=row, column=place)
            cell.number_format = "@"
            cell.value = text
            cell.data_type = "s"
        letters = column_letters(place - 1)
        pick = DataValidation(
            type="list", formula1=f"Lists!${letters}$1:${letters}${len(texts)}", allow_blank=True,
            showErrorMessage=False,
        )  # fmt: skip
        at = column_letters(names.index(name))
        pick.add(f"{at}2:{at}{MAX_ROWS + 1}")
        results.add_data_validation(pick)
