"""The publisher signs a committed head only where it extends the last one it signed, and proves what is below."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from qc_service.application.ports import StoredRecord
from qc_service.application.publishing import ForkDetected, Publisher
from qc_service.domain.identifiers import CountryCode, Line
from qc_service.domain.parties import OrganisationKind, OrganisationRegistered
from qc_service.domain.permissions import Role
from qc_service.domain.records import New
from qc_service.ledger.checkpoint import Checkpoint, open_checkpoint
from qc_service.ledger.forkfile import ForkFile
from qc_service.ledger.keys import PublicKey, Signer
from qc_service.ledger.merkle import ProofInvalid
from qc_service.ledger.note import NoteVerifier
from qc_service.ledger.tlogproof import TlogProof
from tests.fakes import ISSUER, MemoryStore, World, actor, signer


def lay(world: World, *names: str) -> tuple[StoredRecord, ...]:
    """Put organisations on record, each in a commit of its own."""
    made: tuple[StoredRecord, ...] = ()
    for name in names:
        body = OrganisationRegistered(
            name=Line(name), kind=OrganisationKind.CLINIC, country=CountryCode("US"), zone=Line("America/New_York")
        )  # fmt: skip
        new = New(name=name, body=body)
        made += world.acts.perform(lambda *_, new=new: (new,), actor(Role.ADMINISTRATOR), None).records
    return made


def publisher(world: World, folder: Path, key: Signer | None = None) -> Publisher:
    """A publisher over the world's store."""
    return Publisher(world.store, ISSUER, key or signer(2), ForkFile(folder / "checkpoint"))


def size_of(publisher: Publisher, note: bytes) -> int:
    """The size that a checkpoint was signed for."""
    return open_checkpoint(note, NoteVerifier.parse(publisher.verifier)).size


@pytest.fixture
def world() -> World:
    """A log of five entries."""
    made = World()
    lay(made, "one", "two", "three", "four", "five")
    return made


def test_the_committed_head_is_signed_and_kept(world: World, tmp_path: Path) -> None:
    publishing = publisher(world, tmp_path)
    note = publishing.publish()
    checkpoint = open_checkpoint(note, NoteVerifier.parse(publishing.verifier))
    assert (checkpoint.origin, checkpoint.size) == (ISSUER, 5)
    assert checkpoint.root == world.store.head().frontier.root()
    assert (tmp_path / "checkpoint").read_bytes() == note
    assert publishing.publish() == note


def test_a_head_that_is_large_enough_is_not_signed_again(world: World, tmp_path: Path) -> None:
    publishing = publisher(world, tmp_path)
    note = publishing.publish()
    lay(world, "six", "seven")
    assert publishing.publish(at_least=5) == note
    assert size_of(publishing, publishing.publish(at_least=6)) == 7


def test_an_empty_log_has_a_head_too_and_grows_from_it(tmp_path: Path) -> None:
    world = World()
    publishing = publisher(world, tmp_path)
    assert size_of(publishing, publishing.publish()) == 0
    lay(world, "one")
    assert size_of(publishing, publishing.publish()) == 1


def test_proofs_lead_from_each_entry_to_one_signed_head(world: World, tmp_path: Path) -> None:
    publishing = publisher(world, tmp_path)
    verifier = NoteVerifier.parse(publishing.verifier)
    records = world.store.records(0, 5)
    proofs = [TlogProof.parse(text) for text in publishing.proofs([record.index for record in records])]
    assert len({proof.checkpoint for proof in proofs}) == 1
    for record, proof in zip(records, proofs, strict=True):
        assert proof.verify(record.entry, verifier).size == 5
        with pytest.raises(ProofInvalid):
            proof.verify(record.entry + b" ", verifier)
    (six,) = lay(world, "six")
    assert TlogProof.parse(publishing.proof(six.index)).verify(six.entry, verifier).size == 6


