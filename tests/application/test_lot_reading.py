"""What a reader is told of a lot: everything for its owner, and to a consignee nothing that may speak of a
donor."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qc_service.application.disposition import HoldLot, RejectLot, hold_lot, reject_lot
from qc_service.application.filling import record_fill
from qc_service.application.lot_reading import read_lot, read_vials
from qc_service.application.processing import decide_deviation, open_deviation, record_step
from qc_service.domain.assessment import LotAssessed
from qc_service.domain.disposition import LotReleased
from qc_service.domain.errors import NotFound
from qc_service.domain.identifiers import (
    FacilityId,
    Line,
    LotNumber,
    OrganisationId,
    PatientCode,
    ProductCode,
    Sha256,
    ShipmentId,
    Slug,
    Text,
    VialSerial,
)
from qc_service.domain.measurements import Unit
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Role
from qc_service.domain.results import ResultRecorded
from qc_service.domain.shipments import LotVials, ShipmentDispatched
from qc_service.domain.vial_acts import VialAdministered
from qc_service.domain.vocabulary import AdministrationRoute, LotKind, Purpose
from schemas.filling import FilledVialsSchema
from schemas.lots import LotSchema
from tests.application.lot_world import CONCENTRATE, FILL, LOT_A, NOTICED, OWNER, STEP, LotWorld, decision
from tests.domain.lot_stories import ml
from tests.fakes import actor

RESULT = ResultRecorded(
    result=1,
    assay=Slug("ph"),
    method=Line("SOP-31"),
    method_version=Line("1"),
    facility=FacilityId("north-cleanroom"),
    started=ZonedTime("2026-11-01T10:00:00Z"),
    read=ZonedTime("2026-11-01T10:05:00Z"),
    value=Decimal("7.4"),
    unit=Unit.PH,
    calibration_due=None,
    covered_by=None,
)


@pytest.fixture
def lots() -> LotWorld:
    """With a filled lot, one deviation cleared and one open."""
    world = LotWorld()
    world.register()
    world.act(record_step, STEP)
    world.act(record_step, CONCENTRATE)
    world.act(record_fill, FILL)
    world.act(open_deviation, NOTICED)
    world.act(open_deviation, NOTICED)
    world.act(decide_deviation, decision(), Role.QUALITY)
    return world


def told(
    lots: LotWorld, lot: str = LOT_A, role: Role = Role.QUALITY, organisation: str = "demo-biologics"
) -> Any:
    """The reading, which always has the shape that the wire promises."""
    plain = read_lot(lots.world.view, actor(role, organisation), lot, at=lots.world.clock())
    assert LotSchema().validate(plain) == {}
    return plain


def sent(lots: LotWorld, *serials: VialSerial) -> None:
    """Vials of the lot go to the far clinic."""
    lots.lay("SHP-2611-01", ShipmentDispatched(
        shipment=ShipmentId("SHP-2611-01"), sender=OWNER, recipient=OrganisationId("far-clinic"),
        contents=(LotVials(lot=LOT_A, serials=serials),), packed_by=Line("Test"), courier=Line("A courier"),
        tracking=None, logger=None, accompanying=(),
    ))  # fmt: skip


def given(lots: LotWorld, serial: VialSerial) -> None:
    """A patient of the far clinic was given from a vial."""
    lots.lay(f"{LOT_A}/{serial}", VialAdministered(
        lot=LOT_A, serial=serial, clinic=OrganisationId("far-clinic"), patient=PatientCode("PT-4F7K2"),
        route=AdministrationRoute.INJECTION, site=Line("left knee"), session=1, given=ml("1"), wasted=None,
        device=None, doses_left=0, use_before=None, given_without_clear_answer=False, reasons=(), alert=False,
        answer=Sha256("a" * 64),
    ))  # fmt: skip


def test_a_lot_is_told_to_its_owner(lots: LotWorld) -> None:
    plain = told(lots)
    assert (plain["status"], plain["remaining"]) == ("quarantined", {"amount": "100", "unit": "mL"})
    assert [step["kind"] for step in plain["steps"]] == ["harvest", "concentration", "fill"]
    assert "not a product approval" in plain["steps"][0]["certification"]["in_words"]
    assert [one["in_words"] for one in plain["deviations"]] == [
        "justified by Test Quality",
        "waits for quality's decision",
    ]
    assert (plain["fill"]["reconciled"], plain["fill"]["retention_is_short"]) == (False, False)
    assert plain["vials"]["in_stock"] == 5
    assert plain["quality"]["in_words"] == "not assessed"


def test_what_blocks_the_next_release_is_told_to_its_owner(lots: LotWorld) -> None:
    upcoming = told(lots)["next_release"]
    assert upcoming["purpose"] == "clinical"
    codes = {reason["code"] for reason in upcoming["blocked_by"]}
    assert {"deviation_open", "fill_unreconciled", "no_specification", "no_regulatory_basis"} <= codes


def test_p2_a_bulk_lot_is_next_released_for_further_processing(lots: LotWorld) -> None:
    lots.register(number=LotNumber("BULK-1"), kind=LotKind.BULK, product=ProductCode("EXO-BULK"))
    plain = told(lots, "BULK-1")
    assert plain["next_release"]["purpose"] == "further_processing"
    assert (plain["fill"], plain["vials"], plain["retention_until"]) == (None, {}, None)


def test_quality_and_disposition_are_told_in_words(lots: LotWorld) -> None:
    lots.lay(LOT_A, LotReleased(purpose=Purpose.CLINICAL))
    lots.act(hold_lot, HoldLot(lot=LOT_A, explanation=Text("A clinic complained.")), Role.QUALITY)
    lots.act(reject_lot, RejectLot(lot=LOT_A, explanation=Text("Particles were seen.")), Role.QUALITY)
    disposition = told(lots)["disposition"]
    assert [release["purpose"] for release in disposition["releases"]] == ["clinical"]
    assert disposition["holds"][0]["explanation"] == "A clinic complained."
    assert disposition["rejection"]["by"] == "Test Quality"


@pytest.mark.parametrize(
    ("passed", "later", "words"),
    [
        (True, False, "meets its specification"),
        (False, False, "does not meet its specification"),
        (True, True, "meets its specification, but results have changed since"),
    ],
)
def test_q2_the_latest_assessment_is_told_in_words(
    lots: LotWorld, passed: bool, later: bool, words: str
) -> None:
    assessed = LotAssessed(
        product=ProductCode("EXO-INJ-1"),
        specification=1,
        effective_from=date(2026, 1, 1),
        judgements=(),
        passed=passed,
    )
    lots.lay(LOT_A, assessed, *([RESULT] if later else []))
    quality = told(lots)["quality"]
    assert quality["in_words"] == words
    assert [result["in_words"] for result in quality["results"]] == (["7.4 pH"] if later else [])


def test_d9_a_consignee_is_not_told_why_a_lot_is_held(lots: LotWorld) -> None:
    lots.act(hold_lot, HoldLot(lot=LOT_A, explanation=Text("A donor withdrew.")), Role.QUALITY)
    with pytest.raises(NotFound):
        told(lots, role=Role.CLINICIAN, organisation="far-clinic")
    sent(lots, lots.world.view.vials(LOT_A)[0].serial)
    plain = told(lots, role=Role.CLINICIAN, organisation="far-clinic")
    assert plain["next_release"] is None
    assert [(hold["cause"], hold["explanation"]) for hold in plain["disposition"]["holds"]] == [(None, None)]
    assert "withdrew" not in str(plain)


def test_r7_records_are_kept_after_the_last_thing_that_happened(lots: LotWorld) -> None:
    assert told(lots)["retention_until"] == "2057-10-31"
    first, second = (vial.serial for vial in lots.world.view.vials(LOT_A)[:2])
    lots.world.clock.tick(days=400)
    sent(lots, first, second)
    assert told(lots)["retention_until"] == "2057-12-06"
    lots.world.clock.tick(days=1)
    given(lots, first)
    assert told(lots)["retention_until"] == "2057-12-07"
    lots.world.clock.tick(days=1)
    lots.act(reject_lot, RejectLot(lot=LOT_A, explanation=Text("Particles were seen.")), Role.QUALITY)
    assert told(lots)["retention_until"] == "2057-12-08"


def test_p11_vials_are_listed_page_by_page_for_labels(lots: LotWorld) -> None:
    view, reader = lots.world.view, actor(Role.TECHNICIAN)
    first = read_vials(view, reader, LOT_A, size=8, after=-1)
    assert FilledVialsSchema().validate(first) == {}
    assert (first["count"], first["next"]) == (12, 7)
    assert first["items"][0]["printed"].replace("-", "") == first["items"][0]["serial"]
    last = read_vials(view, reader, LOT_A, size=8, after=7)
    assert (len(last["items"]), last["next"]) == (4, None)
    assert read_vials(view, reader, LOT_A, size=8, after=11)["items"] == []


def test_e4_serials_are_for_the_lots_owner(lots: LotWorld) -> None:
    sent(lots, lots.world.view.vials(LOT_A)[0].serial)
    with pytest.raises(NotFound):
        read_vials(lots.world.view, actor(Role.CLINICIAN, "far-clinic"), LOT_A, size=8, after=-1)
