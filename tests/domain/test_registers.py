"""Equipment with its calibrations, and reagent lots with their status (rule P4)."""

from datetime import date

import pytest

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line, Text
from qc_service.domain.registers import (
    EQUIPMENT,
    REAGENT,
    EquipmentCalibrated,
    EquipmentRegistered,
    ReagentRegistered,
    ReagentStatus,
    ReagentStatusChanged,
)
from tests.domain.lot_stories import recorded

ANALYSER = EquipmentRegistered(name=Line("Particle analyser"), calibration_due=date(2026, 12, 31))
MEDIUM = ReagentRegistered(
    name=Line("Serum-free medium"),
    supplier=Line("Example Media"),
    supplier_lot=Line("M-77"),
    expires_on=date(2027, 3, 1),
)


def test_the_calibration_recorded_last_says_when_the_next_is_due() -> None:
    calibrated = EquipmentCalibrated(performed_on=date(2026, 12, 1), due=date(2027, 12, 1))
    new = EQUIPMENT.replay(recorded([ANALYSER], "NTA-01"))
    later = EQUIPMENT.replay(recorded([ANALYSER, calibrated], "NTA-01"))
    assert new is not None
    assert later is not None
    assert (new.id, new.organisation, new.calibration_due) == ("NTA-01", "demo-biologics", date(2026, 12, 31))
    assert (later.calibration_due, later.calibrations) == (date(2027, 12, 1), (calibrated,))


def test_a_calibration_does_not_end_before_it_was_made() -> None:
    with pytest.raises(Malformed) as refused:
        EquipmentCalibrated(performed_on=date(2026, 12, 2), due=date(2026, 12, 1))
    assert refused.value.field == "due"


def test_a_reagent_lot_is_in_quarantine_until_it_is_accepted() -> None:
    accepted = ReagentStatusChanged(status=ReagentStatus.ACCEPTED, explanation=Text("Certificate reviewed."))
    new = REAGENT.replay(recorded([MEDIUM], "MEDIUM-2611"))
    later = REAGENT.replay(recorded([MEDIUM, accepted], "MEDIUM-2611"))
    assert new is not None
    assert later is not None
    assert (new.status, later.status) == (ReagentStatus.QUARANTINED, ReagentStatus.ACCEPTED)
    assert (new.id, new.expires_on, new.organisation) == ("MEDIUM-2611", date(2027, 3, 1), "demo-biologics")
