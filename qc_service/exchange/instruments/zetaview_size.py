"""ZetaView 8 size export (``…_size_488.txt``): the size distribution over all positions that were kept.

After the header come the medians and two tables in one, by equal and by logarithmic bins, with a row of -1
between; where nothing was measured there is only that row::

    Results (Pos 0.099993):
    Median Number (D50):<TAB>141.346154
    Size Distribution
    Size / nm<TAB>Number<TAB>Concentration / cm-3<TAB>Volume / nm^3<TAB>Area / nm^2
    2.500E+0<TAB>0.000E+0<TAB>0.000E+0<TAB>0.000E+0<TAB>0.000E+0
    …
    -1.000E+0<TAB>-1.000E+0<TAB>-1.000E+0<TAB>-1.000E+0<TAB>0.000E+0
    4.683E+0<TAB>0.000E+0<TAB>0.000E+0<TAB>0.000E+0<TAB>0.000E+0

The concentration of the sample is not printed here; it stands in the companion file (zetaview_positions).
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from qc_service.exchange.instruments.figures import decimal_text, percentile, printed_number
from qc_service.exchange.instruments.reading import (
    Bin,
    Importer,
    MeasuredValue,
    Reading,
    ReadingWarning,
    Run,
    SizeDistribution,
    UnreadableFile,
    cut_short,
    misshapen,
)
from qc_service.exchange.instruments.zetaview import Header, is_zetaview, run_of, table_rows

_TABLE = re.compile(r"^Size Distribution[ \t]*$", re.MULTILINE | re.IGNORECASE)
_COMPUTED = (
    "computed from the Number column of the size distribution: linear between the cumulative counts at the "
    "printed sizes, as the instrument's own median is, rounded half-even to 0.1 nm"
)


class ZetaViewSize(Importer):
    """Gives size_d10, size_d50 and size_d90 by number: as printed, else computed and marked derived."""

    format = "zetaview-size"

    def recognises(self, text: str) -> bool:
        """Any ZetaView export with a header; asked after the profile."""
        return is_zetaview(text)

    def read(self, text: str, filename: str) -> Reading:  # noqa: ARG002, everything needed stands in the file
        """Read header and distribution; a distribution without counts gives ``zero_traces`` and no size."""
        parts = _TABLE.split(text, maxsplit=1)
        if len(parts) == 1:
            raise cut_short("its size distribution is missing")
        header = Header.parse(parts[0].split("\n"))
        bins = _equal_bins(parts[1].split("\n"))
        traces = header.number("Number of Traces")
        if traces == 0 or not any(count for _, count in bins):
            printed = "not recorded" if traces is None else decimal_text(traces)
            detail = f"Number of Traces: {printed}. There is no size distribution to take a size from."
            warning = ReadingWarning(code="zero_traces", detail=detail)
            return header.reading(
                file_format=self.format, values=(), warnings=(warning,), run=_run(header, traces)
            )
        sizes = [_size(header, bins, percent) for percent in (10, 50, 90)]
        values = [value for value in sizes if value is not None]
        computed = [(value.assay, _COMPUTED) for value in values if value.derived]
        return header.reading(
            file_format=self.format,
            values=[*values, *header.particles_per_frame()],
            warnings=(),
            settings=computed,
            distribution=SizeDistribution(unit="particles", bins=tuple(bins)),
            run=_run(header, traces),
        )


def _run(header: Header, traces: Decimal | None) -> Run | None:
    """The measurement, with the figures that its companion prints too; None where one of them is missing."""
    figures = (header.number("Positions"), traces, header.number("Average Number of Particles"))
    return run_of(header.saved_as(), *figures)


def _size(header: Header, bins: Sequence[Bin], percent: int) -> MeasuredValue | None:
    """One percentile by number, preferring what the file prints."""
    for name in (
        f"Median Number (D{percent})",
        f"Number (D{percent})",
        f"D{percent} Number",
        f"X{percent} Number",
    ):
        printed = header.number(name)
        if printed is not None and printed > 0:
            return MeasuredValue(assay=f"size_d{percent}", value=decimal_text(printed), unit="nm")
    figure = percentile(bins, percent)
    if figure is None:
        return None
    return MeasuredValue(assay=f"size_d{percent}", value=decimal_text(figure), unit="nm", derived=True)


def _equal_bins(lines: Sequence[str]) -> list[Bin]:
    """The (size, number) rows before the row of -1; raises UnreadableFile for a table that breaks off."""
    titles = next((line for line in lines if line.strip()), "")
    names = [name.strip().casefold() for name in titles.rstrip().split("\t")]
    size, number = _column(names, "size / nm"), _column(names, "number")
    rows = table_rows(lines[lines.index(titles) + 1 :], len(names))
    _check_last(rows)
    equal: list[Bin] = []
    tables = [equal]
    for row in rows:
        diameter, count = _figure(row[size]), _figure(row[number])
        if diameter < 0:
            tables.append([])
        elif count < 0 or (tables[-1] and diameter <= tables[-1][-1][0]):
            raise misshapen(f"The size distribution at {row[size]} has falling sizes or a negative number")
        else:
            tables[-1].append((diameter, count))
    if len(tables) == 1:
        raise cut_short("the row of -1 that closes the size distribution is missing")
    if equal and tables[-1] and tables[-1][-1][0] < equal[-1][0]:
        raise cut_short("the second size distribution ends before the first")
    return equal


def _column(names: Sequence[str], name: str) -> int:
    if name not in names:
        raise cut_short(f"the size distribution has no column {name!r}")
    return names.index(name)


def _figure(cell: str) -> Decimal:
    figure = printed_number(cell, "The size distribution", decimal_comma=True)
    if figure is None:
        raise misshapen("The size distribution has a blank cell")
    return figure


def _check_last(rows: Sequence[Sequence[str]]) -> None:
    """Raise ``truncated`` where a figure of the last row is broken off, or there is no row."""
    if not rows:
        raise cut_short("the size distribution has no rows")
    try:
        for cell in rows[-1]:
            printed_number(cell, "The last row", decimal_comma=True)
    except UnreadableFile:
        raise cut_short("its last row breaks off in a number") from None
