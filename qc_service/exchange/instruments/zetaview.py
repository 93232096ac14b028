"""What all ZetaView 8 text exports share: the header, the checks it reports, and tables parted by tabs.

The header is one line per entry, sometimes several entries to a line, sometimes a blank for the tab::

    Sample:<TAB>EV lot 7-1000
    Conductivity: 53.000000<TAB>sensed
    Number of Traces:<TAB>306<TAB>Average Number of Particles:<TAB>213.5<TAB>Dilution::<TAB>1000.0
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PureWindowsPath

from qc_service.exchange.instruments.figures import decimal_text, printed_number
from qc_service.exchange.instruments.moment import local_moment
from qc_service.exchange.instruments.reading import (
    MeasuredValue,
    Reading,
    ReadingWarning,
    Run,
    SizeDistribution,
    cut_short,
    misshapen,
    sample_not_named,
)

INSTRUMENT = "ZetaView"

_ENDING = re.compile(r"\.[a-z]{2,4}$", re.ASCII | re.IGNORECASE)
_UNSAID = "not recorded"
_SETTINGS = (
    "Original File", "Experiment", "ZetaView S/N", "Cell S/N", "Software", "SOP", "Electrolyte", "pH",
    "Conductivity", "Temperature", "Viscosity", "General Remarks", "Remarks", "Positions", "Number of Traces",
    "Detected Particles", "Dilution", "Concentration Correction Factor", "Minimum Brightness", "Minimum Area",
    "Maximum Area", "Minimum Tracelength", "Sensitivity", "Shutter", "Laser Wavelength nm",
    "Filter Wavelength nm", "Voltage", "ZP Factor",
)  # fmt: skip
_ALSO_NAMED = (
    "Experiment", "General Remarks", "Remarks", "Sample Info 1", "Sample Info 2", "Sample Info 3",
)  # fmt: skip


def is_zetaview(text: str) -> bool:
    """Whether a text begins as a ZetaView export with a header does."""
    start = text[:4000].casefold().lstrip()
    return start.startswith("original file:") or "zetaview s/n:" in start


@dataclass(frozen=True, slots=True)
class Header:
    """The entries of a ZetaView header by their name in lower case; the first of a name counts."""

    entries: Mapping[str, str]

    @classmethod
    def parse(cls, lines: Sequence[str]) -> "Header":
        """Collect the entries; a line without one is passed over."""
        entries: dict[str, str] = {}
        for line in lines:
            for name, value in _entries(line):
                entries.setdefault(name, value)
        return cls(entries)

    def text(self, name: str) -> str | None:
        """What stands beside the name, or None where nothing does."""
        return self.entries.get(name.casefold()) or None

    def number(self, name: str) -> Decimal | None:
        """The figure that stands first beside the name; raises UnreadableFile where it is none."""
        words = (self.text(name) or "").split()
        return printed_number(words[0], f"The header's {name!r}", decimal_comma=True) if words else None

    def reading(
        self,
        *,
        file_format: str,
        values: Sequence[MeasuredValue],
        warnings: Sequence[ReadingWarning],
        settings: Sequence[tuple[str, str]] = (),
        distribution: SizeDistribution | None = None,
        run: Run | None = None,
    ) -> Reading:
        """A reading of these values under this header, with what the instrument's own checks say put last."""
        moment = local_moment(self.text("Date") or "", self.text("Time") or "")
        sample = self.text("Sample")
        named = [(name, text) for name in _SETTINGS if (text := self.text(name))]
        return Reading(
            instrument=INSTRUMENT,
            format=file_format,
            sample=sample,
            measured_at=moment.text,
            operator=self.text("Operator"),
            settings=(*named, *settings),
            values=tuple(values),
            warnings=(
                *warnings,
                *self._checks(),
                *moment.warnings,
                *([] if sample else [sample_not_named()]),
            ),
            serial=self.text("ZetaView S/N"),
            software=self.text("Software"),
            dilution=self._dilution(),
            also_named=tuple(said for said in (self.saved_as(), *map(self.text, _ALSO_NAMED)) if said),
            distribution=distribution,
            run=run,
        )

    def saved_as(self) -> str | None:
        """The name under which the instrument saved the measurement, without folders and ending."""
        return saved_name(self.text("Original File") or "") or None

    def _dilution(self) -> str | None:
        factor = self.number("Dilution")
        return decimal_text(factor) if factor is not None and factor > 0 else None

    def particles_per_frame(self) -> list[MeasuredValue]:
        """The average number of particles seen at once, where there were any."""
        average = self.number("Average Number of Particles")
        if average is None or average <= 0:
            return []
        text = decimal_text(average)
        return [MeasuredValue(assay="particles_per_frame", value=text, unit="particles/frame")]

    def _checks(self) -> Iterator[ReadingWarning]:
        drift = self.text("Particle Drift Check Result") or _UNSAID
        if drift.casefold() not in {"good", "ok"}:
            code = "drift_too_high" if "high" in drift.casefold() else "drift_check"
            checked = self.text("Particle Drift Checked") or _UNSAID
            detail = f"Particle Drift Check Result: {drift} (Particle Drift Checked: {checked})."
            yield ReadingWarning(code=code, detail=detail)
        cell = self.text("Cell Check Result") or _UNSAID
        if cell.casefold() != "good":
            checked = self.text("Cell Checked") or _UNSAID
            detail = f"Cell Check Result: {cell} (Cell Checked: {checked})."
            yield ReadingWarning(code="cell_check", detail=detail)


def run_of(
    name: str | None, positions: Decimal | None, traces: Decimal | None, particles: Decimal | None
) -> Run | None:
    """A measurement by what a size export and its companion both print; None where a figure is missing.

    ``traces`` are those of all positions that count, ``particles`` their average number seen at once.
    """
    if positions is None or traces is None or particles is None:
        return None
    marks = (("positions", positions), ("traces", traces), ("particles per frame", particles))
    return Run(name=name, marks=marks)


def saved_name(path: str) -> str:
    """A file's name without folders and ending; a number such as 1.5 in it is no ending."""
    return _ENDING.sub("", PureWindowsPath(path).name)


def _entries(line: str) -> Iterator[tuple[str, str]]:
    """The (name in lower case, value) of one header line; the cell after a name is always a value."""
    cells = [cell.strip() for cell in line.split("\t")]
    name, colon, beside = cells[0].partition(": ")
    values = [beside] if colon else []
    for cell in cells[1:]:
        if values and cell.endswith(":"):
            yield name.rstrip(": ").casefold(), " ".join(values).strip()
            name, values = cell, []
        else:
            values.append(cell)
    yield name.rstrip(": ").casefold(), " ".join(values).strip()


def table_rows(lines: Sequence[str], width: int) -> list[list[str]]:
    """The cells of every line that is not blank, each row at least ``width`` wide.

    Raises UnreadableFile: ``truncated`` where the last row is short, ``malformed`` where another is.
    """
    rows = [[cell.strip() for cell in line.split("\t")] for line in lines if line.strip()]
    for number, row in enumerate(rows, start=1):
        if len(row) < width:
            fault = f"row {number} of its table has {len(row)} cells of {width}"
            raise cut_short(fault) if number == len(rows) else misshapen(fault.capitalize())
    return rows
