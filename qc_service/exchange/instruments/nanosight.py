"""NanoSight NTA 3.x summary as CSV: the experiment summary of several videos, or that of a single analysis.

Sections in brackets, one column per video, and from most programs the columns Average and Standard Error::

    NTA Experiment Summary File
    [Experiment Details]
    Sample Name,EV lot 7
    Time Captured,15:28:16  01/04/2021
    Filename:,EV lot 7_00,EV lot 7_01
    [Results],,,Average,Standard Error
    Dilution factor (concentrations adjusted for this factor),Not recorded,Not recorded,,
    Concentration (Particles / ml),1430000000,1280000000,1355000000,75000000
    [Data Included]
    Size distribution - Number weighting - With Percentiles
    [Size Data]
    Weighting,Number
    Filename,EV lot 7_00,EV lot 7_01,Average,Standard Error
    D50,96,95,95.5,0.5
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from qc_service.exchange.instruments.figures import (
    cv_percent,
    decimal_text,
    is_missing,
    per_millilitre,
    printed_number,
)
from qc_service.exchange.instruments.moment import local_moment
from qc_service.exchange.instruments.nanosight_columns import Columns, Figure, Row
from qc_service.exchange.instruments.nanosight_table import Summary
from qc_service.exchange.instruments.reading import (
    Importer,
    MeasuredValue,
    Reading,
    ReadingWarning,
    Replicate,
    UnreadableFile,
    cut_short,
    sample_not_named,
)

_TITLE = re.compile(r'\s*"?NTA [\w ]{0,40}Summary File', re.ASCII | re.IGNORECASE)
_MADE_WITH = re.compile(r"Created with (NTA[^,;\t\n]{1,60})", re.IGNORECASE)
_DILUTION = "Dilution factor"
_FACTOR = re.compile(r"^\s*(?:1\s*[:/]|x)\s*|\s*x\s*$", re.IGNORECASE)
_CONCENTRATION = re.compile(r"Concentration \(([^)]*)\)", re.IGNORECASE)
_SIZES = (
    ("size_mean", "Mean"), ("size_mode", "Mode"), ("size_sd", "SD"),
    ("size_d10", "D10"), ("size_d50", "D50"), ("size_d90", "D90"),
)  # fmt: skip
_CHECKS = (("concentration warnings", "concentration_warning"), ("information", "instrument_note"))
_FINE = frozenset({"", "ok", "no"})
# What the software did about a vibration; the vibration has a row of its own.
_NOT_A_COMPLAINT = "vibration correction applied"


class NanoSightSummary(Importer):
    """Gives particle_concentration, the sizes by number and particles_per_frame from the Average column.

    Without that column the mean over the videos is computed, marked derived and warned of. The coefficient of
    variation over the videos is always computed (figures.cv_percent).
    """

    format = "nanosight-nta-summary"

    def recognises(self, text: str) -> bool:
        """A first line like ``NTA Experiment Summary File``."""
        return _TITLE.match(text) is not None

    def read(self, text: str, filename: str) -> Reading:  # noqa: ARG002, everything needed stands in the file
        """Read details, results and number-weighted sizes, and pass on every complaint of the software."""
        summary = Summary.parse(text)
        concentration, unit = _concentration(summary)
        figures = {"particle_concentration": (concentration, unit)}
        for assay, label in _SIZES:
            if figure := summary.size(label):
                figures[assay] = (figure, "nm")
        figures["particles_per_frame"] = (summary.result("Particles per frame"), "particles/frame")
        moment = local_moment(*_captured(summary), hint=summary.detail("Experiment Name") or "")
        sample, doubt = _sample(summary)
        computed = [figure for figure, _ in figures.values() if figure.is_derived]
        return Reading(
            instrument="NanoSight NTA",
            format=self.format,
            sample=sample,
            measured_at=moment.text,
            operator=summary.detail("Operator Name"),
            settings=summary.settings(),
            values=(*_values(figures), *_spread(concentration)),
            warnings=(
                *_dilution_doubts(summary),
                *_zero_traces(summary, concentration),
                *([_AVERAGE_COMPUTED] if computed else []),
                *([] if summary.has_number_weighting else [_NOT_BY_NUMBER]),
                *_complaints(summary),
                *doubt,
                *moment.warnings,
            ),
            replicates=_replicates(figures),
            serial=summary.text("Instrument Serial Number"),
            software=summary.text("Software Version") or _made_with(text),
            dilution=_dilution(summary),
            also_named=_also_named(summary),
            distribution=summary.distribution(),
        )


_AVERAGE_COMPUTED = ReadingWarning(
    code="average_computed",
    detail="The file prints no Average over its videos: their mean was computed, half-even to four digits.",
)
_NOT_BY_NUMBER = ReadingWarning(
    code="no_number_weighting",
    detail="The sizes were not exported by number, so none is given. Export them with number weighting.",
)


def _concentration(summary: Summary) -> tuple[Figure, str]:
    """The concentration in particles/mL; raises ``truncated`` or ``unknown_unit``."""
    for label in summary.result_labels():
        match = _CONCENTRATION.fullmatch(label)
        if match is None:
            continue
        factor = per_millilitre(Decimal(1), match[1])
        if factor is None:
            detail = f"The unit of {label!r} is not known here. Export concentrations in particles / ml."
            raise UnreadableFile("unknown_unit", detail)
        return summary.result(label).scaled(factor.adjusted()), "particles/mL"
    raise cut_short("its row 'Concentration' is missing")


def _values(figures: dict[str, tuple[Figure, str]]) -> Iterator[MeasuredValue]:
    """Every figure there is; a size of nought and the -1 that stands for none are left out."""
    for assay, (figure, unit) in figures.items():
        value = figure.value
        if value is None or value < 0 or (not value and unit == "nm"):
            continue
        error = decimal_text(figure.error) if figure.error is not None else None
        yield MeasuredValue(
            assay=assay, value=decimal_text(value), unit=unit, standard_error=error, derived=figure.is_derived
        )


def _spread(concentration: Figure) -> Iterator[MeasuredValue]:
    """The coefficient of variation of the concentration over the videos."""
    videos = [value for _, value in concentration.videos]
    cv = cv_percent(videos) if min(videos, default=Decimal(0)) >= 0 else None
    if cv is not None:
        yield MeasuredValue(assay="particle_concentration_cv", value=decimal_text(cv), unit="%", derived=True)


def _replicates(figures: dict[str, tuple[Figure, str]]) -> tuple[Replicate, ...]:
    return tuple(
        Replicate(assay=assay, label=name, value=decimal_text(value), unit=unit)
        for assay, (figure, unit) in figures.items()
        for name, value in figure.videos
    )


def _captured(summary: Summary) -> tuple[str, str]:
    """Date and time of ``15:28:16  01/04/2021``, in either order."""
    words = (summary.detail("Time Captured") or "").split()
    times = [word for word in words if ":" in word]
    return " ".join(word for word in words if ":" not in word), " ".join(times)


def _sample(summary: Summary) -> tuple[str | None, list[ReadingWarning]]:
    """The sample's name, from the experiment's where the operator gave none."""
    named = summary.detail("Sample Name")
    if named:
        return named, []
    other = summary.detail("Experiment Name") or summary.detail("Sample Description")
    sample = other.removesuffix(".nano") if other else None
    return sample, [sample_not_named(sample)]


def _also_named(summary: Summary) -> tuple[str, ...]:
    """What else may tell of the lot: the experiment, what was said of it, and the names of the videos."""
    said = (summary.detail(label) for label in ("Experiment Name", "Sample Description", "Remarks"))
    videos = (name for _, name in summary.columns.videos)
    return tuple(dict.fromkeys(name for name in (*said, *videos) if name))


def _made_with(text: str) -> str | None:
    """The program, where only the file's second line names it."""
    made = _MADE_WITH.search(text[:400])
    return made[1].strip() if made else None


