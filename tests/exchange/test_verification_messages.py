"""Verification messages: what is asked, and every reason of ours in the message's words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Gln
from qc_service.domain.verdict import NOTICES, RULES
from qc_service.exchange.verification_messages import (
    SAYS,
    Failure,
    Matched,
    VerificationRequest,
    answer,
    read_request,
    verified,
)

GTIN, LOT, SERIAL, GLN = "09506000134352", "EX261101A", "7K3M9QW2TX49", "9506000140445"
UUID = "0f9c1c6e-9d3a-4a53-9f0e-1F0A6D1C2B3A"
QUERY = {
    "exp": "271031", "linkType": "verificationService", "context": "dscsaSaleableReturn", "reqGLN": GLN,
    "corrUUID": UUID,
}  # fmt: skip
TODAY = date(2026, 11, 22)
ALL = Matched(lot=True, expiry=True)

SAID = {
    "malformed_code": "No_match_GTIN_Serial",
    "scanner_configuration": "No_match_GTIN_Serial",
    "unknown_product": "No_match_GTIN_Serial",
    "serial_needed": "No_match_GTIN_Serial",
    "ambiguous_lot": "No_reason_provided",
    "offline": "No_reason_provided",
    "log_unavailable": "No_reason_provided",
    "unknown_lot": "No_match_GTIN_Serial_Lot",
    "unknown_serial": "No_match_GTIN_Serial",
    "lot_mismatch": "No_match_GTIN_Serial_Lot",
    "expiry_mismatch": "No_match_GTIN_Serial_Expiry",
    "suspected_copy": "Not_for_re-distribution Suspect",
    "not_released": "Not_for_re-distribution",
    "quarantined": "Not_for_re-distribution",
    "on_hold": "Not_for_re-distribution",
    "rejected": "Not_for_re-distribution",
    "recalled": "Not_for_re-distribution Recalled",
    "withdrawn": "Not_for_re-distribution Recalled",
    "expired": "Not_for_re-distribution Expired",
    "donor_not_eligible": "Not_for_re-distribution",
    "specification_not_met": "Not_for_re-distribution",
    "facility_not_certified": "Not_for_re-distribution",
    "no_regulatory_basis": "Manufacturer_policy",
    "route_not_permitted": "Manufacturer_policy",
    "in_transit": "Manufacturer_policy",
    "not_consigned_here": "Manufacturer_policy",
    "sample_not_for_use": "Not_for_re-distribution",
    "temperature_excursion": "Not_for_re-distribution",
    "in_use_time_exceeded": "Not_for_re-distribution",
    "set_aside": "Not_for_re-distribution",
    "already_used": "Not_for_re-distribution",
    "used_elsewhere": "Not_for_re-distribution Suspect",
    "returned": "Not_for_re-distribution",
    "wasted": "Not_for_re-distribution",
    "lost": "Not_for_re-distribution Suspect",
    "destroyed": "Not_for_re-distribution Suspect",
    "stolen": "Not_for_re-distribution Illegitimate",
    "signature_invalid": "No_reason_provided Suspect",
    "record_missing": "No_reason_provided Suspect",
    "key_compromised": "No_reason_provided Suspect",
    "log_inconsistent": "No_reason_provided Suspect",
}
"""Written out once more by hand: each reason alone, where GTIN, serial, lot and expiry match."""


def asked(path: tuple[str, str, str] = (GTIN, LOT, SERIAL), **query: str) -> VerificationRequest:
    return read_request(path, {**QUERY, **query}, None, TODAY)


def words(told: dict[str, Any]) -> str:
    assert told["verified"] is False
    return " ".join(str(value) for name, value in told.items() if name != "verified")


def test_a_vial_in_order_that_matches_is_verified() -> None:
    assert verified(ALL, []) == {"verified": True}


@pytest.mark.parametrize("code", RULES)
def test_every_reason_alone_has_its_words(code: str) -> None:
    assert words(verified(ALL, [code])) == SAID[code]


def test_every_reason_has_its_line_and_no_other() -> None:
    assert set(SAYS) == set(RULES) == set(SAID)
    assert not set(SAYS) & set(NOTICES)


@pytest.mark.parametrize("code", [None, *RULES])
def test_without_gtin_and_serial_nothing_else_is_compared(code: str | None) -> None:
    told = verified(None, [code] if code else [])
    assert told == {"verified": False, "verificationFailureReason": "No_match_GTIN_Serial"}


@pytest.mark.parametrize(
    ("lot", "expiry", "failure"),
    [
        (False, False, "No_match_GTIN_Serial_Lot_Expiry"),
        (False, True, "No_match_GTIN_Serial_Lot"),
        (True, False, "No_match_GTIN_Serial_Expiry"),
    ],
)
def test_what_does_not_match_comes_before_what_we_know(lot: bool, expiry: bool, failure: str) -> None:
    matched = Matched(lot=lot, expiry=expiry)
    assert words(verified(matched, [])) == failure
    assert words(verified(matched, ["recalled"])) == f"{failure} Recalled"


def test_of_several_the_gravest_is_said() -> None:
    assert words(verified(ALL, ["recalled", "expired", "stolen"])) == "Not_for_re-distribution Illegitimate"
    assert words(verified(ALL, ["expired", "no_regulatory_basis"])) == "Not_for_re-distribution Expired"
    assert words(verified(ALL, ["recalled", "expired"])) == "Not_for_re-distribution Recalled"
    assert words(verified(ALL, ["no_regulatory_basis", "log_inconsistent"])) == "Manufacturer_policy Suspect"


@given(st.lists(st.sampled_from(sorted(RULES)), min_size=1))
def test_no_vial_with_a_reason_against_it_is_ever_verified(codes: list[str]) -> None:
    told = verified(ALL, codes)
    assert told["verified"] is False
    assert told["verificationFailureReason"] in set(Failure)
    assert verified(ALL, sorted(codes, reverse=True)) == told


def test_the_answer_has_the_messages_shape() -> None:
    told = answer(asked(), Gln(GLN), "2026-11-22T10:00:00Z", ALL, [])
    assert told == {
        "verificationTimestamp": "2026-11-22T10:00:00Z",
        "responderGLN": GLN,
        "data": {"verified": True},
        "corrUUID": UUID,
    }


def test_a_request_is_read_as_it_was_sent() -> None:
    request = asked((GTIN, "a/B+c", 'x"1'), exp="271000", ctrlPossessAtt="true", email="x", telephone="y")
    assert (request.lot, request.serial, request.expires_on) == ("a/B+c", 'x"1', date(2027, 10, 31))
    assert (request.requester, request.corr_uuid) == (GLN, UUID)
    assert read_request((GTIN, LOT, SERIAL), QUERY, "1.2.0", TODAY) == asked()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("exp", ""),
        ("exp", "20271031"),
        ("exp", "271332"),
        ("exp", "٢٧١٠٣١"),
        ("linkType", "all"),
        ("context", "a b"),
        ("context", ""),
        ("reqGLN", "9506000140446"),
        ("reqGLN", "950600014044"),
        ("corrUUID", "0f9c1c6e9d3a4a539f0e1f0a6d1c2b3a"),
        ("corrUUID", f"{UUID}\n"),
        *((name, None) for name in QUERY),
    ],
)
def test_a_part_that_is_missing_or_not_as_it_must_be_is_named(name: str, text: str | None) -> None:
    query = {key: value for key, value in QUERY.items() if key != name}
    with pytest.raises(Malformed) as refused:
        read_request((GTIN, LOT, SERIAL), query if text is None else {**query, name: text}, None, TODAY)
    assert refused.value.field == name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (("09506000134353", LOT, SERIAL), "gtin"),
        (("9506000134352", LOT, SERIAL), "gtin"),
        ((GTIN, "", SERIAL), "lot"),
        ((GTIN, "A" * 21, SERIAL), "lot"),
        ((GTIN, "A B", SERIAL), "lot"),
        ((GTIN, LOT, "A\x1dB"), "ser"),
        ((GTIN, LOT, "\0"), "ser"),
        ((GTIN, LOT, "ü"), "ser"),
    ],
)
def test_a_path_that_no_label_bears_is_refused(path: tuple[str, str, str], name: str) -> None:
    with pytest.raises(Malformed) as refused:
        asked(path)
    assert refused.value.field == name


def test_a_version_that_is_none_is_refused() -> None:
    with pytest.raises(Malformed) as refused:
        read_request((GTIN, LOT, SERIAL), QUERY, "latest", TODAY)
    assert refused.value.field == "GS1US-Version"
