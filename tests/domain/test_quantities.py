"""Amounts are exact, have a unit that is known, and are compared only with what measures the same."""

from decimal import Decimal

import pytest

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line
from qc_service.domain.quantities import Quantity


def quantity(amount: str, unit: str) -> Quantity:
    return Quantity(amount=Decimal(amount), unit=Line(unit))


def test_units_of_one_dimension_are_compared_exactly() -> None:
    assert quantity("1500", "µL").measured_in(Line("mL")) == Decimal("1.5")
    assert quantity("1.5", "mL").measured_in(Line("µL")) == Decimal(1500)
    assert quantity("2", "L").comparable(quantity("1", "µL"))
    assert not quantity("2", "L").comparable(quantity("1", "mg"))


def test_a_quantity_reads_as_a_person_writes_it() -> None:
    assert str(quantity("2.50", "mL")) == "2.50 mL"


@pytest.mark.parametrize(("amount", "unit", "field"), [("1", "cup", "unit"), ("-1", "mL", "amount")])
def test_what_cannot_be_understood_is_refused(amount: str, unit: str, field: str) -> None:
    with pytest.raises(Malformed) as refused:
        quantity(amount, unit)
    assert refused.value.field == field
