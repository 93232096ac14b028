"""What an instrument's file says, as plain values, and the interface every importer implements."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal

Bin = tuple[Decimal, Decimal]


class UnreadableFile(Exception):
    """A file that gives no reading.

    ``code`` is one of ``empty``, ``too_large``, ``binary``, ``wrong_encoding``, ``unknown_format``,
    ``truncated``, ``malformed``, ``unknown_unit``; ``detail`` says what is wrong and what to do.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasuredValue:
    """One figure: an exact decimal as text with the digits the file prints, and its unit.

    ``standard_error`` is the file's own, in the same unit. ``derived`` is True where the file does not print
    the figure and it was computed from others that it prints; the importer's docstring says how.
    """

    assay: str
    value: str
    unit: str
    standard_error: str | None = None
    derived: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Replicate:
    """One video's or one position's figure behind a measured value; ``label`` is the file's name for it."""

    assay: str
    label: str
    value: str
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingWarning:
    """Something the analyst must answer before a figure of the reading becomes a result."""

    code: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SizeDistribution:
    """How much lies at which size, as the file tables it, for a plot: (nm, amount), sizes rising.

    ``unit`` is the amount's: ``particles/mL`` in each bin, adjusted for dilution as the file's concentration is,
    or ``particles``, counted.
    """

    unit: str
    bins: tuple[Bin, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Which measurement a file is of, so that the files of one measurement are found (``together``).

    ``name`` is the one under which the instrument saved the measurement. ``marks`` are figures that every file
    of it prints, each with what it is of; they are compared as numbers, and tell more than a name that
    somebody may have changed.
    """

    name: str | None
    marks: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Everything taken from one file, nothing decided. None means that the file does not say.

    ``measured_at`` is ISO 8601 local time without zone, as the instrument's clock had it; ``settings`` are in
    the file's own words. ``serial`` is the instrument's number, ``dilution`` the factor by which the sample was
    diluted, an exact decimal as text. ``also_named`` is what else may tell of which lot the sample was: the
    experiment's name, descriptions, remarks, the names of the videos.
    """

    instrument: str
    format: str
    sample: str | None
    measured_at: str | None
    operator: str | None
    settings: tuple[tuple[str, str], ...]
    values: tuple[MeasuredValue, ...]
    warnings: tuple[ReadingWarning, ...]
    replicates: tuple[Replicate, ...] = ()
    serial: str | None = None
    software: str | None = None
    dilution: str | None = None
    also_named: tuple[str, ...] = ()
    distribution: SizeDistribution | None = None
    run: Run | None = None


class Importer(ABC):
    """One file format of one instrument. It holds no state and opens no file."""

    format: str

    @abstractmethod
    def recognises(self, text: str) -> bool:
        """Whether a file that begins like this is of this format, however much of it is missing."""

    @abstractmethod
    def read(self, text: str, filename: str) -> Reading:
        """The reading. Lines end in LF; ``filename`` is the name without folders.

        Raises UnreadableFile, and nothing else, for what is cut short or not of the format's form.
        """


def cut_short(missing: str) -> UnreadableFile:
    """The refusal of a file that ends too early; ``missing`` says what a whole one has."""
    return UnreadableFile("truncated", f"The file is cut short: {missing}. Copy or export it again, whole.")


def misshapen(fault: str) -> UnreadableFile:
    """The refusal of a file whose inside is not of its format's form."""
    return UnreadableFile("malformed", f"{fault}. Send the file as the instrument wrote it, without edits.")


def sample_not_named(instead: str | None = None) -> ReadingWarning:
    """The file does not say what was measured; ``instead`` is a name that may tell."""
    but = f", only {instead!r} as experiment or description" if instead else ""
    return ReadingWarning(
        code="sample_not_named", detail=f"The file names no sample{but}. Say which sample it was."
    )


def reading_dict(reading: Reading) -> dict[str, object]:
    """The reading as the command line and the API show it: plain JSON members, in this order."""
    return {
        "instrument": reading.instrument,
        "sample": reading.sample,
        "measured_at": reading.measured_at,
        "values": [{"assay": v.assay, "value": v.value, "unit": v.unit} for v in reading.values],
        "warnings": [{"code": w.code, "detail": w.detail} for w in reading.warnings],
    }
