"""Cartons and trays over HTTP: many vials in one question, the worst first, and nobody told of a carton not theirs."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.shipments import ShipmentSchema
from schemas.trays import RecordedTraySchema
from schemas.verdicts import TrayVerdictSchema, VerdictSchema
from tests.photographs import Label, gs1, photograph, saved
from tests.scenes import GTIN
from tests.shelf import GOOD, HELD, Shelf, filled_shelf
from tests.staging import CLINIC

SSCC, OTHER_SSCC, NO_SSCC = "095060001343520017", "095060001343520024", "095060001343520031"
JSON = {"Accept": "application/json"}
PEOPLE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Vials of every standing, and two in a carton that the clinic received."""
    filled = filled_shelf(tmp_path_factory.mktemp("shelf"))
    stage = filled.stage
    sent(filled, "SHP-C", cartons=[{"sscc": SSCC}])
    stage.clock.tick(hours=20)
    stage.post("clinician", "/shipments/SHP-C/receipt", cartons_ok=[SSCC])
    told = stage.get("clinician", "/shipments/SHP-C")
    assert ShipmentSchema().validate(told) == {}
    assert told["status"] == "received"
    filled.serials["first"], filled.serials["second"] = told["cartons"][0]["contents"][0]["serials"]
    return filled


def sent(shelf: Shelf, shipment: str, status: int = 201, **more: object) -> Any:
    said: dict[str, Any] = {"contents": [{"lot": GOOD, "count": 2}], "recipient": CLINIC} | more
    return shelf.stage.post(
        "logistics", "/shipments", status, shipment=shipment, packed_by="T. Packer", courier="Courier", **said
    )


def verified(shelf: Shelf, code: str, who: str | None = None) -> Any:
    answer = shelf.stage.get(who, "/verify", query_string={"code": code})
    assert VerdictSchema().validate(answer) == {}
    return answer


def tray(shelf: Shelf, *codes: str, who: str | None = None, status: int = 200, **more: str) -> Any:
    body = {"codes": list(codes), **more}
    answer = shelf.stage.send(who, "POST", "/verify/tray", body, status=status).get_json()
    if status == 200:
        assert TrayVerdictSchema().validate(answer) == {}
    return answer


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]


@pytest.mark.parametrize(
    "code", [f"]C100{SSCC}", f"]d200{SSCC}", f"(00){SSCC}", f"https://qc.example/00/{SSCC}"]
)
def test_a_carton_is_answered_to_those_it_concerns(shelf: Shelf, code: str) -> None:
    for who in ("clinician", "logistics", "auditor"):
        answer = verified(shelf, code, who)
        assert (answer["carton"]["sscc"], answer["carton"]["shipment"]) == (SSCC, "SHP-C")
        assert {one["vial"]["serial"] for one in answer["answers"]} == {
            shelf.serials["first"], shelf.serials["second"],
        }  # fmt: skip
    assert verified(shelf, code, "clinician")["decision"] == "in_order"
    for stranger in (None, "other_clinician"):
        answer = verified(shelf, code, stranger)
        assert (answer["decision"], codes(answer)) == ("cannot_verify", ["serial_needed"])
        assert "answers" not in answer


def test_a_cartons_address_answers_as_its_scan_does(shelf: Shelf) -> None:
    path = f"//00/{SSCC}"
    assert shelf.stage.get("clinician", path, headers=JSON) == verified(shelf, f"]C100{SSCC}", "clinician")
    anybody = shelf.stage.get(None, path, headers=JSON)
    unknown = shelf.stage.get(None, f"//00/{NO_SSCC}", headers=JSON)
    assert anybody | {"as_of": ""} == unknown | {"as_of": ""}
    assert codes(shelf.stage.get(None, f"//00/{SSCC[:-1]}8", headers=JSON)) == ["malformed_code"]
    told = shelf.stage.send("clinician", "GET", path, status=200, headers=PEOPLE).text
    assert "This carton" in told
    assert told.count("Records in order") >= 3
    assert shelf.stage.get(None, f"{path}?linkType=all")["linkset"]


