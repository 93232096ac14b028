"""Unwelcome facts on the way and at the clinic: each is recorded over HTTP, and has its consequence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import scenes
from tests.answering import answer, codes, noticed, refused
from tests.staging import CLINIC, Stage


@pytest.fixture(scope="module")
def lot(stage: Stage) -> str:
    """A released lot with vials for everybody."""
    return scenes.released_lot(stage, "EX-GOOD", scenes.donation(stage, "A999026000101"), stock=60)


def arrived(stage: Stage, shipment: str, who: str = "clinician", **said: Any) -> None:
    """A shipment was received after a night on the way, as it is said."""
    stage.clock.tick(hours=20)
    stage.post(who, f"/shipments/{shipment}/receipt", **said)


def condition(lot: str, serial: str, how: str) -> dict[str, Any]:
    """How one vial arrived."""
    return {"lot": lot, "serial": serial, "condition": how}


def state(stage: Stage, lot: str, serial: str) -> str:
    """Where the vial stands, as its owner sees it."""
    found: str = stage.get("quality", f"/vials/{lot}/{serial}")["state"]
    return found


def alerts(stage: Stage, who: str = "quality") -> list[str]:
    """What asks this person's organisation to look, by the stream it is about, in the order of time."""
    return [one["about"] for one in stage.get(who, "/alerts?page_size=200")["items"]]


def test_r3_vials_arrive_damaged_missing_refused_or_without_being_listed(stage: Stage, lot: str) -> None:
    good, damaged, missing, refusal = scenes.dispatched(stage, lot, "SHP-1", count=4)
    stock = [
        one["serial"]
        for one in stage.get("quality", f"/lots/{lot}/vials")["items"]
        if one["state"] == "in_stock"
    ]
    extra = stock[0]
    arrived(
        stage, "SHP-1",
        vials=[
            condition(lot, damaged, "damaged"), condition(lot, missing, "missing"), condition(lot, refusal, "refused"),
            condition(lot, extra, "ok"), condition(lot, "222222222222", "ok"),
        ],
    )  # fmt: skip
    told = stage.get("logistics", "/shipments/SHP-1")
    assert told["status"] == "received_with_exceptions"
    (receipt,) = told["receipts"]
    assert [one["serial"] for one in receipt["unexpected"]] == [extra]
    assert [one["serial"] for one in receipt["not_on_record"]] == ["222222222222"]
    expected = {
        good: ("received", []), damaged: ("received_damaged", ["set_aside"]),
        missing: ("lost", ["not_consigned_here", "lost"]), refusal: ("returned", ["not_consigned_here", "returned"]),
        extra: ("set_aside", ["set_aside"]),
    }  # fmt: skip
    for serial, (where, reasons) in expected.items():
        assert state(stage, lot, serial) == where
        assert codes(answer(stage, lot, serial, "clinician")) == reasons
    stage.post("clinician", "/shipments/SHP-1/receipt", vials=[condition(lot, missing, "ok")])
    assert codes(answer(stage, lot, missing, "clinician")) == []


def test_r3_only_the_consignee_receives(stage: Stage, lot: str) -> None:
    scenes.dispatched(stage, lot, "SHP-2", count=1)
    refused(stage, "other_clinician", "/shipments/SHP-2/receipt", "NotFound", http=404)
    refused(stage, "logistics", "/shipments/SHP-2/receipt", "NotTheConsignee", http=403)


def test_p9_an_excursion_on_the_way_blocks_until_quality_judges_it(stage: Stage, lot: str) -> None:
    (serial,) = scenes.dispatched(stage, lot, "SHP-3", count=1)
    arrived(stage, "SHP-3", temperature={"min": "-82", "max": "-51", "unit": "Cel"})
    assert codes(answer(stage, lot, serial, "clinician")) == ["temperature_excursion"]
    assert stage.get("quality", "/shipments/SHP-3")["excursion"] == [lot]
    judgement: dict[str, Any] = {"acceptable": True, "reason": "Stability data cover two hours at -50 Cel."}
    stage.post("quality", "/shipments/SHP-3/excursion", **judgement)
    assert codes(answer(stage, lot, serial, "clinician")) == []


@pytest.mark.parametrize(
    ("kind", "become", "alert"),
    [
        ("waste", "wasted", False), ("destroy", "destroyed", False), ("stolen", "stolen", True),
        ("lost", "lost", False), ("set_aside", "set_aside", False),
    ],
)  # fmt: skip
def test_what_became_of_a_vial_is_recorded_and_answered(
    stage: Stage, lot: str, kind: str, become: str, *, alert: bool
) -> None:
    (serial,) = scenes.consigned(stage, lot, f"SHP-{kind.replace('_', '-').upper()}", count=1)
    scenes.disposed(stage, lot, serial, kind)
    assert state(stage, lot, serial) == become
    told = answer(stage, lot, serial, "clinician")
    assert (told["decision"], codes(told)) == ("do_not_use", [become])
    assert told["reasons"][0]["alert"] is alert
    anonymous = answer(stage, lot, serial)
    assert (codes(anonymous), noticed(anonymous)) == ([become], ["custody_not_checked"])


