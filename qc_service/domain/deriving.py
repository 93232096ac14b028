"""A value that was not entered: the mean of its replicates, or what was measured times the dilution."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import TypeVar

from qc_service.domain.codec import parse_decimal
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line
from qc_service.domain.measurements import Measurement
from qc_service.domain.obtaining import Dilution
from qc_service.domain.replicates import spread_of

M = TypeVar("M", bound=Measurement)
_EXACT = Context(prec=2500, rounding=ROUND_HALF_UP)


def derived(measurement: M) -> tuple[M, Line | None]:
    """The measurement with its value, and how that was got where nobody entered it; as it is where there is none.

    Raises ``Malformed`` where the value entered is not what was measured times the dilution, to its own last place.
    """
    dilution, readings = measurement.dilution, measurement.replicates
    undiluted = _undiluted(dilution) if dilution else None
    if measurement.value is not None:
        if dilution and undiluted is not None:
            _must_agree(measurement.value, dilution, undiluted)
        return measurement, None
    if dilution and undiluted is not None:
        words = Line(f"{dilution.measured} measured, times {dilution.factor}")
        return replace(measurement, value=_writable(undiluted, "dilution")), words
    if not readings or measurement.is_below:
        return measurement, None
    mean = spread_of(tuple(reading.value for reading in readings)).mean
    words = Line(f"mean of {len(readings)} replicates" if len(readings) > 1 else "the one replicate")
    return replace(measurement, value=_writable(mean, "replicates")), words


def _undiluted(dilution: Dilution) -> Decimal | None:
    """Exactly, with as many digits as were measured: a factor's zeros are no digits."""
    if dilution.measured is None:
        return None
    return _EXACT.multiply(dilution.measured, dilution.factor.normalize())


def _must_agree(value: Decimal, dilution: Dilution, undiluted: Decimal) -> None:
    place = Fraction(Decimal((0, (1,), int(value.as_tuple().exponent))))
    if abs(Fraction(value) - Fraction(undiluted)) > place / 2:
        detail = f"{dilution.measured} times {dilution.factor} is {undiluted}, not {value}"
        raise Malformed(detail, field="dilution")


def _writable(value: Decimal, member: str) -> Decimal:
    try:
        return parse_decimal(str(value))
    except Malformed as error:
        raise Malformed(f"makes a number that cannot be written out: {error.detail}", field=member) from error
