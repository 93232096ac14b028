"""A proof that an entry is in the log, whole in one text (C2SP tlog-proof, without the optional extra line).

c2sp.org/tlog-proof@v1
index 5
vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=
yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=

example.com/log
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

— example.com/log H1no9UO6vyfwkA68…
"""

from dataclasses import dataclass

from .checkpoint import Checkpoint, open_checkpoint
from .merkle import HASH_SIZE, leaf_hash, verify_inclusion
from .note import NoteVerifier
from .shape import Malformed, decimal, from64, to64

MAX_HASHES = 63

_HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class TlogProof:
    """An entry's index, its audit path and the signed checkpoint (a note's bytes) the path leads to."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes

    def text(self) -> str:
        """The file above."""
        path = "".join(f"{to64(one)}\n" for one in self.hashes)
        return f"{_HEADER}\nindex {self.index}\n{path}\n{self.checkpoint.decode()}"

    @classmethod
    def parse(cls, text: str) -> "TlogProof":
        """The proof whose text is exactly `text`, else `Malformed`; `verify` opens the checkpoint."""
        head, blank, checkpoint = text.partition("\n\n")
        header, _, rest = head.partition("\n")
        index, *path = rest.split("\n")
        if header != _HEADER or not blank or not index.startswith("index "):
            raise Malformed("not a tlog-proof of version 1")
        if len(path) > MAX_HASHES:
            raise Malformed(f"more than {MAX_HASHES} hashes")
        hashes = tuple(from64(line) for line in path)
        if any(len(one) != HASH_SIZE for one in hashes):
            raise Malformed("a hash is not 32 bytes long")
        return cls(decimal(index.removeprefix("index ")), hashes, checkpoint.encode())

    def verify(self, entry: bytes, verifier: NoteVerifier) -> Checkpoint:
        """The checkpoint under which `entry` (the log entry's exact bytes) is number `index`.

        Raises `ProofInvalid`, or what `open_checkpoint` raises.
        """
        checkpoint = open_checkpoint(self.checkpoint, verifier)
        verify_inclusion(leaf_hash(entry), self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint
