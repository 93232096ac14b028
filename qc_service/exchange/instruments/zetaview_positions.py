"""ZetaView 8 companion of a size export (``…_11pos.txt``): a row per position, and the concentration.

There is no header: sample and experiment are known only from the file's name, or from the size export that it
belongs to, which prints the same positions, traces and particles (``together``). Cells are parted by tabs::

    Use | Position    | … | Conc. (p./mL) | Orig. Conc. (p./cm^3) | … | X50 (nm) | Peak Ø (nm) | … | Removal
    X   | 0.10        | … | 2.2E+8        | 2.2E+11               | … | 105.0    | 35.8        | … |
        | 0.15        | … | 1.7E+8        | 1.7E+11               | … | 62.5     | 218.4       | … | MIN
        | Mean        | …
        | St.Dev.     | …
        | Rel.St.Dev. | …

``Conc.`` is what was in the cell; ``Orig. Conc.`` is that times the dilution, which is the sample's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from qc_service.exchange.instruments.figures import decimal_text, per_millilitre, printed_number
from qc_service.exchange.instruments.reading import (
    Importer,
    MeasuredValue,
    Reading,
    ReadingWarning,
    Replicate,
    Run,
    UnreadableFile,
    cut_short,
    misshapen,
    sample_not_named,
)
from qc_service.exchange.instruments.zetaview import INSTRUMENT, run_of, saved_name, table_rows

_LONGEST_TITLES = 4000
_NAME_END = re.compile(r"_size_\w{1,20}_\d{1,3}pos(?:\.\w+)?$", re.ASCII | re.IGNORECASE)
_COMPANION = re.compile(r"_\d{1,3}pos$", re.ASCII | re.IGNORECASE)
_EXPERIMENT = re.compile(r"(\d{8}_\d{4})_", re.ASCII)
_SUMMARIES = frozenset({"mean", "st.dev.", "rel.st.dev."})
_NOT_USED = frozenset({"", "0", "no", "false"})


@dataclass(frozen=True, slots=True)
class _Table:
    """The companion's rows, and where each column stands whatever their order."""

    columns: dict[str, int]
    units: dict[str, str]
    positions: tuple[tuple[str, ...], ...]
    mean: tuple[str, ...]
    relative: tuple[str, ...]

    def cell(self, row: Sequence[str], name: str) -> str:
        """A row's cell of a column, blank where the column or the cell is missing."""
        column = self.columns.get(name)
        return row[column] if column is not None and column < len(row) else ""

    def figure(self, row: Sequence[str], name: str) -> Decimal | None:
        """A row's figure; None where there is none, or the -1 that stands for none."""
        figure = printed_number(self.cell(row, name), f"Column {name!r}", decimal_comma=True)
        return None if figure is None or figure < 0 else figure

    def concentration(self, row: Sequence[str], name: str) -> Decimal | None:
        """A row's concentration in particles/mL; raises ``unknown_unit`` for a column in another quantity."""
        figure = self.figure(row, name)
        if figure is None:
            return None
        unit = self.units.get(name, "")
        converted = per_millilitre(figure, unit)
        if converted is None:
            detail = f"The unit {unit!r} of {name!r} is not known here. Export in particles per mL or cm^3."
            raise UnreadableFile("unknown_unit", detail)
        return converted


class ZetaViewPositions(Importer):
    """Gives the undiluted sample's particle_concentration from the Mean row, and means over the positions.

    size_median and size_mode are means over positions of ``X50`` and ``Peak``; the median of all traces
    together is the size export's.
    """

    format = "zetaview-positions"

    def recognises(self, text: str) -> bool:
        """A first line of tabbed titles with a position and a concentration among them."""
        line = text.lstrip("\n")[: _LONGEST_TITLES + 1].split("\n", 1)[0]
        titles = {_title(cell)[0] for cell in line.split("\t")}
        return (
            len(line) <= _LONGEST_TITLES and "position" in titles and bool(titles & {"conc.", "orig. conc."})
        )

    def read(self, text: str, filename: str) -> Reading:
        """Read the means; removed positions give ``positions_removed`` with each reason."""
        table = _table(text)
        values, warnings = _concentrations(table)
        for assay, name, unit in (
            ("size_median", "x50", "nm"),
            ("size_mode", "peak ø", "nm"),
            ("particles_per_frame", "av. no of particles", "particles/frame"),
        ):
            figure = table.figure(table.mean, name)
            if figure:
                values.append(MeasuredValue(assay=assay, value=decimal_text(figure), unit=unit))
        experiment, sample = _named(filename)
        return Reading(
            instrument=INSTRUMENT,
            format=self.format,
            sample=sample,
            measured_at=None,
            operator=None,
            settings=(("Experiment", experiment),) if experiment else (),
            values=tuple(values),
            warnings=(*warnings, *_removed(table), *([] if sample else [sample_not_named()])),
            replicates=_replicates(table),
            also_named=(saved_name(filename),) if filename else (),
            run=_run(table, filename),
        )


