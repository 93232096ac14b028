"""The main job over HTTP: a lot goes from a donation to an administered vial, and the records say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from qc_service.ledger.statement import Statement
from tests import scenes
from tests.staging import Stage, raise_stage

DIN = "A999026000001"
LOT = "EX261101A"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A service with its sites and its product."""
    raised = raise_stage(tmp_path)
    scenes.sites(raised)
    scenes.product(raised)
    return raised


def test_a_lot_goes_from_donation_to_administered_vial(stage: Stage) -> None:
    scenes.donation(stage, DIN)
    scenes.released_lot(stage, LOT, DIN)
    serial, spare, _ = scenes.consigned(stage, LOT, "SHP-1")
    page = f"//01/{scenes.GTIN}/10/{LOT}/21/{serial}"

    before = stage.get(None, page, headers={"Accept": "application/json"})
    assert before["decision"] == "in_order"
    assert before["reasons"] == []
    assert [notice["code"] for notice in before["notices"]] == ["custody_not_checked"]

    stage.post(
        "clinician", f"/vials/{LOT}/{serial}/preparation", starts=["thaw", "puncture"], route="injection"
    )
    stage.clock.tick(minutes=20)
    stage.post(
        "clinician", f"/vials/{LOT}/{serial}/administration", patient="PT-4F7K2", route="injection", site="left knee",
        session=1, given={"amount": "0.9", "unit": "mL"}, wasted={"amount": "0.1", "unit": "mL"},
    )  # fmt: skip

    after = stage.get(None, page, headers={"Accept": "application/json"})
    assert after["decision"] == "do_not_use"
    assert [reason["code"] for reason in after["reasons"]] == ["already_used"]
    untouched = stage.get(None, page.replace(serial, spare), headers={"Accept": "application/json"})
    assert untouched["decision"] == "in_order"


def test_a_recorded_check_keeps_the_answer_as_it_was_given(stage: Stage) -> None:
    scenes.donation(stage, DIN)
    scenes.released_lot(stage, LOT, DIN)
    serial, _, _ = scenes.consigned(stage, LOT, "SHP-1")
    checked = stage.post("clinician", "/verifications", lot=LOT, serial=serial, route="injection")
    assert checked["kind"] == "VialChecked"
    assert checked["answer"]["decision"] == "in_order"
    assert checked["answer"]["sourcing"]["donations"][0]["din"] == DIN


def test_v5_a_claim_of_a_vial_used_elsewhere_is_refused_and_on_record(stage: Stage) -> None:
    scenes.donation(stage, DIN)
    scenes.released_lot(stage, LOT, DIN)
    serial, _, _ = scenes.consigned(stage, LOT, "SHP-1")
    vial = f"/vials/{LOT}/{serial}"
    stage.post("clinician", f"{vial}/preparation", starts=["thaw"], route="injection")
    size = stage.made.store.head().size
    refused = stage.post("other_clinician", f"{vial}/preparation", 422, starts=["thaw"], route="injection")
    assert "used_elsewhere" in [reason["code"] for reason in refused["reasons"]]
    recorded = stage.made.store.records(size, 9)
    assert [(alarm.kind, alarm.stream) for alarm in recorded] == [
        ("VialChecked", f"vial/{LOT}/{serial}"), ("CopySuspected", f"vial/{LOT}/{serial}"),
    ]  # fmt: skip
    listed = stage.get("quality", "/alerts")["items"]
    assert {alert["about"] for alert in listed} == {f"vial/{LOT}/{serial}"}
    assert [alert["record"] for alert in listed if "used_elsewhere" in alert["title"]] == ["VialChecked"]
    assert stage.get("other_clinician", "/alerts")["items"] == []


def test_a_release_cites_the_heads_it_rests_on(stage: Stage) -> None:
    scenes.donation(stage, DIN)
    scenes.released_lot(stage, LOT, DIN)
    (release,) = (one for one in stage.made.store.stream(f"lot/{LOT}") if one.kind == "LotReleased")
    cited = {one.stream: one.digest for one in Statement.parse(release.payload).cites}
    streams = (f"product/{scenes.PRODUCT}", f"donation/{DIN}")
    assert cited == {stream: stage.made.store.stream(stream)[-1].digest for stream in streams}