def _dilution(summary: Summary) -> str | None:
    """The one factor by which every video's sample was diluted, as a number above nought."""
    cells = {cell for _, cell in summary.cells("results", _DILUTION, prefix=True)}
    return _factor(cells.pop(), summary) if len(cells) == 1 else None


def _factor(cell: str, summary: Summary) -> str | None:
    """A factor however it is written: ``1000``, ``1.00e+03``, ``1:1000`` or ``1000x``; None for anything else."""
    try:
        bare = _FACTOR.sub("", cell)
        factor = printed_number(bare, "The factor", decimal_comma=summary.columns.decimal_comma)
    except UnreadableFile:
        return None
    return decimal_text(factor) if factor is not None and factor > 0 else None


def _dilution_doubts(summary: Summary) -> Iterator[ReadingWarning]:
    """A dilution that is not recorded is missing, not 1."""
    factors = summary.cells("results", _DILUTION, prefix=True)
    missing = [name for name, cell in factors if is_missing(cell)]
    if missing or not factors:
        which = "" if len(missing) in {0, len(factors)} else f" for {', '.join(missing)}"
        detail = f"Dilution factor: not recorded{which}. The concentration is as measured, not the stock's."
        yield ReadingWarning(code="dilution_not_recorded", detail=detail)
    recorded = {cell for _, cell in factors if not is_missing(cell)}
    unclear = sorted(cell for cell in recorded if _factor(cell, summary) is None)
    if unclear:
        detail = f"Dilution factor: {', '.join(unclear)}, which is no factor. Say how the sample was diluted."
        yield ReadingWarning(code="dilution_unclear", detail=detail)
    if len(recorded) > 1:
        detail = f"The videos were taken at different dilutions: {', '.join(sorted(recorded))}."
        yield ReadingWarning(code="dilution_differs", detail=detail)


def _zero_traces(summary: Summary, concentration: Figure) -> Iterator[ReadingWarning]:
    tracks = summary.result("Completed tracks")
    empty = [name for name, value in tracks.videos if value <= 0]
    if empty:
        detail = f"Completed tracks: 0 in {', '.join(empty)}, which count in the average all the same."
        yield ReadingWarning(code="zero_traces", detail=detail)
    elif concentration.value is None or concentration.value <= 0:
        yield ReadingWarning(code="zero_traces", detail="No concentration was measured.")


def _complaints(summary: Summary) -> Iterator[ReadingWarning]:
    """One warning per row of the software's own checks that is not OK for every video."""
    for section, code in _CHECKS:
        for row in summary.rows(section):
            bad = _complaints_of(row, summary.columns)
            if bad and row[0].casefold() != _NOT_A_COMPLAINT:
                yield ReadingWarning(code=code, detail=f"{row[0]}: {'; '.join(bad)}.")


def _complaints_of(row: Row, columns: Columns) -> list[str]:
    return [f"{cell} ({name})" for name, cell in columns.beside(row) if cell.casefold() not in _FINE]
