"""The Merkle tree of RFC 6962 over stored nodes: append, roots and proofs.

    leaf = SHA-256(0x00 ‖ entry)    node = SHA-256(0x01 ‖ left ‖ right)    empty tree = SHA-256("")

A *complete* node (level, idx) covers the 2^level leaves from idx·2^level on and never changes once it exists.
Only such nodes are stored. Everything else is a fold over a few of them, so each question comes in two
halves: which nodes it needs (`inclusion_nodes`, `consistency_nodes`, `frontier_nodes`, for one query) and the
answer made of them.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

NodeAt = tuple[int, int]
NodeReader = Callable[[int, int], bytes]

HASH_SIZE = 32
EMPTY = hashlib.sha256(b"").digest()


class ProofInvalid(ValueError):
    """The hashes do not lead to the root."""


def leaf_hash(entry: bytes) -> bytes:
    """RFC 6962 2.1: the hash of a log entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962 2.1: the hash above two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over neighbouring complete subtrees, largest first; over none, that of the empty tree."""
    if not hashes:
        return EMPTY
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


@dataclass(frozen=True)
class Frontier:
    """The right edge of a tree: the hashes of its `frontier_nodes`, all that appending needs."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.hashes) != self.size.bit_count() or any(len(one) != HASH_SIZE for one in self.hashes):
            raise ValueError(f"not the frontier of a tree of size {self.size}")

    def append(self, leaf: bytes) -> "tuple[Frontier, tuple[tuple[int, int, bytes], ...]]":
        """The frontier after one more leaf hash, and every node (level, idx, hash) it completed.

        The first node is the leaf itself, (0, index, leaf).
        """
        hashes, level, idx, subtree = list(self.hashes), 0, self.size, leaf
        nodes = [(0, idx, leaf)]
        while idx & 1:
            subtree = node_hash(hashes.pop(), subtree)
            level, idx = level + 1, idx >> 1
            nodes.append((level, idx, subtree))
        return Frontier(self.size + 1, (*hashes, subtree)), tuple(nodes)

    def root(self) -> bytes:
        """The root hash of the tree."""
        return fold(self.hashes)

    @classmethod
    def at(cls, size: int, node: NodeReader) -> "Frontier":
        """The frontier that a tree had at `size`, from its stored nodes."""
        return cls(size, tuple(node(level, idx) for level, idx in frontier_nodes(size)))


def frontier_nodes(size: int) -> tuple[NodeAt, ...]:
    """The complete nodes whose fold is the root at `size`, largest first."""
    return _cover(0, size)


def root_at(size: int, node: NodeReader) -> bytes:
    """The root that a tree had at `size`, from its stored nodes."""
    return Frontier.at(size, node).root()


def inclusion_nodes(index: int, size: int) -> tuple[NodeAt, ...]:
    """The complete nodes that `inclusion_proof` will ask for."""
    return tuple(at for group in _inclusion_plan(index, size) for at in group)


def consistency_nodes(old: int, new: int) -> tuple[NodeAt, ...]:
    """The complete nodes that `consistency_proof` will ask for."""
    return tuple(at for group in _consistency_plan(old, new) for at in group)


def inclusion_proof(index: int, size: int, node: NodeReader) -> tuple[bytes, ...]:
    """RFC 6962 2.1.1: the audit path of leaf `index` in the tree of `size`, lowest hash first."""
    return _folded(_inclusion_plan(index, size), node)


