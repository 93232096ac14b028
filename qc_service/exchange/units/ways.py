"""From one unit to another: the exact factor, and which of the facts of a stated dose it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

from qc_service.domain.obtaining import DoseUnit, StatedDose
from qc_service.exchange.units.definitions import DEFINITIONS, SPELT

if TYPE_CHECKING:
    from pint import UnitRegistry

_PER_DOSE = {DoseUnit.MILLILITRE: "mL/dose", DoseUnit.VIALS: "vial/dose"}
_MEMBERS = {"body_mass": "kg/dose", "hours": "h", "vial_volume": "mL/vial"}
"""What each further fact of a dose is measured in: a body takes one dose."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One of the first unit is ``factor`` of the second; ``by_dose`` where that takes the stated dose."""

    factor: Fraction
    by_dose: bool


@cache
def _registry() -> UnitRegistry[Any]:
    """The units, read when the first one is converted: the library takes longer to load than all of the service."""
    from pint import UnitRegistry  # noqa: PLC0415

    registry: UnitRegistry[Any] = UnitRegistry(None, non_int_type=Fraction)
    registry.load_definitions(DEFINITIONS.splitlines())
    return registry


@lru_cache(maxsize=1024)
def way(entered: str, wanted: str, dose: StatedDose | None) -> Way | None:
    """How to get from one unit to the other, with as few facts of the dose as it takes; None where nothing leads there.

    The facts of a dose measure different things, so there is never more than one way.
    """
    registry = _registry()
    goal = registry.parse_units(SPELT.get(wanted, wanted))
    start = registry.Quantity(Fraction(1), registry.parse_units(SPELT.get(entered, entered)))
    facts = [registry.Quantity(Fraction(amount), registry.parse_units(unit)) for amount, unit in _facts(dose)]
    for powers in sorted(product((0, 1, -1), repeat=len(facts)), key=lambda one: sum(map(abs, one))):
        reached = start
        for fact, power in zip(facts, powers, strict=True):
            reached = reached if power == 0 else reached * fact if power > 0 else reached / fact
        if reached.is_compatible_with(goal):
            return Way(factor=Fraction(reached.to(goal).magnitude), by_dose=any(powers))
    return None


def _facts(dose: StatedDose | None) -> Iterator[tuple[Decimal, str]]:
    if dose is None:
        return
    yield dose.amount, _PER_DOSE.get(dose.unit, str(dose.unit))
    for member, unit in _MEMBERS.items():
        if (amount := getattr(dose, member)) is not None:
            yield amount, unit


_ONE = Decimal(1)
_STATED: Mapping[str, StatedDose] = {
    "mL/kg": StatedDose(amount=_ONE, unit=DoseUnit.ML_PER_KG),
    "mL/kg/h": StatedDose(amount=_ONE, unit=DoseUnit.ML_PER_KG_HOUR),
    "mL/kg with hours": StatedDose(amount=_ONE, unit=DoseUnit.ML_PER_KG, hours=_ONE),
    "mL": StatedDose(amount=_ONE, unit=DoseUnit.MILLILITRE),
    "vials": StatedDose(amount=_ONE, unit=DoseUnit.VIALS),
    "mL with body_mass": StatedDose(amount=_ONE, unit=DoseUnit.MILLILITRE, body_mass=_ONE),
    "vials with body_mass": StatedDose(amount=_ONE, unit=DoseUnit.VIALS, body_mass=_ONE),
    "mL with vial_volume": StatedDose(amount=_ONE, unit=DoseUnit.MILLILITRE, vial_volume=_ONE),
    "mL with body_mass and hours": StatedDose(
        amount=_ONE, unit=DoseUnit.MILLILITRE, body_mass=_ONE, hours=_ONE
    ),
    "vials with body_mass and hours": StatedDose(
        amount=_ONE, unit=DoseUnit.VIALS, body_mass=_ONE, hours=_ONE
    ),
}


@cache
def doses_that_lead(entered: str, wanted: str) -> tuple[str, ...]:
    """The ways to state a dose that lead from one unit to the other, none longer than it need be."""
    found = [words for words, dose in _STATED.items() if way(entered, wanted, dose) is not None]
    return tuple(words for words in found if not any(words.startswith(f"{less} ") for less in found))
