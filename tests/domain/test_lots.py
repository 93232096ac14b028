"""A lot folds from its records: what it was made from, what is left of it, and where it stands in one
word."""

from decimal import Decimal
from typing import Any

import pytest

from qc_service.domain.disposition import (
    HoldCause,
    LotHeld,
    LotRecalled,
    LotRejected,
    LotReleased,
    RecallKind,
)
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Din, Line, LotNumber, ReagentId, RecallId, Text
from qc_service.domain.lots import Additive, AdditiveKind, LotMaterialConsumed, LotStatus, Parent
from qc_service.domain.records import Body
from qc_service.domain.vocabulary import Purpose
from tests.domain.lot_stories import fill, lot, ml, registration

PARENT = Parent(lot=LotNumber("BULK-1"), amount=Decimal(10), unit=Line("mL"))
RELEASED = LotReleased(purpose=Purpose.CLINICAL)
HELD = LotHeld(hold=1, cause=HoldCause.COMPLAINT, explanation=Text("A clinic complained."))
REJECTED = LotRejected(explanation=Text("Particles in the vials."))
WITHDRAWN = LotRecalled(recall=RecallId("WDR-1"), kind=RecallKind.WITHDRAWAL)
RECALLED = LotRecalled(recall=RecallId("RCL-1"), kind=RecallKind.RECALL)


def test_p1_a_lot_cites_everything_it_was_made_from() -> None:
    peptide = Additive(
        name=Line("A peptide"),
        kind=AdditiveKind.PEPTIDE,
        amount=Decimal(5),
        unit=Line("mg"),
        reagent=ReagentId("PEPTIDE-1"),
    )
    carrier = Additive(name=Line("Saline"), kind=AdditiveKind.CARRIER, amount=Decimal(9), unit=Line("mL"))
    made = registration(parents=(PARENT,), additives=(peptide, carrier))
    assert made.cites() == ("product/EXO-INJ-1", "donation/A999026000001", "lot/BULK-1", "reagent/PEPTIDE-1")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"donations": ()}, "donations"),
        ({"donations": (Din("A999026000001"),) * 2}, "donations"),
        ({"parents": (PARENT, PARENT)}, "parents"),
    ],
)
def test_p2_a_lot_is_made_from_something_named_once(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as refused:
        registration(**changes)
    assert refused.value.field == field


def test_p2_partial_consumption_leaves_the_rest() -> None:
    into = LotNumber("EX261101B")
    taken = LotMaterialConsumed(into=into, consumed=ml("40"))
    assert lot(taken, taken).remaining == Decimal(20)
    assert taken.cites() == ()


def test_a_lot_belongs_to_who_registered_it() -> None:
    made = lot()
    assert (made.number, made.registered_by, made.organisation) == (
        "EX261101A",
        "t.technician",
        "demo-biologics",
    )


@pytest.mark.parametrize(
    ("later", "status"),
    [
        ((), LotStatus.QUARANTINED),
        ((RELEASED,), LotStatus.RELEASED),
        ((RELEASED, HELD), LotStatus.ON_HOLD),
        ((RELEASED, HELD, REJECTED), LotStatus.REJECTED),
        ((RELEASED, HELD, REJECTED, WITHDRAWN), LotStatus.WITHDRAWN),
        ((RELEASED, HELD, REJECTED, WITHDRAWN, RECALLED), LotStatus.RECALLED),
    ],
)
def test_a_lot_stands_at_the_gravest_that_is_true(later: tuple[Body, ...], status: LotStatus) -> None:
    assert lot(*later).status is status


def test_p2_a_release_is_for_a_purpose() -> None:
    released = lot(RELEASED)
    assert released.released_for(Purpose.CLINICAL)
    assert not released.released_for(Purpose.FURTHER_PROCESSING)
    assert not released.usable_for(Purpose.FURTHER_PROCESSING)
    assert not lot(RELEASED, REJECTED).released_for(Purpose.CLINICAL)


def test_r4_a_hold_does_not_undo_a_release_but_stops_its_use() -> None:
    held = lot(RELEASED, HELD)
    assert held.released_for(Purpose.CLINICAL)
    assert not held.usable_for(Purpose.CLINICAL)
    assert lot(RELEASED).usable_for(Purpose.CLINICAL)


def test_v8_the_expiry_is_that_of_the_fill() -> None:
    filled = lot(fill())
    assert lot().expires_on is None
    assert filled.filling.fill is not None
    assert filled.expires_on == filled.filling.fill.expires_on