def test_a_carton_can_be_photographed(shelf: Shelf) -> None:
    picture = saved(photograph(Label(symbol=gs1(f"(00){SSCC}", "Code128"), module=4), size=(1600, 1200)))
    answer = shelf.stage.send(
        "clinician", "POST", "/verify/image", status=200, data=picture, content_type="image/jpeg"
    ).get_json()
    assert answer["carton"]["sscc"] == SSCC
    assert answer["read"]["says"] == {"sscc": SSCC}


def test_a_tray_is_answered_the_worst_first(shelf: Shelf) -> None:
    held = f"(01){GTIN}(10){HELD}(21){shelf.serials['held']}"
    answer = tray(shelf, shelf.scan("good"), held, f"(01){GTIN}(10){GOOD}(21)NONE", "?")
    assert answer["decision"] == "do_not_use"
    assert [one["position"] for one in answer["answers"]] == [2, 1, 3, 0]
    assert [codes(one) for one in answer["answers"]] == [
        ["unknown_serial"],
        ["on_hold"],
        ["malformed_code"],
        [],
    ]
    assert answer["answers"][3]["code"] == shelf.scan("good")
    assert codes(answer) == ["malformed_code", "unknown_serial", "on_hold"]
    assert answer["reasons"][0]["detail"].startswith("1 of 4: ")
    assert answer["counts"] == {"in_order": 1, "do_not_use": 2, "cannot_verify": 1}


def test_each_on_a_tray_is_answered_as_by_itself(shelf: Shelf) -> None:
    for who in (None, "clinician", "other_clinician"):
        for standing, lot in (("good", GOOD), ("used", GOOD), ("elsewhere", GOOD), ("held", HELD)):
            (one,) = tray(shelf, shelf.scan(standing, lot), who=who)["answers"]
            alone = verified(shelf, shelf.scan(standing, lot), who)
            assert {name: one[name] for name in ("decision", "vial", "reasons", "notices")} == {
                name: alone[name] for name in ("decision", "vial", "reasons", "notices")
            }


def test_one_vial_twice_and_a_carton_among_vials(shelf: Shelf) -> None:
    answer = tray(shelf, shelf.scan("first"), f"]C100{SSCC}", who="clinician")
    assert answer["counts"]["in_order"] == 3
    assert [one["carton"] for one in answer["answers"]] == [None, SSCC, SSCC]
    twice = [one for one in answer["answers"] if "scanned_twice" in str(one["notices"])]
    assert [one["vial"]["serial"] for one in twice] == [shelf.serials["first"]] * 2


def test_country_and_route_are_heeded(shelf: Shelf) -> None:
    assert codes(tray(shelf, shelf.scan("good"), country="DE")) == ["no_regulatory_basis"]
    assert codes(tray(shelf, shelf.scan("good"), route="topical")) == ["route_not_permitted"]
    assert (
        tray(shelf, shelf.scan("good"), country="Germany", status=422)["errors"][0]["pointer"] == "/country"
    )


def test_a_tray_has_its_bounds(shelf: Shelf) -> None:
    assert len(tray(shelf, *["?"] * 100)["answers"]) == 100
    assert tray(shelf, *["?"] * 101, status=422)["errors"][0]["pointer"] == "/codes"
    assert tray(shelf, status=422)["errors"][0]["pointer"] == "/codes"
    assert tray(shelf, "", status=422)["errors"][0]["pointer"] == "/codes/0"
    assert tray(shelf, "a\0b\u2028", "\x1d" * 50)["decision"] == "cannot_verify"


def test_every_code_counts_against_the_limit(shelf: Shelf) -> None:
    service = shelf.stage.client.application.extensions["qc_service"]
    object.__setattr__(service, "requests_per_minute", 10)
    try:
        tray(shelf, *["?"] * 6)
        tray(shelf, *["?"] * 6, status=429)
        tray(shelf, *["?"] * 50, who="clinician")
    finally:
        object.__setattr__(service, "requests_per_minute", 0)