def _run(table: _Table, filename: str) -> Run | None:
    """The measurement, by the figures over the positions that count, which its size export prints too."""
    traces = [table.figure(row, "no. of traces") for row in table.positions if _is_used(table, row)]
    counted = sum((figure for figure in traces if figure is not None), Decimal(0))
    name = _COMPANION.sub("", saved_name(filename))
    begins = _EXPERIMENT.search(name)
    return run_of(
        (name[begins.start() :] if begins else name) or None,
        Decimal(len(table.positions)),
        counted,
        table.figure(table.mean, "av. no of particles"),
    )


def _title(cell: str) -> tuple[str, str]:
    """Name in lower case and unit of a column's title, as ``Conc. (p./mL)``."""
    name, _, unit = cell.partition("(")
    return name.strip().casefold(), unit.strip().removesuffix(")")


def _named(filename: str) -> tuple[str | None, str | None]:
    """Experiment and sample from ``20250219_0004_EV lot 7_size_488_11pos.txt``; None for what it lacks."""
    end = _NAME_END.search(filename)
    if end is None:
        return None, None
    stem = filename[: end.start()]
    experiment = _EXPERIMENT.search(stem)
    if experiment is None:
        return None, stem or None
    return experiment[1], stem[experiment.end() :] or None


def _table(text: str) -> _Table:
    titles, *lines = text.lstrip("\n").split("\n")
    named = [_title(cell) for cell in titles.split("\t")]
    if "removal" not in {name for name, _ in named}:
        raise cut_short("its column 'Removal' is missing")
    columns = {name: column for column, (name, _) in reversed(list(enumerate(named)))}
    # The last cell of a row, the reason of removal, may have been trimmed away with its tab.
    rows = [tuple(row) for row in table_rows(lines, len(named) - 1)]
    place = columns["position"]
    if place == len(named) - 1:
        raise misshapen("Its column 'Position' stands last")
    summaries = {row[place].casefold(): row for row in rows}
    if "mean" not in summaries or "rel.st.dev." not in summaries:
        raise cut_short("its rows 'Mean' to 'Rel.St.Dev.' are missing")
    positions = tuple(row for row in rows if row[place].casefold() not in _SUMMARIES)
    return _Table(columns, dict(reversed(named)), positions, summaries["mean"], summaries["rel.st.dev."])


def _concentrations(table: _Table) -> tuple[list[MeasuredValue], list[ReadingWarning]]:
    """The sample's and the measured concentration and their spread, with what is wrong with them."""
    measured = table.concentration(table.mean, "conc.")
    original = table.concentration(table.mean, "orig. conc.")
    sample = measured if original is None else original
    if not sample or table.figure(table.mean, "no. of traces") == 0:
        detail = "The row Mean has no concentration or no traces: nothing was measured."
        return [], [ReadingWarning(code="zero_traces", detail=detail)]
    values = [_per_ml("particle_concentration", sample)]
    if original is not None and measured is not None:
        values.append(_per_ml("particle_concentration_measured", measured))
    spread = table.figure(table.relative, "conc." if original is None else "orig. conc.")
    if spread is not None:
        values.append(MeasuredValue(assay="particle_concentration_cv", value=decimal_text(spread), unit="%"))
    if original is not None:
        return values, []
    detail = "There is no column 'Orig. Conc.': the concentration is as measured, not the undiluted sample's."
    return values, [ReadingWarning(code="dilution_not_recorded", detail=detail)]


def _per_ml(assay: str, figure: Decimal) -> MeasuredValue:
    return MeasuredValue(assay=assay, value=decimal_text(figure), unit="particles/mL")


def _is_used(table: _Table, row: Sequence[str]) -> bool:
    """A position counts with a mark under Use; without that column, where no reason of removal stands."""
    if "use" in table.columns:
        return table.cell(row, "use").casefold() not in _NOT_USED
    return not table.cell(row, "removal")


def _removed(table: _Table) -> list[ReadingWarning]:
    removed = [row for row in table.positions if not _is_used(table, row)]
    if not removed:
        return []
    reasons = ", ".join(
        f"{table.cell(row, 'position')} ({table.cell(row, 'removal') or 'no reason given'})"
        for row in removed
    )
    detail = f"{len(removed)} of {len(table.positions)} positions were removed: {reasons}."
    return [ReadingWarning(code="positions_removed", detail=detail)]


def _replicates(table: _Table) -> tuple[Replicate, ...]:
    """The concentration at every position that counts, in the file's order."""
    name = "orig. conc." if "orig. conc." in table.columns else "conc."
    found = ((row, table.concentration(row, name)) for row in table.positions if _is_used(table, row))
    return tuple(
        Replicate(
            assay="particle_concentration",
            label=f"position {table.cell(row, 'position')}",
            value=decimal_text(figure),
            unit="particles/mL",
        )
        for row, figure in found
        if figure is not None
    )
