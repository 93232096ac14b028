"""Where keys live: encrypted PKCS#8 files, opened by URI; their passphrase in a file or the environment.

home/
  keys/record.pem  keys/checkpoint.pem  keys/label.pem   one key for each purpose, mode 0600
  keys/passphrase                                         mode 0600, unless QC_PASSPHRASE is set
  keys/rows.key                                           seals index rows (HMAC), mode 0600
  keys/record.<keyid>.pem  keys/label.<keyid>.pem         a key whose place another took
  trust/1.root.json  trust/2.root.json …                  what a stranger starts from, the newest last
  checkpoint                                              the last head that was signed
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from qc_service.ledger.keys import Ed25519Signer, P256Signer, Signer
from qc_service.ledger.note import NoteVerifier, verifier_key
from qc_service.ledger.pkcs8 import encrypt_private_key, load_private_key
from qc_service.ledger.trust import TrustRoot, make_root

ROLES = ("record", "checkpoint", "label")
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
        key = load_private_key(_private(Path(path)), self._passphrase())
        return P256Signer(key) if isinstance(key, EllipticCurvePrivateKey) else Ed25519Signer(key)

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
