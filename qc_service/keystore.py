"""Where keys live: encrypted PKCS#8 files, opened by URI; their passphrase in a file or the environment.

home/
  keys/record.pem  keys/checkpoint.pem  keys/label.pem   one key for each purpose, mode 0600
  keys/passphrase                                         mode 0600, unless QC_PASSPHRASE is set
  keys/rows.key                                           seals index rows (HMAC), mode 0600
  keys/record.<keyid>.pem  keys/label.<keyid>.pem         a key whose place another took
  keys/seal.pem                                           the key that seals documents, with its certificates
  keys/seal-authority.pem                                 signs the certificate of the next one, with its own
  trust/1.root.json  trust/2.root.json …                  what a stranger starts from, the newest last
  checkpoint                                              the last head that was signed
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from qc_service.ledger.keys import Ed25519Signer, P256Signer, Signer
from qc_service.ledger.note import NoteVerifier, verifier_key
from qc_service.ledger.pkcs8 import PrivateKey, encrypt_private_key, load_private_key
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
from qc_service.ledger.trust import TrustRoot, make_root

ROLES = ("record", "checkpoint", "label")
SEAL, AUTHORITY = "seal", "seal-authority"
ROW_KEY_BYTES = 32


class KeyUnusable(RuntimeError):
    """A key cannot be used; the message says which and what to do."""


class Keystore:
    """The keys of one installation. Nothing is opened before it is asked for."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.home = home
        self._keys = home / "keys"
        self._environment = environment

    @property
    def fork_file(self) -> Path:
        """The file that holds the last signed head, outside the database."""
        return self.home / "checkpoint"

    def exists(self) -> bool:
        """Whether keys were made here."""
        return (self._keys / "record.pem").exists()

    def make(self, issuer: str) -> None:
        """Make a key for each purpose, a passphrase unless the environment has one, and the first trust root.

        Each file is complete or absent; an existing one is never replaced.
        """
        self._keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        if "QC_PASSPHRASE" not in self._environment:
            _create(self._keys / "passphrase", secrets.token_urlsafe(32).encode())
        for role in ROLES:
            _create(
                self._keys / f"{role}.pem",
                encrypt_private_key(Ed25519PrivateKey.generate(), self._passphrase()),
            )
        _create(self._keys / "rows.key", secrets.token_bytes(ROW_KEY_BYTES))
        self._make_root(issuer)

    def _make_root(self, issuer: str) -> None:
        record, checkpoint = self.signer("record"), self.signer("checkpoint")
        log = NoteVerifier.parse(verifier_key(issuer, checkpoint.public))
        root = make_root(issuer=issuer, log=log, record_keys=[record.public], signers=[record])
        (self.home / "trust").mkdir(exist_ok=True)
        _create(self.root_path(1), root.to_bytes(), mode=0o644)

    def root_path(self, version: int) -> Path:
        """Where a version of the trust root is kept."""
        return self.home / "trust" / f"{version}.root.json"

    def root(self, version: int) -> bytes | None:
        """A version of the trust root, or ``None``."""
        path = self.root_path(version)
        return path.read_bytes() if path.is_file() else None

    def newest_root(self) -> TrustRoot | None:
        """The last trust root, each one after the first endorsed by the one before. Raises ``KeyUnusable``."""
        content, newest = self.root(1), None
        while content is not None:
            root = TrustRoot.parse(content)
            if newest is not None and not root.succeeds(newest):
                raise KeyUnusable(
                    f"trust/{root.version}.root.json does not follow the one before: restore it from the backup"
                )
            newest, content = root, self.root(root.version + 1)
        return newest

    def trusts(self, keyid: str) -> bool:
        """Whether the newest trust root names this record key."""
        root = self.newest_root()
        return root is not None and any(key.keyid == keyid for key in root.record_keys)

    def successor(self, role: str = "record") -> Signer:
        """The key of a purpose that comes next, made where there is none; it signs nothing until ``succeed``."""
        following = self._next(role)
        _create(following, encrypt_private_key(Ed25519PrivateKey.generate(), self._passphrase()))
        return self.signer(role, f"file:{following}")

    def succeed(self, role: str = "record") -> None:
        """Put the next key in the place of the present one, which is kept under its name; endorse a record key.

        Each file is complete or absent, and a run that was interrupted is finished by the next.
        """
        present, following = self.signer(role), self.successor(role)
        if role == "record":
            self._endorse(present, following)
        kept = self._keys / f"{role}.{present.public.keyid}.pem"
        if not kept.exists():
            kept.hardlink_to(self._keys / f"{role}.pem")
        self._next(role).replace(self._keys / f"{role}.pem")

    def _endorse(self, present: Signer, following: Signer) -> None:
        """The new trust root lists both, the newest last, and is signed by both."""
        root = self.newest_root()
        if root is None:
            raise KeyUnusable("This home has no trust root: run 'qc-service init' first.")
        if following.public not in root.record_keys:
            made = make_root(
                issuer=root.issuer, log=root.log, record_keys=(*root.record_keys, following.public),
                signers=(present, following), version=root.version + 1,
            )  # fmt: skip
            _create(self.root_path(made.version), made.to_bytes(), mode=0o644)

    def _next(self, role: str) -> Path:
        return self._keys / f"{role}.next.pem"

    def signer(self, role: str, uri: str = "") -> Signer:
        """Open the signer of a purpose by its URI, ``file:<path>``; without one the file in this home.

        Raises ``KeyUnusable`` where the scheme is unknown, the file is absent or others may read it.
        """
        scheme, _, path = (uri or f"file:{self._keys / role}.pem").partition(":")
        if scheme != "file":
            raise KeyUnusable(f"no signer is known for {scheme}: use file:<path>")
        key = self._opened(Path(path))
        return P256Signer(key) if isinstance(key, EllipticCurvePrivateKey) else Ed25519Signer(key)

    def has_seal(self) -> bool:
        """Whether there is a key that seals documents; a home from before there was such a thing has none."""
        return (self._keys / f"{SEAL}.pem").exists()

    def seal(self) -> Seal:
        """The key that seals documents, with its certificates. Raises ``KeyUnusable``."""
        if not self.has_seal():
            raise KeyUnusable("There is no key that seals certificates yet: run 'qc-service key seal'.")
        return self._sealing(self._keys / f"{SEAL}.pem")

    def seal_chain(self) -> tuple[bytes, ...]:
        """The certificates of the key that seals, its own first; none where there is no such key."""
        return chain_of(_private(self._keys / f"{SEAL}.pem")) if self.has_seal() else ()

    def make_seal(self, issuer: str, at: datetime) -> None:
        """Make the first key that seals, certified by an authority of this home's own; what exists is kept."""
        if not self.has_seal():
            _create(self._keys / f"{SEAL}.pem", self._new_seal(issuer, at))

    def next_seal(self, issuer: str, at: datetime, brought: tuple[Path, Path] | None = None) -> Seal:
        """The seal that comes next, made where there is none, or from the PEM files of a key and its certificates.

        It seals nothing until ``succeed_seal``. Raises ``Malformed`` where key and certificates do not fit.
        """
        following = self._next(SEAL)
        if brought is not None:
            following.unlink(missing_ok=True)
        _create(following, self._new_seal(issuer, at) if brought is None else self._brought(*brought, at))
        return self._sealing(following)

    def _brought(self, key: Path, certificates: Path, at: datetime) -> bytes:
        try:
            opened = load_pem_private_key(_private(key), None)
        except (TypeError, ValueError, UnsupportedAlgorithm) as error:
            raise Malformed(f"{key.name} is no private key in PEM that opens without a passphrase") from error
        chain = chain_of(certificates.read_bytes())
        must_hold_together(chain, at)
        if not isinstance(opened, EllipticCurvePrivateKey) or key_of(chain[0]) != P256Signer(opened).public:
            raise Malformed(f"the first certificate in {certificates.name} is not of the key in {key.name}")
        return encrypt_private_key(opened, self._passphrase()) + pem_of(chain)

    def succeed_seal(self) -> None:
        """Put the next seal in the place of the present one, which is kept under its name."""
        present = self._keys / f"{SEAL}.pem"
        if present.exists():
            kept = self._keys / f"{SEAL}.{self.signer(SEAL).public.keyid}.pem"
            if not kept.exists():
                kept.hardlink_to(present)
        self._next(SEAL).replace(present)

    def _new_seal(self, issuer: str, at: datetime) -> bytes:
        path = self._keys / f"{AUTHORITY}.pem"
        if not path.exists():
            made = generate_private_key(SECP256R1())
            certificate = authority_certificate(made, issuer, at)
            _create(path, encrypt_private_key(made, self._passphrase()) + pem_of([certificate]))
        above, authority = self._opened(path), chain_of(_private(path))[0]
        assert isinstance(above, EllipticCurvePrivateKey)  # noqa: S101  as it was made here
        key = generate_private_key(SECP256R1())
        certificate = seal_certificate(key.public_key(), issuer, at, authority=authority, authority_key=above)
        return encrypt_private_key(key, self._passphrase()) + pem_of([certificate, authority])

    def _sealing(self, path: Path) -> Seal:
        chain, signer = chain_of(_private(path)), self.signer(SEAL, f"file:{path}")
        if key_of(chain[0]) != signer.public:
            raise KeyUnusable(f"{path.name} holds a certificate of another key: restore it from the backup")
        return Seal(signer=signer, chain=chain)

    def _opened(self, path: Path) -> PrivateKey:
        key, _, _ = _private(path).partition(b"-----BEGIN CERTIFICATE-----")
        return load_private_key(key, self._passphrase())

    def row_key(self) -> bytes:
        """The key that seals index rows."""
        key = _private(self._keys / "rows.key")
        if len(key) != ROW_KEY_BYTES:
            raise KeyUnusable("keys/rows.key is not 32 bytes: restore it from the backup")
        return key

    def _passphrase(self) -> bytes:
        given = self._environment.get("QC_PASSPHRASE")
        return given.encode() if given else _private(self._keys / "passphrase").strip()


def _private(path: Path) -> bytes:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise KeyUnusable(f"{path.name} may be read by others: run chmod 600 on it")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise KeyUnusable(
            f"{path.name} is not there: run 'qc-service init', or restore it from the backup"
        ) from error


def _create(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a new file whole: under another name first, on disk before it gets its own, and never over another."""
    if path.exists():
        return
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
