"""Canonical bytes: equal to an independent RFC 8785, and nothing else parses."""

from enum import StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from qc_service.ledger.canonical import MAX_DEPTH, NotCanonical, canonical, digest, parse
from qc_service.ledger.shape import MAX_INTEGER

NAMES = st.text(st.characters(max_codepoint=127))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


class Colour(StrEnum):
    """A subclass of str, which has no place in a record."""

    RED = "red"


@given(VALUES)
def test_it_is_rfc_8785_and_reads_back(value: Any) -> None:
    payload = canonical(value)
    assert payload == rfc8785.dumps(value)
    assert parse(payload) == value


def test_every_character_is_spelled_as_rfc_8785_spells_it() -> None:
    everything = "".join(chr(point) for point in range(0x11000) if not 0xD800 <= point < 0xE000)
    assert canonical([everything]) == rfc8785.dumps([everything])


def test_a_tuple_is_an_array() -> None:
    assert canonical({"b": (1, 2), "a": ()}) == b'{"a":[],"b":[1,2]}'


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        2**53,
        -(2**53),
        {"é": 1},
        {1: 1},
        {"a": [{"b": 0.5}]},
        "\ud800",
        {"a": "\udfff"},
        b"bytes",
        {1, 2},
        object(),
        Colour.RED,
        [Colour.RED],
    ],
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


def nested(levels: int) -> Any:
    """A list in a list in a list …"""
    value: Any = 0
    for _ in range(levels):
        value = [value]
    return value


def test_depth_is_bounded() -> None:
    assert parse(canonical(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    with pytest.raises(NotCanonical):
        canonical(nested(MAX_DEPTH + 1))
    with pytest.raises(NotCanonical):
        parse(b"[" * 100_000)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1}\n',
        b'\xef\xbb\xbf{"a":1}',
        b'"\\u0061"',
        b'"\\/"',
        b'"\\u001F"',
        b'"\xff"',
        b'"\\ud800"',
        b"1.0",
        b"1e3",
        b"-0",
        b"9007199254740992",
        b"100000000000000000000000",
        b"NaN",
        b'{"\xc3\xa9":1}',
    ],
)
def test_another_spelling_is_refused(payload: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse(payload)


def test_the_digest_is_lowercase_sha256() -> None:
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
