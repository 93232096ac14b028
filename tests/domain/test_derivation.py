"""Making a lot from others: pooling (P10), consumption and formulations (P2)."""

from decimal import Decimal

import pytest

from qc_service.domain.derivation import (
    FormulationNeedsItsOwnProduct,
    PoolingRefused,
    consumption,
    departures_of_parent,
    must_be_a_product_of_its_own,
    must_not_pool,
)
from qc_service.domain.disposition import LotReleased
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import DonorCode, Line, LotNumber, ProductCode
from qc_service.domain.lots import Additive, AdditiveKind, LotMaterialConsumed, Parent
from qc_service.domain.processing import DeviationCause
from qc_service.domain.vocabulary import Purpose
from tests.domain.lot_stories import lot, ml, product, registration

ONE, OTHER = DonorCode("DN-7K3M9QW2TX4B"), DonorCode("DN-8K3M9QW2TX4B")
RELEASED = LotReleased(purpose=Purpose.FURTHER_PROCESSING)
CHILD = LotNumber("EX261101B")


def amount(text: str, unit: str = "mL") -> Parent:
    return Parent(lot=LotNumber("EX261101A"), amount=Decimal(text), unit=Line(unit))


def test_p10_pooling_donors_is_refused() -> None:
    must_not_pool(product(), (ONE, ONE))
    with pytest.raises(PoolingRefused) as refused:
        must_not_pool(product(), (ONE, OTHER))
    (reason,) = refused.value.reasons
    assert (reason.code, reason.source) == ("donors_pooled", "21 CFR 1271.220(b)")


def test_p10_a_product_that_names_its_reference_may_pool() -> None:
    must_not_pool(product(pooling_reference=Line("IND 99999")), (ONE, OTHER))


def test_p2_a_formulation_is_a_product_of_its_own() -> None:
    vitamin = Additive(name=Line("A vitamin"), kind=AdditiveKind.VITAMIN, amount=Decimal(1), unit=Line("mg"))
    formulated = registration(additives=(vitamin,))
    must_be_a_product_of_its_own(formulated, (lot(product=ProductCode("EXO-BULK")),))
    must_be_a_product_of_its_own(registration(), (lot(),))
    with pytest.raises(FormulationNeedsItsOwnProduct) as refused:
        must_be_a_product_of_its_own(formulated, (lot(),))
    assert [reason.code for reason in refused.value.reasons] == ["parent_product_kept"]


def test_p2_consumption_is_recorded_on_the_parent() -> None:
    assert consumption(lot(), CHILD, amount("10")) == LotMaterialConsumed(into=CHILD, consumed=ml("10"))
    with pytest.raises(Malformed, match="state the amount in mL"):
        consumption(lot(), CHILD, amount("10", "mg"))


def test_p2_a_parent_not_released_is_flagged_and_not_refused() -> None:
    (found,) = departures_of_parent(lot(), amount("10"))
    assert found.cause is DeviationCause.PARENT_NOT_RELEASED
    assert departures_of_parent(lot(RELEASED), amount("100")) == ()


def test_p2_more_consumed_than_there_was_is_flagged_and_not_refused() -> None:
    taken = consumption(lot(), CHILD, amount("60"))
    (found,) = departures_of_parent(lot(RELEASED, taken), amount("40.001"))
    assert found.cause is DeviationCause.MORE_CONSUMED_THAN_MADE
