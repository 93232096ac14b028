"""Typed values and plain JSON: strict both ways, every fault found at once and named by its pointer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.codec import from_plain, parse_decimal, to_plain
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line, LotNumber
from qc_service.domain.vocabulary import Tissue


@dataclass(frozen=True, kw_only=True)
class Part:
    """A nested value that refuses a number below one."""

    count: int
    exact: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        """Refuse zero and less."""
        if self.count < 1:
            raise Malformed("is one or more", field="count")


@dataclass(frozen=True, kw_only=True)
class Whole:
    """Every kind of member that a record may have."""

    lot: LotNumber
    tissue: Tissue
    on: date
    at: datetime
    true: bool
    parts: tuple[Part, ...]
    maybe: Line | None = None


WHOLE = Whole(
    lot=LotNumber("EX1"), tissue=Tissue.PLACENTA, on=date(2026, 2, 1), at=datetime(2026, 2, 1, 8, tzinfo=UTC),
    true=True, parts=(Part(count=2, exact=Decimal("1.9E+11")),),
)  # fmt: skip
PLAIN = {
    "lot": "EX1", "tissue": "placenta", "on": "2026-02-01", "at": "2026-02-01T08:00:00Z", "true": True,
    "parts": [{"count": 2, "exact": "1.9E+11"}], "maybe": None,
}  # fmt: skip


def test_a_value_is_written_and_read_back() -> None:
    assert to_plain(WHOLE) == PLAIN
    assert from_plain(Whole, PLAIN, complete=True) == WHOLE


def test_what_is_written_is_plain_to_the_letter() -> None:
    assert type(to_plain(WHOLE)["lot"]) is str
    assert type(to_plain(WHOLE)["tissue"]) is str


def test_defaults_stand_in_for_absent_members_unless_all_are_wanted() -> None:
    shorter = {name: value for name, value in PLAIN.items() if name != "maybe"}
    assert from_plain(Whole, shorter) == WHOLE
    with pytest.raises(Malformed, match="/maybe: is missing"):
        from_plain(Whole, shorter, complete=True)


@pytest.mark.parametrize(
    ("member", "value", "pointer"),
    [
        ("lot", "x", "/lot"),
        ("lot", 5, "/lot"),
        ("tissue", "liver", "/tissue"),
        ("on", "2026-02-30", "/on"),
        ("at", "2026-02-01T08:00:00+00:00", "/at"),
        ("true", 1, "/true"),
        ("parts", "none", "/parts"),
        ("parts", [1], "/parts/0"),
        ("parts", [{"count": 0}], "/parts/0/count"),
        ("parts", [{"count": True}], "/parts/0/count"),
        ("parts", [{"count": 2**53}], "/parts/0/count"),
        ("parts", [{"count": 1, "exact": 1.5}], "/parts/0/exact"),
        ("parts", [{"count": 1, "exact": "NaN"}], "/parts/0/exact"),
        ("maybe", " led by a space", "/maybe"),
        ("stranger", 1, "/stranger"),
    ],
)
def test_a_wrong_member_is_named_by_its_pointer(member: str, value: object, pointer: str) -> None:
    with pytest.raises(Malformed) as refused:
        from_plain(Whole, {**PLAIN, member: value})
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_all_faults_are_found_at_once() -> None:
    with pytest.raises(Malformed) as refused:
        from_plain(Whole, {**PLAIN, "lot": "x", "tissue": "liver", "stranger": 1})
    assert {fault.pointer for fault in refused.value.faults} == {"/lot", "/tissue", "/stranger"}


def test_what_is_no_object_is_said_so() -> None:
    with pytest.raises(Malformed, match="must be an object"):
        from_plain(Whole, [])


def test_a_value_without_a_plain_form_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="float"):
        to_plain(1.5)  # the very thing that must never be signed


@pytest.mark.parametrize("text", ["1e3", " 1", "1_000", "٣", "+1", "Infinity", "1.", ".5", "0x1", "01.50"])
def test_a_number_in_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_decimal(text)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("0.95E+10", "as 9.5E+9"), ("0.80E+10", "as 8.0E+9"), ("1e3", "as 1E+3"), (".5", "as 0.5"),
        ("7,2", "like 12.50"), ("NaN", "like 12.50"), ("1_000", "like 12.50"), ("٣", "like 12.50"),
        ("1E+9999", "like 12.50"),
    ],
)  # fmt: skip
def test_a_number_in_another_spelling_is_told_its_own(text: str, fix: str) -> None:
    with pytest.raises(Malformed, match=re.escape(f"write it {fix}")):
        parse_decimal(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_a_decimal_keeps_its_digits(value: Decimal) -> None:
    assert str(parse_decimal(str(value))) == str(value)
