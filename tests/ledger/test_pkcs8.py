"""Keys at rest: `openssl` opens what we write, we open what it writes, and weak containers are refused."""

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from qc_service.ledger import der
from qc_service.ledger.pkcs8 import (
    KeyRefused,
    PrivateKey,
    encrypt_private_key,
    load_private_key,
)
from qc_service.ledger.shape import Malformed, to64

PASSPHRASE = b"correct horse"
KEYS: list[PrivateKey] = [
    ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))),
    ec.derive_private_key(7, ec.SECP256R1()),
]
STRONG = ["-scrypt", "-scrypt_N", "16384"]


def clear(key: PrivateKey | rsa.RSAPrivateKey) -> bytes:
    """The key's PKCS#8 in PEM without encryption."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def sealed_by_openssl(key: PrivateKey | rsa.RSAPrivateKey, where: Path, *options: str) -> bytes:
    """What `openssl pkcs8` makes of the key."""
    (where / "clear.pem").write_bytes(clear(key))
    command = [
        "openssl",
        "pkcs8",
        "-topk8",
        "-in",
        "clear.pem",
        "-passout",
        f"pass:{PASSPHRASE.decode()}",
        *options,
    ]
    return subprocess.run(command, cwd=where, check=True, capture_output=True).stdout


@pytest.mark.parametrize("key", KEYS)
def test_openssl_opens_what_we_write(key: PrivateKey, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(encrypt_private_key(key, PASSPHRASE))
    command = ["openssl", "pkey", "-in", "key.pem", "-passin", f"pass:{PASSPHRASE.decode()}"]
    opened = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout
    assert opened == clear(key)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "options",
    [STRONG, ["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256", "-iter", "600000"]],
    ids=["scrypt", "pbkdf2"],
)
def test_we_open_what_openssl_writes(key: PrivateKey, options: list[str], tmp_path: Path) -> None:
    assert clear(load_private_key(sealed_by_openssl(key, tmp_path, *options), PASSPHRASE)) == clear(key)


@pytest.mark.parametrize("key", KEYS)
def test_we_open_what_we_write_and_never_write_it_twice(key: PrivateKey) -> None:
    sealed = encrypt_private_key(key, PASSPHRASE)
    assert clear(load_private_key(sealed, PASSPHRASE)) == clear(key)
    assert sealed != encrypt_private_key(key, PASSPHRASE)


def test_the_passphrase_must_be_the_right_one_and_not_empty() -> None:
    sealed = encrypt_private_key(KEYS[0], PASSPHRASE)
    for wrong in (b"incorrect horse", b""):
        with pytest.raises(KeyRefused):
            load_private_key(sealed, wrong)
    with pytest.raises(KeyRefused):
        encrypt_private_key(KEYS[0], b"")


@pytest.mark.parametrize(
    "options",
    [
        ["-scrypt", "-scrypt_N", "8192"],
        ["-scrypt", "-scrypt_N", "16384", "-scrypt_r", "4"],
        ["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256", "-iter", "599999"],
        ["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA1", "-iter", "600000"],
        ["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA256", "-iter", "600000"],
    ],
)
def test_a_weaker_container_is_refused(options: list[str], tmp_path: Path) -> None:
    with pytest.raises(KeyRefused, match="strength"):
        load_private_key(sealed_by_openssl(KEYS[0], tmp_path, *options), PASSPHRASE)


def test_the_libraries_own_container_is_refused() -> None:
    weak = KEYS[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE))
    with pytest.raises(KeyRefused, match="strength"):
        load_private_key(weak, PASSPHRASE)


def test_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    others: list[PrivateKey | rsa.RSAPrivateKey] = [
        rsa.generate_private_key(65537, 2048),
        ec.derive_private_key(7, ec.SECP384R1()),
    ]
    for key in others:
        with pytest.raises(KeyRefused, match="neither"):
            load_private_key(sealed_by_openssl(key, tmp_path, *STRONG), PASSPHRASE)


def test_what_is_not_one_encrypted_key_is_refused() -> None:
    sealed = encrypt_private_key(KEYS[0], PASSPHRASE)
    for pem in (
        b"",
        clear(KEYS[0]),
        sealed + sealed,
        b"x" + sealed,
        sealed.replace(b"\n", b"\r\n"),
        pem_of(b"\x30\x00").replace(b"=", b""),
    ):
        with pytest.raises(KeyRefused, match="one encrypted"):
            load_private_key(pem, PASSPHRASE)


def pem_of(container: bytes) -> bytes:
    """Any bytes dressed as an encrypted key."""
    rule = "-----{} ENCRYPTED PRIVATE KEY-----\n"
    lines = [to64(container)[at : at + 64] + "\n" for at in range(0, len(to64(container)), 64)]
    return (rule.format("BEGIN") + "".join(lines) + rule.format("END")).encode()


OID = {
    "pbes2": "2a864886f70d01050d",
    "pbkdf2": "2a864886f70d01050c",
    "scrypt": "2b06010401da47040b",
    "sha256": "2a864886f70d0209",
    "aes": "60864801650304012a",
}


def oid(name: str) -> bytes:
    """An object identifier, encoded."""
    return der.encode(der.OID, bytes.fromhex(OID[name]))


def container(
    *, kdf: str = "scrypt", salt: int = 16, costs: tuple[bytes, ...], iv: int = 16, scheme: str = "pbes2"
) -> bytes:
    """A container with these parameters around bytes that no passphrase opens."""
    stretched = der.sequence(oid(kdf), der.sequence(der.encode(der.OCTETS, bytes(salt)), *costs))
    cipher = der.sequence(oid("aes"), der.encode(der.OCTETS, bytes(iv)))
    algorithm = der.sequence(oid(scheme), der.sequence(stretched, cipher))
    return pem_of(der.sequence(algorithm, der.encode(der.OCTETS, bytes(48))))


def cost(*numbers: int) -> tuple[bytes, ...]:
    """Integers, encoded."""
    return tuple(der.integer(number) for number in numbers)


HMAC = der.sequence(oid("sha256"), der.encode(der.NULL, b""))
GOOD = cost(16384, 8, 1)


@pytest.mark.parametrize(
    "pem",
    [
        container(costs=GOOD, salt=7),
        container(costs=GOOD, iv=15),
        container(costs=GOOD, scheme="aes"),
        container(costs=GOOD, kdf="aes"),
        container(costs=cost(16384, 8)),
        container(costs=cost(16384, 8, 0)),
        container(costs=cost(16384, 8, 1, 16)),
        container(costs=cost(16384, 8, 1, 32, 32)),
        container(costs=(*cost(16384, 8), der.encode(der.OCTETS, b"\x01"))),
        container(costs=(der.encode(der.INTEGER, b"\xff\xff"), *cost(8, 1))),
        container(kdf="pbkdf2", costs=()),
        container(kdf="pbkdf2", costs=cost(600_000)),
        container(kdf="pbkdf2", costs=(*cost(600_000, 16), HMAC)),
        container(kdf="pbkdf2", costs=(*cost(600_000), der.sequence(oid("sha256"), *cost(1)))),
        pem_of(b"\x30"),
        pem_of(b"\x30\x00\x30\x00"),
        pem_of(b"\x30\x80\x00\x00"),
        pem_of(b"\x30\x81\x00"),
    ],
)
def test_a_crafted_container_is_refused(pem: bytes) -> None:
    with pytest.raises(KeyRefused, match="strength"):
        load_private_key(pem, PASSPHRASE)


@pytest.mark.parametrize(
    "pem", [container(costs=cost(16384, 8, 1, 32)), container(kdf="pbkdf2", costs=(*cost(600_000, 32), HMAC))]
)
def test_a_strong_container_without_a_key_in_it_does_not_open(pem: bytes) -> None:
    with pytest.raises(KeyRefused, match="open"):
        load_private_key(pem, PASSPHRASE)


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=300)), max_size=5))
def test_der_reads_back(wanted: list[tuple[int, bytes]]) -> None:
    assert der.elements(b"".join(der.encode(tag, content) for tag, content in wanted)) == wanted


@given(st.integers(0, 2**70))
def test_integers_read_back(value: int) -> None:
    assert der.number(der.elements(der.integer(value))[0]) == value


@given(st.binary(max_size=40))
def test_what_reads_as_der_is_der(content: bytes) -> None:
    try:
        found = der.elements(content)
    except Malformed:
        return
    assert b"".join(der.encode(*element) for element in found) == content
