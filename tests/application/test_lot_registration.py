"""Registering lots through the doorway: what they were made from, pooling (P10), consumption and formulations
(P2)."""

from decimal import Decimal
from typing import Any

import pytest

from qc_service.application.lots import register_lot, summary
from qc_service.application.naming import NameTaken
from qc_service.domain.derivation import FormulationNeedsItsOwnProduct, PoolingRefused
from qc_service.domain.disposition import LotReleased
from qc_service.domain.errors import Forbidden, Malformed
from qc_service.domain.identifiers import Din, Line, LotNumber, ProductCode, ReagentId, Text
from qc_service.domain.lots import Additive, AdditiveKind, LotMaterialConsumed, LotRegistered, Parent
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Role
from qc_service.domain.processing import DeviationCause, DeviationOpened
from qc_service.domain.vocabulary import LotKind, Purpose
from tests.application.lot_world import DIN, OTHER_DIN, REGISTER, LotWorld
from tests.domain.lot_stories import ml

BULK, CHILD = LotNumber("BULK-1"), LotNumber("EX261101B")


def from_bulk(amount: str, lot: str = BULK) -> Parent:
    return Parent(lot=LotNumber(lot), amount=Decimal(amount), unit=Line("mL"))


@pytest.fixture
def lots() -> LotWorld:
    return LotWorld()


@pytest.fixture
def bulk(lots: LotWorld) -> LotWorld:
    """With a released bulk lot of 100 mL."""
    lots.register(number=BULK, kind=LotKind.BULK, product=ProductCode("EXO-BULK"))
    lots.lay(BULK, LotReleased(purpose=Purpose.FURTHER_PROCESSING))
    return lots


def test_a_lot_is_registered_from_its_donation(lots: LotWorld) -> None:
    (body,) = lots.register()
    assert isinstance(body, LotRegistered)
    assert lots.world.view.citing(f"donation/{DIN}", "lot") == ("EX261101A",)
    assert summary(lots.lot()) == {
        "status": "quarantined",
        "title": "Lot EX261101A",
        "kind": "finished",
        "product": "EXO-INJ-1",
        "expires_on": None,
    }


def test_a_number_is_given_once(lots: LotWorld) -> None:
    lots.register()
    with pytest.raises(NameTaken):
        lots.register()


def test_e4_only_who_may_registers_a_lot(lots: LotWorld) -> None:
    with pytest.raises(Forbidden):
        lots.act(register_lot, REGISTER, Role.CLINICIAN)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"product": ProductCode("UNKNOWN")}, "/product"),
        ({"donations": (DIN, Din("A999026000009"))}, "/donations/1"),
        ({"parents": (from_bulk("1"),)}, "/parents/0"),
        (
            {
                "additives": (
                    Additive(
                        name=Line("A vitamin"),
                        kind=AdditiveKind.VITAMIN,
                        reagent=ReagentId("UNKNOWN"),
                        amount=Decimal(1),
                        unit=Line("mg"),
                    ),
                )
            },
            "/additives/0",
        ),
    ],
)
def test_what_is_not_on_record_is_named_where_it_stands(
    lots: LotWorld, changes: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(Malformed) as refused:
        lots.register(**changes)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_e4_what_belongs_to_another_is_not_disclosed(bulk: LotWorld) -> None:
    with pytest.raises(Malformed, match="no product EXO-INJ-1 of yours is on record"):
        bulk.act(register_lot, REGISTER, organisation="far-clinic")


def test_p2_a_derived_lot_consumes_its_parent(bulk: LotWorld) -> None:
    registered, consumed = bulk.register(number=CHILD, donations=(), parents=(from_bulk("40"),))
    assert isinstance(registered, LotRegistered)
    assert consumed == LotMaterialConsumed(into=CHILD, consumed=ml("40"))
    assert bulk.lot(BULK).remaining == Decimal(60)
    assert bulk.causes(CHILD) == []


def test_p2_more_consumed_than_there_was_is_recorded_and_opens_a_deviation(bulk: LotWorld) -> None:
    *_, opened = bulk.register(number=CHILD, donations=(), parents=(from_bulk("101"),))
    assert isinstance(opened, DeviationOpened)
    assert opened.description == "101 mL was taken from lot BULK-1: more was consumed than there was."
    assert bulk.causes(CHILD) == [DeviationCause.MORE_CONSUMED_THAN_MADE]
    assert bulk.lot(BULK).remaining == Decimal(-1)


def test_p2_a_parent_not_released_is_recorded_and_opens_a_deviation(lots: LotWorld) -> None:
    lots.register(number=BULK, product=ProductCode("EXO-BULK"))
    lots.register(number=CHILD, donations=(), parents=(from_bulk("101"),))
    assert lots.causes(CHILD) == [DeviationCause.PARENT_NOT_RELEASED, DeviationCause.MORE_CONSUMED_THAN_MADE]


def test_p2_a_formulation_is_registered_under_a_product_of_its_own(bulk: LotWorld) -> None:
    peptide = Additive(
        name=Line("A peptide"),
        kind=AdditiveKind.PEPTIDE,
        reagent=ReagentId("MEDIUM-2611"),
        amount=Decimal(1),
        unit=Line("mg"),
    )
    formulated = {"number": CHILD, "donations": (), "parents": (from_bulk("1"),), "additives": (peptide,)}
    with pytest.raises(FormulationNeedsItsOwnProduct):
        bulk.register(**formulated, product=ProductCode("EXO-BULK"))
    bulk.register(**formulated)
    assert bulk.world.view.citing("reagent/MEDIUM-2611", "lot") == (CHILD,)


def test_p10_pooling_donors_is_refused_through_parents_too(bulk: LotWorld) -> None:
    with pytest.raises(PoolingRefused):
        bulk.register(donations=(DIN, OTHER_DIN))
    with pytest.raises(PoolingRefused):
        bulk.register(number=CHILD, donations=(OTHER_DIN,), parents=(from_bulk("1"),))


def test_p10_a_product_that_names_its_reference_lists_every_donor(lots: LotWorld) -> None:
    lots.product("EXO-POOL", pooling_reference=Line("IND 99999"))
    lots.register(product=ProductCode("EXO-POOL"), donations=(DIN, OTHER_DIN))
    assert lots.lot().donations == (DIN, OTHER_DIN)


def test_p3_a_lot_entered_late_wants_a_reason(lots: LotWorld) -> None:
    made_at = ZonedTime("2026-10-30T08:00:00-04:00")
    with pytest.raises(Malformed, match="say why"):
        lots.register(made_at=made_at)
    lots.register(made_at=made_at, reason=Text("The network was down."))
    (first,) = lots.world.view.history("lot/EX261101A")
    assert (first.occurred_at, first.reason) == (made_at, "The network was down.")
