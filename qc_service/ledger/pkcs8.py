"""Private keys at rest: PKCS#8 under a well-stretched passphrase (RFC 5958, PBES2 of RFC 8018).

    EncryptedPrivateKeyInfo ::= SEQUENCE {
        SEQUENCE { pbes2, SEQUENCE {
            SEQUENCE { scrypt, SEQUENCE { salt, N, r, p, [keyLength] } }       -- RFC 7914, written by us
         or SEQUENCE { PBKDF2, SEQUENCE { salt, iterations, [keyLength], SEQUENCE { hmacWithSHA256, NULL } }
         },
            SEQUENCE { aes256-CBC, iv } } },
        OCTET STRING }

in PEM as ENCRYPTED PRIVATE KEY. Written here because the cryptography package stretches with 2,048 rounds
only.
"""

import base64
import hashlib
import os
import re

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from .der import NULL, OCTETS, OID, SEQUENCE, Element, elements, encode, inside, integer, number, sequence
from .shape import Malformed, from64

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey

MIN_SCRYPT_N = 16_384
MIN_SCRYPT_R = 8
MIN_PBKDF2_ROUNDS = 600_000
MIN_SALT = 8

_KEY_SIZE = 32
_PBES2 = bytes.fromhex("2a864886f70d01050d")
_PBKDF2 = bytes.fromhex("2a864886f70d01050c")
_SCRYPT = bytes.fromhex("2b06010401da47040b")
_HMAC_SHA256 = bytes.fromhex("2a864886f70d0209")
_AES256_CBC = bytes.fromhex("60864801650304012a")

_PEM = re.compile(
    r"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    r"((?:[A-Za-z0-9+/=]{1,64}\n)+)"
    r"-----END ENCRYPTED PRIVATE KEY-----\n?"
)


class KeyRefused(ValueError):
    """The container is in the clear or stretched too weakly, holds another key, or does not open."""


def encrypt_private_key(key: PrivateKey, passphrase: bytes) -> bytes:
    """The key in PEM, under AES-256-CBC and scrypt (N 16,384, r 8, p 1) with a fresh 16-byte salt."""
    if not passphrase:
        raise KeyRefused("a key at rest needs a passphrase")
    salt, iv = os.urandom(16), os.urandom(16)
    stretched = hashlib.scrypt(passphrase, salt=salt, n=MIN_SCRYPT_N, r=MIN_SCRYPT_R, p=1, dklen=_KEY_SIZE)
    padder = PKCS7(128).padder()
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    encryptor = Cipher(algorithms.AES256(stretched), modes.CBC(iv)).encryptor()
    sealed = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    kdf = sequence(encode(OCTETS, salt), integer(MIN_SCRYPT_N), integer(MIN_SCRYPT_R), integer(1))
    scheme = sequence(_algorithm(_SCRYPT, kdf), _algorithm(_AES256_CBC, encode(OCTETS, iv)))
    return _pem(sequence(_algorithm(_PBES2, scheme), encode(OCTETS, sealed)))


def load_private_key(pem: bytes, passphrase: bytes) -> PrivateKey:
    """The Ed25519 or P-256 key in `pem`.

    Raises `KeyRefused` for a container in the clear, for one stretched with less than scrypt N 16,384 r 8 p 1
    or 600,000 rounds of PBKDF2-HMAC-SHA-256, for a cipher other than AES-256-CBC and for a wrong passphrase.
    """
    der = _from_pem(pem)
    try:
        _inspect(der)
    except ValueError as error:
        raise KeyRefused(f"not a key container of the required strength: {error}") from error
    try:
        key = load_der_private_key(der, passphrase)
    except (ValueError, TypeError) as error:
        raise KeyRefused("the passphrase does not open the key") from error
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise KeyRefused("the key is neither Ed25519 nor P-256")


def _inspect(der: bytes) -> None:
    """Raise ValueError unless the container is PBES2 of at least the strength we write."""
    (whole,) = elements(der)
    scheme, sealed = elements(inside(whole, SEQUENCE))
    inside(sealed, OCTETS)
    kdf, cipher = elements(inside(_parameters(scheme, _PBES2), SEQUENCE))
    if len(inside(_parameters(cipher, _AES256_CBC), OCTETS)) != 16:
        raise Malformed("an initialisation vector of another size")
    name, stretched = elements(inside(kdf, SEQUENCE))
    salt, *costs = elements(inside(stretched, SEQUENCE))
    if len(inside(salt, OCTETS)) < MIN_SALT:
        raise Malformed("the salt is too short")
    if inside(name, OID) == _SCRYPT:
        _inspect_scrypt(costs)
    elif inside(name, OID) == _PBKDF2:
        _inspect_pbkdf2(costs)
    else:
        raise Malformed("neither scrypt nor PBKDF2")


def _inspect_scrypt(costs: list[Element]) -> None:
    n, r, p, *key_size = (number(cost) for cost in costs)
    if n < MIN_SCRYPT_N or r < MIN_SCRYPT_R or p < 1 or key_size not in ([], [_KEY_SIZE]):
        raise Malformed("scrypt is too weak")


def _inspect_pbkdf2(costs: list[Element]) -> None:
    rounds, *key_size, prf = costs
    inside(_parameters(prf, _HMAC_SHA256), NULL)
    if number(rounds) < MIN_PBKDF2_ROUNDS or [number(size) for size in key_size] not in ([], [_KEY_SIZE]):
        raise Malformed("PBKDF2 is too weak")


def _parameters(algorithm: Element, oid: bytes) -> Element:
    """The parameters of an AlgorithmIdentifier that must name `oid`."""
    name, parameters = elements(inside(algorithm, SEQUENCE))
    if inside(name, OID) != oid:
        raise Malformed("another algorithm than the one required")
    return parameters


def _algorithm(oid: bytes, parameters: bytes) -> bytes:
    return sequence(encode(OID, oid), parameters)


def _pem(der: bytes) -> bytes:
    text = base64.b64encode(der)
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    rule = b"-----%s ENCRYPTED PRIVATE KEY-----"
    return b"\n".join([rule % b"BEGIN", *lines, rule % b"END", b""])


def _from_pem(pem: bytes) -> bytes:
    match = _PEM.fullmatch(pem.decode("latin-1"))
    if match is None:
        raise KeyRefused("not one encrypted private key in PEM")
    try:
        return from64(match[1].replace("\n", ""))
    except Malformed as error:
        raise KeyRefused("not one encrypted private key in PEM") from error
