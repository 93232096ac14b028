"""What a laboratory states about one assay: an exact value or a finding, its unit, method and times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from qc_service.domain.errors import Fault, Malformed
from qc_service.domain.identifiers import EquipmentId, FacilityId, Line, Sha256, Slug, Text
from qc_service.domain.moments import ZonedTime
from qc_service.domain.obtaining import Dilution, Specimen, StatedDose
from qc_service.domain.vocabulary import Operation

GROWTH = Line("growth")
NO_GROWTH = Line("no_growth")
STERILITY_TEST = timedelta(days=14)
"""The shortest incubation of a test for sterility by direct inoculation or membrane filtration (USP <71>)."""
SUBCULTURE = timedelta(days=4)
"""How much longer a test runs after the transfer from a medium that the product clouded (USP <71>)."""


class Unit(StrEnum):
    """The units a value may stand in; another unit is one line here."""

    PARTICLES_PER_ML = "particles/mL"
    PARTICLES_PER_UL = "particles/µL"
    PARTICLES_PER_L = "particles/L"
    PARTICLES_PER_UG = "particles/µg"
    PARTICLES_PER_MG = "particles/mg"
    PARTICLES_PER_VIAL = "particles/vial"
    PARTICLES_PER_DOSE = "particles/dose"
    NANOMETRE = "nm"
    MICROMETRE = "µm"
    MILLIVOLT = "mV"
    VOLT = "V"
    ENDOTOXIN_PER_ML = "EU/mL"
    ENDOTOXIN_INTERNATIONAL_PER_ML = "IU/mL"
    ENDOTOXIN_PER_VIAL = "EU/vial"
    ENDOTOXIN_PER_KG = "EU/kg"
    ENDOTOXIN_PER_KG_HOUR = "EU/kg/h"
    PICOGRAM_PER_ML = "pg/mL"
    NANOGRAM_PER_ML = "ng/mL"
    MICROGRAM_PER_ML = "µg/mL"
    MILLIGRAM_PER_ML = "mg/mL"
    GRAM_PER_L = "g/L"
    PICOGRAM_PER_DOSE = "pg/dose"
    NANOGRAM_PER_DOSE = "ng/dose"
    MICROGRAM_PER_DOSE = "µg/dose"
    NANOGRAM_PER_VIAL = "ng/vial"
    MICROGRAM_PER_VIAL = "µg/vial"
    OSMOLALITY = "mOsm/kg"
    OSMOLES_PER_KG = "Osm/kg"
    PARTICLES_PER_FRAME = "particles/frame"
    PERCENT = "%"
    PH = "pH"
    MILLILITRE = "mL"
    MICROLITRE = "µL"
    LITRE = "L"
    CELLS_PER_ML = "cells/mL"
    CELLS_PER_UL = "cells/µL"
    CELLS = "cells"
    CFU_PER_ML = "CFU/mL"
    CFU_PER_VIAL = "CFU/vial"
    DOUBLINGS = "population doublings"
    PASSAGES = "passages"
    PARTICULATES_PER_CONTAINER = "particulates/container"
    MILLIBAR = "mbar"
    BAR = "bar"
    KILOPASCAL = "kPa"
    POUND_PER_SQUARE_INCH = "psi"
    COPIES_PER_ML = "copies/mL"
    COPIES_PER_UL = "copies/µL"
    RATIO = "ratio"
    COUNT = "count"


class Comparator(StrEnum):
    """How the value stands to what was measured; the last two have only the limit they fell below."""

    EQUAL = "="
    LESS = "<"
    GREATER = ">"
    AT_MOST = "<="
    AT_LEAST = ">="
    BELOW_LOD = "below_lod"
    BELOW_LOQ = "below_loq"


_SPOKEN = {
    Comparator.BELOW_LOD: "below the limit of detection,",
    Comparator.BELOW_LOQ: "below the limit of quantitation,",
}


@dataclass(frozen=True, kw_only=True)
class ReplicateValue:
    """One video, position or well behind a value, in the value's unit."""

    label: Line
    value: Decimal


