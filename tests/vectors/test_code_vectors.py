"""Published codes: what GS1's reference engine and the worked ISBT 128 examples say of the codes that are read here."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qc_service.domain.identifiers import checksum_37_2
from qc_service.exchange.codes import Reading, Unreadable, read_code
from qc_service.exchange.codes.structures import BY_NUMBER

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
CHECKSUMS = _cases("isbt128/vectors.json", "mod37_2_other")
STRUCTURES = _cases("isbt128/vectors.json", "parse_positive")
UNIQUE = _cases("isbt128/vectors.json", "mpho_ui")
EUROPEAN = _cases("isbt128/vectors.json", "sec")
REFUSED = _cases("isbt128/vectors.json", "parse_negative")
# What the vectors call a field, where it is another word here.
NAMES = {
    "pdc": "product_description", "fpc": "product_reference", "fin_p": "processor", "collected": "collected_at",
    "date": "produced_on", "division": "division_code", "country": "sec_country", "te": "sec_establishment",
    "donation": "sec_donation", "coding_system": "sec_coding", "split": "sec_split", "expiry": "sec_expires_on",
    "product": "sec_product",
}  # fmt: skip
ELSEWHERE = {"fin", "year", "seq", "flag_check_ok", "lot_padded"}


def test_the_vectors_are_there() -> None:
    if not VECTORS.exists():
        pytest.skip("the published vectors are not beside this project")
    assert GS1
    assert DINS
    assert STRUCTURES
    assert UNIQUE
    assert EUROPEAN
    assert CHECKSUMS
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


@pytest.mark.parametrize("case", CHECKSUMS, ids=lambda case: str(case["input"]))
def test_other_numbers_have_their_checksum(case: dict[str, Any]) -> None:
    if "k" in case:
        assert "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"[checksum_37_2(case["input"])] == case["k"]
    else:
        assert f"{checksum_37_2(case['input']):02d}" == case["checksum2"]


@pytest.mark.parametrize("case", STRUCTURES, ids=lambda case: str(case["in"]))
def test_scanned_structures_are_read(case: dict[str, Any]) -> None:
    read = read_code(case["in"], TODAY)
    assert isinstance(read, Reading)
    for number in case["ds"]:
        told = (
            {piece.name for piece in BY_NUMBER[number].pieces if piece.name}
            if number != "023"
            else {"message"}
        )
        assert told <= read.fields.keys()
    said = {
        NAMES.get(name, name): value
        for name, value in case.get("fields", {}).items()
        if name not in ELSEWHERE
    }
    assert {name: read.fields[name] for name in said} == said
    if "fin" in case.get("fields", {}):
        assert read.fields["din"] == "".join(case["fields"][part] for part in ("fin", "year", "seq"))


@pytest.mark.parametrize("case", UNIQUE, ids=lambda case: str(case["value"]))
def test_unique_identifiers_are_read(case: dict[str, Any]) -> None:
    read = read_code(case["value"], TODAY)
    assert isinstance(read, Reading)
    said = {name: value.partition(" ")[0] for name, value in case["parts"].items()}
    wanted = ("processor", "product_description", "din", "division")
    assert tuple(read.fields[name] for name in wanted) == tuple(
        said[name] for name in ("fin_p", "pdc", "din", "division")
    )


@pytest.mark.parametrize("case", EUROPEAN, ids=lambda case: str(case["text"]))
def test_european_codes_are_read(case: dict[str, Any]) -> None:
    read = read_code(case["text"], TODAY)
    assert isinstance(read, Reading)
    said = {NAMES[name]: value for name, value in case.items() if name in NAMES}
    assert {name: read.fields[name] for name in said} == said


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: str(case["why"]))
def test_malformed_structures_are_refused(case: dict[str, Any]) -> None:
    assert isinstance(read_code(case["in"], TODAY), Unreadable)
