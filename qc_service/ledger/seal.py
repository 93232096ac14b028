"""The certificates of the key that seals documents (RFC 5280): what a stock checker of signatures goes by.

An installation has a small authority of its own, whose certificate whoever checks imports once:

    authority:  CN=Seal authority of <issuer>          self-signed, signs certificates of seals and nothing else
    seal:       CN=Certificates of analysis, <issuer>  signs documents and nothing else

A seal is kept as one file: the encrypted key, then its certificate and the ones above it, all in PEM. A certificate of
a public authority with a P-256 key takes the place of both where an operator brings one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from .keys import PublicKey, Signer
from .shape import Malformed

YEARS = timedelta(days=365)
AUTHORITY_LASTS = 25 * YEARS
SEAL_LASTS = 10 * YEARS
LONGEST_NAME = 64
"""Characters of a common name (RFC 5280, appendix A.1)."""
_BEGIN = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, kw_only=True)
class Seal:
    """What seals documents: a signer with a P-256 key, and its certificate followed by those above it, in DER."""

    signer: Signer
    chain: tuple[bytes, ...]

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the seal's own certificate."""
        return hashlib.sha256(self.chain[0]).hexdigest()

    @property
    def authority(self) -> bytes:
        """The last certificate of the chain: the one to import."""
        return self.chain[-1]


def authority_certificate(key: ec.EllipticCurvePrivateKey, issuer: str, at: datetime) -> bytes:
    """The self-signed certificate of an installation's own authority, in DER."""
    name = _name(f"Seal authority of {issuer}")
    builder = _builder(name, name, key.public_key(), at, AUTHORITY_LASTS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(certificates=True), critical=True)
    return _signed(builder, key)


def seal_certificate(
    public: ec.EllipticCurvePublicKey, issuer: str, at: datetime, *,
    authority: bytes, authority_key: ec.EllipticCurvePrivateKey,
) -> bytes:  # fmt: skip
    """The certificate of a key that seals, by the installation's authority, in DER."""
    above = x509.load_der_x509_certificate(authority)
    name = _name(f"Certificates of analysis, {issuer}")
    builder = _builder(name, above.subject, public, at, SEAL_LASTS)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(certificates=False), critical=True)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return _signed(builder.add_extension(identifier, critical=False), authority_key)


def chain_of(pem: bytes) -> tuple[bytes, ...]:
    """The certificates in a PEM file, in DER and in their order; whatever stands before the first is left out."""
    at = pem.find(_BEGIN)
    if at < 0:
        raise Malformed("there is no certificate in PEM here")
    try:
        found = x509.load_pem_x509_certificates(pem[at:])
    except ValueError as error:
        raise Malformed("not certificates in PEM") from error
    return tuple(one.public_bytes(Encoding.DER) for one in found)


def pem_of(chain: Sequence[bytes]) -> bytes:
    """The certificates in PEM, in their order."""
    return b"".join(x509.load_der_x509_certificate(one).public_bytes(Encoding.PEM) for one in chain)


def key_of(certificate: bytes) -> PublicKey:
    """The P-256 key that a certificate is of, else ``Malformed``: only that can be on record as a key that seals."""
    public = x509.load_der_x509_certificate(certificate).public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise Malformed(
            "a seal has a key of the curve P-256: ask the authority for a certificate of such a key"
        )
    return PublicKey.of(public)


def must_hold_together(chain: Sequence[bytes], at: datetime) -> None:
    """Refuse a chain in which one certificate was not signed by the next, or that is not in force now.

    Raises ``Malformed``, which says what is amiss.
    """
    opened = [x509.load_der_x509_certificate(one) for one in chain]
    for one, above in zip(opened, (*opened[1:], opened[-1]), strict=True):
        if not one.not_valid_before_utc <= at <= one.not_valid_after_utc:
            raise Malformed(f"the certificate of {one.subject.rfc4514_string()} is not in force now")
        if one is above and one.subject != one.issuer:
            continue  # a chain need not reach its root
        try:
            one.verify_directly_issued_by(above)
        except Exception as error:
            raise Malformed(
                f"the certificate of {one.subject.rfc4514_string()} is not signed by the one after it"
            ) from error


def _builder(
    name: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, at: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    begins = at - timedelta(days=1)  # a checker's clock may be behind
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(public)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(begins).not_valid_after(begins + lasts)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates, content_commitment=not certificates, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=certificates, crl_sign=certificates,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> bytes:
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:LONGEST_NAME])])
