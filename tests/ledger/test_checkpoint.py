"""Checkpoints and the proofs that end in one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.ledger.checkpoint import Checkpoint, open_checkpoint
from qc_service.ledger.merkle import EMPTY, ProofInvalid, inclusion_proof
from qc_service.ledger.note import NoteForged, NoteUnverified, NoteVerifier, sign_note, verifier_key
from qc_service.ledger.shape import Malformed
from qc_service.ledger.tlogproof import MAX_HASHES, TlogProof
from tests.ledger.samples import Log, ed25519_signer

SIGNER = ed25519_signer(1)
KEY = NoteVerifier.parse(verifier_key("example.com/log", SIGNER.public))
LOG = Log(11)
HEAD = Checkpoint("example.com/log", 11, LOG.root(11))
NOTE = HEAD.sign(SIGNER)


def test_a_checkpoint_reads_back() -> None:
    assert Checkpoint.parse(HEAD.text()) == HEAD
    assert open_checkpoint(NOTE, KEY) == HEAD
    assert HEAD.text().startswith("example.com/log\n11\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEAD.text()[:-1],
        HEAD.text() + "extension\n",
        HEAD.text().replace("\n11\n", "\n011\n"),
        HEAD.text().replace("\n11\n", "\n+11\n"),
        HEAD.text().replace("\n11\n", "\n9223372036854775808\n"),
        HEAD.text().replace("=\n", "\n"),
        "example.com/log\n11\n\n",
        HEAD.text().removeprefix("example.com/log"),
    ],
)
def test_another_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(text)


def test_an_impossible_checkpoint_cannot_exist() -> None:
    for origin, size, root in (("a\nb", 0, EMPTY), ("a", -1, EMPTY), ("a", 0, b"")):
        with pytest.raises(Malformed):
            Checkpoint(origin, size, root)


def test_a_key_signs_for_its_own_log_only() -> None:
    stolen = sign_note(replace(HEAD, origin="example.com/other").text(), KEY.name, SIGNER)
    with pytest.raises(Malformed, match="another log"):
        open_checkpoint(stolen, KEY)
    with pytest.raises(NoteUnverified):
        open_checkpoint(replace(HEAD, origin="example.com/other").sign(SIGNER), KEY)


def proof(index: int) -> TlogProof:
    """The proof of one of the log's entries."""
    return TlogProof(index, inclusion_proof(index, 11, LOG.node), NOTE)


@pytest.mark.parametrize("index", range(11))
def test_a_proof_reads_back_and_verifies(index: int) -> None:
    read = TlogProof.parse(proof(index).text())
    assert read == proof(index)
    assert read.verify(LOG.entries[index], KEY) == HEAD
    with pytest.raises(ProofInvalid):
        read.verify(b"another entry", KEY)


def test_the_only_entry_has_a_proof_without_hashes() -> None:
    note = Checkpoint("example.com/log", 1, LOG.root(1)).sign(SIGNER)
    text = TlogProof(0, (), note).text()
    assert text == "c2sp.org/tlog-proof@v1\nindex 0\n\n" + note.decode()
    assert TlogProof.parse(text).verify(LOG.entries[0], KEY).size == 1


@given(st.data())
def test_any_flipped_byte_breaks_the_proof(draws: st.DataObject) -> None:
    octets = bytearray(proof(6).text().encode())
    octets[draws.draw(st.integers(0, len(octets) - 1))] ^= draws.draw(st.integers(1, 255))
    with pytest.raises((Malformed, ProofInvalid, NoteForged, NoteUnverified, UnicodeDecodeError)):
        TlogProof.parse(octets.decode()).verify(LOG.entries[6], KEY)


TEXT = proof(6).text()
HASH = TEXT.split("\n")[2]


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT.replace("@v1", "@v2"),
        TEXT.replace("index 6", "index 06"),
        TEXT.replace("index 6", "index  6"),
        TEXT.replace("index 6", "extra AAAA\nindex 6"),
        TEXT.replace("index 6\n", ""),
        TEXT.replace(HASH, HASH[:-1]),
        TEXT.replace(HASH, "AAAA"),
        TEXT.replace(HASH, "\n".join([HASH] * MAX_HASHES)),
        TEXT.partition("\n\n")[0],
        "\n" + TEXT,
    ],
)
def test_another_proof_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        TlogProof.parse(text)
