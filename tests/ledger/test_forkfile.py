"""The last signed head outlives the database, is replaced whole, and is held by one signer at a time."""

import threading
from pathlib import Path

import pytest

from qc_service.ledger.checkpoint import Checkpoint
from qc_service.ledger.forkfile import ForkFile, extends
from qc_service.ledger.merkle import EMPTY
from qc_service.ledger.note import NoteVerifier, verifier_key
from tests.ledger.samples import Log, ed25519_signer

LOG = Log(13)


def head(size: int) -> Checkpoint:
    """The log's head when it had `size` entries."""
    return Checkpoint("example.com/log", size, LOG.root(size))


def test_the_head_is_kept(tmp_path: Path) -> None:
    file = ForkFile(tmp_path / "head")
    assert file.read() is None
    with file.locked():
        file.replace(b"one")
        file.replace(b"two")
    assert ForkFile(tmp_path / "head").read() == b"two"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["head", "head.lock"]


def test_the_size_is_that_of_a_head_the_log_signed(tmp_path: Path) -> None:
    file, key = ForkFile(tmp_path / "head"), ed25519_signer(2)
    log = NoteVerifier.parse(verifier_key("example.com/log", key.public))
    assert file.size(log) == 0
    file.replace(head(9).sign(key))
    assert file.size(log) == 9
    assert file.size(NoteVerifier.parse(verifier_key("example.com/log", ed25519_signer(3).public))) == 0
    file.replace(b"none of ours")
    assert file.size(log) == 0


def test_one_signer_at_a_time(tmp_path: Path) -> None:
    file = ForkFile(tmp_path / "head")
    seen: list[str] = []

    def second() -> None:
        with ForkFile(tmp_path / "head").locked():
            seen.append("second")

    with file.locked():
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.1)
        seen.append("first")
    waiting.join(5)
    assert seen == ["first", "second"]


def test_the_lock_is_given_back_when_signing_fails(tmp_path: Path) -> None:
    file = ForkFile(tmp_path / "head")
    with pytest.raises(RuntimeError), file.locked():
        raise RuntimeError
    with file.locked():
        assert file.read() is None


@pytest.mark.parametrize("old", range(14))
@pytest.mark.parametrize("new", range(14))
def test_a_head_extends_every_earlier_one(old: int, new: int) -> None:
    assert extends(head(old), new, LOG.root(new), LOG.node) is (old <= new)


def test_another_history_does_not_extend() -> None:
    other = Checkpoint("example.com/log", 5, LOG.root(6))
    assert not extends(other, 13, LOG.root(13), LOG.node)
    assert not extends(head(5), 13, LOG.root(12), LOG.node)
    assert not extends(Checkpoint("example.com/log", 0, LOG.root(1)), 13, LOG.root(13), LOG.node)
    assert not extends(head(13), 13, EMPTY, LOG.node)
