"""The certificates of a key that seals: made by an authority of the installation's own, or brought along."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from qc_service.ledger.keys import P256Signer
from qc_service.ledger.seal import (
    Seal,
    authority_certificate,
    chain_of,
    key_of,
    must_hold_together,
    pem_of,
    seal_certificate,
)
from qc_service.ledger.shape import Malformed

ISSUER = "demo.qc.example"
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def chain(
    above: ec.EllipticCurvePrivateKey, sealing: ec.EllipticCurvePrivateKey, at: datetime = AT
) -> tuple[bytes, bytes]:
    authority = authority_certificate(above, ISSUER, at)
    made = seal_certificate(sealing.public_key(), ISSUER, at, authority=authority, authority_key=above)
    return made, authority


def test_the_seal_says_what_it_is_for_and_holds_for_years() -> None:
    made, authority = (x509.load_der_x509_certificate(one) for one in chain(key(), key()))
    assert made.subject.rfc4514_string() == f"CN=Certificates of analysis\\, {ISSUER}"
    assert made.issuer == authority.subject == authority.issuer
    usage = made.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)
    assert authority.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    limits = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (limits.ca, limits.path_length) == (True, 0)
    assert made.not_valid_before_utc < AT < AT + timedelta(days=3640) < made.not_valid_after_utc
    made.verify_directly_issued_by(authority)


def test_a_seal_names_its_own_certificate_and_the_one_to_import() -> None:
    sealing = key()
    seal = Seal(signer=P256Signer(sealing), chain=chain(key(), sealing))
    assert seal.authority == seal.chain[1]
    assert (
        seal.fingerprint == x509.load_der_x509_certificate(seal.chain[0]).fingerprint(hashes.SHA256()).hex()
    )
    assert key_of(seal.chain[0]) == seal.signer.public


def test_certificates_go_to_pem_and_back_behind_a_key() -> None:
    made = chain(key(), key())
    assert chain_of(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + pem_of(made)) == made
    for nothing in (b"", b"-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n"):
        with pytest.raises(Malformed):
            chain_of(nothing)


def test_a_chain_holds_together_and_is_in_force() -> None:
    made, authority = chain(key(), key())
    must_hold_together((made, authority), AT)
    must_hold_together((made,), AT)
    other = authority_certificate(key(), ISSUER, AT)
    with pytest.raises(Malformed, match="is not signed by the one after it"):
        must_hold_together((made, other), AT)
    for late in (AT - timedelta(days=2), AT + timedelta(days=3700)):
        with pytest.raises(Malformed, match="not in force"):
            must_hold_together((made, authority), late)


def test_only_a_p256_key_can_be_on_record_as_one_that_seals() -> None:
    for public in (ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()):
        signing = key()
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Other")])
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
        builder = (
            builder.not_valid_before(AT)
            .not_valid_after(AT + timedelta(days=1))
            .public_key(public.public_key())
        )
        made = builder.sign(signing, hashes.SHA256())
        with pytest.raises(Malformed, match="P-256"):
            key_of(made.public_bytes(Encoding.DER))
