"""Keys: public ones named by thumbprint, signers, and which key was authorised for what at which tree size.

A public key travels as the JWK members that its RFC 7638 thumbprint covers, and no others:

    {"crv": "Ed25519", "kty": "OKP", "x": <base64url>}              signatures: 64 bytes, RFC 8032
    {"crv": "P-256", "kty": "EC", "x": <base64url>, "y": <base64url>}    signatures: r ‖ s, 32 bytes each
"""

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Literal, get_args

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .canonical import canonical
from .shape import Malformed, from64url, members, to64url

Algorithm = Literal["ed25519", "ecdsa-p256"]
KeyRole = Literal["record", "checkpoint", "label", "seal"]

_ECDSA = ec.ECDSA(hashes.SHA256())
# RFC 6979: no nonce to leak or to repeat.
_REPEATABLE_ECDSA = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


@dataclass(frozen=True)
class PublicKey:
    """A public key by value. `raw` is the 32 bytes of Ed25519 or the 65 of an uncompressed P-256 point.

    Raises `Malformed` where `raw` is no key of that algorithm.
    """

    algorithm: Algorithm
    raw: bytes

    def __post_init__(self) -> None:
        try:
            self._key  # noqa: B018  the library checks the length and that the point lies on the curve
        except ValueError as error:
            raise Malformed(f"not a key of {self.algorithm}") from error

    @classmethod
    def of(cls, key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey) -> "PublicKey":
        """The value of a library key; a curve other than P-256 is `Malformed`."""
        if isinstance(key, ed25519.Ed25519PublicKey):
            return cls("ed25519", key.public_bytes(Encoding.Raw, PublicFormat.Raw))
        return cls("ecdsa-p256", key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    @classmethod
    def from_jwk(cls, value: object) -> "PublicKey":
        """The key of exactly the members that `jwk` writes; `Malformed` otherwise."""
        if type(value) is dict and value.get("kty") == "OKP":
            jwk = members(value, {"crv", "kty", "x"})
            public = cls("ed25519", from64url(jwk["x"]))
        else:
            jwk = members(value, {"crv", "kty", "x", "y"})
            public = cls("ecdsa-p256", b"\x04" + from64url(jwk["x"]) + from64url(jwk["y"]))
        if public.jwk() != jwk:
            raise Malformed("not the key's own spelling")
        return public

    def jwk(self) -> dict[str, str]:
        """The required members of RFC 7517 and RFC 8037, the ones the thumbprint covers."""
        if self.algorithm == "ed25519":
            return {"crv": "Ed25519", "kty": "OKP", "x": to64url(self.raw)}
        return {"crv": "P-256", "kty": "EC", "x": to64url(self.raw[1:33]), "y": to64url(self.raw[33:])}

    @cached_property
    def keyid(self) -> str:
        """The RFC 7638 thumbprint: base64url of the SHA-256 of the canonical JWK, 43 characters."""
        return to64url(hashlib.sha256(canonical(self.jwk())).digest())

    def verify(self, message: bytes, sig: bytes) -> bool:
        """Whether `sig` is this key's signature of `message`; never raises for a bad one."""
        key = self._key
        try:
            if isinstance(key, ed25519.Ed25519PublicKey):
                key.verify(sig, message)
            elif len(sig) != 64:
                return False
            else:
                r, s = int.from_bytes(sig[:32]), int.from_bytes(sig[32:])
                key.verify(encode_dss_signature(r, s), message, _ECDSA)
        except InvalidSignature:
            return False
        return True

    def pem(self) -> str:
        """SubjectPublicKeyInfo in PEM, for `openssl` and others."""
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")

    @cached_property
    def _key(self) -> ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey:
        if self.algorithm == "ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(self.raw)
        if len(self.raw) != 65:
            raise Malformed("a point is written uncompressed, so that it has one spelling")
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.raw)


class Signer(ABC):
    """Something that holds a private key and signs with it, in this process or in a device."""

    @property
    @abstractmethod
    def public(self) -> PublicKey:
        """The key that verifies what this signer signs."""

    @abstractmethod
    def sign(self, message: bytes) -> bytes:
        """The signature of `message` in the form `PublicKey.verify` takes."""


