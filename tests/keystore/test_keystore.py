"""Keys on disk: encrypted, readable by their owner alone, never replaced, and refused where anything is amiss."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from qc_service.keystore import ROLES, Keystore, KeyUnusable
from qc_service.ledger.pkcs8 import KeyRefused, encrypt_private_key
from qc_service.ledger.trust import TrustRoot

ISSUER = "demo.qc.example"
PASSPHRASE = {"QC_PASSPHRASE": "a passphrase of the environment"}


@pytest.fixture
def kept(tmp_path: Path) -> Keystore:
    """A home with keys whose passphrase lies beside them."""
    keystore = Keystore(tmp_path, {})
    keystore.make(ISSUER)
    return keystore


def test_each_purpose_has_a_key_of_its_own_that_nobody_else_may_read(kept: Keystore) -> None:
    assert kept.exists()
    assert len({kept.signer(role).public.keyid for role in ROLES}) == len(ROLES)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (kept.home / "keys").iterdir()}
    assert modes == {0o600}


def test_what_was_made_once_is_never_replaced(kept: Keystore) -> None:
    before = kept.signer("record").public.keyid, kept.row_key(), kept.root(1)
    kept.make(ISSUER)
    assert (kept.signer("record").public.keyid, kept.row_key(), kept.root(1)) == before


def test_the_passphrase_may_come_from_the_environment_and_then_lies_nowhere(tmp_path: Path) -> None:
    keystore = Keystore(tmp_path, PASSPHRASE)
    assert not keystore.exists()
    keystore.make(ISSUER)
    assert not (tmp_path / "keys" / "passphrase").exists()
    assert keystore.signer("record").public.keyid
    with pytest.raises(KeyUnusable, match="passphrase is not there"):
        Keystore(tmp_path, {}).signer("record")
    with pytest.raises(KeyRefused):
        Keystore(tmp_path, {"QC_PASSPHRASE": "another"}).signer("record")


def test_a_key_that_others_may_read_is_refused_with_the_mend(kept: Keystore) -> None:
    (kept.home / "keys" / "record.pem").chmod(0o640)
    with pytest.raises(KeyUnusable, match="chmod 600"):
        kept.signer("record")


def test_an_absent_key_says_how_to_get_one(kept: Keystore) -> None:
    (kept.home / "keys" / "record.pem").unlink()
    with pytest.raises(KeyUnusable, match="qc-service init"):
        kept.signer("record")


def test_a_signer_is_chosen_by_its_address(kept: Keystore, tmp_path: Path) -> None:
    elsewhere = tmp_path / "p256.pem"
    passphrase = (kept.home / "keys" / "passphrase").read_bytes()
    elsewhere.write_bytes(encrypt_private_key(ec.generate_private_key(ec.SECP256R1()), passphrase))
    elsewhere.chmod(0o600)
    assert kept.signer("record", f"file:{elsewhere}").public.algorithm == "ecdsa-p256"
    with pytest.raises(KeyUnusable, match="no signer is known for pkcs11"):
        kept.signer("record", "pkcs11:token=one")


def test_a_row_key_of_the_wrong_length_is_refused(kept: Keystore) -> None:
    (kept.home / "keys" / "rows.key").write_bytes(b"short")
    with pytest.raises(KeyUnusable, match="32 bytes"):
        kept.row_key()


def test_the_trust_root_names_the_record_key_and_is_signed_by_it(kept: Keystore) -> None:
    content = kept.root(1)
    assert content is not None
    root = TrustRoot.parse(content)
    assert root.issuer == ISSUER
    assert [key.keyid for key in root.record_keys] == [kept.signer("record").public.keyid]
    assert kept.root(2) is None
