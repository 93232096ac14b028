"""Anything that a scanner or keyboard sends, over HTTP: answered, never repaired, never a failure of the service."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qc_service.domain.identifiers import Din, Gtin, LotNumber, VialSerial
from qc_service.exchange.codes import (
    ProcessorProduct,
    digital_link,
    element_string,
    gs1_scan,
    isbt128_message,
)
from qc_service.exchange.codes.formats import CHARACTERS
from qc_service.exchange.codes.keyboards import KEYBOARDS, US
from tests.answering import codes
from tests.scenes import GTIN
from tests.shelf import DINS, GOOD, HELD, Shelf, filled_shelf

GS = "\x1d"
PRODUCT = ProcessorProduct(processor="A9990", description="D0001")
FUZZED = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Vials of every standing."""
    return filled_shelf(tmp_path_factory.mktemp("scans"))


def verified(shelf: Shelf, code: str) -> Any:
    return shelf.stage.get(None, "/verify", 200, query_string={"code": code})


def recorded(shelf: Shelf, code: str, status: int = 201) -> Any:
    return shelf.stage.post("clinician", "/verifications", status, code=code)


def message(shelf: Shelf, standing: str, lot: str = GOOD, expires_on: date | None = None) -> str:
    return isbt128_message(
        din=Din(DINS[lot]), product=PRODUCT, division=1, expires_on=expires_on or shelf.expires_on,
        lot=LotNumber(lot), serial=VialSerial(shelf.serials[standing]),
    )  # fmt: skip


@pytest.mark.parametrize("symbol", ["", "]d1", "]C0", "]Q1"])
def test_an_isbt_128_label_finds_its_vial(shelf: Shelf, symbol: str) -> None:
    assert verified(shelf, symbol + message(shelf, "good"))["decision"] == "in_order"
    assert codes(verified(shelf, symbol + message(shelf, "used"))) == ["already_used"]
    assert codes(verified(shelf, symbol + message(shelf, "held", HELD)))[-1] == "on_hold"
    assert codes(verified(shelf, symbol + message(shelf, "good", HELD)))[0] == "lot_mismatch"
    early = message(shelf, "good", expires_on=date(2027, 1, 1))
    assert codes(verified(shelf, symbol + early)) == ["expiry_mismatch"]


def test_an_isbt_128_label_without_a_serial_names_its_lot(shelf: Shelf) -> None:
    whole = message(shelf, "good")
    lot_alone = "=+05000" + whole[len("=+06000") : whole.index("&,2")]
    assert codes(verified(shelf, lot_alone)) == ["serial_needed"]
    assert "donation" in verified(shelf, f"={DINS[GOOD]}00")["reasons"][0]["detail"]
    assert "product" in verified(shelf, "=/A9990000000D0001")["reasons"][0]["detail"]
    assert codes(verified(shelf, "=,000012")) == ["malformed_code"]


@pytest.mark.parametrize("symbol", ["", "]C0", "]Q1", "]d1"])
def test_a_code_that_names_no_vial_is_tried_as_a_lot(shelf: Shelf, symbol: str) -> None:
    assert codes(verified(shelf, symbol + GOOD)) == ["serial_needed"]
    assert codes(verified(shelf, symbol + HELD)) == ["on_hold"]
    assert codes(verified(shelf, symbol + "EX999999Z")) == ["unknown_lot"]
    assert verified(shelf, symbol + shelf.serials["good"])["decision"] == "in_order"


@pytest.mark.parametrize(
    "code", ["]C110{lot}", "]d210{lot}", "]Q310{lot}" + GS, "(10){lot}", "(01)09506000134352(10){lot}"]
)
def test_a_gs1_code_with_a_lot_alone_is_tried_as_a_lot(shelf: Shelf, code: str) -> None:
    assert codes(verified(shelf, code.format(lot=GOOD))) == ["serial_needed"]
    assert codes(verified(shelf, code.format(lot=HELD))) == ["on_hold"]


