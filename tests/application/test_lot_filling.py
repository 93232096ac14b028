"""Filling through the doorway: one record, a serial for every vial, the step with it, the labels afterwards
(P11)."""

from dataclasses import replace
from datetime import date

import pytest

from qc_service.application.filling import ReconcileLabels, minted, reconcile_labels, record_fill
from qc_service.application.manifest import read_manifest
from qc_service.application.processing import record_step
from qc_service.domain.errors import Forbidden
from qc_service.domain.filling import AlreadyFilled, NotFilledYet, VialsFilled
from qc_service.domain.identifiers import FacilityId
from qc_service.domain.permissions import Role
from qc_service.domain.processing import DeviationCause, StepPerformed
from qc_service.domain.vocabulary import StepKind
from qc_service.ledger.fill import fill_root
from tests.application.lot_world import CONCENTRATE, FILL, LOT_A, STEP, LotWorld
from tests.domain.lot_stories import counts
from tests.fakes import CountedRandomness

LABELS = ReconcileLabels(lot=LOT_A, issued=12, used=11, spoiled=1, returned=0)


@pytest.fixture
def lots() -> LotWorld:
    """With a lot that is ready to be filled."""
    world = LotWorld()
    world.register()
    world.act(record_step, STEP)
    world.act(record_step, CONCENTRATE)
    return world


def test_p11_a_fill_is_one_record_with_its_step(lots: LotWorld) -> None:
    step, fill = lots.act(record_fill, FILL)
    assert isinstance(step, StepPerformed)
    assert isinstance(fill, VialsFilled)
    assert (step.kind, step.number, fill.step) == (StepKind.FILL, 3, 3)
    assert lots.causes() == []
    assert lots.lot().expires_on == date(2027, 10, 31)
    record = lots.world.view.history("lot/EX261101A")[-1]
    assert record.occurred_at == FILL.ended_at


def test_p11_the_record_commits_to_every_serial(lots: LotWorld) -> None:
    lots.act(record_fill, FILL)
    fill = lots.lot().filling.fill
    assert fill is not None
    enclosed = lots.world.view.file(fill.manifest)
    assert enclosed is not None
    manifest = read_manifest(enclosed.content)
    assert fill_root(manifest.secret, [str(serial) for serial in manifest.serials]).hex() == fill.serial_root
    vials = lots.world.view.vials(LOT_A)
    assert tuple(vial.serial for vial in vials) == manifest.serials
    assert [vial.state.value for vial in vials[4:8]] == ["in_stock", "qc_sample", "qc_sample", "retention"]


def test_p11_ten_thousand_vials_have_serials_of_their_own() -> None:
    most = counts(filled=10_000, stock=9_993)
    manifest = minted(most, CountedRandomness())
    assert len(set(manifest.serials)) == 10_000


def test_p11_a_serial_that_was_minted_before_is_minted_again() -> None:
    sequence = iter([b"\x01" * 16, b"\x01" * 16, b"\x02" * 16, b"\x03" * 32])
    two = counts(filled=2, rejected_at_inspection=0, qc_samples=0, retention=0, stability=0, stock=2)
    assert len(minted(two, lambda _: next(sequence)).serials) == 2


def test_p11_a_lot_is_filled_once(lots: LotWorld) -> None:
    lots.act(record_fill, FILL)
    with pytest.raises(AlreadyFilled):
        lots.act(record_fill, FILL)


def test_p11_vials_that_do_not_add_up_are_recorded_and_open_a_deviation(lots: LotWorld) -> None:
    lots.act(record_fill, replace(FILL, counts=counts(filled=13)))
    (deviation,) = lots.lot().processing.open_deviations()
    assert (deviation.cause, deviation.step) == (DeviationCause.FILL_COUNTS_DISAGREE, 3)
    assert len(lots.world.view.vials(LOT_A)) == 12


def test_p7_an_uncovered_fill_is_recorded_and_never_clearable(lots: LotWorld) -> None:
    lots.act(record_fill, replace(FILL, facility=FacilityId("south-cleanroom")))
    (deviation,) = lots.lot().processing.open_deviations()
    assert (deviation.cause, deviation.clearable) == (DeviationCause.FACILITY_NOT_CERTIFIED, False)


def test_p11_labels_are_counted_until_they_agree(lots: LotWorld) -> None:
    with pytest.raises(NotFilledYet):
        lots.act(reconcile_labels, LABELS)
    lots.act(record_fill, FILL)
    assert not lots.lot().filling.reconciled
    lots.act(reconcile_labels, replace(LABELS, issued=13))
    assert not lots.lot().filling.reconciled
    lots.act(reconcile_labels, LABELS)
    assert lots.lot().filling.reconciled


def test_e4_only_who_may_fills_and_counts(lots: LotWorld) -> None:
    with pytest.raises(Forbidden):
        lots.act(record_fill, FILL, Role.QUALITY)
    with pytest.raises(Forbidden):
        lots.act(reconcile_labels, LABELS, Role.QUALITY)