class Ed25519Signer(Signer):
    """An Ed25519 key in memory."""

    def __init__(self, key: ed25519.Ed25519PrivateKey) -> None:
        self._key = key
        self._public = PublicKey.of(key.public_key())

    @property
    def public(self) -> PublicKey:
        return self._public

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


class P256Signer(Signer):
    """A P-256 key in memory; the same message always gets the same signature."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self._public = PublicKey.of(key.public_key())

    @property
    def public(self) -> PublicKey:
        return self._public

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(message, _REPEATABLE_ECDSA))
        return r.to_bytes(32) + s.to_bytes(32)


class SignatureVerdict(StrEnum):
    """What is known of a signature. The last three refuse; `unproven_time` asks for a proof of logging."""

    VALID = "valid"
    VALID_KEY_RETIRED = "valid_key_retired"
    UNPROVEN_TIME = "unproven_time"
    SUSPECT_AFTER_COMPROMISE = "suspect_after_compromise"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"


@dataclass(frozen=True)
class AuthorisedKey:
    """A key, what it may sign, and where in the log: entries `introduced` ≤ index < `retired`."""

    public: PublicKey
    role: KeyRole
    introduced: int = 0
    retired: int | None = None
    compromised: int | None = None

    def __post_init__(self) -> None:
        if self.role not in get_args(KeyRole):
            raise Malformed(f"not a role of keys: {self.role!r:.40}")

    def at(self, index: int | None) -> SignatureVerdict:
        """The verdict on a good signature whose envelope is logged at `index` (None: not proven to be)."""
        if self.compromised is not None and (index is None or index >= self.compromised):
            return SignatureVerdict.SUSPECT_AFTER_COMPROMISE
        if index is None:
            return SignatureVerdict.UNPROVEN_TIME
        if index < self.introduced:
            return SignatureVerdict.UNKNOWN_KEY
        if self.retired is None:
            return SignatureVerdict.VALID
        return SignatureVerdict.VALID_KEY_RETIRED if index < self.retired else SignatureVerdict.UNKNOWN_KEY


@dataclass(frozen=True)
class KeyRing:
    """Every key ever authorised, retired ones too, each for one role; a value that key events fold into."""

    keys: tuple[AuthorisedKey, ...] = ()

    def find(self, keyid: str, role: KeyRole) -> AuthorisedKey | None:
        """The key of that thumbprint in that role."""
        return self._by_name.get((role, keyid))

    def introduce(self, public: PublicKey, role: KeyRole, size: int) -> "KeyRing":
        """With `public` authorised from entry `size` on; a key introduced before is `Malformed`."""
        if self.find(public.keyid, role):
            raise Malformed("this key was introduced before")
        return KeyRing((*self.keys, AuthorisedKey(public, role, size)))

    def retire(self, keyid: str, role: KeyRole, size: int) -> "KeyRing":
        """With the key no longer authorised from entry `size` on; the earliest retirement stands."""
        key = self._known(keyid, role)
        return self._with(key, replace(key, retired=_earlier(key.retired, size)))

    def compromise(self, keyid: str, role: KeyRole, size: int) -> "KeyRing":
        """With the key distrusted from entry `size` on; the earliest size ever named stands."""
        key = self._known(keyid, role)
        return self._with(key, replace(key, compromised=_earlier(key.compromised, size)))

    def verdict(
        self, keyid: str, message: bytes, sig: bytes, role: KeyRole, index: int | None
    ) -> SignatureVerdict:
        """What is known of `sig` over `message`, said to be by `keyid` in `role` and logged at `index`.

        `unknown_key` is also the answer for a key that was not (or no longer) authorised for that role at
        that index.
        """
        key = self.find(keyid, role)
        if key is None:
            return SignatureVerdict.UNKNOWN_KEY
        if not key.public.verify(message, sig):
            return SignatureVerdict.BAD_SIGNATURE
        return key.at(index)

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], AuthorisedKey]:
        return {(key.role, key.public.keyid): key for key in self.keys}

    def _known(self, keyid: str, role: KeyRole) -> AuthorisedKey:
        key = self.find(keyid, role)
        if key is None:
            raise Malformed("no such key in that role")
        return key

    def _with(self, old: AuthorisedKey, new: AuthorisedKey) -> "KeyRing":
        return KeyRing(tuple(new if key is old else key for key in self.keys))


def _earlier(one: int | None, other: int) -> int:
    return other if one is None else min(one, other)
