"""What scanners and keyboards do to codes: each is told by what to change, and none is read as what was meant."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.identifiers import Gtin, LotNumber, VialSerial
from qc_service.exchange.codes import (
    Fault,
    Reading,
    Unreadable,
    digital_link,
    element_string,
    gs1_scan,
    read_code,
)
from qc_service.exchange.codes.keyboards import _MARKS, KEYBOARDS, US, Keyboard

TODAY = date(2026, 11, 22)
GTIN, LOT, EXPIRES = Gtin("09506000134352"), LotNumber("EX261101A"), date(2027, 10, 31)
serials = st.binary(min_size=16, max_size=16).map(VialSerial.minted)
SERIAL = VialSerial.minted(b"sixteen bytes..!")
ISBT = f"=+06000=/A9990000000D0001=,000012=A99902600000188&>0273042359&,1000000000EX261101A&,2000000{SERIAL}"
CODES = {
    "scan": gs1_scan(GTIN, LOT, SERIAL, EXPIRES),
    "brackets": element_string(GTIN, LOT, SERIAL, EXPIRES),
    "link": digital_link("https://qc.example", GTIN, LOT, SERIAL, EXPIRES),
    "isbt": ISBT,
    "token": "EXO1:QED8WEX0",
}


def typed(keyboard: Keyboard, text: str) -> str:
    """What the text becomes where a scanner presses the keys of a US keyboard."""
    keys = dict(zip(US, keyboard.keys, strict=True))
    written = ""
    waiting = ""
    for character in text:
        key = keys.get(character, character)
        if waiting:
            joined = unicodedata.normalize("NFC", key + _MARKS[waiting])
            written += joined if len(joined) == 1 else waiting + key
            waiting = ""
        elif key in keyboard.dead:
            waiting = key
        else:
            written += key
    return written + waiting


@pytest.mark.parametrize("keyboard", KEYBOARDS[:-1], ids=lambda one: one.name)
@pytest.mark.parametrize("kind", CODES)
def test_a_scanner_set_to_another_keyboard_is_told_by_name(keyboard: Keyboard, kind: str) -> None:
    spoilt = typed(keyboard, CODES[kind])
    assert spoilt != CODES[kind]
    refused = read_code(spoilt, TODAY)
    assert isinstance(refused, Unreadable)
    assert refused.reason is Fault.SCANNER
    assert keyboard.name in refused.detail.partition("this computer's is ")[2].partition(":")[0].split(" or ")


def test_a_keyboard_with_dead_keys_swallows_quotation_marks() -> None:
    refused = read_code(f"(01){GTIN}(10)\u00e9", TODAY)  # what ' and e become
    assert isinstance(refused, Unreadable)
    assert "US-International" in refused.detail


@pytest.mark.parametrize("keyboard", KEYBOARDS, ids=lambda one: one.name)
def test_a_layout_names_each_key_once(keyboard: Keyboard) -> None:
    assert len(keyboard.keys) == len(US) == 94
    assert len(set(keyboard.keys)) == len(keyboard.keys)
    assert keyboard.pressed(typed(keyboard, "]C1=A'1\"e")) == "]C1=A'1\"e"


@pytest.mark.parametrize("code", CODES.values(), ids=CODES.keys())
def test_a_code_with_two_mishaps_is_refused_for_the_first(code: str) -> None:
    refused = read_code(code.swapcase() + "\r\n", TODAY)
    assert isinstance(refused, Unreadable)
    assert refused.reason is Fault.SCANNER


@given(
    serial=serials,
    before=st.text("\x02\t *", max_size=2),
    behind=st.text("\r\n\t\x03 ", max_size=2),
    times=st.integers(1, 3),
    case=st.booleans(),
    code=st.sampled_from(["scan", "brackets", "link"]),
)
def test_a_spoilt_code_is_never_read(
    *, serial: VialSerial, before: str, behind: str, times: int, case: bool, code: str
) -> None:
    whole = {
        "scan": gs1_scan(GTIN, LOT, serial, EXPIRES),
        "brackets": element_string(GTIN, LOT, serial, EXPIRES),
        "link": digital_link("https://qc.example", GTIN, LOT, serial, EXPIRES),
    }[code]
    spoilt = before + whole * times + behind
    if case and code == "scan":
        spoilt = spoilt.swapcase()
    read = read_code(spoilt, TODAY)
    if spoilt == whole:
        assert isinstance(read, Reading)
    else:
        assert isinstance(read, Unreadable)
        assert read.reason is Fault.SCANNER


def test_a_lot_number_by_itself_has_suffered_nothing() -> None:
    for lot in ("EX26Z1", "EY260827A"):
        refused = read_code(lot, TODAY)
        assert isinstance(refused, Unreadable)
        assert "look it up with verify" in refused.detail


def test_an_article_number_in_a_retail_symbol_is_no_exchanged_case() -> None:
    refused = read_code("]E09506000134352", TODAY)
    assert isinstance(refused, Unreadable)
    assert refused.reason is Fault.UNSUPPORTED
