"""The log as a tree: entries hashed anew, nodes and head compared, and the last signed head found in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qc_service.application.audit.findings import Findings
from qc_service.application.audit.ports import Auditable
from qc_service.application.ports import LogHead, Tampered
from qc_service.ledger.checkpoint import Checkpoint, open_checkpoint
from qc_service.ledger.merkle import Frontier, leaf_hash
from qc_service.ledger.note import NoteForged, NoteUnverified, NoteVerifier
from qc_service.ledger.shape import Malformed

BATCH = 1000
Node = tuple[int, int, bytes]


@dataclass(frozen=True, kw_only=True)
class Tree:
    """What the entries make; the head as it is kept, where it can be read; the size of the last signed one."""

    frontier: Frontier
    head: LogHead | None
    signed: int | None


class TreeAudit:
    """Grows the tree from the entries alone and holds what is stored against it."""

    def __init__(self, store: Auditable, findings: Findings) -> None:
        self._store = store
        self._findings = findings
        self._frontier = Frontier()
        self._nodes: list[Node] = []
        self._head: LogHead | None = None

    def run(self, note: bytes | None, log: NoteVerifier) -> Tree:
        """Check entries, leaves, nodes, head and the signed ``note``; every fault becomes a finding."""
        signed = self._opened(note, log)
        if signed:
            self._signed_here(signed)
        for place, entry, leaf in self._store.entries():
            if place != self._frontier.size:
                self._findings.add(f"entry {self._frontier.size}", f"is missing: the next is {place}")
                break
            self._append(place, entry, leaf)
            if signed:
                self._signed_here(signed)
        else:
            self._compare(self._nodes)
            self._end(signed)
        return Tree(frontier=self._frontier, head=self._head, signed=signed.size if signed else None)

    def _append(self, place: int, entry: bytes, leaf: bytes) -> None:
        computed = leaf_hash(entry)
        if computed != leaf:
            self._findings.add(f"entry {place}", "its leaf hash is not that of the entry")
        self._frontier, complete = self._frontier.append(computed)
        self._nodes += complete[1:]
        if len(self._nodes) >= BATCH:
            self._compare(self._nodes)
            self._nodes = []

    def _compare(self, nodes: Sequence[Node]) -> None:
        try:
            kept = self._store.nodes([(level, idx) for level, idx, _ in nodes])
        except LookupError:
            if len(nodes) == 1:
                self._findings.add(_name(nodes[0]), "is missing")
                return
            middle = len(nodes) // 2
            self._compare(nodes[:middle])
            self._compare(nodes[middle:])
            return
        for node, found in zip(nodes, kept, strict=True):
            if node[2] != found:
                self._findings.add(_name(node), "is not the hash of the two below it")

    def _end(self, signed: Checkpoint | None) -> None:
        size = self._frontier.size
        surplus = self._store.node_count() - (size - size.bit_count())
        if surplus > 0:
            self._findings.add("the tree", f"{surplus} nodes are kept that no entries made")
        try:
            head = self._head = self._store.head()
        except Tampered as error:
            self._findings.add("the head", f"cannot be read: {error}")
            return
        if head.size != size:
            self._findings.add("the head", f"says {head.size} entries, and there are {size}")
        elif head.frontier != self._frontier:
            self._findings.add("the head", "its frontier is not that of the entries")
        if signed and signed.size > size:
            self._findings.add(
                "the last signed head",
                f"was signed for {signed.size} entries, and there are {size}: the log was cut",
            )

    def _opened(self, note: bytes | None, log: NoteVerifier) -> Checkpoint | None:
        try:
            return None if note is None else open_checkpoint(note, log)
        except (Malformed, NoteForged, NoteUnverified) as error:
            self._findings.add("the last signed head", f"cannot be believed: {error}")
            return None

    def _signed_here(self, signed: Checkpoint) -> None:
        if signed.size == self._frontier.size and signed.root != self._frontier.root():
            self._findings.add(
                "the last signed head", f"the first {signed.size} entries are not those it was signed for"
            )


def _name(node: Node) -> str:
    return f"node {node[0]}/{node[1]}"
