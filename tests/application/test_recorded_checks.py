"""A clinic's recorded check through the doorway: signed evidence of the answer as given (V2, V3)."""

from __future__ import annotations

import pytest

from qc_service.domain.code_checks import CodeChecked, RawScan
from qc_service.domain.disposition import LotRecalled, RecallKind
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Gtin, Line, RecallId, VialSerial
from qc_service.domain.moments import ZonedTime
from qc_service.domain.vial_acts import (
    VialChecked,
)
from qc_service.domain.vial_states import VialState
from tests.application.lot_world import LOT_A
from tests.application.use_world import GTIN, INJECTION, OTHER, UseWorld

RECALLED = LotRecalled(recall=RecallId("RCL-1"), kind=RecallKind.RECALL)
LATER = ZonedTime("2026-11-02T08:00:00Z")
UNKNOWN = VialSerial.minted(b"nobody")


@pytest.fixture
def use() -> UseWorld:
    """With four vials at the clinic."""
    world = UseWorld()
    world.stock_clinic()
    return world


def test_v2_a_recorded_check_is_the_answer_as_given(use: UseWorld) -> None:
    (body,) = use.check(gtin=Gtin(GTIN))
    assert isinstance(body, VialChecked)
    assert (body.decision, body.reasons, body.alert) == ("in_order", (), False)
    assert body.asked.route is INJECTION
    assert use.vial().state is VialState.RECEIVED


def test_v2_a_check_elsewhere_is_recorded_with_its_reasons(use: UseWorld) -> None:
    use.world.clock.tick(days=1)
    (body,) = use.check(clinic=OTHER)
    assert isinstance(body, VialChecked)
    assert (body.decision, body.reasons) == ("do_not_use", ("not_consigned_here",))


def test_v2_a_code_that_names_no_vial_is_recorded_with_the_clinic(use: UseWorld) -> None:
    (body,) = use.check(serial=Line(UNKNOWN))
    assert isinstance(body, CodeChecked)
    assert (body.lot, body.reasons, body.alert) == (LOT_A, ("unknown_serial",), True)
    (body,) = use.check(lot=Line("EX9"))
    assert isinstance(body, CodeChecked)
    assert body.lot is None


def test_v3_a_lot_alone_is_checked_and_never_in_order(use: UseWorld) -> None:
    (body,) = use.check(serial=None)
    assert isinstance(body, CodeChecked)
    assert (body.decision, body.reasons) == ("cannot_verify", ("serial_needed",))


def test_v2_a_check_says_what_it_is_about_and_when(use: UseWorld) -> None:
    with pytest.raises(Malformed, match="lot or serial"):
        use.check(lot=None, serial=None)
    with pytest.raises(Malformed, match="not come"):
        use.check(checked_at=LATER)


def test_v2_a_code_is_checked_as_it_was_scanned(use: UseWorld) -> None:
    scan = f"]d201{GTIN}1727103110{LOT_A}\x1d21{use.serials()[0]}"
    (body,) = use.check(code=RawScan(scan), lot=None, serial=None)
    assert isinstance(body, VialChecked)
    assert (body.decision, body.asked.gtin) == ("in_order", GTIN)
    (body,) = use.check(code=RawScan("(01)09506000134353"), lot=None, serial=None)
    assert isinstance(body, CodeChecked)
    assert (body.decision, body.reasons, body.alert) == ("cannot_verify", ("malformed_code",), False)
    with pytest.raises(Malformed, match="not both"):
        use.check(code=RawScan(scan))


def test_v2_a_serial_alone_finds_its_vial(use: UseWorld) -> None:
    (body,) = use.check(lot=None)
    assert isinstance(body, VialChecked)
    assert body.decision == "in_order"
    (body,) = use.check(lot=None, serial=Line(UNKNOWN))
    assert isinstance(body, CodeChecked)
    assert (body.lot_as_read, body.decision) == (None, "do_not_use")
