"""The template for results, as it was filled in: every row becomes a result, or says what is wrong in which cell.

One row is one result; rows that differ in nothing but value and ``replicate`` are one, too::

    lot        assay      value  unit   replicate
    EX261101A  endotoxin  <0.05  EU/mL                 one result, below a value
    EX261101A  ph         7.31   pH     one            one result, 7.32, the mean of two
    EX261101A  ph         7.33   pH     two
"""

from dataclasses import asdict, dataclass

from qc_service.exchange.sheets.columns import Header, header_of, is_known
from qc_service.exchange.sheets.csv_sheet import csv_sheet
from qc_service.exchange.sheets.grid import Sheet
from qc_service.exchange.sheets.results import SheetResult, results_in
from qc_service.exchange.sheets.rows import Reader, SheetFault


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """A template that was filled in: its results, what is wrong, and the columns that nobody reads."""

    sheet: str | None
    header: Header
    results: tuple[SheetResult, ...]
    faults: tuple[SheetFault, ...]


def filled_in(sheet: Sheet) -> Filled:
    """What a sheet states. Raises UnreadableFile where it is not the template at all."""
    header, rows = header_of(sheet)
    reader = Reader(sheet, header, rows)
    results, faults = results_in(reader, [reader.read(row) for row in rows])
    ordered = sorted(dict.fromkeys(faults), key=lambda fault: fault.row)
    return Filled(sheet=sheet.name, header=header, results=results, faults=tuple(ordered))


def filled_in_csv(content: bytes) -> Filled:
    """What a CSV file states. Raises UnreadableFile where it is not the template at all."""
    return filled_in(csv_sheet(content, is_known))


def filled_dict(filled: Filled) -> dict[str, object]:
    """A sheet as the command line shows it: plain JSON members, in this order."""
    return {
        "sheet": filled.sheet,
        "rows": [
            {
                "row": one.row,
                "lot": str(one.lot),
                "assay": str(one.assay),
                "comparator": one.comparator.value,
                "value": None if one.value is None else str(one.value),
                "unit": one.unit,
                "finding": one.finding,
                "replicates": [{"label": each.label, "value": str(each.value)} for each in one.replicates],
            }
            for one in filled.results
        ],
        "errors": [asdict(fault) for fault in filled.faults],
        "unread": [one.what for one in filled.header.unread],
    }
