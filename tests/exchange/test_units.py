"""Units go over into each other exactly, or say what would do."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.codec import parse_decimal
from qc_service.domain.errors import Malformed
from qc_service.domain.measurements import Measurement, Unit
from qc_service.domain.obtaining import DoseUnit, StatedDose
from qc_service.exchange.units import convert, convertible, scaled, way
from tests.domain.quality_stories import measurement

PAIRS = [(one, other) for one, other in permutations(map(str, Unit), 2) if way(one, other, None)]
VALUES = st.decimals(min_value=-(10**9), max_value=10**9, places=9, allow_nan=False).map(
    lambda value: value.normalize()
)
AMOUNTS = st.decimals(min_value=Decimal("0.001"), max_value=Decimal(9999), places=3)


def stated(value: str, unit: str, **more: object) -> Measurement:
    return measurement("endotoxin", value=value, unit=unit, **more)


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "expected"),
    [
        ("1.90E+8", "particles/µL", "particles/mL", "1.90E+11"),
        ("1.90E+11", "particles/mL", "particles/L", "1.90E+14"),
        ("1.90E+11", "particles/L", "particles/mL", "1.90E+8"),
        ("2.50", "EU/mL", "IU/mL", "2.50"),
        ("0.1000", "µm", "nm", "100.0"),
        ("95", "nm", "µm", "0.095"),
        ("-0.0312", "V", "mV", "-31.2"),
        ("310", "mOsm/kg", "Osm/kg", "0.310"),
        ("1250", "pg/mL", "ng/mL", "1.250"),
        ("1.250", "ng/mL", "pg/mL", "1250"),
        ("5.0", "mg/mL", "g/L", "5.0"),
        ("7.5", "%", "ratio", "0.075"),
        ("1.00", "bar", "kPa", "100"),
        ("2.0E+9", "particles/µg", "particles/mg", "2.0E+12"),
    ],
)
def test_a_power_of_ten_keeps_every_digit_that_was_entered(
    value: str, unit: str, wanted: str, expected: str
) -> None:
    conversion = convert(stated(value, unit), wanted)
    assert str(conversion.value) == expected
    assert conversion.unit == wanted
    assert len(parse_decimal(expected).as_tuple().digits) == len(parse_decimal(value).as_tuple().digits)


def test_what_is_no_power_of_ten_is_multiplied_exactly() -> None:
    assert convert(stated("100", "psi"), "mbar").factor == Decimal("68.9475729316836133672267344535")
    dose = {"amount": "2.0", "unit": "mL/kg"}
    conversion = convert(stated("0.21", "EU/mL", dose=dose), "EU/kg")
    assert (str(conversion.value), conversion.how) == ("0.42", "1 EU/mL is 2 EU/kg at 2.0 mL/kg")


@pytest.mark.parametrize(
    ("unit", "wanted", "dose", "expected", "words"),
    [
        ("EU/mL", "EU/kg", {"amount": "10", "unit": "mL", "body_mass": "70"}, Fraction(1, 7), "10 mL for 70 kg"),
        (
            "EU/mL", "EU/kg/h", {"amount": "10", "unit": "mL", "body_mass": "50", "hours": "0.5"}, Fraction(2, 5),
            "10 mL for 50 kg over 0.5 h",
        ),
        ("EU/mL", "EU/kg/h", {"amount": "3", "unit": "mL/kg/h"}, Fraction(3), "3 mL/kg/h"),
        ("EU/mL", "EU/kg/h", {"amount": "3", "unit": "mL/kg", "hours": "2"}, Fraction(3, 2), "3 mL/kg over 2 h"),
        ("EU/vial", "EU/kg", {"amount": "2", "unit": "vials", "body_mass": "80"}, Fraction(1, 40), "2 vials for 80 kg"),
        (
            "EU/mL", "EU/kg", {"amount": "2", "unit": "vials", "body_mass": "80", "vial_volume": "1.5"},
            Fraction(3, 80), "2 vials for 80 kg, of 1.5 mL a vial",
        ),
        ("EU/vial", "EU/mL", {"amount": "1", "unit": "vials", "vial_volume": "2"}, Fraction(1, 2), "1 vials, of 2 mL"),
        ("pg/mL", "ng/dose", {"amount": "4", "unit": "mL"}, Fraction(1, 250), "4 mL"),
        ("particles/vial", "particles/dose", {"amount": "3", "unit": "vials"}, Fraction(3), "3 vials"),
    ],
)  # fmt: skip
def test_a_stated_dose_is_part_of_the_conversion(
    unit: str, wanted: str, dose: dict[str, str], expected: Fraction, words: str
) -> None:
    said = stated("1", unit, dose=dose)
    found = way(unit, wanted, said.dose)
    assert found is not None
    assert (found.factor, found.by_dose) == (expected, True)
    assert f" at {words}" in convert(said, wanted).how


def test_everything_numeric_is_converted_with_the_value() -> None:
    said = stated(
        "0.5", "EU/mL", lod="0.05", loq="0.10", dose={"amount": "2", "unit": "mL/kg"},
        replicates=[{"label": "well 1", "value": "0.4"}, {"label": "well 2", "value": "0.6"}],
    )  # fmt: skip
    conversion = convert(said, "EU/kg")
    assert (conversion.value, conversion.lod, conversion.loq) == (
        Decimal("1.0"),
        Decimal("0.10"),
        Decimal("0.20"),
    )
    assert [(one.label, str(one.value)) for one in conversion.replicates] == [
        ("well 1", "0.8"),
        ("well 2", "1.2"),
    ]
    below = convert(measurement("endotoxin", comparator="below_lod", value=None, lod="0.05"), "IU/mL")
    assert (below.value, below.lod) == (None, Decimal("0.05"))


@pytest.mark.parametrize(
    ("unit", "wanted", "words"),
    [
        ("nm", "EU/mL", "nm does not go over into EU/mL: use EU/mL or IU/mL"),
        ("mOsm/kg", "EU/kg", "mOsm/kg does not go over into EU/kg: use EU/kg"),
        ("particles/mL", "cells/mL", "particles/mL does not go over into cells/mL: use cells/mL or cells/µL"),
        (
            "EU/mL", "EU/kg",
            "EU/mL does not go over into EU/kg: use EU/kg, or state the dose in mL/kg or mL with body_mass",
        ),
        (
            "EU/vial", "EU/kg/h",
            "EU/vial does not go over into EU/kg/h: use EU/kg/h, or state the dose in vials with body_mass and hours",
        ),
    ],
)  # fmt: skip
def test_what_does_not_go_over_names_what_would_do(unit: str, wanted: str, words: str) -> None:
    with pytest.raises(Malformed) as refused:
        convert(stated("1", unit), wanted)
    assert (refused.value.detail, refused.value.field) == (words, "unit")


def test_a_dose_that_leads_nowhere_is_no_help() -> None:
    per_kg = {"amount": "2", "unit": "mL/kg"}
    with pytest.raises(Malformed, match="state the dose in mL/kg/h"):
        convert(stated("1", "EU/mL", dose=per_kg), "EU/kg/h")
    with pytest.raises(Malformed, match="does not go over"):
        convert(stated("1", "nm", dose=per_kg), "EU/kg")


def test_a_dose_that_is_not_needed_is_not_used() -> None:
    conversion = convert(stated("1", "particles/µL", dose={"amount": "2", "unit": "mL/kg"}), "particles/mL")
    assert conversion.how == "1 particles/µL is 1000 particles/mL"


def test_every_unit_goes_over_into_itself_and_back_from_what_it_goes_over_into() -> None:
    for unit in map(str, Unit):
        same = way(unit, unit, None)
        assert same is not None
        assert (same.factor, same.by_dose) == (Fraction(1), False)
        for other in convertible(unit):
            there, back = way(other, unit, None), way(unit, other, None)
            assert there is not None
            assert back is not None
            assert there.factor * back.factor == 1


def test_a_number_that_cannot_be_written_out_or_told_apart_is_refused() -> None:
    with pytest.raises(Malformed, match="more than 24 digits"):
        convert(stated("0.1234567890123456789012345", "µm"), "nm")
    with pytest.raises(Malformed, match="not a number as it is kept"):
        convert(stated("1E+999", "particles/µL"), "particles/L")


@given(VALUES, st.sampled_from(PAIRS))
def test_there_and_back_is_where_it_was(value: Decimal, pair: tuple[str, str]) -> None:
    there, back = way(pair[0], pair[1], None), way(pair[1], pair[0], None)
    assert there is not None
    assert back is not None
    returned = scaled(scaled(value, there.factor), back.factor)
    if there.factor.denominator == 1 or back.factor.denominator == 1:
        assert returned == value
    assert abs(returned - value) <= abs(value) * Decimal("1E-29")


@given(VALUES, VALUES, AMOUNTS, AMOUNTS)
def test_order_is_kept(one: Decimal, other: Decimal, amount: Decimal, mass: Decimal) -> None:
    dose = StatedDose(amount=amount, unit=DoseUnit.MILLILITRE, body_mass=mass)
    found = way("EU/mL", "EU/kg", dose)
    assert found is not None
    assert found.factor == Fraction(amount) / Fraction(mass)
    converted = scaled(one, found.factor), scaled(other, found.factor)
    assert (converted[0] < converted[1]) == (one < other)
    assert (converted[0] == converted[1]) == (one == other)


@given(VALUES, AMOUNTS)
def test_a_factor_that_ends_is_exact_and_invents_no_digit(value: Decimal, factor: Decimal) -> None:
    product = scaled(value, Fraction(factor))
    assert Fraction(product) == Fraction(value) * Fraction(factor)
    entered = len(value.as_tuple().digits) + len(factor.normalize().as_tuple().digits)
    assert len(product.as_tuple().digits) <= entered
