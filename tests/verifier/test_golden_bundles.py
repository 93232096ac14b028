"""Golden bundles: made again byte for byte, verified by the root beside them, and broken by any changed byte."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qc_service.application.decoding import typed
from qc_service.ledger.statement import Statement
from tests.verifier.golden_bundles import GOLDEN, made
from verifier import verify_bundle as stranger

ROOT = (GOLDEN / "1.root.json").read_bytes()
BUNDLES = {
    path.name: path.read_bytes() for path in sorted(GOLDEN.glob("*.json")) if path.name != "1.root.json"
}


def test_the_same_story_makes_the_same_bundles(tmp_path: Path) -> None:
    assert made(tmp_path) == BUNDLES | {"1.root.json": ROOT}


@pytest.mark.parametrize("name", BUNDLES)
def test_a_golden_bundle_verifies(name: str) -> None:
    outcome = stranger.verify(BUNDLES[name], ROOT)
    assert outcome.found == [[]] * 13
    assert outcome.case.unconfirmed == {}
    assert set(outcome.case.verdicts) == {"valid"}


def test_a_bundle_from_before_its_records_gained_members_verifies_and_is_read() -> None:
    """What was signed once is signed for good: ``earlier`` is never made again."""
    earlier = (GOLDEN / "earlier" / "lot.json").read_bytes()
    outcome = stranger.verify(earlier, ROOT)
    assert outcome.found == [[]] * 13
    for record in json.loads(earlier)["records"]:
        statement = Statement.parse(base64.b64decode(record["envelope"]["payload"]))
        assert type(typed(statement, "0" * 64, 0).body).__name__ == statement.kind


@pytest.mark.parametrize("name", BUNDLES)
@given(place=st.integers(min_value=0), flipped=st.integers(1, 255))
@settings(max_examples=80, deadline=None)
def test_any_changed_byte_breaks_a_bundle(name: str, place: int, flipped: int) -> None:
    octets = bytearray(BUNDLES[name])
    octets[place % len(octets)] ^= flipped
    outcome = stranger.verify(bytes(octets), ROOT)
    assert outcome.exit_code == 1
    assert outcome.found[-1]


@pytest.mark.parametrize("name", BUNDLES)
@given(length=st.integers(min_value=0))
@settings(max_examples=30, deadline=None)
def test_a_bundle_cut_short_breaks(name: str, length: int) -> None:
    octets = BUNDLES[name]
    assert stranger.verify(octets[: length % len(octets)], ROOT).exit_code == 1
