"""The key that seals documents: made with a certificate of this home's own authority, replaced, or brought along."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from qc_service.keystore import Keystore, KeyUnusable
from qc_service.ledger.seal import authority_certificate, chain_of, pem_of, seal_certificate
from qc_service.ledger.shape import Malformed

ISSUER = "demo.qc.example"
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def kept(tmp_path: Path) -> Keystore:
    """A home with keys and a seal."""
    keystore = Keystore(tmp_path / "home", {})
    keystore.home.mkdir()
    keystore.make(ISSUER)
    keystore.make_seal(ISSUER, AT)
    return keystore


def files(folder: Path, *, of_another: bool = False) -> tuple[Path, Path]:
    """A key of somebody's own with its certificate by an authority of theirs, as PEM."""
    above, sealing, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    authority = authority_certificate(above, "authority.example", AT)
    public = (other if of_another else sealing).public_key()
    made = seal_certificate(public, "authority.example", AT, authority=authority, authority_key=above)
    key, certificates = folder / "own.key", folder / "own.pem"
    key.write_bytes(sealing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key.chmod(0o600)
    certificates.write_bytes(pem_of([made, authority]))
    return key, certificates


def test_a_seal_is_kept_with_its_certificates_for_its_owner_alone(kept: Keystore) -> None:
    seal = kept.seal()
    assert kept.seal_chain() == seal.chain
    assert len(seal.chain) == 2
    path = kept.home / "keys" / "seal.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"ENCRYPTED PRIVATE KEY" in path.read_bytes()
    kept.make_seal(ISSUER, AT)
    assert kept.seal().fingerprint == seal.fingerprint


def test_a_home_from_before_has_none_and_says_what_makes_one(tmp_path: Path) -> None:
    keystore = Keystore(tmp_path, {})
    keystore.make(ISSUER)
    assert not keystore.has_seal()
    assert keystore.seal_chain() == ()
    with pytest.raises(KeyUnusable, match="qc-service key seal"):
        keystore.seal()
    following = keystore.next_seal(ISSUER, AT)
    assert not keystore.has_seal()
    keystore.succeed_seal()
    assert keystore.seal().fingerprint == following.fingerprint


def test_the_next_one_is_by_the_same_authority_and_the_present_one_is_kept(kept: Keystore) -> None:
    present = kept.seal()
    following = kept.next_seal(ISSUER, AT)
    assert kept.next_seal(ISSUER, AT).fingerprint == following.fingerprint, "an interrupted run goes on"
    assert kept.seal().fingerprint == present.fingerprint
    kept.succeed_seal()
    assert kept.seal().fingerprint == following.fingerprint != present.fingerprint
    assert kept.seal().authority == present.authority
    assert (kept.home / "keys" / f"seal.{present.signer.public.keyid}.pem").exists()


def test_one_of_somebodys_own_takes_its_place(kept: Keystore, tmp_path: Path) -> None:
    key, certificates = files(tmp_path)
    following = kept.next_seal(ISSUER, AT, (key, certificates))
    kept.succeed_seal()
    assert kept.seal().chain == following.chain == chain_of(certificates.read_bytes())


def test_what_does_not_fit_together_is_refused_and_changes_nothing(kept: Keystore, tmp_path: Path) -> None:
    present = kept.seal().fingerprint
    with pytest.raises(Malformed, match="is not of the key"):
        kept.next_seal(ISSUER, AT, files(tmp_path, of_another=True))
    key, certificates = files(tmp_path)
    key.chmod(0o640)
    with pytest.raises(KeyUnusable, match="chmod 600"):
        kept.next_seal(ISSUER, AT, (key, certificates))
    key.chmod(0o600)
    key.write_text("no key")
    with pytest.raises(Malformed, match="no private key in PEM"):
        kept.next_seal(ISSUER, AT, (key, certificates))
    assert kept.seal().fingerprint == present


def test_a_certificate_of_another_key_is_not_sealed_with(kept: Keystore) -> None:
    path = kept.home / "keys" / "seal.pem"
    key = path.read_bytes().partition(b"-----BEGIN CERTIFICATE-----")[0]
    following = kept.next_seal(ISSUER, AT)
    path.write_bytes(key + pem_of(following.chain))
    with pytest.raises(KeyUnusable, match="certificate of another key"):
        kept.seal()
