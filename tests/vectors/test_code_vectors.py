"""Published codes: what GS1's reference engine and the worked ISBT 128 examples say of the codes that are read here."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qc_service.exchange.codes import Reading, Unreadable, read_code

VECTORS = Path(__file__).parents[3] / "shared" / "vectors"
TODAY = date(2026, 11, 22)
# The engine takes these for text without meaning; here they are refused, or read although no symbology leads them.
WITHOUT_MEANING = {"]d1010950600013435210EX", "hTTps://id.gs1.org/01/09506000134352"}
WITHOUT_SYMBOLOGY = {"010950600013435210EX"}


def _cases(name: str, member: str) -> list[dict[str, Any]]:
    path = VECTORS / name
    if not path.exists():
        return []
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))[member]
    return found


GS1 = _cases("gs1/golden.json", "cases")
DINS = _cases("isbt128/vectors.json", "din_check_character")
DONATIONS = [case for case in _cases("isbt128/vectors.json", "parse_positive") if case["ds"] == ["001"]]
REFUSED = _cases("isbt128/vectors.json", "parse_negative")


def test_the_vectors_are_there() -> None:
    if not VECTORS.exists():
        pytest.skip("the published vectors are not beside this project")
    assert GS1
    assert DINS
    assert DONATIONS
    assert REFUSED


@pytest.mark.parametrize("case", GS1, ids=lambda case: str(case["in"])[:60])
def test_gs1_codes_are_read_as_the_reference_engine_reads_them(case: dict[str, Any]) -> None:
    read = read_code(case["in"], TODAY)
    if case["in"] in WITHOUT_SYMBOLOGY:
        assert isinstance(read, Reading)
    elif not case["ok"] or case["in"] in WITHOUT_MEANING:
        assert isinstance(read, Unreadable)
    else:
        assert isinstance(read, Reading)
        assert (read.canonical, read.digital_link) == (case["ai"], case["dl"])
        if "scan" in case:
            again = read_code(case["scan"], TODAY)
            assert isinstance(again, Reading)
            assert again.fields == read.fields


@pytest.mark.parametrize("case", DINS, ids=lambda case: str(case["din"]))
def test_donation_numbers_have_their_check_character(case: dict[str, Any]) -> None:
    read = read_code(case["data_structure_001"], TODAY)
    assert isinstance(read, Reading)
    assert (read.fields["din"], read.fields["check_character"]) == (case["din"], case["k"])


@pytest.mark.parametrize("case", DONATIONS, ids=lambda case: str(case["in"]))
def test_scanned_donations_are_read(case: dict[str, Any]) -> None:
    read = read_code(case["in"], TODAY)
    assert isinstance(read, Reading)
    assert (read.fields["din"], read.fields["flags"]) == (case["fields"]["din"], case["fields"]["flags"])


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: str(case["why"]))
def test_malformed_structures_are_refused(case: dict[str, Any]) -> None:
    assert isinstance(read_code(case["in"], TODAY), Unreadable)
