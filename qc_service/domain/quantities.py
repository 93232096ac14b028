"""Amounts with their unit: exact decimals that are compared and added only where their units measure the same
thing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line

_SCALES: dict[str, tuple[str, int]] = {
    "L": ("volume", 6),
    "mL": ("volume", 3),
    "µL": ("volume", 0),
    "kg": ("mass", 9),
    "g": ("mass", 6),
    "mg": ("mass", 3),
    "µg": ("mass", 0),
    "cells": ("cells", 0),
    "particles": ("particles", 0),
    "vials": ("vials", 0),
    "pieces": ("pieces", 0),
}
"""Each unit's dimension, and its power of ten over the smallest unit of that dimension."""


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """How much of something: zero or more of a known unit, ``2.50 mL`` or ``1.2E+8 cells``; never a binary
    fraction."""

    amount: Decimal
    unit: Line

    def __post_init__(self) -> None:
        """Refuse an unknown unit and a negative amount: neither can be understood."""
        if self.unit not in _SCALES:
            raise Malformed(
                f"{self.unit!r} is not a known unit: use one of {', '.join(_SCALES)}", field="unit"
            )
        if self.amount < 0:
            raise Malformed("an amount is zero or more", field="amount")

    def measured_in(self, unit: Line) -> Decimal:
        """The amount in another unit of the same dimension (1500 µL measured in mL is 1.500)."""
        return self.amount.scaleb(_SCALES[self.unit][1] - _SCALES[unit][1])

    def comparable(self, other: Quantity) -> bool:
        """Whether both measure the same thing, so that one can be taken from the other."""
        return _SCALES[self.unit][0] == _SCALES[other.unit][0]

    def __str__(self) -> str:
        """As a person writes it: ``2.50 mL``."""
        return f"{self.amount} {self.unit}"
