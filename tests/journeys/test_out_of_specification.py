"""A result out of specification reaches no clinic by any route, whether it came before or after the release."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from qc_service.application.offline_answer import Offline, offline_answer
from qc_service.application.offline_pack import open_pack
from qc_service.domain.identifiers import Gtin, LotNumber, VialSerial
from qc_service.exchange.codes import gs1_scan
from qc_service.exchange.recall_list import open_list
from tests import scenes
from tests.answering import answer, codes, refused
from tests.staging import CLINIC, Stage

NOT_MET = ["specification_not_met"]
FAILS = {"assay": "endotoxin", "value": "5.0", "unit": "EU/mL"}
SHIPMENT: dict[str, Any] = {"recipient": CLINIC, "packed_by": "T. Packer", "courier": "Demonstration courier"}
THAW: dict[str, Any] = {"starts": ["thaw"], "route": "injection"}


def sent_to_clinic(stage: Stage, lot: str, din: str) -> str:
    """A released lot with a vial of it at the clinic."""
    scenes.released_lot(stage, lot, scenes.donation(stage, din))
    return scenes.consigned(stage, lot, f"SHP-{lot}")[0]


def laboratory_error(stage: Stage, lot: str) -> None:
    """Quality's first investigation of the lot finds that the laboratory erred."""
    path = f"/lots/{lot}/investigations/1"
    stage.post("quality", f"{path}/phases", phase="laboratory", plan="Look at the tubes.")
    found: dict[str, Any] = {"finding": "A tube was not pyrogen-free.", "cause": "laboratory"}
    stage.post("quality", f"{path}/phases/laboratory/conclusion", **found)
    stage.post(
        "quality", f"{path}/conclusion", phase="laboratory", conclusion="laboratory_error",
        root_cause="A tube was not pyrogen-free.",
    )  # fmt: skip


def stopped_by_every_route(stage: Stage, lot: str, serial: str) -> None:
    """Every way in which a clinic can ask says no, and no act carries a vial further."""
    code = gs1_scan(Gtin(scenes.GTIN), LotNumber(lot), VialSerial(serial), scenes.expiry(stage, lot))
    for who in (None, "clinician"):
        assert codes(answer(stage, lot, serial, who)) == NOT_MET
        assert codes(answer(stage, lot, None, who)) == NOT_MET
        assert codes(stage.get(who, "/verify", query_string={"code": code})) == NOT_MET
        page = stage.send(who, "GET", f"//01/{scenes.GTIN}/10/{lot}/21/{serial}", status=200, headers={
            "Accept": "text/html",
        })  # fmt: skip
        assert "DO NOT USE" in page.text
        tray = stage.send(who, "POST", "/verify/tray", {"codes": [code]}, status=200).get_json()
        assert codes(tray["answers"][0]) == NOT_MET
    checked = stage.post("clinician", "/verifications", code=code)
    assert codes(checked["answer"]) == NOT_MET
    told = stage.get(
        None, f"//verify/gtin/{scenes.GTIN}/lot/{lot}/ser/{serial}", headers={"GS1US-Version": "1.3.0"},
        query_string={
            "exp": scenes.expiry(stage, lot).strftime("%y%m%d"), "linkType": "verificationService",
            "context": "dscsaSaleableReturn", "reqGLN": "9506000140445",
            "corrUUID": "6b9e1c2a-8d1f-4f3a-9a57-0f1f4a1d2b3c",
        },
    )  # fmt: skip
    assert told["data"]["verified"] is False
    pack = open_pack(stage.send("clinician", "GET", "/offline", status=200).get_data(), stage.made.root)
    offline = offline_answer(pack, code, Offline(at=stage.clock() + timedelta(hours=1)))
    assert "specification_not_met" in codes(offline)
    recalls = open_list(stage.send(None, "GET", "//trust/recalls", status=200).data, stage.made.root)
    assert (lot, "on_hold") in recalls.lots
    refused(stage, "clinician", f"/vials/{lot}/{serial}/preparation", "PreparationRefused", NOT_MET, **THAW)
    refused(
        stage, "logistics", "/shipments", "ShipmentRefused", ["on_hold", *NOT_MET], shipment=f"S2-{lot}",
        contents=[{"lot": lot, "count": 1}], **SHIPMENT,
    )  # fmt: skip


