"""Names that cannot exist malformed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Din, Gtin, Line, LotNumber, Text, VialSerial


@pytest.mark.parametrize(
    "text", ["EX", "ex261101a", "EX 1", "-EX1", "EX1-", "E" * 21, "EX261101A\n", "ＥＸ１"]
)
def test_a_lot_number_has_one_grammar(text: str) -> None:
    with pytest.raises(Malformed, match="is not a lot number: write it like EX261101A"):
        LotNumber(text)


def test_a_gtin_has_a_right_check_digit() -> None:
    assert Gtin("09506000134352") == "09506000134352"
    with pytest.raises(Malformed, match="check digit"):
        Gtin("09506000134353")


def test_a_donation_number_tells_its_check_character() -> None:
    """ISO/IEC 7064 mod 37-2; the worked example of the standard's users."""
    assert Din("G123417654321").check_character == "A"


@pytest.mark.parametrize("text", ["O999026000001", "A999O26000001", "A99902600001", "a999026000001"])
def test_a_donation_number_has_one_grammar(text: str) -> None:
    with pytest.raises(Malformed):
        Din(text)


@pytest.mark.parametrize("text", ["", " x", "x ", "a\tb", "a\nb", "x" * 201, "\u2028"])
def test_a_line_is_one_line(text: str) -> None:
    with pytest.raises(Malformed):
        Line(text)


def test_a_text_may_have_several_lines() -> None:
    assert Text("one\ntwo") == "one\ntwo"


@given(st.binary(min_size=16, max_size=16))
def test_a_minted_serial_is_well_formed_and_prints_in_groups(random: bytes) -> None:
    serial = VialSerial.minted(random)
    assert VialSerial(str(serial)) == serial
    assert serial.grouped.replace("-", "") == serial


@given(st.binary(min_size=16, max_size=16), st.integers(0, 11), st.sampled_from(VialSerial.ALPHABET))
def test_one_wrong_character_of_a_serial_is_caught(random: bytes, place: int, character: str) -> None:
    serial = VialSerial.minted(random)
    wrong = serial[:place] + character + serial[place + 1 :]
    if wrong != serial:
        with pytest.raises(Malformed, match="check character"):
            VialSerial(wrong)


@given(st.binary(min_size=16, max_size=16), st.integers(0, 10))
def test_two_neighbours_swapped_in_a_serial_are_caught(random: bytes, place: int) -> None:
    serial = VialSerial.minted(random)
    wrong = serial[:place] + serial[place + 1] + serial[place] + serial[place + 2 :]
    if wrong != serial:
        with pytest.raises(Malformed):
            VialSerial(wrong)
