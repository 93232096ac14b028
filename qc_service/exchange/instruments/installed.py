"""Importers that a laboratory brings along: installed beside the service, found by their entry points.

A package says in its own ``pyproject.toml`` what it brings, and nothing of ours is edited::

    [project.entry-points."qc_service.importers"]
    osmometer = "our_osmometer:OsmometerExport"
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from qc_service.domain.identifiers import Line, Slug
from qc_service.domain.measurements import Unit
from qc_service.exchange.instruments.reading import (
    Importer,
    Reading,
    UnreadableFile,
)

GROUP = "qc_service.importers"


@dataclass(frozen=True, slots=True)
class Installed:
    """The importers that were found, and why others that are installed cannot be used."""

    importers: tuple[Importer, ...]
    unusable: tuple[str, ...]


@cache
def installed() -> Installed:
    """Every importer that another package brings, by name; looked for once. One that fails keeps no other back."""
    importers: list[Importer] = []
    unusable: list[str] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            importers.append(_Brought(_made(entry)))
        except Exception as error:
            unusable.append(f"The importer {entry.name!r} ({entry.value}) cannot be used: {error!r}.")
    return Installed(tuple(importers), tuple(unusable))


def _made(entry: EntryPoint) -> Importer:
    found = entry.load()
    importer = found() if isinstance(found, type) else found
    if not isinstance(importer, Importer) or not isinstance(getattr(importer, "format", None), str):
        raise TypeError("it is no Importer with a format")
    return importer


class _Brought(Importer):
    """A stranger's importer, held to what ours keep: whatever it does wrong is a file that gives no reading."""

    def __init__(self, importer: Importer) -> None:
        self._importer = importer
        self.format = importer.format

    def recognises(self, text: str) -> bool:
        """As the importer says; one that fails at this recognises nothing."""
        try:
            return bool(self._importer.recognises(text))
        except Exception:
            return False

    def read(self, text: str, filename: str) -> Reading:
        """The importer's reading. Raises UnreadableFile, also for a reading that no result can be made of."""
        try:
            reading = self._importer.read(text, filename)
            for value in reading.values:
                _must_be_recordable(value.assay, value.value, value.unit)
            for one in reading.replicates:
                _must_be_recordable(one.assay, one.value, one.unit)
                Line(one.label)
            return reading
        except UnreadableFile:
            raise
        except Exception as error:
            detail = f"The importer of {self.format!r} failed at this file. Tell whoever wrote it."
            raise UnreadableFile("malformed", detail) from error


def _must_be_recordable(assay: str, value: str, unit: str) -> None:
    """Raise unless the assay is a name, the value a finite decimal and the unit one that is known."""
    Slug(assay)
    Unit(unit)
    if not Decimal(value).is_finite():
        raise ValueError(f"{value!r} is no number")
