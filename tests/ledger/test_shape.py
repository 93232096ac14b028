"""The strict readers accept one spelling of each value and refuse its lookalikes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.ledger import shape
from qc_service.ledger.shape import Malformed


@given(st.binary(max_size=70))
def test_bytes_survive_both_base64_spellings(octets: bytes) -> None:
    assert shape.from64(shape.to64(octets)) == octets
    assert shape.from64url(shape.to64url(octets)) == octets


@pytest.mark.parametrize(
    "text", ["YQ", "YQ==\n", "YR==", "Y Q==", "-_==", "Y\N{CYRILLIC SMALL LETTER A}==", 7, None]
)
def test_other_base64_is_refused(text: object) -> None:
    with pytest.raises(Malformed):
        shape.from64(text)


@pytest.mark.parametrize("text", ["YQ==", "YR", "+/+/", "Y", 7, "Y\n"])
def test_other_base64url_is_refused(text: object) -> None:
    with pytest.raises(Malformed):
        shape.from64url(text)


@pytest.mark.parametrize("text", ["", "01", "+1", "-1", " 1", "1_0", "٣", "1\n", "1" * 20])
def test_a_count_in_text_has_one_spelling(text: str) -> None:
    with pytest.raises(Malformed):
        shape.decimal(text)


def test_a_count_in_text_is_read() -> None:
    assert [shape.decimal("0"), shape.decimal("10")] == [0, 10]


@pytest.mark.parametrize("value", [True, -1, 2**53, "1", None, 1.0])
def test_a_count_is_a_small_natural_number(value: object) -> None:
    with pytest.raises(Malformed):
        shape.count(value)


@pytest.mark.parametrize("value", ["", None, b"text", 7])
def test_a_text_is_not_empty(value: object) -> None:
    with pytest.raises(Malformed):
        shape.text(value)


@pytest.mark.parametrize("value", ["0a", "0A0b", "0g0b", b"0a0b", "0a0b\n", None])
def test_hexadecimal_has_one_spelling(value: object) -> None:
    assert shape.hexadecimal("0a0b", 2) == "0a0b"
    with pytest.raises(Malformed):
        shape.hexadecimal(value, 2)


@pytest.mark.parametrize("value", [None, [], {"a": 1}, {"a": 1, "b": 2, "d": 4}, {"a": 1, "b": 2, 3: 4}])
def test_an_object_has_exactly_its_members(value: object) -> None:
    assert shape.members({"a": 1, "b": 2, "c": 3}, {"a", "b"}, {"c"}) == {"a": 1, "b": 2, "c": 3}
    with pytest.raises(Malformed):
        shape.members(value, {"a", "b"}, {"c"})


def test_an_array_is_an_array() -> None:
    assert shape.items([1]) == [1]
    with pytest.raises(Malformed):
        shape.items({"0": 1})