def spoilt(code: str) -> dict[str, str]:
    """What may happen to a code on its way, by name."""
    german = str.maketrans(US, KEYBOARDS[0].keys)
    return {
        "caps": code.swapcase(),
        "suffix": code + "\r\n",
        "tab": code + "\t",
        "prefix": "\x02" + code,
        "twice": code + code,
        "in two lines": f"{code}\n{code}",
        "keyboard": code.translate(german),
    }


@pytest.mark.parametrize("mishap", spoilt(""))
@pytest.mark.parametrize("form", ["scan", "brackets", "link", "isbt", "lot", "serial", "grouped"])
def test_what_a_device_did_is_told_and_no_vial_is_judged(shelf: Shelf, form: str, mishap: str) -> None:
    gtin, lot, serial = Gtin(GTIN), LotNumber(GOOD), VialSerial(shelf.serials["good"])
    whole = {
        "scan": gs1_scan(gtin, lot, serial, shelf.expires_on),
        "brackets": element_string(gtin, lot, serial, shelf.expires_on),
        "link": digital_link("https://qc.example", gtin, lot, serial, shelf.expires_on),
        "isbt": message(shelf, "good"),
        "lot": GOOD,
        "serial": serial,
        "grouped": serial.grouped,
    }[form]
    arrived = spoilt(whole)[mishap]
    if arrived == whole or (form in {"lot", "serial"} and mishap == "keyboard"):
        return  # a lot without Y and Z is typed alike on both, and one with them is another lot
    answer = verified(shelf, arrived)
    assert (answer["decision"], codes(answer)) == ("cannot_verify", ["scanner_configuration"]), arrived
    assert answer["vial"]["state"] is None


def test_letters_that_arrive_in_the_other_case_are_not_another_lot(shelf: Shelf) -> None:
    serial = shelf.serials["good"]
    lower = f"01{GTIN}10{GOOD.lower()}{GS}21{serial.lower()}"
    answer = verified(shelf, lower)
    assert codes(answer) == ["scanner_configuration"]
    assert "Caps Lock" in answer["reasons"][0]["detail"]
    assert answer["vial"]["lot"] == GOOD.lower()
    assert codes(verified(shelf, lower.replace("ex261101a", "ex999999z"))) == ["unknown_lot"]


def test_a_lot_typed_twice_is_another_only_where_it_is_none_of_ours(shelf: Shelf) -> None:
    assert codes(verified(shelf, GOOD * 2)) == ["scanner_configuration"]
    assert codes(verified(shelf, "EX999EX999")) == ["unknown_lot"]


def test_a_mistyped_serial_in_its_groups_is_typed_again(shelf: Shelf) -> None:
    serial = shelf.serials["good"]
    other = next(one for one in VialSerial.ALPHABET if one != serial[0])
    wrong = f"{other}{serial[1:4]}-{serial[4:8]}-{serial[8:]}"
    answer = verified(shelf, wrong)
    assert codes(answer) == ["malformed_code"]
    assert "type it again" in answer["reasons"][0]["detail"]


def test_a_lost_separator_says_what_to_set(shelf: Shelf) -> None:
    answer = verified(shelf, f"]d201{GTIN}10{GOOD}21{shelf.serials['good'][:6]}")
    assert codes(answer) == ["scanner_configuration"]
    assert "0x1D" in answer["reasons"][0]["detail"]


def test_codes_of_other_systems_say_what_to_do(shelf: Shelf) -> None:
    for code, words in (
        ("+A123BJC5D6E71G", "HIBCC"), ("[)>\x1e06\x1d9N1\x1e\x04", "15434"), ("EXO1:BB8", "token"),
    ):  # fmt: skip
        answer = verified(shelf, code)
        assert (answer["decision"], codes(answer)) == ("cannot_verify", ["malformed_code"])
        assert words in answer["reasons"][0]["detail"]


def wrong_check(serial: str) -> str:
    """The serial with another last character."""
    return serial[:-1] + next(one for one in VialSerial.ALPHABET if one != serial[-1])


