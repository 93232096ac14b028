"""Checkpoints and proofs: a committed head is signed after the commit, if it extends the last one signed."""

from __future__ import annotations

from collections.abc import Sequence

from qc_service.application.keys import must_be_usable
from qc_service.application.ports import LogHead, Store, Unavailable
from qc_service.application.view import View
from qc_service.domain.keys import KEY
from qc_service.ledger.checkpoint import Checkpoint, open_checkpoint
from qc_service.ledger.forkfile import ForkFile, extends
from qc_service.ledger.keys import Signer
from qc_service.ledger.merkle import (
    NodeReader,
    ProofInvalid,
    consistency_nodes,
    inclusion_nodes,
    inclusion_proof,
    verify_inclusion,
)
from qc_service.ledger.note import NoteVerifier, verifier_key
from qc_service.ledger.tlogproof import TlogProof

MOST_NOTES = 256


class ForkDetected(Unavailable):
    """The database's head does not extend the last head that was signed: it was rolled back, edited or replaced."""


class Publisher:
    """Signs the committed head and proves that records are under it."""

    def __init__(self, store: Store, origin: str, signer: Signer, fork_file: ForkFile) -> None:
        self._store = store
        self._origin = origin
        self._signer = signer
        self._fork_file = fork_file
        self.verifier = verifier_key(origin, signer.public)
        self._log = NoteVerifier.parse(self.verifier)
        self._known: dict[bytes, Checkpoint] = {}

    def publish(self, at_least: int = 0) -> bytes:
        """Return a signed checkpoint of a committed head of at least this size, signing a new one where needed.

        Raises ``SigningKeyWithdrawn`` where the log's key was, and nothing later is signed with it.
        Raises ``ForkDetected`` when the head does not extend the one in the file outside the database.
        """
        published = self._published(at_least)
        if published is None:
            with self._fork_file.locked():
                # Whoever had the file before may have signed a head that holds ours, too.
                published = self._published(at_least) or self._extend()
        return published

    def _published(self, at_least: int) -> bytes | None:
        latest = self._latest() if at_least else None
        return latest[1] if latest and latest[0].size >= at_least else None

    def _extend(self) -> bytes:
        latest = self._latest()
        head = self._store.head()
        if latest and (latest[0].size, latest[0].root) == (head.size, head.frontier.root()):
            return latest[1]
        if latest and not self._extends(latest[0], head):
            raise ForkDetected(
                "The log's head does not extend the last head that was signed; ask for an audit."
            )
        must_be_usable(View(self._store).find(KEY, self._signer.public.keyid))
        checkpoint = Checkpoint(self._origin, head.size, head.frontier.root())
        note = checkpoint.sign(self._signer)
        self._fork_file.replace(note)
        self._keep(note, checkpoint)
        return note

    def _extends(self, latest: Checkpoint, head: LogHead) -> bool:
        wanted = consistency_nodes(latest.size, head.size) if latest.size <= head.size else ()
        try:
            return extends(latest, head.size, head.frontier.root(), self._nodes(wanted))
        except LookupError:
            return False

    def _latest(self) -> tuple[Checkpoint, bytes] | None:
        note = self._fork_file.read()
        try:
            return None if note is None else (self._opened(note), note)
        except ValueError as error:
            raise ForkDetected(
                "The file of the last signed head holds none of this log's; restore it, and ask for an audit."
            ) from error

    def _opened(self, note: bytes) -> Checkpoint:
        """The checkpoint in a note, whose signature is verified once."""
        known = self._known.get(note)
        return self._keep(note, open_checkpoint(note, self._log)) if known is None else known

    def _keep(self, note: bytes, checkpoint: Checkpoint) -> Checkpoint:
        if len(self._known) >= MOST_NOTES:
            self._known.clear()
        return self._known.setdefault(note, checkpoint)

    def proof(self, index: int) -> str:
        """The proof that the entry at this place is under a signed checkpoint, as ``c2sp.org/tlog-proof@v1`` text."""
        return self.proofs((index,))[0]

    def proofs(self, indices: Sequence[int]) -> tuple[str, ...]:
        """Proofs of several entries to one common checkpoint. Raises ``ForkDetected`` as ``paths`` does."""
        note = self.publish(at_least=max(indices) + 1)
        paths = self.paths(indices, note)
        return tuple(TlogProof(index, path, note).text() for index, path in zip(indices, paths, strict=True))

    def paths(self, indices: Sequence[int], note: bytes) -> tuple[tuple[bytes, ...], ...]:
        """The audit path of each entry to this checkpoint, followed to its root before it is handed out.

        A database that was put back to an earlier day and went another way has none to a head that was signed before:
        raises ``ForkDetected``.
        """
        signed = self._opened(note)
        try:
            node = self._nodes(
                [at for index in indices for at in ((0, index), *inclusion_nodes(index, signed.size))]
            )
            paths = tuple(inclusion_proof(index, signed.size, node) for index in indices)
            for index, path in zip(indices, paths, strict=True):
                verify_inclusion(node(0, index), index, signed.size, path, signed.root)
        except (LookupError, ProofInvalid) as error:
            raise ForkDetected(
                "The log does not lead to the last head that was signed; ask for an audit."
            ) from error
        return paths

    def consistent(self) -> bool:
        """Whether the committed head extends the last signed one."""
        try:
            self.publish()
        except Unavailable:
            return False
        return True

    def _nodes(self, wanted: Sequence[tuple[int, int]]) -> NodeReader:
        distinct = tuple(dict.fromkeys(wanted))
        found = dict(zip(distinct, self._store.nodes(distinct), strict=True))
        return lambda level, idx: found[level, idx]
