"""Public keys by value, their thumbprints, and both algorithms against `openssl`."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from qc_service.ledger.keys import PublicKey, Signer
from qc_service.ledger.shape import Malformed
from tests.ledger.samples import ed25519_signer, p256_signer

SIGNERS = [ed25519_signer(1), p256_signer(1)]
ED_JWK = SIGNERS[0].public.jwk()
EC_JWK = SIGNERS[1].public.jwk()


def test_the_thumbprint_is_that_of_rfc_8037() -> None:
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert PublicKey.from_jwk(jwk).keyid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("signer", SIGNERS)
def test_a_key_reads_back(signer: Signer) -> None:
    public = signer.public
    assert PublicKey.from_jwk(public.jwk()) == public
    assert len(public.keyid) == 43
    assert hash(PublicKey(public.algorithm, public.raw)) == hash(public)


@pytest.mark.parametrize("signer", SIGNERS)
def test_a_signature_verifies_by_its_own_key_only(signer: Signer) -> None:
    sig = signer.sign(b"message")
    assert len(sig) == 64
    assert sig == signer.sign(b"message")
    assert signer.public.verify(b"message", sig)
    assert not signer.public.verify(b"massage", sig)
    assert not signer.public.verify(b"message", sig[:-1])
    assert not signer.public.verify(b"message", sig + b"\0")
    assert not signer.public.verify(b"message", bytes(64))
    for other in SIGNERS:
        assert other.public.verify(b"message", sig) == (other is signer)


def test_openssl_agrees_about_p256(tmp_path: Path) -> None:
    signer = SIGNERS[1]
    sig = signer.sign(b"message")
    der = encode_dss_signature(int.from_bytes(sig[:32]), int.from_bytes(sig[32:]))
    (tmp_path / "key.pem").write_text(signer.public.pem())
    (tmp_path / "sig").write_bytes(der)
    (tmp_path / "message").write_bytes(b"message")
    subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "sig", "message"],
        cwd=tmp_path,
        check=True,
    )


def test_openssl_agrees_about_ed25519(tmp_path: Path) -> None:
    signer = SIGNERS[0]
    (tmp_path / "key.pem").write_text(signer.public.pem())
    (tmp_path / "sig").write_bytes(signer.sign(b"message"))
    (tmp_path / "message").write_bytes(b"message")
    command = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in message -sigfile sig"
    subprocess.run(command.split(), cwd=tmp_path, check=True)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        ED_JWK | {"kid": "x"},
        ED_JWK | {"crv": "X25519"},
        ED_JWK | {"x": "AA"},
        ED_JWK | {"x": ED_JWK["x"] + "="},
        {"crv": "Ed25519", "kty": "OKP"},
        EC_JWK | {"kty": "RSA"},
        EC_JWK | {"crv": "P-384"},
        EC_JWK | {"y": EC_JWK["x"]},
        EC_JWK | {"x": "", "y": ""},
        EC_JWK | {"x": EC_JWK["x"] + "AA"},
    ],
)
def test_another_jwk_is_refused(value: Any) -> None:
    with pytest.raises(Malformed):
        PublicKey.from_jwk(value)


def test_a_compressed_point_is_refused() -> None:
    raw = SIGNERS[1].public.raw
    with pytest.raises(Malformed):
        PublicKey("ecdsa-p256", bytes([2 + raw[64] % 2]) + raw[1:33])


def test_another_curve_is_refused() -> None:
    with pytest.raises(Malformed):
        PublicKey.of(ec.derive_private_key(7, ec.SECP384R1()).public_key())
