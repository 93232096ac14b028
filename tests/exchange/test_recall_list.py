"""The recall list: there and back, and refused for whatever makes it another's, another, or not quite one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.identifiers import LotNumber
from qc_service.exchange import recall_list
from qc_service.exchange.label_kids import kid_of
from qc_service.exchange.recall_list import PAYLOAD_TYPE, ListRefused, RecallList, open_list, sealed_list
from qc_service.ledger.canonical import canonical
from qc_service.ledger.checkpoint import Checkpoint
from qc_service.ledger.dsse import Envelope, pae
from qc_service.ledger.keys import AuthorisedKey, Signer
from qc_service.ledger.note import NoteVerifier, verifier_key
from qc_service.ledger.shape import from64
from qc_service.ledger.trust import make_root
from tests.fakes import ISSUER, signer

RECORD, CHECKPOINT, LABEL, OLD_LABEL, STRANGER = (signer(seed) for seed in range(1, 6))
ROOT = make_root(
    issuer=ISSUER, log=NoteVerifier.parse(verifier_key(ISSUER, CHECKPOINT.public)), record_keys=[RECORD.public],
    signers=[RECORD],
)  # fmt: skip
ISSUED = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def note(size: int = 97, by: Signer = CHECKPOINT, origin: str = ISSUER) -> str:
    return Checkpoint(origin, size, bytes(32)).sign(by).decode()


LIST = RecallList(
    issuer=ISSUER, number=97, issued_at=ISSUED, checkpoint=note(),
    lots=((LotNumber("EX261103H"), "on_hold"), (LotNumber("EX261105R"), "recalled")),
    label_keys=(
        AuthorisedKey(OLD_LABEL.public, "label", 3, retired=60, compromised=41),
        AuthorisedKey(LABEL.public, "label", 50),
    ),
)  # fmt: skip
SEALED = sealed_list(LIST, RECORD)
PLAIN = json.loads(LIST.payload())


def sealed(payload: bytes, by: Signer = RECORD, kind: str = PAYLOAD_TYPE) -> bytes:
    """An envelope in earnest around whatever it says."""
    return canonical(Envelope(payload, kind, by.public.keyid, by.sign(pae(kind, payload))).to_dict())


def saying(**changed: Any) -> bytes:
    return sealed(canonical({**PLAIN, **changed}))


def refusal(octets: bytes) -> str:
    with pytest.raises(ListRefused) as refused:
        open_list(octets, ROOT)
    return str(refused.value)


def test_a_list_says_what_was_signed() -> None:
    read = open_list(SEALED, ROOT)
    assert read == LIST
    assert read.next_update == ISSUED + timedelta(hours=24)
    assert read.status_of("EX261105R") == "recalled"
    assert read.status_of("EX261101A") is None
    assert sealed_list(read, RECORD) == SEALED


def test_the_list_is_as_its_page_describes_it() -> None:
    assert (PLAIN["type"], PLAIN["version"]) == ("recall-list", 1)
    assert (PLAIN["number"], PLAIN["tree_size"]) == (97, 97)
    assert PLAIN["next_update"] == "2026-11-23T10:00:00Z"
    assert PLAIN["lots"] == [
        {"lot": "EX261103H", "status": "on_hold"},
        {"lot": "EX261105R", "status": "recalled"},
    ]
    assert PLAIN["label_keys"][0] == {
        "kid": kid_of(OLD_LABEL.public).hex(), "public": OLD_LABEL.public.jwk(), "introduced": 3, "retired": 60,
        "revoked_from": 41,
    }  # fmt: skip


def test_code_that_is_not_ours_verifies_the_signature() -> None:
    outer = json.loads(SEALED)
    payload, kind = from64(outer["payload"]), outer["payloadType"]
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)
    Ed25519PublicKey.from_public_bytes(RECORD.public.raw).verify(
        from64(outer["signatures"][0]["sig"]), signed
    )


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_any_changed_byte_breaks_it(place: int, change: int) -> None:
    refusal(SEALED[:place] + bytes([SEALED[place] ^ change]) + SEALED[place + 1 :])


@given(st.binary(max_size=60))
def test_any_bytes_are_answered(octets: bytes) -> None:
    refusal(octets)
    refusal(sealed(octets))


@pytest.mark.parametrize("by", [LABEL, CHECKPOINT, STRANGER], ids=["label", "checkpoint", "stranger"])
def test_only_the_newest_record_key_of_the_root_signs_lists(by: Signer) -> None:
    assert "not signed by the newest record key" in refusal(sealed_list(LIST, by))


def test_a_record_key_whose_place_another_took_signs_no_list() -> None:
    both = make_root(
        issuer=ISSUER, log=ROOT.log, record_keys=[RECORD.public, STRANGER.public], signers=[RECORD, STRANGER],
        version=2,
    )  # fmt: skip
    assert open_list(sealed_list(LIST, STRANGER), both) == LIST
    with pytest.raises(ListRefused, match="get the next root"):
        open_list(SEALED, both)


def test_a_signature_by_another_key_than_named_does_not_fit() -> None:
    payload = LIST.payload()
    sig = STRANGER.sign(pae(PAYLOAD_TYPE, payload))
    forged = canonical(Envelope(payload, PAYLOAD_TYPE, RECORD.public.keyid, sig).to_dict())
    assert "signature does not fit" in refusal(forged)


def test_another_kind_of_envelope_is_no_list() -> None:
    assert "no recall list, but" in refusal(sealed(LIST.payload(), kind="application/vnd.in-toto+json"))


def test_a_list_of_another_issuer_is_not_taken() -> None:
    other = replace(LIST, issuer="other.example", checkpoint=note(origin="other.example"))
    assert f"not of {ISSUER}" in refusal(sealed_list(other, RECORD))


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"[]",
        SEALED + b"\n",
        sealed(b"{}"),
        sealed(LIST.payload() + b" "),
        saying(version=2),
        saying(type="root"),
        saying(more=1),
        saying(number=98),
        saying(number=-1),
        saying(number=True),
        saying(tree_size=98),
        saying(number=96, tree_size=96),
        saying(checkpoint=note(by=STRANGER)),
        saying(checkpoint=note(origin="other.example")),
        saying(checkpoint="nothing"),
        saying(issued_at="2026-11-22T10:00:00.0Z"),
        saying(issued_at="2026-11-22 10:00:00"),
        saying(next_update="2027-11-23T10:00:00Z"),
        saying(lots=PLAIN["lots"][::-1]),
        saying(lots=[PLAIN["lots"][0], PLAIN["lots"][0]]),
        saying(lots=[{"lot": "EX261105R", "status": "released"}]),
        saying(lots=[{"lot": "EX261105R", "status": ["recalled"]}]),
        saying(lots=[{"lot": "lower", "status": "recalled"}]),
        saying(lots=[{"lot": "EX261105R"}]),
        saying(lots={}),
        saying(label_keys=[PLAIN["label_keys"][0]] * 2),
        saying(label_keys=[{**PLAIN["label_keys"][0], "kid": "00" * 8}]),
        saying(label_keys=[{**PLAIN["label_keys"][0], "retired": -1}]),
        saying(label_keys=[{**PLAIN["label_keys"][0], "public": RECORD.public.jwk()}]),
        sealed_list(replace(LIST, label_keys=(AuthorisedKey(RECORD.public, "label"),)), RECORD),
        sealed_list(replace(LIST, label_keys=(AuthorisedKey(CHECKPOINT.public, "label"),)), RECORD),
    ],
)
def test_what_is_not_quite_a_list_is_refused(octets: bytes) -> None:
    assert "no recall list" in refusal(octets)


def test_a_huge_file_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall_list, "LARGEST", len(SEALED) - 1)
    assert "larger" in refusal(SEALED)
