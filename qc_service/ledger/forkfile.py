"""The last signed head, kept outside the database: a database put back to an earlier day cannot fork the log.

The file holds the signed checkpoint and nothing else; a lock beside it (`<path>.lock`) is held from reading
the last head to replacing it, so that two processes never sign two heads from one.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .checkpoint import Checkpoint, open_checkpoint
from .merkle import EMPTY, NodeReader, ProofInvalid, consistency_proof, verify_consistency
from .note import NoteVerifier


class ForkFile:
    """The file at `path`. Writes are durable and atomic: a reader sees the old head or the new one, whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder = str(path.parent)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the head against every other thread and process; waits for whoever holds it."""
        descriptor = os.open(self._beside(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)  # which also gives the lock back

    def read(self) -> bytes | None:
        """The last signed checkpoint; None before the first."""
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None

    def size(self, log: NoteVerifier) -> int:
        """How many entries the last signed head was of; 0 where there is none, or none that `log` signed."""
        note = self.read()
        try:
            return 0 if note is None else open_checkpoint(note, log).size
        except ValueError:
            return 0

    def replace(self, note: bytes) -> None:
        """Keep `note` as the last signed checkpoint; within `locked`, before the note is shown to anybody."""
        fresh = self._beside(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), "wb") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self._path)  # noqa: PTH105  once for every write
        directory = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def _beside(self, suffix: str) -> str:
        return f"{self._path}{suffix}"


def extends(previous: Checkpoint, size: int, root: bytes, node: NodeReader) -> bool:
    """Whether the tree (`size`, `root`) begins with the one that `previous` was signed for.

    Proven from the stored nodes to both roots, so that neither a shorter nor an edited database passes.
    """
    if previous.size == 0:
        return previous.root == EMPTY
    if size < previous.size:
        return False
    try:
        proof = consistency_proof(previous.size, size, node)
        verify_consistency(previous.size, size, previous.root, root, proof)
    except ProofInvalid:
        return False
    return True
