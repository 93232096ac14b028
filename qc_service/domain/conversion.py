"""A value in the unit of its limit: what it was entered as stays, and how it was converted stands beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from qc_service.domain.identifiers import Line
from qc_service.domain.measurements import Comparator, Measurement, ReplicateValue, Unit


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """A result's numbers in another ``unit``, frozen as they are compared with the limits (rule Q2).

    One of the entered unit is ``factor`` of this one; ``how`` says so in words, with the dose that it takes. A
    factor that no decimal writes out exactly, and a number made with it, keep thirty significant digits; every
    other number is exact.
    """

    unit: Unit
    factor: Decimal
    how: Line
    value: Decimal | None = None
    lod: Decimal | None = None
    loq: Decimal | None = None
    replicates: tuple[ReplicateValue, ...] = ()

    def figure(self, comparator: Comparator) -> Decimal | None:
        """The value, or the limit that it fell below."""
        limits = {Comparator.BELOW_LOD: self.lod, Comparator.BELOW_LOQ: self.loq}
        return limits.get(comparator, self.value)


@dataclass(frozen=True, kw_only=True)
class ResultConverted(Conversion):
    """The conversion of the result of this number, made when the lot was assessed."""

    result: int


Convert = Callable[[Measurement, str], Conversion]
"""The numbers of a measurement in another unit. Raises ``Malformed`` where the one measures something else, or where a
dose is wanted and not stated; its words name what would do."""