def test_v4_an_injection_without_a_clear_answer_is_recorded_flagged_and_alerts_quality(
    stage: Stage, lot: str
) -> None:
    (serial,) = scenes.consigned(stage, lot, "SHP-4", count=1)
    scenes.hold(stage, lot)
    reply = scenes.given(stage, lot, serial, reason="The patient lay ready, the line was down.")
    assert reply["kind"] == "VialAdministered"
    stated = reply["body"]
    assert (stated["given_without_clear_answer"], stated["reasons"]) == (True, ["on_hold", "not_prepared"])
    stage.post("quality", f"/lots/{lot}/holds/1/lift", explanation="The question is answered.")
    event = stage.get("quality", f"/vials/{lot}/{serial}")["history"][-1]
    assert event["reason"] == "The patient lay ready, the line was down."
    assert event["body"]["given_without_clear_answer"] is True
    assert event["body"]["reasons"] == ["on_hold", "not_prepared"]
    assert event["body"]["patient"] is None
    assert alerts(stage) == [f"vial/{lot}/{serial}"]
    (given,) = stage.get("quality", f"/trace?from=vial:{lot}/{serial}")["administrations"]
    assert given["given_without_clear_answer"] is True
    assert codes(answer(stage, lot, serial, "clinician")) == ["already_used"]


def test_v4_what_was_given_of_a_vial_that_is_not_on_record_is_recorded_all_the_same(
    stage: Stage, lot: str
) -> None:
    for name, who in ((lot, "quality"), ("EX-NEVER", "clinician")):
        stage.clock.tick(minutes=1)
        reply = scenes.given(stage, name, "222222222222", reason="It was given before anybody scanned it.")
        assert (reply["kind"], reply["stream"]) == ("UnknownVialAdministered", f"organisation/{CLINIC}")
        assert alerts(stage, who)[-1] == reply["stream"]
    stage.clock.tick(minutes=1)
    forged = stage.post(
        "clinician", "/administrations", lot=lot, serial="forged/serial 1", patient="PT-4F7K2", route="injection",
        site="left knee", session=1, given={"amount": "1.0", "unit": "mL"},
    )  # fmt: skip
    assert forged["kind"] == "UnknownVialAdministered"
    told = stage.get("quality", f"/trace?from=lot:{lot}")["administrations"]
    unknown = [(one["serial"], one["patient"]) for one in told if one["given_without_clear_answer"]][-2:]
    assert unknown == [("222222222222", None), ("forged/serial 1", None)]
    (own,) = [
        one
        for one in stage.get("clinician", f"/trace?from=lot:{lot}")["administrations"]
        if one["serial"] == "forged/serial 1"
    ]
    assert own["patient"] == "PT-4F7K2"
    assert stage.get("other_clinician", f"/trace?from=lot:{lot}", 404)


def test_v4_after_its_window_a_prepared_vial_is_given_without_a_clear_answer(stage: Stage, lot: str) -> None:
    (serial,) = scenes.consigned(stage, lot, "SHP-5", count=1)
    scenes.prepared(stage, lot, serial)
    stage.clock.tick(hours=5)
    assert codes(answer(stage, lot, serial, "clinician")) == ["in_use_time_exceeded"]
    scenes.given(stage, lot, serial, doses=3)
    body = stage.get("clinician", f"/vials/{lot}/{serial}")["history"][-1]["body"]
    assert body["reasons"] == ["in_use_time_exceeded", "too_many_doses"]
    assert body["patient"] == "PT-4F7K2"


def test_v5_used_here_is_a_mistake_and_used_elsewhere_an_alert_that_never_says_where(
    stage: Stage, lot: str
) -> None:
    (serial,) = scenes.consigned(stage, lot, "SHP-6", count=1)
    scenes.prepared(stage, lot, serial)
    scenes.given(stage, lot, serial)
    stage.clock.tick(hours=3)
    here, there = (answer(stage, lot, serial, who) for who in ("clinician", "other_clinician"))
    assert [(one["code"], one["alert"]) for one in here["reasons"]] == [("already_used", False)]
    assert [(one["code"], one["alert"]) for one in there["reasons"]] == [
        ("not_consigned_here", False), ("used_elsewhere", True),
    ]  # fmt: skip
    for told in (there, answer(stage, lot, serial)):
        assert CLINIC not in str(told)


def test_v10_one_serial_at_two_clinics_at_once_is_a_suspected_copy(stage: Stage, lot: str) -> None:
    (serial,) = scenes.consigned(stage, lot, "SHP-7", count=1)
    for who in ("clinician", "other_clinician"):
        stage.clock.tick(minutes=20)
        stage.post(who, "/verifications", lot=lot, serial=serial)
    assert codes(answer(stage, lot, serial, "clinician")) == ["suspected_copy"]
    assert stage.get("quality", f"/vials/{lot}/{serial}")["doubts"] == ["suspected_copy"]
    scenes.disposed(stage, lot, serial, "put_back", who="quality")
    assert codes(answer(stage, lot, serial, "clinician")) == []