def test_before_release_it_is_not_released_not_shipped_and_not_prepared(stage: Stage) -> None:
    lot = scenes.assessed_lot(stage, "EX-BEFORE", scenes.donation(stage, "A999026000001"))
    scenes.result(stage, lot, FAILS)
    refused(
        stage, "quality", f"/lots/{lot}/release", "ReleaseRefused",
        ["assessment_outdated", "assay_failing", "investigation_open"], deciding=f"lot/{lot}", purpose="clinical",
    )  # fmt: skip
    stage.post("quality", f"/lots/{lot}/assessment")
    refused(
        stage, "quality", f"/lots/{lot}/release", "ReleaseRefused", ["assay_failing", "investigation_open"],
        deciding=f"lot/{lot}", purpose="clinical",
    )  # fmt: skip
    serial = stage.get("quality", f"/lots/{lot}/vials")["items"][0]["serial"]
    for who in (None, "quality"):
        assert codes(answer(stage, lot, serial, who)) == ["not_released", *NOT_MET]
    refused(
        stage, "logistics", "/shipments", "ShipmentRefused", ["not_released", *NOT_MET], shipment="SHP-BEFORE",
        contents=[{"lot": lot, "count": 1}], **SHIPMENT,
    )  # fmt: skip
    assert stage.get("quality", f"/lots/{lot}")["disposition"]["holds"] == []


def test_after_release_every_route_stops_at_once(stage: Stage) -> None:
    lot = "EX-AFTER"
    serial = sent_to_clinic(stage, lot, "A999026000002")
    assert codes(answer(stage, lot, serial, "clinician")) == []
    reply = scenes.result(stage, lot, FAILS)
    assert [one["kind"] for one in reply["also_recorded"]] == ["InvestigationOpened", "LotHeld"]
    stopped_by_every_route(stage, lot, serial)


def test_the_hold_stays_until_the_specification_is_met_again(stage: Stage) -> None:
    lot = "EX-LIFTED"
    serial = sent_to_clinic(stage, lot, "A999026000003")
    scenes.result(stage, lot, FAILS)
    lift: dict[str, Any] = {"explanation": "It looked fine."}
    refused(stage, "quality", f"/lots/{lot}/holds/1/lift", "LiftRefused", NOT_MET, **lift)
    laboratory_error(stage, lot)
    stage.post("quality", f"/lots/{lot}/results/5/invalidation", investigation=1, cause="A tube.")
    assert codes(answer(stage, lot, serial)) == NOT_MET, "until quality has decided"
    stage.post("quality", f"/lots/{lot}/holds/1/lift", explanation="The first result stands.")
    assert codes(answer(stage, lot, serial)) == []


def test_a_released_result_that_is_shown_invalid_stops_the_lot(stage: Stage) -> None:
    lot = "EX-INVALID"
    serial = sent_to_clinic(stage, lot, "A999026000004")
    stage.post(
        "quality", f"/lots/{lot}/investigations", cause="doubtful_result", description="Doubted.", result=2
    )
    laboratory_error(stage, lot)
    stage.post("quality", f"/lots/{lot}/results/2/invalidation", investigation=1, cause="The standard.")
    stopped_by_every_route(stage, lot, serial)


def test_a_further_result_that_passes_and_waits_for_its_verification_stops_nothing(stage: Stage) -> None:
    lot = "EX-FURTHER"
    serial = sent_to_clinic(stage, lot, "A999026000005")
    reply = scenes.result(stage, lot, {**FAILS, "value": "0.10"})
    assert reply["also_recorded"] == []
    assert codes(answer(stage, lot, serial)) == []


@pytest.mark.parametrize("days", [1, 3, 20])
def test_growth_on_any_day_stops_a_released_lot(stage: Stage, days: int) -> None:
    lot = f"EX-GROWTH-{days}"
    serial = sent_to_clinic(stage, lot, f"A9990260000{10 + days}")
    scenes.result(stage, lot, {"assay": "sterility", "finding": "growth"}, days=days)
    assert codes(answer(stage, lot, serial)) == NOT_MET


