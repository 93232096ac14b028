"""The fill of a lot adds up, is reconciled with its labels, and keeps enough for retention (domain rules P9,
P11)."""

from datetime import date

import pytest

from qc_service.domain.errors import Malformed
from qc_service.domain.filling import FillCounts, LabelsReconciled, departures_of_fill
from qc_service.domain.processing import DeviationCause
from tests.domain.lot_stories import counts, fill, lot


def labels(issued: int = 12) -> LabelsReconciled:
    return LabelsReconciled(issued=issued, used=10, spoiled=1, returned=1, notes=None)


def test_p11_every_vial_has_a_fate() -> None:
    filled = fill()
    assert filled.counts.accounted == filled.counts.filled == 12
    assert list(filled.counts.fates()) == [
        "stock",
        "qc_sample",
        "retention",
        "stability",
        "rejected_at_inspection",
    ]
    assert departures_of_fill(filled) == ()


def test_p11_vials_that_do_not_add_up_depart() -> None:
    (found,) = departures_of_fill(fill(counts=counts(filled=13)))
    assert found.cause is DeviationCause.FILL_COUNTS_DISAGREE
    assert found.description == "13 vials were filled, but 12 are accounted for."


def test_p9_an_expiry_beyond_every_shelf_life_departs() -> None:
    assert departures_of_fill(fill(expires_on=date(2027, 11, 1))) == ()
    (found,) = departures_of_fill(fill(expires_on=date(2027, 11, 2)))
    assert found.cause is DeviationCause.EXPIRY_BEYOND_SHELF_LIFE


def test_p11_labels_are_reconciled_when_every_one_is_accounted_for() -> None:
    assert not lot(fill()).filling.reconciled
    assert not lot(fill(), labels(issued=13)).filling.reconciled
    assert lot(fill(), labels(issued=13), labels()).filling.reconciled


def test_p11_retention_is_twice_what_the_tests_need() -> None:
    assert not fill().retention_is_short
    assert fill(test_quantity=2).retention_is_short


def test_p11_a_fill_is_of_one_to_ten_thousand_vials() -> None:
    nothing = {"rejected_at_inspection": 0, "qc_samples": 0, "retention": 0, "stability": 0}
    assert FillCounts(filled=10_000, stock=10_000, **nothing).accounted == 10_000
    for filled, stock in ((0, 1), (10_001, 1), (1, 0), (1, 10_001), (1, -1)):
        with pytest.raises(Malformed):
            FillCounts(filled=filled, stock=stock, **nothing)


def test_p11_a_fill_that_cannot_be_understood_is_refused() -> None:
    with pytest.raises(Malformed, match="before they are filled"):
        fill(expires_on=date(2026, 10, 31))
    with pytest.raises(Malformed, match="at least one vial"):
        fill(test_quantity=0)
    with pytest.raises(Malformed, match="zero or more"):
        LabelsReconciled(issued=1, used=-1, spoiled=1, returned=1, notes=None)


def test_p11_a_fill_stands_on_its_facility() -> None:
    assert fill().cites() == ("facility/north-cleanroom",)