def test_a_shipment_says_what_is_wrong_with_its_cartons(shelf: Shelf) -> None:
    refused = sent(shelf, "SHP-D", 422, cartons=[{"sscc": NO_SSCC, "contents": [{"lot": HELD, "count": 1}]}])
    assert [reason["code"] for reason in refused["reasons"]] == ["too_few_for_carton", "carton_empty"]
    assert (
        sent(shelf, "SHP-D", 422, cartons=[{"sscc": "1" * 18}])["errors"][0]["pointer"] == "/cartons/0/sscc"
    )
    sent(shelf, "SHP-D", cartons=[{"sscc": OTHER_SSCC}])
    refused = sent(shelf, "SHP-E", 422, contents=[{"lot": HELD, "count": 1}], cartons=[{"sscc": OTHER_SSCC}])
    assert "carton_in_transit" in str(refused["reasons"])
    wrong = shelf.stage.post("clinician", "/shipments/SHP-D/receipt", 422, cartons_ok=[SSCC])
    assert wrong["errors"][0]["pointer"] == "/cartons_ok"
    assert codes(verified(shelf, f"]C100{OTHER_SSCC}", "clinician")) == ["in_transit"]


def test_a_carton_that_is_recorded_as_checked_says_what_to_do(shelf: Shelf) -> None:
    reply = shelf.stage.post("clinician", "/verifications", code=f"]C100{SSCC}")
    assert (reply["answer"]["decision"], codes(reply["answer"])) == ("cannot_verify", ["serial_needed"])


def recorded(shelf: Shelf, *codes: str, who: str = "clinician", status: int = 201, **more: str) -> Any:
    reply = shelf.stage.post(who, "/verifications/tray", status, codes=list(codes), **more)
    if status == 201:
        assert RecordedTraySchema().validate(reply) == {}
    return reply


def test_a_tray_is_recorded_in_one_act_each_check_with_its_proof(shelf: Shelf) -> None:
    before = shelf.stage.made.store.head().size
    reply = recorded(shelf, shelf.scan("first"), shelf.scan("used"), "?", shelf.scan("first"), f"]C100{SSCC}")
    assert reply["decision"] == "do_not_use"
    said = [(one["kind"], one["answer"]["decision"]) for one in reply["checks"]]
    assert said == [
        ("VialChecked", "do_not_use"), ("CodeChecked", "cannot_verify"), *[("VialChecked", "in_order")] * 3,
    ]  # fmt: skip
    assert shelf.stage.made.store.head().size == before + 5
    for one in reply["checks"]:
        assert one["proof"].startswith("c2sp.org/tlog-proof@v1")
        assert one["answer"]["reasons"] or one["answer"]["vial"]["serial"] in one["stream"]
        kept = shelf.stage.get("auditor", f"/records?stream={one['stream']}")
        assert one["log_index"] in [each["log_index"] for each in kept["items"]]


def test_a_tray_sent_again_is_recorded_once(shelf: Shelf) -> None:
    body, headers = {"codes": [shelf.scan("good"), "?"]}, {"Idempotency-Key": "tray-0001"}
    replies = [
        shelf.stage.send("clinician", "POST", "/verifications/tray", body, headers=headers).get_json()
        for _ in range(2)
    ]
    assert [one["log_index"] for one in replies[0]["checks"]] == [
        one["log_index"] for one in replies[1]["checks"]
    ]


def test_who_may_not_check_records_no_tray(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    assert recorded(shelf, "?", who="analyst", status=403)["title"] == "Forbidden"
    headers = {"Authorization": f"Bearer {shelf.stage.token('clinician')}"}
    bare = shelf.stage.client.post("/api/v1/verifications/tray", json={"codes": ["?"]}, headers=headers)
    assert bare.status_code == 428
    assert recorded(shelf, "", status=422)["errors"][0]["pointer"] == "/codes/0"
    monkeypatch.setattr("qc_service.application.tray_checks.MOST_CHECKS", 1)
    assert recorded(shelf, f"]C100{SSCC}", status=422)["errors"][0]["pointer"] == "/codes"
