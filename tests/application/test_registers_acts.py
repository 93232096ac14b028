"""Equipment and reagent lots: registered by those who use them, decided on by quality (rule P4)."""

from dataclasses import replace
from datetime import date

import pytest

from qc_service.application.attachments import attach_file
from qc_service.application.naming import NameTaken
from qc_service.application.registers import (
    ChangeReagentStatus,
    ReagentNotAcceptable,
    RecordCalibration,
    change_reagent_status,
    read_equipment,
    read_reagent,
    record_calibration,
    register_equipment,
    register_reagent,
)
from qc_service.domain.errors import Forbidden, Malformed, NotFound
from qc_service.domain.identifiers import EquipmentId, ReagentId, Sha256, Text
from qc_service.domain.permissions import Role
from qc_service.domain.registers import ReagentStatus
from tests.application.catalogue_world import ANALYSER, MEDIUM, SCAN, STRANGER, CatalogueWorld
from tests.fakes import actor

CALIBRATED = RecordCalibration(
    equipment=EquipmentId("NTA-01"),
    performed_on=date(2026, 8, 31),
    due=date(2027, 8, 31),
    document=SCAN.upload.file.sha256,
)
ACCEPT = ChangeReagentStatus(
    reagent=ReagentId("MEDIUM-2611"),
    status=ReagentStatus.ACCEPTED,
    explanation=Text("Certificate reviewed."),
)


@pytest.fixture
def here() -> CatalogueWorld:
    world = CatalogueWorld()
    world.act(register_equipment, ANALYSER, Role.ANALYST)
    world.act(register_reagent, MEDIUM, Role.TECHNICIAN)
    world.act(attach_file, SCAN, Role.ANALYST)
    return world


def test_a_calibration_is_recorded_with_its_report(here: CatalogueWorld) -> None:
    here.act(record_calibration, CALIBRATED, Role.ANALYST)
    assert here.listed("equipment/NTA-01") == {
        "status": "registered",
        "title": "Particle analyser",
        "calibration_due": "2027-08-31",
    }
    assert here.world.view.history("equipment/NTA-01")[-1].files == (SCAN.upload.file,)
    told = read_equipment(here.world.view, actor(Role.ANALYST), "NTA-01")
    assert [one["performed_on"] for one in told["calibrations"]] == ["2026-08-31"]


def test_equipment_without_calibration_is_listed_without_a_day(here: CatalogueWorld) -> None:
    here.act(register_equipment, replace(ANALYSER, id=EquipmentId("RACK-1"), calibration_due=None))
    assert here.listed("equipment/RACK-1")["calibration_due"] is None


def test_a_calibration_has_happened_and_its_report_is_on_record(here: CatalogueWorld) -> None:
    for pointer, change in (
        ("/performed_on", replace(CALIBRATED, performed_on=date(2026, 9, 3))),
        ("/document", replace(CALIBRATED, document=Sha256("0" * 64))),
    ):
        with pytest.raises(Malformed) as refused:
            here.act(record_calibration, change, Role.ANALYST)
        assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_names_are_given_once(here: CatalogueWorld) -> None:
    with pytest.raises(NameTaken):
        here.act(register_equipment, ANALYSER)
    with pytest.raises(NameTaken):
        here.act(register_reagent, MEDIUM)


def test_quality_accepts_a_reagent_lot(here: CatalogueWorld) -> None:
    assert here.listed("reagent/MEDIUM-2611")["status"] == "quarantined"
    with pytest.raises(Forbidden, match="You may not accept or reject a reagent lot"):
        here.act(change_reagent_status, ACCEPT, Role.TECHNICIAN)
    here.act(change_reagent_status, ACCEPT)
    assert here.listed("reagent/MEDIUM-2611") == {
        "status": "accepted",
        "title": "Serum-free medium",
        "expires_on": "2026-10-01",
    }
    assert read_reagent(here.world.view, actor(Role.ANALYST), "MEDIUM-2611")["supplier_lot"] == "M-77"


def test_an_expired_reagent_lot_is_rejected_and_never_accepted(here: CatalogueWorld) -> None:
    here.world.clock.tick(days=31)
    with pytest.raises(ReagentNotAcceptable) as refused:
        here.act(change_reagent_status, ACCEPT)
    assert [reason.code for reason in refused.value.reasons] == ["reagent_expired"]
    here.act(change_reagent_status, replace(ACCEPT, status=ReagentStatus.REJECTED))
    assert here.listed("reagent/MEDIUM-2611")["status"] == "rejected"


def test_registers_are_an_organisations_own(here: CatalogueWorld) -> None:
    with pytest.raises(NotFound):
        read_equipment(here.world.view, STRANGER, "NTA-01")
    with pytest.raises(NotFound):
        here.act(change_reagent_status, ACCEPT, STRANGER)
