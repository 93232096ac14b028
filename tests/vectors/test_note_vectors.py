"""Notes, cosignatures and tlog-proofs against published and independently made vectors."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from qc_service.ledger.checkpoint import Checkpoint, open_checkpoint
from qc_service.ledger.keys import Ed25519Signer
from qc_service.ledger.merkle import Frontier, inclusion_proof, leaf_hash
from qc_service.ledger.note import NoteForged, NoteUnverified, NoteVerifier, open_note, sign_note
from qc_service.ledger.shape import Malformed
from qc_service.ledger.tlogproof import TlogProof

FOLDER = Path(__file__).parents[3] / "shared/vectors/note"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared note vectors are not here")

REFUSALS = {
    "unverified": NoteUnverified,
    "invalid": NoteForged,
    "malformed": Malformed,
    "malformed-or-capped": Malformed,
}


def read(name: str) -> Any:
    """One file of vectors; nothing where the folder is absent."""
    path = FOLDER / name
    return json.loads(path.read_bytes()) if path.is_file() else []


@pytest.mark.parametrize("case", read("notes.json"), ids=lambda case: case["name"])
def test_notes(case: dict[str, Any]) -> None:
    note = case["note"].encode() if "note" in case else b64decode(case["note_b64"])
    verifiers = [NoteVerifier.parse(key) for key in case["vkeys"]]
    if case["want"] == "ok":
        assert open_note(note, verifiers).verified == tuple(case["verified"])
    else:
        with pytest.raises(REFUSALS[case["want"]]):
            open_note(note, verifiers)


@pytest.mark.parametrize(
    "case", [case for case in read("notes.json") if "skey" in case], ids=lambda case: case["name"]
)
def test_signing_gives_the_published_bytes(case: dict[str, Any]) -> None:
    name, seed = case["skey"].removeprefix("PRIVATE+KEY+").split("+", 1)[0], case["skey"].split("+", 4)[4]
    signer = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(b64decode(seed)[1:]))
    text = case["note"].rpartition("\n\n")[0] + "\n"
    assert sign_note(text, name, signer) == case["note"].encode()


def test_cosignatures() -> None:
    case = read("cosignature.json")
    witnesses = [NoteVerifier.parse(one["vkey"]) for one in case["witnesses"]]
    log = NoteVerifier.parse(case["log"]["vkey"])
    opened = open_note(case["checkpoint"].encode(), [log, *witnesses])
    assert opened.verified == (log.name, *(witness.name for witness in witnesses))
    assert [time for _, time in opened.witnessed_at] == [one["time"] for one in case["witnesses"]]
    assert (FOLDER / "cosigned.checkpoint").read_bytes() == case["checkpoint"].encode()
    assert open_checkpoint(case["checkpoint"].encode(), log) == Checkpoint.parse(opened.text)


def test_proofs() -> None:
    case = read("tlog-proofs.json")
    verifier = NoteVerifier.parse(case["log_vkey"])
    frontier, nodes = Frontier(), {}
    for one in case["proofs"]:
        frontier, complete = frontier.append(leaf_hash(bytes.fromhex(one["leaf_hex"])))
        nodes.update({(level, idx): digest for level, idx, digest in complete})
    for one in case["proofs"]:
        proof = TlogProof.parse(one["proof"])
        assert proof.text() == one["proof"]
        assert proof.verify(bytes.fromhex(one["leaf_hex"]), verifier).root == frontier.root()
        assert proof.hashes == inclusion_proof(
            one["index"], frontier.size, lambda level, idx: nodes[level, idx]
        )