def consistency_proof(old: int, new: int, node: NodeReader) -> tuple[bytes, ...]:
    """RFC 6962 2.1.2: that the tree of `new` leaves begins with that of `old`; empty for 0 and `new`."""
    return _folded(_consistency_plan(old, new), node)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """RFC 9162 2.1.3.2: raise `ProofInvalid` unless the leaf hash is number `index` under the root."""
    _hashes_only(leaf, root, *proof)
    if not 0 <= index < size:
        raise ProofInvalid("the index lies outside the tree")
    fn, sn, reached = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            raise ProofInvalid("the proof is too long")
        if fn & 1 or fn == sn:
            reached = node_hash(sibling, reached)
            skipped = _trailing_zeros(fn)
            fn, sn = fn >> skipped, sn >> skipped
        else:
            reached = node_hash(reached, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or reached != root:
        raise ProofInvalid("the proof does not lead to the root")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """RFC 9162 2.1.4.2: raise `ProofInvalid` unless the new tree begins with the old one.

    That every tree begins with the empty one needs no proof, and an `old` of 0 is refused.
    """
    _hashes_only(old_root, new_root, *proof)
    if not 0 < old <= new:
        raise ProofInvalid("the old tree is empty or larger than the new one")
    if old == new:
        if proof or old_root != new_root:
            raise ProofInvalid("trees of one size are the same tree, which needs no proof")
        return
    # A complete old tree is a node of the new one, and its root stands in for the proof's first hash.
    path = (old_root, *proof) if old & (old - 1) == 0 else tuple(proof)
    if not path:
        raise ProofInvalid("the proof is too short")
    if _fold_both(old, new, path) != (old_root, new_root):
        raise ProofInvalid("the proof does not lead to both roots")


def _fold_both(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots of the old and the new tree that `path` leads to."""
    skipped = _trailing_zeros(~(old - 1))
    fn, sn = (old - 1) >> skipped, (new - 1) >> skipped
    fr = sr = path[0]
    for sibling in path[1:]:
        if sn == 0:
            raise ProofInvalid("the proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(sibling, fr), node_hash(sibling, sr)
            skipped = _trailing_zeros(fn)
            fn, sn = fn >> skipped, sn >> skipped
        else:
            sr = node_hash(sr, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofInvalid("the proof is too short")
    return fr, sr


def _cover(lo: int, hi: int) -> tuple[NodeAt, ...]:
    """The complete nodes over leaves lo … hi-1, largest first; `lo` is a multiple of the largest's width."""
    nodes = []
    while lo < hi:
        level = (hi - lo).bit_length() - 1
        nodes.append((level, lo >> level))
        lo += 1 << level
    return tuple(nodes)


def _split(lo: int, hi: int) -> int:
    """Where the tree over leaves lo … hi-1 divides: after the largest power of two smaller than its size."""
    return lo + (1 << ((hi - lo - 1).bit_length() - 1))


def _inclusion_plan(index: int, size: int) -> list[tuple[NodeAt, ...]]:
    """For each hash of the proof, the complete nodes it folds."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of size {size}")
    plan, lo, hi = [], 0, size
    while hi - lo > 1:
        middle = _split(lo, hi)
        if index < middle:
            plan.append(_cover(middle, hi))
            hi = middle
        else:
            plan.append(_cover(lo, middle))
            lo = middle
    return plan[::-1]


def _consistency_plan(old: int, new: int) -> list[tuple[NodeAt, ...]]:
    """For each hash of the proof, the complete nodes it folds."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of size {new} does not extend one of size {old}")
    if old == 0:
        return []
    plan, lo, hi = [], 0, new
    while hi != old:
        middle = _split(lo, hi)
        if old <= middle:
            plan.append(_cover(middle, hi))
            hi = middle
        else:
            plan.append(_cover(lo, middle))
            lo = middle
    if lo:
        plan.append(_cover(lo, hi))
    return plan[::-1]


def _folded(plan: list[tuple[NodeAt, ...]], node: NodeReader) -> tuple[bytes, ...]:
    return tuple(fold([node(level, idx) for level, idx in group]) for group in plan)


def _trailing_zeros(number: int) -> int:
    """How many times `number` halves evenly; 0 for 0."""
    return (number & -number).bit_length() - 1 if number else 0


def _hashes_only(*hashes: bytes) -> None:
    if any(len(one) != HASH_SIZE for one in hashes):
        raise ProofInvalid("a hash is not 32 bytes long")