@dataclass(frozen=True, kw_only=True)
class WarningAnswer:
    """The analyst's answer to a warning that the instrument's file carries; ``code`` is the reader's."""

    code: Slug
    answer: Text


@dataclass(frozen=True, kw_only=True)
class RapidMethod:
    """A validated rapid sterility method: its own time in whole days and the validation that says so."""

    days: int
    validation: Line


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One result as the laboratory states it (rule Q1; MISEV2023, 21 CFR 211.194(a)).

    Either a ``value`` with its ``unit``, or a ``finding`` in words, or a comparator saying that the value lay
    below the ``lod`` or ``loq``. Raises ``Malformed`` naming every member that is missing or contradicts
    another; a value that is merely unwelcome is always taken.
    """

    assay: Slug
    method: Line
    method_version: Line
    facility: FacilityId
    started: ZonedTime
    read: ZonedTime
    comparator: Comparator = Comparator.EQUAL
    value: Decimal | None = None
    unit: Unit | None = None
    finding: Line | None = None
    lod: Decimal | None = None
    loq: Decimal | None = None
    instrument: EquipmentId | None = None
    raw_file: Sha256 | None = None
    replicates: tuple[ReplicateValue, ...] = ()
    warnings_answered: tuple[WarningAnswer, ...] = ()
    clouded: bool = False
    subcultured: ZonedTime | None = None
    rapid_method: RapidMethod | None = None
    retests: int | None = None
    resamples: int | None = None
    dilution: Dilution | None = None
    dose: StatedDose | None = None
    specimen: Specimen | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be understood, all of it at once."""
        faults = (
            *self._value_faults(),
            *self._further_faults(),
            *self._time_faults(),
            *self._sterility_faults(),
        )
        if faults:
            raise Malformed("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults), faults=faults)

    @property
    def operation(self) -> Operation:
        """What the laboratory's certification must cover (rule P7)."""
        return Operation.STERILITY_TESTING if self.is_sterility else Operation.QC_ASSAY

    @property
    def is_sterility(self) -> bool:
        """Whether this is a test for sterility, to which USP <71> and the stricter half of rule Q5 apply."""
        return is_sterility(self.assay)

    @property
    def incubated(self) -> timedelta:
        """How long the test ran until it was read."""
        return self.read.instant - self.started.instant

    @property
    def figure(self) -> Decimal:
        """The value, or the limit it fell below. Raises ``ValueError`` for a finding in words."""
        limits = {Comparator.BELOW_LOD: self.lod, Comparator.BELOW_LOQ: self.loq}
        number = limits.get(self.comparator, self.value)
        if number is None:
            raise ValueError("a finding in words has no number")
        return number

    @property
    def is_below(self) -> bool:
        """Whether all that is known is a limit that the value lay below."""
        return self.comparator in _SPOKEN

    def figure_for(self, unit: str | None) -> tuple[Decimal, str]:  # noqa: ARG002  a record may hold a conversion
        """The figure with its unit, in this one if it is known in it. Raises ``ValueError`` for a finding."""
        return self.figure, str(self.unit)

    def stated_for(self, unit: str | None) -> str:
        """The number with its comparator as a person reads it, in this unit if it is known in it."""
        if self.comparator is Comparator.EQUAL:
            return self.spelled(unit)
        return f"{_SPOKEN.get(self.comparator, self.comparator)} {self.spelled(unit)}"

    def spelled(self, unit: str | None) -> str:
        """The figure as a person reads it, to the digit that was entered."""
        return str(self.figure_for(unit)[0])

    @property
    def final(self) -> bool:
        """Whether the reading can stand for the assay; "no growth to date" is interim (USP <71>).

        Growth on any day is final. No growth is final at 14 days or at the validated rapid method's own time,
        and where the product clouded the medium, 4 days after the transfer.
        """
        if not self.is_sterility or self.finding == GROWTH:
            return True
        wanted = timedelta(days=self.rapid_method.days) if self.rapid_method else STERILITY_TEST
        transfer = self.subcultured or self.read
        settled = not self.clouded or self.read.instant - transfer.instant >= SUBCULTURE
        return settled and self.incubated >= wanted

    @property
    def stated(self) -> str:
        """The result as a person reads it, without its unit: ``< 0.05``, ``no_growth on day 3 (interim)``."""
        if self.finding is not None:
            day = f" on day {self.incubated.days}" if self.is_sterility else ""
            return f"{self.finding}{day}{'' if self.final else ' (interim)'}"
        return self.stated_for(self.unit)

    @property
    def in_words(self) -> str:
        """The same with its unit: ``< 0.05 EU/mL``."""
        return self.stated if self.unit is None else f"{self.stated} {self.unit}"

    def _value_faults(self) -> tuple[Fault, ...]:
        limit = {Comparator.BELOW_LOD: "lod", Comparator.BELOW_LOQ: "loq"}.get(self.comparator)
        faults = []
        if self.value is not None and self.finding is not None:
            faults.append(_fault("finding", "give a value or a finding, not both"))
        if limit and (self.value is not None or self.finding is not None):
            faults.append(_fault("comparator", f"{self.comparator} has no value; give the {limit}"))
        if limit and getattr(self, limit) is None:
            faults.append(
                _fault(limit, f"is missing, and {self.comparator} says that the value lay below it")
            )
        measured = self.dilution.measured if self.dilution else None
        derivable = self.replicates or measured is not None
        if not limit and self.value is None and self.finding is None and not derivable:
            faults.append(_fault("value", "is missing: give a value with its unit, or a finding in words"))
        if self.finding is not None and self.comparator is not Comparator.EQUAL:
            faults.append(_fault("comparator", "a finding in words is compared with nothing"))
        numbers = (self.value, measured, self.lod, self.loq, *(r.value for r in self.replicates))
        if self.unit is None and any(number is not None for number in numbers):
            faults.append(_fault("unit", "is missing: a number without its unit says nothing"))
        return tuple(faults)

    def _further_faults(self) -> tuple[Fault, ...]:
        faults = []
        if self.retests is not None and self.resamples is not None:
            faults.append(_fault("resamples", "a test of a new sample is no retest of the first: say one"))
        if self.finding is not None and (self.dilution or self.dose):
            faults.append(_fault("finding", "a finding in words has neither a dilution nor a dose"))
        if self.dilution and self.dilution.measured is not None and self.is_below:
            faults.append(_fault("dilution/measured", f"{self.comparator} has no value that was measured"))
        codes = [answer.code for answer in self.warnings_answered]
        if len(set(codes)) < len(codes):
            faults.append(_fault("warnings_answered", "answer each warning once"))
        return tuple(faults)

    def _time_faults(self) -> tuple[Fault, ...]:
        faults = []
        if self.read.instant < self.started.instant:
            faults.append(_fault("read", "is before the assay was started"))
        if self.subcultured and not self.started.instant <= self.subcultured.instant <= self.read.instant:
            faults.append(_fault("subcultured", "is not between the start and the reading"))
        if self.specimen and self.specimen.taken_at.instant > self.started.instant:
            faults.append(_fault("specimen/taken_at", "is after the assay was started"))
        return tuple(faults)

    def _sterility_faults(self) -> tuple[Fault, ...]:
        faults = []
        if self.is_sterility and self.finding not in {GROWTH, NO_GROWTH}:
            faults.append(_fault("finding", "a test for sterility finds growth or no_growth"))
        if not self.is_sterility and (self.clouded or self.subcultured or self.rapid_method):
            faults.append(
                _fault("assay", "only a test for sterility has clouded, subcultured or rapid_method")
            )
        if self.subcultured and not self.clouded:
            faults.append(_fault("clouded", "a transfer is made when the product clouded the medium: say so"))
        if self.rapid_method and self.rapid_method.days < 1:
            faults.append(_fault("rapid_method/days", "is at least 1"))
        return tuple(faults)


def is_sterility(assay: str) -> bool:
    """Whether an assay of this name is a test for sterility, whose readings are interim until its time is over."""
    return assay == "sterility" or assay.startswith("sterility_")


def _fault(member: str, detail: str) -> Fault:
    return Fault(pointer=f"/{member}", detail=detail)
