"""The tree against the recursive definition of RFC 6962, for every size and index of a small log."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.ledger import merkle
from qc_service.ledger.merkle import EMPTY, Frontier, ProofInvalid, verify_consistency, verify_inclusion
from tests.ledger.samples import Log

SIZE = 40
LOG = Log(SIZE)


def by_definition(entries: Sequence[bytes]) -> bytes:
    """RFC 6962 2.1, word for word."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\1" + by_definition(entries[:k]) + by_definition(entries[k:])).digest()


@pytest.mark.parametrize("size", range(SIZE + 1))
def test_roots_are_those_of_the_definition(size: int) -> None:
    wanted = by_definition(LOG.entries[:size])
    assert LOG.root(size) == wanted
    assert merkle.root_at(size, LOG.node) == wanted
    assert Frontier.at(size, LOG.node) == LOG.frontiers[size]


def test_every_complete_node_is_kept_once_and_is_right() -> None:
    wanted = {(level, idx) for level in range(6) for idx in range(SIZE >> level)}
    assert set(LOG.nodes) == wanted
    for level, idx in wanted:
        assert LOG.nodes[level, idx] == by_definition(LOG.entries[idx << level : (idx + 1) << level])


@pytest.mark.parametrize("size", range(1, SIZE + 1))
def test_inclusion(size: int) -> None:
    for index in range(size):
        LOG.asked.clear()
        proof = merkle.inclusion_proof(index, size, LOG.node)
        assert tuple(LOG.asked) == merkle.inclusion_nodes(index, size)
        verify_inclusion(LOG.nodes[0, index], index, size, proof, LOG.root(size))
        with pytest.raises(ProofInvalid):
            verify_inclusion(LOG.nodes[0, index], index, size, (*proof, EMPTY), LOG.root(size))
        if proof:
            with pytest.raises(ProofInvalid):
                verify_inclusion(LOG.nodes[0, index], index, size, proof[:-1], LOG.root(size))


@pytest.mark.parametrize("new", range(1, SIZE + 1))
def test_consistency(new: int) -> None:
    for old in range(1, new + 1):
        LOG.asked.clear()
        proof = merkle.consistency_proof(old, new, LOG.node)
        assert tuple(LOG.asked) == merkle.consistency_nodes(old, new)
        verify_consistency(old, new, LOG.root(old), LOG.root(new), proof)
        with pytest.raises(ProofInvalid):
            verify_consistency(old, new, LOG.root(old), LOG.root(new), (*proof, EMPTY))
        with pytest.raises(ProofInvalid):
            verify_consistency(old, new, LOG.root(old), EMPTY, proof)
        with pytest.raises(ProofInvalid):
            verify_consistency(old, new, EMPTY, LOG.root(new), proof)
        if proof:
            with pytest.raises(ProofInvalid):
                verify_consistency(old, new, LOG.root(old), LOG.root(new), proof[:-1])


@dataclass(frozen=True)
class Case:
    """A proof with what it is checked against."""

    old: int
    new: int
    inclusion: tuple[bytes, ...]
    consistency: tuple[bytes, ...]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    new = draw(st.integers(2, SIZE))
    old = draw(st.integers(1, new - 1))
    return Case(
        old, new, merkle.inclusion_proof(old, new, LOG.node), merkle.consistency_proof(old, new, LOG.node)
    )


@given(cases(), st.data())
def test_any_flipped_bit_of_a_proof_breaks_it(case: Case, draws: st.DataObject) -> None:
    def flipped(proof: tuple[bytes, ...]) -> tuple[bytes, ...]:
        at = draws.draw(st.integers(0, len(proof) * 256 - 1))
        octets = bytearray(b"".join(proof))
        octets[at // 8] ^= 1 << at % 8
        return tuple(bytes(octets[start : start + 32]) for start in range(0, len(octets), 32))

    with pytest.raises(ProofInvalid):
        verify_inclusion(
            LOG.nodes[0, case.old], case.old, case.new, flipped(case.inclusion), LOG.root(case.new)
        )
    with pytest.raises(ProofInvalid):
        verify_consistency(
            case.old, case.new, LOG.root(case.old), LOG.root(case.new), flipped(case.consistency)
        )


@given(cases(), st.integers(0, SIZE), st.integers(0, SIZE))
def test_a_proof_is_for_one_place_only(case: Case, index: int, size: int) -> None:
    if (index, size) == (case.old, case.new):
        return
    with pytest.raises(ProofInvalid):
        verify_inclusion(LOG.nodes[0, case.old], index, size, case.inclusion, LOG.root(size))


def test_a_hash_is_32_bytes() -> None:
    for leaf, root, proof in ((b"", b"", ()), (EMPTY, EMPTY, (b"",)), (EMPTY[:31], EMPTY, ())):
        with pytest.raises(ProofInvalid, match="32 bytes"):
            verify_inclusion(leaf, 0, 1, proof, root)
    with pytest.raises(ProofInvalid, match="32 bytes"):
        verify_consistency(1, 1, b"", b"", ())


def test_what_lies_outside_is_refused() -> None:
    for index, size in ((-1, 4), (4, 4), (0, 0)):
        with pytest.raises(ValueError, match="no leaf"):
            merkle.inclusion_proof(index, size, LOG.node)
        with pytest.raises(ProofInvalid, match="outside"):
            verify_inclusion(EMPTY, index, size, (), EMPTY)
    with pytest.raises(ValueError, match="does not extend"):
        merkle.consistency_nodes(5, 4)
    for old, new in ((0, 0), (0, 4), (5, 4), (-1, 4)):
        with pytest.raises(ProofInvalid, match="old tree"):
            verify_consistency(old, new, EMPTY, EMPTY, ())
    with pytest.raises(ProofInvalid, match="too short"):
        verify_consistency(3, 4, LOG.root(3), LOG.root(4), ())


def test_the_empty_tree_needs_no_proof() -> None:
    assert merkle.consistency_proof(0, 7, LOG.node) == ()


def test_a_frontier_fits_its_size() -> None:
    with pytest.raises(ValueError, match="size 3"):
        Frontier(3, (EMPTY,))
    with pytest.raises(ValueError, match="size 1"):
        Frontier(1, (EMPTY[:31],))