def test_v1_a_label_that_differs_is_told_what_differs(stage: Stage, lot: str) -> None:
    scenes.product(stage, "EXO-OTHER", gtin="09506000134369")
    (serial,) = scenes.consigned(stage, lot, "SHP-8", count=1)
    other = scenes.released_lot(
        stage, "EX-OTHER", scenes.donation(stage, "A999026000001"), code="EXO-OTHER", stock=1
    )
    expected = [
        (answer(stage, lot, serial, query="?17=301231"), ["expiry_mismatch"]),
        (answer(stage, lot, serial, gtin="09506000134369"), ["lot_mismatch"]),
        (answer(stage, other, serial, gtin="09506000134369"), ["lot_mismatch"]),
        (answer(stage, lot, serial, gtin="09506000134376"), ["lot_mismatch"]),
        (answer(stage, "EX-NEVER", "222222222222", gtin="09506000134376"), ["unknown_product"]),
        (answer(stage, "EX-NEVER", serial), ["lot_mismatch"]),
        (answer(stage, "EX-NEVER", "222222222222"), ["unknown_lot"]),
        (answer(stage, lot, "222222222222"), ["unknown_serial"]),
        (answer(stage, lot, None), ["serial_needed"]),
    ]
    assert [codes(told) for told, _ in expected] == [reasons for _, reasons in expected]
    assert {told["decision"] for told, _ in expected} == {"do_not_use", "cannot_verify"}


def test_r6_a_reaction_is_recorded_with_the_day_on_which_the_authority_must_have_heard(
    stage: Stage, lot: str
) -> None:
    (serial,) = scenes.consigned(stage, lot, "SHP-9", count=1)
    scenes.prepared(stage, lot, serial)
    scenes.given(stage, lot, serial)
    heard = stage.clock().date()
    clinical: dict[str, Any] = {
        "onset": scenes.at(stage.clock()), "outcome": "recovering", "severity": "severe",
        "criteria": ["hospitalisation"], "expected": False, "relatedness": "possible", "narrative": "The knee swelled.",
    }  # fmt: skip
    stage.post(
        "clinician", "/reactions", reaction="AE-1", vials=[{"lot": lot, "serial": serial}], patient="PT-4F7K2",
        first_received=str(heard), **clinical,
    )  # fmt: skip
    told = stage.get("quality", "/reactions/AE-1")
    assert (told["basis"], told["due_on"], told["status"]) == ("ind", str(heard + timedelta(days=15)), "due")
    assert told["patient"] is None
    assert [one["id"] for one in stage.get("quality", "/reactions")["items"]] == ["AE-1"]
    stage.post(
        "clinician", "/reactions/AE-1/follow-ups", **{**clinical, "outcome": "fatal", "criteria": ["death"]}
    )
    assert stage.get("quality", "/reactions/AE-1")["due_on"] == str(heard + timedelta(days=7))
    assert stage.get("quality", f"/trace?from=lot:{lot}")["reactions"][0]["reaction"] == "AE-1"
    stage.post("quality", "/reactions/AE-1/submissions", authority="FDA", submitted_on=str(heard))
    assert stage.get("quality", "/reactions/AE-1")["status"] == "submitted"
    foreign = stage.get("other_clinician", "/reactions/AE-1", 404)
    assert foreign["detail"] == "No reaction AE-1 of yours is on record."


def test_v8_a_vial_is_usable_through_its_printed_day_where_the_clinic_is(stage: Stage) -> None:
    stage.post(
        "administrator", "/organisations", id="island-clinic", name="Island Clinic", kind="clinic", country="US",
        zone="Pacific/Honolulu",
    )  # fmt: skip
    stage.post(
        "administrator", "/persons", id="t.islander", printed_name="Test Islander", roles=["clinician"],
        organisation="island-clinic",
    )  # fmt: skip
    old = scenes.released_lot(stage, "EX-DAY", scenes.donation(stage, "A999026000002"), days=20)
    for place, to in (("SHP-10", CLINIC), ("SHP-11", "island-clinic")):
        scenes.dispatched(stage, old, place, count=1, to=to)
    stage.clock.tick(hours=20)
    serials = []
    for place, who in (("SHP-10", "clinician"), ("SHP-11", "islander")):
        stage.post(who, f"/shipments/{place}/receipt")
        serials += stage.get("quality", f"/shipments/{place}")["contents"][0]["serials"]
    last = scenes.expiry(stage, old)
    while stage.clock().date() <= last or stage.clock().hour != 6:
        stage.clock.tick(hours=1)
    told = [
        answer(stage, old, serial, who)
        for serial, who in zip(serials, ("clinician", "islander"), strict=True)
    ]
    assert [codes(each) for each in told] == [["expired"], []]
    assert noticed(told[1]) == ["expires_soon"]
    assert codes(answer(stage, old, serials[1])) == ["expired"]
