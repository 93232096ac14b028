"""Donation numbers scanned and typed: the flags are not identity, and a wrong check is refused."""

from __future__ import annotations

from datetime import date

import pytest

from qc_service.domain.verdict import ScannedCode
from qc_service.exchange.codes import Form, Reading, Unreadable, read_code, scanned

TODAY = date(2026, 11, 22)


def test_a_scanned_number_has_its_flags_beside_it() -> None:
    read = read_code("=G12341765432170", TODAY)
    assert isinstance(read, Reading)
    assert dict(read.fields) == {"din": "G123417654321", "flags": "70", "check_character": "A"}
    assert (read.kind, read.form, read.digital_link) == ("isbt128", Form.SCAN, None)
    assert scanned(read) == ScannedCode()


def test_the_same_number_with_other_flags_is_one_donation() -> None:
    found = [read_code(f"=A999917123456{flags}", TODAY) for flags in ("00", "01", "0A", "69")]
    assert {read.fields["din"] for read in found if isinstance(read, Reading)} == {"A999917123456"}
    assert len(found) == 4


def test_a_typed_number_wants_its_check_character() -> None:
    read = read_code("G123417654321A", TODAY)
    assert isinstance(read, Reading)
    assert (read.form, read.fields["din"]) == (Form.TYPED, "G123417654321")
    refused = read_code("G123417654321B", TODAY)
    assert isinstance(refused, Unreadable)
    assert "type it again" in refused.detail
    assert isinstance(read_code("G123417654321", TODAY), Unreadable)


def test_a_number_may_be_typed_in_the_groups_that_a_label_prints() -> None:
    assert read_code("G1234 17 654321 A", TODAY) == read_code("G123417654321A", TODAY)
    for wrong, words in (
        ("G1234 17 654321 B", "type it again"),
        ("G1234 17  654321 A", ""),
        ("O1234 17 654321 A", ""),
    ):
        refused = read_code(wrong, TODAY)
        assert isinstance(refused, Unreadable)
        assert words in refused.detail


@pytest.mark.parametrize("raw", ["=G12341765432171", "=A99991712345660", "=A99991712345696"])
def test_flags_that_are_a_wrong_checksum_are_refused(raw: str) -> None:
    refused = read_code(raw, TODAY)
    assert isinstance(refused, Unreadable)
    assert "checksum" in refused.detail
