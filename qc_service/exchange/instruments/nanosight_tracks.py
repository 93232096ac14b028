"""NanoSight NTA 3.x lists of one video: a row per particle (``…_ParticleData.csv``) or frame (``…_AllTracks.csv``).

::

    Particle ID,Size/nm,Diffusion coefficient/nm^2 s^-1,…,Start frame,Tracklength,Included in distribution?
    1,96.4,4451.2,…,0,23,True

There is neither concentration nor sample: these stand in the summary of the same video, or of the experiment.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from qc_service.exchange.instruments.figures import decimal_text, mean, printed_number
from qc_service.exchange.instruments.reading import (
    Importer,
    MeasuredValue,
    Reading,
    ReadingWarning,
    cut_short,
    misshapen,
    sample_not_named,
)

_ID, _SIZE, _INCLUDED = "particle id", "size/nm", "included in distribution?"
_NAME_END = re.compile(r"[ _-](?:ParticleData|AllTracks)(?:\.\w+)?$", re.ASCII | re.IGNORECASE)
_LONGEST_TITLES = 1000
_YES, _NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})


class NanoSightTracks(Importer):
    """Gives size_mean, size_d10, size_d50 and size_d90 over the particles of one video, each counted once.

    All are derived: a percentile is the smallest size that so many of the particles do not exceed, the mean is
    rounded half-even to four digits. The software's own sizes come from a fitted distribution and differ, which
    ``sizes_of_tracks`` says.
    """

    format = "nanosight-nta-tracks"

    def recognises(self, text: str) -> bool:
        """A first line that titles a particle's number and its size."""
        titles = text[:_LONGEST_TITLES].split("\n", 1)[0].casefold()
        return _ID in titles and "size/nm" in titles

    def read(self, text: str, filename: str) -> Reading:
        """Read the size of every particle that is included in the distribution."""
        found = dict(_particles(text))
        sizes = sorted(size for size in found.values() if size is not None and size > 0)
        stem = _NAME_END.sub("", filename)
        sample = stem if stem != filename else None
        return Reading(
            instrument="NanoSight NTA",
            format=self.format,
            sample=sample or None,
            measured_at=None,
            operator=None,
            settings=(("Particles", str(len(found))), ("Included", str(len(sizes)))),
            values=tuple(_values(sizes)),
            warnings=(*_warnings(sizes), *([] if sample else [sample_not_named()])),
            also_named=(filename,) if filename else (),
        )


def _particles(text: str) -> Iterator[tuple[str, Decimal | None]]:
    """Each particle's number with its size, None where it is not included in the distribution."""
    titles, *_ = text.split("\n", 1)
    delimiter = next((mark for mark in ",;\t" if len(titles.split(mark)) > 2), ",")
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        names = [name.strip().casefold() for name in next(rows)]
        if _INCLUDED not in names:
            raise cut_short("its column 'Included in distribution?' is missing")
        yield from _rows([row for row in rows if any(row)], names, decimal_comma=delimiter != ",")
    except csv.Error:
        raise misshapen("The file is not CSV: a quotation mark is never closed") from None


def _rows(
    rows: Sequence[Sequence[str]], names: Sequence[str], *, decimal_comma: bool
) -> Iterator[tuple[str, Decimal | None]]:
    if not rows:
        raise cut_short("it lists no particle")
    number, size, included = (_place(names, name) for name in (_ID, _SIZE, _INCLUDED))
    for place, row in enumerate(rows, start=1):
        said = row[included].strip().casefold() if included < len(row) else ""
        if said not in _YES | _NO:
            fault = f"row {place} does not say whether its particle is included"
            raise cut_short(fault) if place == len(rows) else misshapen(fault.capitalize())
        figure = printed_number(row[size], f"Size in row {place}", decimal_comma=decimal_comma)
        yield row[number].strip(), figure if said in _YES else None


def _place(names: Sequence[str], name: str) -> int:
    if name not in names:
        raise misshapen(f"It has no column {name!r}")
    return names.index(name)


def _values(sizes: Sequence[Decimal]) -> Iterator[MeasuredValue]:
    if not sizes:
        return
    yield _nanometres("size_mean", mean(sizes))
    for percent in (10, 50, 90):
        # The least place that this part of all particles reaches: the ceiling, in whole numbers.
        yield _nanometres(f"size_d{percent}", sizes[-(-len(sizes) * percent // 100) - 1])


def _nanometres(assay: str, size: Decimal) -> MeasuredValue:
    return MeasuredValue(assay=assay, value=decimal_text(size), unit="nm", derived=True)


def _warnings(sizes: Sequence[Decimal]) -> Iterator[ReadingWarning]:
    if not sizes:
        yield ReadingWarning(code="zero_traces", detail="No particle is included in the distribution.")
        return
    detail = (
        f"The sizes were computed from {len(sizes)} particles of one video, not from the software's distribution. "
        "Its summary file has that, and the concentration."
    )
    yield ReadingWarning(code="sizes_of_tracks", detail=detail)
