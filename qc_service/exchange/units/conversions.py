"""A measurement's numbers in another unit, exact to the digit entered.

A factor that ends as a decimal, as every power of ten does, changes no digit but by multiplication: ``1.90E+8
particles/µL`` is ``1.90E+11 particles/mL``, with as many digits as were entered. What does not end, such as a dose for
70 kg, keeps thirty significant digits, which is far finer than any limit; a specification rounds it when it judges.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from qc_service.domain.codec import parse_decimal
from qc_service.domain.conversion import Conversion
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line
from qc_service.domain.measurements import Measurement, Unit
from qc_service.domain.rounding import KEPT, as_read
from qc_service.exchange.units.ways import Way, doses_that_lead, way

MOST_DIGITS = 24
"""Significant digits that a number may have to be converted: fewer than are kept, so that order is kept, too."""
_EXACT = Context(prec=5000, rounding=ROUND_HALF_UP)
_KEPT = Context(prec=KEPT, rounding=ROUND_HALF_UP)


def convert(measurement: Measurement, wanted: str) -> Conversion:
    """The measurement's numbers in another unit. Raises ``Malformed`` naming the units, or the dose, that would do."""
    entered = str(measurement.unit)
    found = way(entered, wanted, measurement.dose)
    if found is None:
        raise Malformed(_what_would_do(entered, wanted), field="unit")
    return Conversion(
        unit=Unit(wanted),
        factor=scaled(Decimal(1), found.factor),
        how=_in_words(measurement, wanted, found),
        value=_number(measurement.value, found.factor),
        lod=_number(measurement.lod, found.factor),
        loq=_number(measurement.loq, found.factor),
        replicates=tuple(
            replace(one, value=_must_be_writable(one.value, found.factor)) for one in measurement.replicates
        ),
    )


def scaled(value: Decimal, factor: Fraction) -> Decimal:
    """A number times a factor: exact where that ends as a decimal, else with ``KEPT`` significant digits."""
    exact = _ending(factor)
    if exact is not None:
        return _EXACT.multiply(value, exact)
    product = Fraction(value) * factor
    ended = _ending(product)
    return _KEPT.divide(Decimal(product.numerator), Decimal(product.denominator)) if ended is None else ended


def convertible(wanted: str) -> tuple[str, ...]:
    """The units that go over into this one by themselves, itself first."""
    return (wanted, *(str(unit) for unit in Unit if str(unit) != wanted and way(str(unit), wanted, None)))


def _ending(number: Fraction) -> Decimal | None:
    """The number as a decimal without zeros at its end, or None where it never ends."""
    rest, places = number.denominator, 0
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest, count = rest // prime, count + 1
        places = max(places, count)
    if rest != 1:
        return None
    digits = number.numerator * 10**places // number.denominator
    return Decimal(digits).scaleb(-places, _EXACT).normalize(_EXACT)


def _number(value: Decimal | None, factor: Fraction) -> Decimal | None:
    return None if value is None else _must_be_writable(value, factor)


def _must_be_writable(value: Decimal, factor: Fraction) -> Decimal:
    if len(value.as_tuple().digits) > MOST_DIGITS:
        raise Malformed(
            f"has more than {MOST_DIGITS} digits: state it in the unit of the limit", field="value"
        )
    return parse_decimal(str(scaled(value, factor)))


def _in_words(measurement: Measurement, wanted: str, found: Way) -> Line:
    factor = scaled(Decimal(1), found.factor)
    plain = f"{factor:f}"
    at = f" at {measurement.dose.in_words}" if found.by_dose and measurement.dose else ""
    return Line(f"1 {measurement.unit} is {plain if len(plain) <= 12 else as_read(factor)} {wanted}{at}")


def _what_would_do(entered: str, wanted: str) -> str:
    units, doses = convertible(wanted), doses_that_lead(entered, wanted)
    by_dose = f", or state the dose in {_either(doses)}" if doses else ""
    return f"{entered} does not go over into {wanted}: use {_either(units)}{by_dose}"


def _either(choices: Iterable[str]) -> str:
    *others, last = choices
    return f"{', '.join(others)} or {last}" if others else last
