"""The key ring: which verdict a signature gets, by key, role and place in the log."""

from typing import Any

import pytest

from qc_service.ledger.keys import AuthorisedKey, KeyRing, KeyRole, SignatureVerdict
from qc_service.ledger.shape import Malformed
from tests.ledger.samples import ed25519_signer, p256_signer

OLD, NEW = ed25519_signer(1), p256_signer(2)
OLD_ID, NEW_ID = OLD.public.keyid, NEW.public.keyid
RING = (
    KeyRing()
    .introduce(OLD.public, "record", 0)
    .introduce(OLD.public, "label", 0)
    .introduce(NEW.public, "record", 10)
    .retire(OLD_ID, "record", 12)
    .retire(OLD_ID, "record", 20)
    .compromise(OLD_ID, "label", 9)
    .compromise(OLD_ID, "label", 5)
    .compromise(OLD_ID, "label", 7)
)
V = SignatureVerdict


@pytest.mark.parametrize(
    ("keyid", "role", "index", "verdict"),
    [
        (NEW_ID, "record", 10, V.VALID),
        (NEW_ID, "record", 9, V.UNKNOWN_KEY),
        (NEW_ID, "record", None, V.UNPROVEN_TIME),
        (NEW_ID, "checkpoint", 10, V.UNKNOWN_KEY),
        (OLD_ID, "record", 0, V.VALID_KEY_RETIRED),
        (OLD_ID, "record", 11, V.VALID_KEY_RETIRED),
        (OLD_ID, "record", 12, V.UNKNOWN_KEY),
        (OLD_ID, "record", None, V.UNPROVEN_TIME),
        (OLD_ID, "label", 4, V.VALID),
        (OLD_ID, "label", 5, V.SUSPECT_AFTER_COMPROMISE),
        (OLD_ID, "label", None, V.SUSPECT_AFTER_COMPROMISE),
        ("x" * 43, "record", 0, V.UNKNOWN_KEY),
    ],
)
def test_the_verdict(keyid: str, role: KeyRole, index: int | None, verdict: SignatureVerdict) -> None:
    signer = NEW if keyid == NEW_ID else OLD
    assert RING.verdict(keyid, b"message", signer.sign(b"message"), role, index) is verdict


def test_a_bad_signature_is_bad_whenever_it_was_made() -> None:
    for index in (0, 5, None):
        assert RING.verdict(OLD_ID, b"message", NEW.sign(b"message"), "label", index) is V.BAD_SIGNATURE


def test_a_ring_is_a_value() -> None:
    before = KeyRing().introduce(OLD.public, "record", 0)
    before.retire(OLD_ID, "record", 1)
    assert before.keys == (AuthorisedKey(OLD.public, "record"),)
    assert RING.find(NEW_ID, "record") == AuthorisedKey(NEW.public, "record", 10)


def test_a_key_has_one_life_per_role() -> None:
    with pytest.raises(Malformed):
        RING.introduce(OLD.public, "record", 30)


def test_an_unknown_key_can_neither_retire_nor_be_compromised() -> None:
    with pytest.raises(Malformed):
        RING.retire(NEW_ID, "label", 30)
    with pytest.raises(Malformed):
        RING.compromise("x" * 43, "record", 30)


def test_an_unknown_role_is_refused() -> None:
    role: Any = "everything"
    with pytest.raises(Malformed):
        AuthorisedKey(OLD.public, role)
