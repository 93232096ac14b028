"""The size distributions behind a lot's results, read again from the instruments' files that came with them."""

from __future__ import annotations

from collections.abc import Iterator

from qc_service.application.certificates.source import Source, value
from qc_service.domain.results import Result
from qc_service.domain.wording import words
from qc_service.exchange.certificates.contents import Block, Curve, Section, Table, columns
from qc_service.exchange.instruments import Reading, UnreadableFile, read_instrument

MOST_POINTS = 1_200
"""A curve of more points is drawn from every second, third … of them."""


def size_distributions(source: Source) -> tuple[Section, ...]:
    """One curve with its key figures for each file that has a distribution and that a valid result came from."""
    blocks = tuple(_blocks(source))
    return (Section(title="Size distribution", blocks=blocks),) if blocks else ()


def _blocks(source: Source) -> Iterator[Block]:
    files: dict[str, list[Result]] = {}
    for result in source.lot.quality.results:
        if result.valid and result.recorded.raw_file is not None:
            files.setdefault(result.recorded.raw_file, []).append(result)
    for sha256, results in files.items():
        reading = _read(source, sha256)
        if reading is not None and reading.distribution is not None and reading.distribution.bins:
            yield _curve(reading, results)
            yield _figures(reading)


def _read(source: Source, sha256: str) -> Reading | None:
    """What the kept file says; a file of another kind, such as a scan of a report, says nothing here."""
    kept = source.view.file(sha256)
    try:
        return None if kept is None else read_instrument(kept.content, kept.name)
    except UnreadableFile:
        return None


def _curve(reading: Reading, results: list[Result]) -> Curve:
    assert reading.distribution is not None  # noqa: S101  its caller has looked
    bins = reading.distribution.bins
    step = -(-len(bins) // MOST_POINTS)
    peak = max(bins, key=lambda point: point[1])[0]
    numbers = ", ".join(str(one.number) for one in results)
    sample = f", sample {reading.sample}" if reading.sample else ""
    named = f"Result{'s' if len(results) > 1 else ''} {numbers}: {reading.instrument}{sample}"
    described = (
        f"Size distribution of {named}. The curve has its peak at {peak} nm and reaches from {bins[0][0]} to "
        f"{bins[-1][0]} nm; its key figures stand in the table that follows."
    )
    return Curve(
        title=named, described=described, across="Diameter (nm)", up=_up(reading.distribution.unit),
        points=tuple((str(size), str(amount)) for size, amount in bins[::step]),
    )  # fmt: skip


def _up(unit: str) -> str:
    return "Particles counted" if unit == "particles" else f"Concentration ({unit})"


def _figures(reading: Reading) -> Table:
    rows = tuple((words(one.assay), value(f"{one.value} {one.unit}")) for one in reading.values)
    headings = columns({"As the instrument's file has it": 50, "Value": 50})
    return Table(columns=headings, rows=rows, none="The file has no key figures.")
