"""The checkpoint: the log's signed word on its size and root hash (C2SP tlog-checkpoint).

example.com/log
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=
"""

from dataclasses import dataclass

from .keys import Signer
from .merkle import HASH_SIZE
from .note import NoteVerifier, open_note, sign_note
from .shape import Malformed, decimal, from64, to64

MAX_SIZE = 2**63 - 1


@dataclass(frozen=True)
class Checkpoint:
    """A log's name, size and root hash; no extension lines."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not self.origin or "\n" in self.origin:
            raise Malformed("an origin is one line")
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_SIZE:
            raise Malformed("no tree has this size and root")

    def text(self) -> str:
        """The three lines that the log signs."""
        return f"{self.origin}\n{self.size}\n{to64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """The checkpoint whose text is exactly `text`, else `Malformed`."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:
            raise Malformed("a checkpoint is three lines")
        return cls(lines[0], decimal(lines[1]), from64(lines[2]))

    def sign(self, signer: Signer) -> bytes:
        """The signed note; the key's name is the origin. Only a committed head may be signed."""
        return sign_note(self.text(), self.origin, signer)


def open_checkpoint(note: bytes, verifier: NoteVerifier) -> Checkpoint:
    """The checkpoint that `verifier`'s log signed.

    Raises `Malformed`, `NoteForged` or `NoteUnverified`; a log's key signs for no origin but its own name.
    """
    checkpoint = Checkpoint.parse(open_note(note, [verifier]).text)
    if checkpoint.origin != verifier.name:
        raise Malformed("the checkpoint is of another log than its key")
    return checkpoint