def test_the_boxes_of_the_page_take_a_scan_and_tell_what_a_device_did(shelf: Shelf) -> None:
    def page(lot: str, serial: str) -> str:
        reply = shelf.stage.client.get(
            "/check", query_string={"lot": lot, "serial": serial}, headers={"Accept": "text/html"}
        )
        assert reply.status_code == 200
        return reply.text

    serial = shelf.serials["good"]
    assert "<h1>Records in order</h1>" in page("", shelf.scan("good"))
    assert "<h1>Records in order</h1>" in page(shelf.scan("good"), "")
    for lot, typed in ((GOOD, serial.lower()), (GOOD.lower(), serial), (GOOD, serial + " ")):
        said = page(lot, typed)
        assert "<h1>STOP – not checked</h1>" in said
        assert 'href="/check">Scan or type again' in said
    assert "Caps Lock" in page(GOOD.lower(), serial)
    for lot, typed in ((GOOD.lower(), serial), (GOOD, serial.lower())):
        assert "in capitals" in page(lot, typed)
    spaced = f"{serial[:4]} {serial[4:8]} {serial[8:]}"
    slips = (
        serial[:-1],
        f"{serial[:4]}-{serial[4:8]}-{serial[8:11]}",
        wrong_check(serial),
        spaced,
        spaced.lower(),
        "2YZ2-YZ22-Y",
    )
    for slip, lot in product(slips, ("", GOOD)):
        said = page(lot, slip)
        assert "<h1>STOP – not checked</h1>" in said
        assert "type its twelve characters again" in said
    assert "unknown_lot" in page(wrong_check(serial), "")
    assert "<h1>Records in order</h1>" in page("", serial)
    assert "serial_needed" in page("", GOOD)
    assert "take it away" in page(f"{GOOD} ", serial)
    assert "type it again as printed" in page("no lot!", serial)


def test_a_recorded_check_answers_a_code_as_verify_does(shelf: Shelf) -> None:
    for code in (
        message(shelf, "good"),
        GOOD,
        f"]C0{HELD}",
        shelf.serials["good"],
        f"={DINS[GOOD]}00",
        GOOD.lower(),
    ):
        answered = recorded(shelf, code)
        assert [one["code"] for one in answered["answer"]["reasons"]] == codes(
            shelf.stage.get("clinician", "/verify", 200, query_string={"code": code})
        )


PIECES = [
    "01", "09506000134352", "10", GOOD, HELD, "21", "17", "271031", GS, "(01)", "(10)", "(21)", "]d2", "]d1", "]C0",
    "=", "=+", "02000", "&,1", "&,2", "=/", "A9990000000D0001", "000000000EX261101A", "EXO1:", "BB8", "https://",
    "/01/", "%2F", "?17=", "+", "\r", "\n", " ", "{GS}", "ex261101a", "\u00e9", "\x00", "[)>",
]  # fmt: skip


@FUZZED
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=80))
def test_nothing_that_is_sent_makes_the_service_fail(shelf: Shelf, code: str) -> None:
    if not code:
        return
    answer = verified(shelf, code)
    assert answer["decision"] != "in_order"
    reply = shelf.stage.client.post(
        "/api/v1/verifications",
        json={"code": code},
        headers={
            "Authorization": f"Bearer {shelf.stage.token('clinician')}",
            "Idempotency-Key": sha256(code.encode()).hexdigest(),
        },
    )
    assert reply.status_code == 201, reply.text


@FUZZED
@given(st.data())
def test_a_serial_is_never_repaired(shelf: Shelf, data: st.DataObject) -> None:
    serial = shelf.serials["good"]
    place = data.draw(st.integers(0, 11))
    wrong = data.draw(st.sampled_from(CHARACTERS["x"]).filter(lambda one: one != serial[place]))
    changed = serial[:place] + wrong + serial[place + 1 :]
    for code in (
        f"]d201{GTIN}10{GOOD}{GS}21{changed}",
        f"(01){GTIN}(10){GOOD}(21){changed.replace('(', chr(92) + '(')}", changed,
        f"=+02000&,1{GOOD:0>18}&,2{changed:0>18}",
    ):  # fmt: skip
        assert verified(shelf, code)["decision"] != "in_order"