def test_what_was_made_of_a_lot_stops_with_it(stage: Stage) -> None:
    """A parent that fails after its release for further processing stops the vials filled from it."""
    din = scenes.donation(stage, "A999026000006")
    scenes.assessed_lot(stage, "EX-PARENT", din)
    scenes.release(stage, "EX-PARENT", "further_processing")
    made = [{"lot": "EX-PARENT", "amount": "5", "unit": "mL"}]
    scenes.filled_lot(stage, "EX-CHILD", din, donations=[], parents=made)
    scenes.tested_lot(stage, "EX-CHILD")
    stage.post("quality", "/lots/EX-CHILD/assessment")
    scenes.release(stage, "EX-CHILD")
    serial = scenes.consigned(stage, "EX-CHILD", "SHP-EX-CHILD")[0]
    assert codes(answer(stage, "EX-CHILD", serial)) == []
    reply = scenes.result(stage, "EX-PARENT", FAILS)
    held = [one["stream"] for one in reply["also_recorded"] if one["kind"] == "LotHeld"]
    assert held == ["lot/EX-PARENT", "lot/EX-CHILD"]
    assert codes(answer(stage, "EX-CHILD", serial)) == NOT_MET
    refused(
        stage, "clinician", f"/vials/EX-CHILD/{serial}/preparation", "PreparationRefused", NOT_MET, **THAW
    )
    refused(stage, "quality", "/lots/EX-CHILD/holds/1/lift", "LiftRefused", NOT_MET, explanation="Fine.")
    scenes.registered_lot(stage, "EX-LATER", din, donations=[], parents=made)
    (later,) = stage.get("quality", "/lots/EX-LATER")["deviations"]
    assert "does not meet its specification (endotoxin)" in later["description"]
    told = stage.get("quality", "/lots/EX-LATER")["next_release"]["blocked_by"]
    assert "parent_not_met" in [reason["code"] for reason in told]


def test_a_released_result_that_is_corrected_stops_the_lot_until_the_correction_is_verified(
    stage: Stage,
) -> None:
    lot = "EX-CORRECT"
    serial = sent_to_clinic(stage, lot, "A999026000007")
    (first,) = (
        one for one in stage.get("quality", f"/lots/{lot}/results")["results"] if one["assay"] == "endotoxin"
    )
    anew = {
        name: first[name] for name in ("assay", "method", "method_version", "facility", "started", "read")
    }
    said = {
        **anew,
        "value": "0.06",
        "unit": "IU/mL",
        "comparator": "<",
        "reason": "The last digit was misread.",
    }
    path = f"/lots/{lot}/results/{first['result']}/correction"
    reply = stage.post("quality", path, **said)
    assert [one["kind"] for one in reply["also_recorded"]] == ["LotHeld"]
    assert reply["body"]["corrects"] == first["result"]
    assert reply["body"]["conversion"]["how"] == "1 IU/mL is 1 EU/mL"
    stopped_by_every_route(stage, lot, serial)
    refused(stage, "quality", f"/lots/{lot}/holds/1/lift", "LiftRefused", NOT_MET, explanation="Fine.")
    for who in ("analyst", "quality"):
        refused(
            stage, who, f"/lots/{lot}/results/5/verification", "VerificationRefused", ["verifier_is_analyst"]
        )
    stage.post("second_analyst", f"/lots/{lot}/results/5/verification")
    stage.post("second_quality", f"/lots/{lot}/holds/1/lift", explanation="The correction is verified.")
    assert codes(answer(stage, lot, serial)) == []
    refused(stage, "analyst", path, "CorrectionRefused", ["result_superseded"], **said)
    told = stage.get("auditor", f"/lots/{lot}/results")["results"]
    assert told[first["result"] - 1]["superseded_by"] == 5
    assert told[4]["converted"] == "< 0.06 EU/mL (1 IU/mL is 1 EU/mL)"


def test_a_released_lot_that_an_investigation_finds_to_fail_stops_for_good(stage: Stage) -> None:
    lot = "EX-FOUND"
    serial = sent_to_clinic(stage, lot, "A999026000008")
    stage.post("quality", f"/lots/{lot}/investigations", cause="complaint", description="Flakes were seen.")
    said = {"phase": "full_scale", "root_cause": "The stopper sheds.", "conclusion": "product_failure"}
    reply = stage.send("quality", "POST", f"/lots/{lot}/investigations/1/conclusion", said).get_json()
    assert [one["kind"] for one in reply["also_recorded"]] == ["LotHeld"]
    assert codes(answer(stage, lot, serial)) == NOT_MET
    refused(
        stage, "logistics", "/shipments", "ShipmentRefused", ["on_hold", "product_failure"], shipment="SHP-FOUND",
        contents=[{"lot": lot, "count": 1}], **SHIPMENT,
    )  # fmt: skip
    refused(
        stage, "quality", f"/lots/{lot}/holds/1/lift", "LiftRefused", ["product_failure"], explanation="Fine."
    )