def test_a_database_put_back_to_an_earlier_day_is_found(world: World, tmp_path: Path) -> None:
    publishing = publisher(world, tmp_path)
    note = publishing.publish()
    earlier = World()
    lay(earlier, "one", "two", "three")
    behind = publisher(earlier, tmp_path)
    with pytest.raises(ForkDetected, match="does not extend the last head that was signed"):
        behind.publish()
    assert not behind.consistent()
    with pytest.raises(ForkDetected):
        behind.publish(at_least=6)
    assert (tmp_path / "checkpoint").read_bytes() == note


def test_a_log_that_went_another_way_is_never_signed(world: World, tmp_path: Path) -> None:
    note = publisher(world, tmp_path).publish()
    for length in (5, 6, 9):
        other = World()
        lay(other, *(f"other-{number}" for number in range(length)))
        with pytest.raises(ForkDetected):
            publisher(other, tmp_path).publish()
        assert (tmp_path / "checkpoint").read_bytes() == note


@pytest.mark.parametrize("length", [3, 5])
def test_nothing_is_proven_by_a_head_that_was_signed_for_another_log(
    world: World, tmp_path: Path, length: int
) -> None:
    publisher(world, tmp_path).publish()
    other = World()
    lay(other, *(f"other-{number}" for number in range(length)))
    with pytest.raises(ForkDetected, match="does not lead to the last head that was signed"):
        publisher(other, tmp_path).proof(length - 1)


def test_an_edited_node_below_the_signed_head_is_found(world: World, tmp_path: Path) -> None:
    publishing = publisher(world, tmp_path)
    publishing.publish()
    lay(world, "six")
    assert publishing.consistent()
    world.store.merkle[2, 0] = bytes(32)
    lay(world, "seven")
    assert not publishing.consistent()


def test_a_node_that_is_gone_below_the_signed_head_is_found(world: World, tmp_path: Path) -> None:
    publishing = publisher(world, tmp_path)
    publishing.publish()
    lay(world, "six")
    del world.store.merkle[2, 0]
    assert not publishing.consistent()


@pytest.mark.parametrize("flaw", ["another key", "another log", "cut", "empty"])
def test_a_file_that_holds_no_head_of_this_log_stops_the_signing(
    world: World, tmp_path: Path, flaw: str
) -> None:
    kept = publisher(world, tmp_path, signer(9) if flaw == "another key" else None).publish()
    if flaw == "another log":
        kept = Checkpoint("demo.other.example", 5, bytes(32)).sign(signer(2))
    (tmp_path / "checkpoint").write_bytes({"cut": kept[:-9], "empty": b""}.get(flaw, kept))
    publishing = publisher(world, tmp_path)
    assert not publishing.consistent()
    with pytest.raises(ForkDetected, match="holds none of this log's; restore it"):
        publishing.publish()
    assert publishing.verifier.startswith(ISSUER)


def test_a_key_that_fails_leaves_the_last_head(world: World, tmp_path: Path) -> None:
    note = publisher(world, tmp_path).publish()
    lay(world, "six")
    with pytest.raises(RuntimeError, match="out of reach"):
        publisher(world, tmp_path, Broken()).publish()
    assert (tmp_path / "checkpoint").read_bytes() == note


def test_those_who_publish_at_once_sign_one_line_of_heads(world: World, tmp_path: Path) -> None:
    notes: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: notes.append(publisher(world, tmp_path).publish())) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert notes == [notes[0]] * 8


class Broken(Signer):
    """A key that is out of reach."""

    @property
    def public(self) -> PublicKey:
        return signer(2).public

    def sign(self, message: bytes) -> bytes:
        raise RuntimeError("the key is out of reach")


def test_a_write_stands_whatever_becomes_of_its_checkpoint(tmp_path: Path) -> None:
    world = World(store=MemoryStore())
    (first,) = lay(world, "one")
    with pytest.raises(RuntimeError):
        publisher(world, tmp_path, Broken()).proof(first.index)
    assert world.store.head().size == 1
    assert TlogProof.parse(publisher(world, tmp_path).proof(first.index)).index == 0
