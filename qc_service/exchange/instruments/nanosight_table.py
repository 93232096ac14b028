"""The inside of a NanoSight summary: sections, rows found by label, columns found by title."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile

from qc_service.exchange.instruments.figures import per_millilitre
from qc_service.exchange.instruments.nanosight_columns import Columns, Figure, Row
from qc_service.exchange.instruments.reading import SizeDistribution, cut_short, misshapen

_DELIMITER = re.compile(r'^"?Filename:?"?([,;\t])', re.MULTILINE | re.IGNORECASE)
_IN_NM = re.compile(r"\s*(?:\(nm\)|/nm)$")
_SETTINGS = (
    ("experiment details", (
        "Software Version", "Experiment Name", "Sample Description", "Pre-treatment", "Diluent", "Remarks",
    )),
    ("conditions", (
        "Temperature/C", "Viscosity/cP", "Camera Type", "Laser Type", "Camera Level", "Shutter/ms",
        "Slider Gain", "Frame rate/fps", "Syringe Pump Speed/AU",
    )),
    ("settings", ("Detection Threshold", "Max Jump Distance", "Min Track Length", "Total frames analysed")),
    ("results", ("Dilution factor (concentrations adjusted for this factor)", "Completed tracks")),
    ("size data", ("Analysis Method",)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole summary, known to be whole."""

    sections: dict[str, list[Row]]
    columns: Columns
    size_rows: tuple[Row, ...]
    size_columns: Columns | None

    @classmethod
    def parse(cls, text: str) -> "Summary":
        """Part a summary into sections and check that none of what it announces is missing.

        Raises UnreadableFile: ``truncated``, ``malformed``.
        """
        match = _DELIMITER.search(text)
        delimiter = match[1] if match else ","
        try:
            rows = [tuple(map(str.strip, row)) for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
        except csv.Error:
            raise misshapen("The file is not CSV: a quotation mark is never closed") from None
        sections = _sections(rows)
        for needed in ("experiment details", "results", "size data"):
            if needed not in sections:
                raise cut_short(f"its section [{needed.title()}] is missing")
        comma = delimiter != ","
        names = _row(sections["experiment details"], "Filename")
        columns = Columns.of(names, sections["results"][0], decimal_comma=comma)
        _check_whole(sections, [row for row in rows if any(row)][-1], columns)
        block = _number_block(sections["size data"])
        titles = _row(block, "Filename")
        size_columns = Columns.of(titles, titles, decimal_comma=comma) if block else None
        return cls(sections, columns, block, size_columns)

    @property
    def has_number_weighting(self) -> bool:
        """Whether the sizes by number are among the data."""
        return self.size_columns is not None

    def rows(self, section: str) -> list[Row]:
        """The labelled rows of a section, none where the section is missing."""
        return [row for row in self.sections.get(section, [])[1:] if row and row[0]]

    def detail(self, label: str) -> str | None:
        """What stands beside a label of the experiment's details."""
        row = _row(self.sections["experiment details"], label)
        return (row[1] if len(row) > 1 else "") or None

    def result_labels(self) -> list[str]:
        """The labels of the results."""
        return [row[0] for row in self.rows("results")]

    def result(self, label: str) -> Figure:
        """A row of the results, without any figure where there is none."""
        return self.columns.figure(_row(self.sections["results"], label))

    def size(self, label: str) -> Figure | None:
        """A row of the sizes by number, None where it was not exported."""
        if self.size_columns is None:
            return None
        row = _row(self.size_rows, label)
        if not row:
            raise cut_short(f"its size row {label!r} is missing")
        return self.size_columns.figure(row)

    def text(self, label: str) -> str | None:
        """What stands beside a label of the experiment's details, unless that says that nothing is known."""
        said = self.detail(label)
        return None if said is None or said.casefold() == "unknown" else said

    def distribution(self) -> SizeDistribution | None:
        """The average size distribution by number, None where the file has no such table."""
        columns = self.size_columns
        start = next((place for place, row in enumerate(self.size_rows) if _is_bin_titles(row)), None)
        if columns is None or start is None:
            return None
        unit = re.search(r"concentration \(([^)]*)\)", " ".join(self.size_rows[start][1:]).casefold())
        factor = per_millilitre(Decimal(1), unit[1]) if unit else None
        rows = takewhile(lambda row: row and row[0], self.size_rows[start + 1 :])
        bins = [(columns.number(row, 0), columns.average_of(row)) for row in rows]
        whole = [(size, amount) for size, amount in bins if size is not None and amount is not None]
        if factor is None or [size for size, _ in whole] != sorted({size for size, _ in whole}):
            return None
        power = factor.adjusted()
        return SizeDistribution(
            unit="particles/mL", bins=tuple((size, amount.scaleb(power)) for size, amount in whole)
        )

    def cells(self, section: str, label: str, *, prefix: bool = False) -> list[tuple[str, str]]:
        """Each video's cell of a row as text; with ``prefix`` of the first row whose label begins so."""
        return self.columns.beside(_row(self.sections.get(section, []), label, prefix=prefix))

    def settings(self) -> tuple[tuple[str, str], ...]:
        """How it was measured, in the file's words; what is the same for all videos is said once."""
        found: list[tuple[str, str]] = []
        for section, labels in _SETTINGS:
            for label in labels:
                cells = _row(self.sections.get(section, []), label)[1:]
                text = ", ".join(dict.fromkeys(cell for cell in cells if cell))
                if text:
                    found.append((label, text))
        return (*found, ("Videos", ", ".join(name for _, name in self.columns.videos)))


def _sections(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows by section, the row with the section's name first."""
    sections: dict[str, list[Row]] = {}
    current: list[Row] = []
    for row in rows:
        if row and row[0].startswith("[") and row[0].endswith("]"):
            current = sections.setdefault(row[0][1:-1].casefold(), [])
        current.append(row)
    return sections


def _row(rows: Sequence[Row], label: str, *, prefix: bool = False) -> Row:
    """The first row of a label, empty where there is none; case and a final colon do not matter."""
    wanted = label.casefold()
    for row in rows:
        name = _IN_NM.sub("", row[0].rstrip(":").casefold()) if row else ""
        if name == wanted or (prefix and name.startswith(wanted)):
            return row
    return ()


def _is_bin_titles(row: Row) -> bool:
    return bool(row) and row[0].casefold().startswith("bin cent")


def _number_block(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows from ``Weighting,Number`` to the next weighting."""
    starts = [place for place, row in enumerate(rows) if row and row[0].casefold() == "weighting"]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        if "number" in (cell.casefold() for cell in rows[start][1:]):
            return tuple(rows[start:end])
    return ()


def _check_whole(sections: dict[str, list[Row]], last: Row, columns: Columns) -> None:
    """Raise ``truncated`` unless all announced distributions are there and the last row is whole."""
    announced = [row[0] for row in sections.get("data included", [])[1:] if row and row[0]]
    distributions = (*sections["size data"], *sections.get("diffusion coefficient data", []))
    weightings = sum(1 for row in distributions if row and row[0].casefold() == "weighting")
    if weightings < max(1, len(announced)):
        raise cut_short(f"{weightings} of the {max(1, len(announced))} distributions it announces are there")
    if announced and "percentiles" in announced[-1].casefold() and last[0] != "100":
        raise cut_short("its last table does not reach percentile 100")
    figures = columns.figure(last)
    if len(figures.videos) < len(columns.videos):
        raise cut_short(f"its last row has {len(figures.videos)} of {len(columns.videos)} figures")
