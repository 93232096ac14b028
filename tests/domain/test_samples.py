"""A sample's name means a lot only by its exact number; whatever is nearly one is asked about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.identifiers import LotNumber
from qc_service.domain.samples import MOST_WORDS, LotNames, NamedLots

LOTS = ("EX261101A", "EX261101B", "EX-2611", "EX-2611-02", "EX-2611-10", "B7-1000", "S12")


def within(name: str, *lots: str) -> NamedLots:
    return LotNames(LotNumber(one) for one in lots or LOTS).within(name)


@pytest.mark.parametrize(
    ("name", "lots"),
    [
        ("EX261101A", ["EX261101A"]),
        ("ex261101a", ["EX261101A"]),
        ("EV_EX261101A_p1-1000", ["EX261101A"]),
        ("EX 261101-a 1:1000", ["EX261101A"]),
        ("20261102_0001_EX261101A_size_488", ["EX261101A"]),
        ("run of EX-2611, day 2", ["EX-2611"]),
        ("EX2611/1000", ["EX-2611"]),
        ("S12", ["S12"]),
    ],
)
def test_a_number_is_found_among_the_words_whatever_parts_them(name: str, lots: list[str]) -> None:
    assert within(name) == NamedLots(exact=tuple(map(LotNumber, lots)))


def test_a_number_within_a_longer_one_that_stands_there_is_not_meant() -> None:
    assert within("EX-2611-02-1000").exact == ("EX-2611-02",)
    assert within("EV-EX-2611", "EX-2611", "EV-EX-2611").exact == ("EV-EX-2611",)


def test_where_the_longer_number_may_be_a_dilution_both_are_named() -> None:
    assert within("EX-2611-10").exact == ("EX-2611", "EX-2611-10")
    assert within("B7-1000", "B7-1000", "B7A").exact == ("B7-1000",)


def test_two_numbers_in_one_name_are_both_named() -> None:
    assert within("EX261101A and EX261101B").exact == ("EX261101A", "EX261101B")
    assert within("EX261101", "EX-261101", "EX2611-01").exact == ("EX-261101", "EX2611-01")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("EX261101C", ["EX261101A", "EX261101B"]),
        ("EX26101A", ["EX261101A"]),
        ("EX2611011A", ["EX261101A"]),
        ("XE261101A", ["EX261101A"]),
        ("EX261101AB", ["EX261101A", "EX261101B"]),
    ],
)
def test_a_slip_is_never_repaired_but_named_as_near(name: str, near: list[str]) -> None:
    assert within(name).exact == ()
    assert sorted(within(name).near) == near


@pytest.mark.parametrize(
    "name", ["", "---", "EV_F7", "EX99", "ÄEX261101A", "S13", "S1", "9" * 400, "a " * 40 + "EX261101A"]
)
def test_what_names_no_lot_names_none(name: str) -> None:
    assert within(name) == NamedLots()


def test_only_so_many_words_are_looked_at() -> None:
    assert within("a " * (MOST_WORDS - 1) + "EX261101A").exact == ("EX261101A",)


@given(st.text(max_size=80))
def test_no_name_breaks_the_search_and_what_is_found_stands_there(name: str) -> None:
    found = within(name)
    assert not (found.exact and found.near)
    squeezed = "".join(letter for letter in name.upper() if letter.isalnum())
    assert all(lot.replace("-", "") in squeezed for lot in found.exact)
