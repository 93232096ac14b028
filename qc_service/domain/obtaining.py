"""How a value was got from a specimen: how that was kept, how far it was diluted, and which dose it speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from qc_service.domain.errors import Fault, Malformed
from qc_service.domain.identifiers import Line
from qc_service.domain.moments import ZonedTime

MOST_DIGITS = 12
"""How many significant digits a dilution or a dose may have."""


class DoseUnit(StrEnum):
    """What a stated dose is measured in."""

    ML_PER_KG = "mL/kg"
    ML_PER_KG_HOUR = "mL/kg/h"
    MILLILITRE = "mL"
    VIALS = "vials"


@dataclass(frozen=True, kw_only=True)
class StatedDose:
    """The dose by which a content per mL or per vial becomes one per kilogram of body mass, or per dose (USP <85>).

    ``amount`` is given at once, or over ``hours``, to a person of ``body_mass`` kilograms; a dose per kilogram
    needs no body mass. ``vial_volume`` is how many millilitres a vial holds.
    """

    amount: Decimal
    unit: DoseUnit
    body_mass: Decimal | None = None
    hours: Decimal | None = None
    vial_volume: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse what is no amount, and what is said twice."""
        faults = [
            *_positive(self, ("amount", "body_mass", "hours", "vial_volume")),
            *_doubled(self, "body_mass", {DoseUnit.ML_PER_KG, DoseUnit.ML_PER_KG_HOUR}, "a dose per kg has"),
            *_doubled(self, "hours", {DoseUnit.ML_PER_KG_HOUR}, "a dose per hour has"),
        ]
        if faults:
            raise Malformed("; ".join(f"{one.pointer}: {one.detail}" for one in faults), faults=tuple(faults))

    @property
    def in_words(self) -> str:
        """As a person says it: ``10 mL for 70 kg over 1 h, of 2 mL a vial``."""
        parts = (
            (f"{self.amount} {self.unit}", True),
            (f" for {self.body_mass} kg", self.body_mass is not None),
            (f" over {self.hours} h", self.hours is not None),
            (f", of {self.vial_volume} mL a vial", self.vial_volume is not None),
        )
        return "".join(words for words, stated in parts if stated)


def _positive(holder: object, members: Iterable[str]) -> Iterable[Fault]:
    for member in members:
        number = getattr(holder, member)
        if number is not None and not (
            number > 0 and len(number.normalize().as_tuple().digits) <= MOST_DIGITS
        ):
            yield Fault(pointer=f"/{member}", detail=f"is above 0, in {MOST_DIGITS} digits or fewer")


def _doubled(dose: StatedDose, member: str, units: set[DoseUnit], words: str) -> Iterable[Fault]:
    if dose.unit in units and getattr(dose, member) is not None:
        yield Fault(pointer=f"/{member}", detail=f"{words} it in its unit already")


@dataclass(frozen=True, kw_only=True)
class Dilution:
    """How many times the specimen was diluted: the value is that of the undiluted specimen.

    ``measured`` is what was read in the diluted one; without it the instrument multiplied already.
    """

    factor: Decimal
    measured: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse a factor that dilutes nothing."""
        if self.factor < 1 or len(self.factor.normalize().as_tuple().digits) > MOST_DIGITS:
            detail = f"is 1 or more, in {MOST_DIGITS} digits or fewer: a sample diluted tenfold has 10"
            raise Malformed(detail, field="factor")


@dataclass(frozen=True, kw_only=True)
class SpecimenStorage:
    """How a specimen was kept until the assay: where, from when to when, and between which temperatures in Celsius."""

    condition: Line
    stored_from: ZonedTime
    stored_until: ZonedTime
    min: Decimal
    max: Decimal

    def __post_init__(self) -> None:
        """Refuse times and temperatures out of order."""
        faults = []
        if self.stored_until.instant < self.stored_from.instant:
            faults.append(Fault(pointer="/stored_until", detail="is before stored_from"))
        if self.max < self.min:
            faults.append(Fault(pointer="/max", detail="is below the lowest temperature"))
        if faults:
            raise Malformed("; ".join(f"{one.pointer}: {one.detail}" for one in faults), faults=tuple(faults))

    @property
    def lasted(self) -> timedelta:
        """How long it was kept."""
        return self.stored_until.instant - self.stored_from.instant


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """What was taken for the assay, and how it was kept where it was not tested at once."""

    id: Line
    taken_at: ZonedTime
    storage: SpecimenStorage | None = None
