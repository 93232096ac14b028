"""Signed notes (C2SP signed-note): a text, a blank line, and signatures that anybody may add.

    example.com/log
    8
    XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

    — example.com/log H1no9UO6vyfwkA68…

A signature line is "— <name> <base64(id[4] ‖ sig)>" with id = SHA-256(name ‖ 0x0A ‖ type ‖ key)[:4]. The key
is written "<name>+<id, 8 hex>+<base64(type ‖ key)>". Type 0x01: Ed25519 of the text. Type 0x04, a witness
(C2SP tlog-cosignature): sig = time[8, big-endian] ‖ Ed25519 of "cosignature/v1\\ntime <decimal>\\n" ‖ text.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .keys import PublicKey, Signer
from .shape import Malformed, from64, hexadecimal, to64

ED25519 = 0x01
COSIGNATURE = 0x04
MAX_SIGNATURES = 100

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_NAME = re.compile(r"[^+\s\x00-\x1f]+")
_SIGNATURE_SIZE = {ED25519: 64, COSIGNATURE: 8 + 64}


class NoteUnverified(ValueError):
    """None of the keys that were asked for has signed the note."""


class NoteForged(ValueError):
    """A signature that names a known key is not by that key."""


@dataclass(frozen=True)
class NoteVerifier:
    """A named key that notes are checked against."""

    name: str
    kind: int
    public: PublicKey

    def __post_init__(self) -> None:
        _key_name(self.name)
        if self.kind not in _SIGNATURE_SIZE or self.public.algorithm != "ed25519":
            raise Malformed("neither an Ed25519 note key nor a witness's key")

    @classmethod
    def parse(cls, key: str) -> "NoteVerifier":
        """The verifier written `<name>+<8 hex>+<base64>`; its hexadecimal must be the key's own id."""
        name, _, rest = key.partition("+")
        claimed, _, encoded = rest.partition("+")
        typed = from64(encoded)
        hexadecimal(claimed, 4)
        verifier = cls(name, int.from_bytes(typed[:1]), PublicKey("ed25519", typed[1:]))
        if str(verifier) != key:
            raise Malformed("the key's id is not that of its name and bytes")
        return verifier

    @property
    def id(self) -> bytes:
        """The four bytes that a signature names the key by."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._typed_key()).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{to64(self._typed_key())}"

    def signed_at(self, text: str, sig: bytes) -> int | None:
        """The POSIX time that a witness put into its signature of `text`; None for a plain signature.

        Raises `NoteForged` for a bad signature.
        """
        if len(sig) != _SIGNATURE_SIZE[self.kind]:
            raise NoteForged(f"the signature by {self.name} has another length")
        time = int.from_bytes(sig[:8]) if self.kind == COSIGNATURE else None
        message = text if time is None else f"cosignature/v1\ntime {time}\n{text}"
        if not self.public.verify(message.encode(), sig[-64:]):
            raise NoteForged(f"{self.name} did not sign this")
        return time

    def _typed_key(self) -> bytes:
        return bytes([self.kind]) + self.public.raw


@dataclass(frozen=True)
class OpenedNote:
    """A note's text, the names of the asked-for keys that signed it, and the times that witnesses gave."""

    text: str
    verified: tuple[str, ...]
    witnessed_at: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class _SignatureLine:
    name: str
    id: bytes
    sig: bytes

    @classmethod
    def parse(cls, line: str) -> "_SignatureLine":
        dash, name, encoded = line.split(" ") if line.count(" ") == 2 else ("", "", "")
        if dash != "—":
            raise Malformed("not a signature line")
        octets = from64(encoded)
        if len(octets) < 5:
            raise Malformed("a signature line without a signature")
        return cls(_key_name(name), octets[:4], octets[4:])


def verifier_key(name: str, public: PublicKey) -> str:
    """How the Ed25519 note key is written for others: `<name>+<8 hex>+<base64(0x01 ‖ key)>`."""
    return str(NoteVerifier(name, ED25519, public))


def sign_note(text: str, name: str, signer: Signer) -> bytes:
    """`text`, which ends with a newline and has no control characters, signed by an Ed25519 key."""
    verifier = NoteVerifier(name, ED25519, signer.public)
    line = f"— {name} {to64(verifier.id + signer.sign(text.encode()))}\n"
    note = f"{text}\n{line}".encode()
    open_note(note, [verifier])  # what could not be opened again is never given away
    return note


def open_note(note: bytes, verifiers: Sequence[NoteVerifier]) -> OpenedNote:
    """The note's text with those of `verifiers` that signed it.

    Raises `Malformed` for what is not a note, `NoteForged` as soon as one signature that names a verifier is
    bad, and `NoteUnverified` where none of them signed. Signatures by other keys are ignored.
    """
    text, lines = _divided(note)
    known = {(verifier.name, verifier.id): verifier for verifier in verifiers}
    verified: dict[str, int | None] = {}
    for line in lines:
        if verifier := known.get((line.name, line.id)):
            verified[line.name] = verifier.signed_at(text, line.sig)
    if not verified:
        raise NoteUnverified("no known key has signed this note")
    times = tuple((name, time) for name, time in verified.items() if time is not None)
    return OpenedNote(text, tuple(verified), times)


def _divided(note: bytes) -> tuple[str, list[_SignatureLine]]:
    """The text up to the *last* blank line, its newline included, and the signatures after it."""
    try:
        whole = note.decode()
    except UnicodeDecodeError as error:
        raise Malformed("a note is UTF-8") from error
    if _CONTROL.search(whole):
        raise Malformed("a note has no control characters")
    text, blank, signatures = whole.rpartition("\n\n")
    if not text or not blank or not signatures.endswith("\n"):
        raise Malformed("a note is a text, a blank line and signatures, each ending in a newline")
    lines = signatures[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise Malformed(f"more than {MAX_SIGNATURES} signatures")
    return text + "\n", [_SignatureLine.parse(line) for line in lines]


def _key_name(name: str) -> str:
    """A name no line or key could be cut in two by: not empty, no space of any kind, no plus sign."""
    if not _KEY_NAME.fullmatch(name):
        raise Malformed("not a key name")
    return name
