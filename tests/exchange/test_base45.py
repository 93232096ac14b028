"""Base45 against the examples of its specification, and there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.exchange.base45 import ALPHABET, from45, to45


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"AB", "BB8"),  # RFC 9285, 4.3, example 1
        (b"Hello!!", "%69 VD92EX0"),  # example 2
        (b"base-45", "UJCLQE7W581"),  # example 3
        (b"ietf!", "QED8WEX0"),  # 4.4, example 1
        (b"", ""),
        (b"\xff\xff", "FGW"),  # 6: the largest that three characters may stand for
        (b"\x00", "00"),
    ],
)
def test_examples_of_the_specification(octets: bytes, text: str) -> None:
    assert to45(octets) == text
    assert from45(text) == octets


@pytest.mark.parametrize(
    "text",
    [
        "GGW",  # RFC 9285, 6: 65,536
        ":::",
        "V5",  # 256 in two characters
        "::",
        "B",
        "BB8A",
        "bb8",
        "BB8\n",
        "BB₈",
        "١BB",
    ],
)
def test_what_spells_no_bytes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not base45"):
        from45(text)


@given(st.binary(max_size=80))
def test_bytes_come_back(octets: bytes) -> None:
    assert from45(to45(octets)) == octets


@given(st.text(ALPHABET, max_size=60))
def test_no_two_texts_spell_the_same_bytes(text: str) -> None:
    try:
        octets = from45(text)
    except ValueError:
        return
    assert to45(octets) == text
