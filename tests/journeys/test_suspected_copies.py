"""Copies over HTTP (V10): what shows one, who is told what, how quality settles it, and whose thresholds decide."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests import scenes
from tests.answering import answer, codes, refused
from tests.staging import CLINIC, MAKER, OTHER_CLINIC, Stage
from verifier import verify_bundle as stranger


@pytest.fixture(scope="module")
def lot(stage: Stage) -> str:
    """A released lot with vials for everybody."""
    return scenes.released_lot(stage, "EX-COPIES", scenes.donation(stage, "A999026000101"), stock=60)


def check(stage: Stage, who: str, lot: str, serial: str, **more: Any) -> Any:
    """A recorded check a while later."""
    stage.clock.tick(minutes=20)
    return stage.post(who, "/verifications", lot=lot, serial=serial, **more)


def alerts(stage: Stage, about: str, who: str = "quality") -> list[dict[str, Any]]:
    """The suspicions about a stream, as they are listed."""
    listed = stage.get(who, "/alerts?page_size=200")["items"]
    return [one for one in listed if one["about"] == about and one["record"] != "VialChecked"]


def alert(stage: Stage, about: str) -> dict[str, Any]:
    """The one suspicion about a stream with its evidence."""
    (one,) = alerts(stage, about)
    told: dict[str, Any] = stage.get("quality", f"/alerts/{one['id']}")
    return told


def shown_streams(bundle: bytes) -> list[str]:
    """The streams of which a bundle shows something."""
    shown = [one["envelope"] for one in json.loads(bundle)["records"] if one["envelope"]]
    return [json.loads(base64.b64decode(one["payload"]))["predicate"]["stream"] for one in shown]


def test_v10_two_clinics_at_once(stage: Stage, lot: str) -> None:
    (serial,) = scenes.consigned(stage, lot, "SHP-TWO", count=1)
    assert codes(check(stage, "clinician", lot, serial)["answer"]) == []
    shown = check(stage, "other_clinician", lot, serial)
    assert codes(shown["answer"]) == ["suspected_copy", "not_consigned_here"]
    assert [one["kind"] for one in shown["also_recorded"]] == ["CopySuspected"]
    told = alert(stage, f"vial/{lot}/{serial}")
    assert (told["status"], told["at"], told["organisation"]) == ("raised", OTHER_CLINIC, MAKER)
    assert told["title"] == f"suspected_copy (two_places) at {OTHER_CLINIC}"
    assert told["seen"]["log_index"] == shown["log_index"]
    (broken,) = told["contradictions"]
    assert broken["rule"] == "two_places"
    assert [(one["act"], one["organisation"]) for one in broken["against"]] == [
        ("received", CLINIC), ("checked", CLINIC),
    ]  # fmt: skip
    assert all(one["log_index"] is not None for one in broken["against"])
    anonymous = answer(stage, lot, serial)
    assert codes(anonymous) == ["suspected_copy"]
    assert anonymous["reasons"][0]["alert"] is True


def test_v10_nobody_but_the_owner_is_told_where_else_it_was_seen(stage: Stage, lot: str) -> None:
    (serial,) = scenes.consigned(stage, lot, "SHP-TOLD", count=1)
    check(stage, "other_clinician", lot, serial)
    check(stage, "clinician", lot, serial)
    (one,) = alerts(stage, f"vial/{lot}/{serial}", "auditor")
    for who in ("clinician", "other_clinician"):
        assert alerts(stage, f"vial/{lot}/{serial}", who) == []
        absent = stage.get(who, f"/alerts/{one['id']}", 404)
        assert absent["detail"] == f"No alert {one['id']} of yours is on record."
    assert stage.get("quality", f"/alerts/{one['id'][:-1]}", 404)["status"] == 404
    history = stage.get("clinician", f"/vials/{lot}/{serial}")["history"]
    assert "CopySuspected" not in {each["kind"] for each in history}
    assert OTHER_CLINIC not in str(history)
    bundle = stage.get("clinician", f"/vials/{lot}/{serial}/provenance")
    shown = [one for one in bundle["records"] if one["envelope"] is None]
    assert len(shown) >= 2
    whole = stage.get("quality", f"/vials/{lot}/{serial}")["history"]
    assert [each["in_words"] for each in whole if each["kind"] == "CopySuspected"] == [
        "A copy is suspected. It was seen at two places within a time in which it cannot travel.",
    ]


def test_v10_after_use_elsewhere_but_not_for_whoever_scans_anonymously(stage: Stage, lot: str) -> None:
    (serial,) = scenes.consigned(stage, lot, "SHP-USED", count=1)
    scenes.prepared(stage, lot, serial)
    scenes.given(stage, lot, serial)
    size = stage.made.store.head().size
    for _ in range(30):
        assert codes(answer(stage, lot, serial)) == ["already_used"]
    assert stage.made.store.head().size == size
    check(stage, "clinician", lot, serial)
    assert alerts(stage, f"vial/{lot}/{serial}") == []
    stage.clock.tick(hours=4)
    check(stage, "other_clinician", lot, serial)
    told = alert(stage, f"vial/{lot}/{serial}")
    (broken,) = told["contradictions"]
    assert (broken["rule"], [one["act"] for one in broken["against"]]) == ("after_use", ["prepared"])
    check(stage, "other_clinician", lot, serial)
    assert len(alerts(stage, f"vial/{lot}/{serial}")) == 1


def test_v10_before_it_was_sent_and_on_its_way_to_another(stage: Stage, lot: str) -> None:
    stock = [
        one["serial"]
        for one in stage.get("quality", f"/lots/{lot}/vials")["items"]
        if one["state"] == "in_stock"
    ]
    check(stage, "clinician", lot, stock[-1])
    assert alert(stage, f"vial/{lot}/{stock[-1]}")["contradictions"] == [
        {
            "rule": "before_shipment", "in_words": "It was seen at a clinic while its maker held it.", "against": [],
        }
    ]  # fmt: skip
    (serial,) = scenes.dispatched(stage, lot, "SHP-WAY", count=1)
    check(stage, "clinician", lot, serial)
    assert alerts(stage, f"vial/{lot}/{serial}") == []
    stage.clock.tick(hours=2)
    check(stage, "other_clinician", lot, serial)
    (broken,) = alert(stage, f"vial/{lot}/{serial}")["contradictions"]
    (sent,) = broken["against"]
    assert (broken["rule"], sent["act"], sent["shipment"]) == ("while_in_transit", "sent", "SHP-WAY")
    assert sent["log_index"] is not None


def test_v10_a_vial_found_unlisted_while_another_holds_it(stage: Stage, lot: str) -> None:
    (serial,) = scenes.consigned(stage, lot, "SHP-HELD", count=1)
    scenes.dispatched(stage, lot, "SHP-EXTRA", count=1, to=OTHER_CLINIC)
    stage.clock.tick(hours=20)
    found = [{"lot": lot, "serial": serial, "condition": "ok"}]
    stage.post("other_clinician", "/shipments/SHP-EXTRA/receipt", vials=found)
    told = alert(stage, f"vial/{lot}/{serial}")
    assert [one["rule"] for one in told["contradictions"]] == ["held_elsewhere"]
    assert (told["seen"]["act"], told["seen"]["shipment"]) == ("received", "SHP-EXTRA")
    assert codes(answer(stage, lot, serial, "clinician")) == ["suspected_copy"]


def test_v10_quality_settles_a_false_alarm_wherever_the_vial_is(stage: Stage, lot: str) -> None:
    (serial,) = scenes.consigned(stage, lot, "SHP-FALSE", count=1)
    path = f"/vials/{lot}/{serial}/settlement"
    said: dict[str, Any] = {
        "outcome": "false_alarm",
        "reason": "The nurse works at both clinics, and was signed in at the other.",
    }
    refused(stage, "quality", path, "SettlementRefused", ["nothing_to_settle"], **said)
    scenes.prepared(stage, lot, serial)
    check(stage, "other_clinician", lot, serial)
    assert codes(answer(stage, lot, serial, "clinician")) == ["suspected_copy"]
    refused(stage, "clinician", path, "Forbidden", http=403, **said)
    refused(stage, "quality", f"/vials/{lot}/222222222222/settlement", "NotFound", http=404, **said)
    assert stage.post("quality", path, **said)["kind"] == "CopySuspicionSettled"
    assert codes(answer(stage, lot, serial, "clinician")) == []
    told = alert(stage, f"vial/{lot}/{serial}")
    assert told["status"] == "settled"
    assert [(one["outcome"], one["reason"]) for one in told["settled"]] == [("false_alarm", said["reason"])]
    assert codes(check(stage, "clinician", lot, serial)["answer"]) == []
    scenes.given(stage, lot, serial)
    assert len(alerts(stage, f"vial/{lot}/{serial}")) == 1
    history = stage.get("quality", f"/vials/{lot}/{serial}")["history"]
    assert "A copy was suspected: quality found false alarm." in [one["in_words"] for one in history]


def test_v10_a_copy_that_is_confirmed_stays_one_until_quality_says_otherwise(stage: Stage, lot: str) -> None:
    (serial,) = scenes.consigned(stage, lot, "SHP-TRUE", count=1)
    check(stage, "other_clinician", lot, serial)
    about = f"vial/{lot}/{serial}"
    stage.post("quality", f"/vials/{lot}/{serial}/settlement", outcome="copy", reason="Both vials are here.")
    assert alert(stage, about)["status"] == "confirmed"
    assert codes(answer(stage, lot, serial, "clinician")) == ["suspected_copy"]
    scenes.disposed(stage, lot, serial, "put_back", who="quality")
    told = alert(stage, about)
    assert (told["status"], [one["outcome"] for one in told["settled"]]) == (
        "settled",
        ["copy", "false_alarm"],
    )
    assert codes(answer(stage, lot, serial, "clinician")) == []


def test_v10_a_burst_of_unknown_serials_from_one_clinic(stage: Stage, lot: str) -> None:
    about = f"organisation/{OTHER_CLINIC}"
    unknown = [f"22222222222{last}" for last in "234567"]
    for serial in (*unknown[:4], *unknown[:4]):
        stage.clock.tick(minutes=1)
        stage.post("other_clinician", "/verifications", lot=lot, serial=serial)
    bursts = [one for one in alerts(stage, about) if one["record"] == "BurstSuspected"]
    assert bursts == []
    for serial in unknown[4:]:
        stage.post("other_clinician", "/verifications", lot=lot, serial=serial)
    (one,) = [one for one in alerts(stage, about) if one["record"] == "BurstSuspected"]
    told = stage.get("quality", f"/alerts/{one['id']}")
    assert told["title"] == f"burst of unknown serials at {OTHER_CLINIC}"
    assert [code["serial_as_read"] for code in told["codes"]] == [*unknown[:4], *unknown[:5]]
    assert {code["lot_as_read"] for code in told["codes"]} == {lot}


def test_v10_quality_lays_down_the_thresholds_and_they_decide_from_then_on(stage: Stage, lot: str) -> None:
    path = f"/policies/{MAKER}/copies"
    told = stage.get("quality", path)
    assert (told["laid_down"], told["seq"], told["history"]) == (False, None, [])
    assert told["in_force"]["minutes_between"] == 120
    near = [{"one": CLINIC, "other": OTHER_CLINIC, "minutes": 0}]
    refused(stage, "clinician", path, "Forbidden", http=403, reason="Ours.")
    refused(stage, "quality", f"/policies/{CLINIC}/copies", "NotFound", http=404, reason="Theirs.")
    wrong = stage.post("quality", path, 422, burst_serials=1, reason="Sooner.")
    assert wrong["errors"][0]["pointer"] == "/burst_serials"
    twice = stage.post("quality", path, 422, apart=[near[0], near[0]], reason="Twice.")
    assert twice["errors"][0]["pointer"] == "/apart"
    laid = stage.post("quality", path, apart=near, rescan_hours=24, reason="They share a building.")
    assert (laid["kind"], laid["stream"]) == ("CopyPolicySet", f"policy/{MAKER}")
    (serial,) = scenes.consigned(stage, lot, "SHP-NEAR", count=1)
    check(stage, "other_clinician", lot, serial)
    assert alerts(stage, f"vial/{lot}/{serial}") == []
    stage.post("quality", path, reason="They moved apart.")
    told = stage.get("auditor", path)
    assert (told["laid_down"], told["seq"], told["in_force"]["apart"]) == (True, 1, [])
    assert [one["reason"] for one in told["history"]] == ["They share a building.", "They moved apart."]
    check(stage, "other_clinician", lot, serial)
    assert len(alerts(stage, f"vial/{lot}/{serial}")) == 1
    trusted = stage.made.keystore.root(1) or b""
    for who in ("quality", "auditor", "clinician"):
        bundle = stage.send(who, "GET", f"/vials/{lot}/{serial}/provenance", status=200).data
        assert stranger.verify(bundle, trusted).exit_code == 0, who
        told_policy = any(one.startswith("policy/") for one in shown_streams(bundle))
        assert told_policy is (who != "clinician")
    assert [one["id"] for one in stage.get("quality", "/policies")["items"]] == [MAKER]
    assert stage.get("clinician", "/policies")["items"] == []
    assert stage.get("clinician", path, 404)["detail"] == f"No policy of {MAKER} is yours."
