"""The log over HTTP: proofs verify, each tile has one spelling, the tiles make the root, and writes outlive proofs."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from qc_service.application.publishing import ForkDetected, Publisher
from qc_service.application.tokens import actor_of
from qc_service.domain.identifiers import Line
from qc_service.domain.records import New
from qc_service.domain.registers import ReagentRegistered
from qc_service.ledger.checkpoint import Checkpoint, open_checkpoint
from qc_service.ledger.dsse import Envelope
from qc_service.ledger.entry import LogEntry, tag_for
from qc_service.ledger.note import NoteVerifier
from qc_service.ledger.statement import Statement
from qc_service.ledger.tiles import TILE_WIDTH, Tile, decode_bundle
from qc_service.ledger.tlogproof import TlogProof
from qc_service.ledger.trust import TrustRoot
from tests.fakes import ISSUER
from tests.staging import Stage, raise_stage

MANY = 260
REAGENT: dict[str, Any] = {
    "name": "Medium",
    "supplier": "Supplier",
    "supplier_lot": "S-1",
    "expires_on": "2027-01-01",
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A log of more than one full tile."""
    raised = raise_stage(tmp_path_factory.mktemp("home"))
    body = ReagentRegistered(
        name=Line("Medium"), supplier=Line("Supplier"), supplier_lot=Line("S-1"), expires_on=date(2027, 1, 1)
    )
    many = [New(name=f"MEDIUM-{number:03d}", body=body) for number in range(MANY)]
    quality = actor_of(raised.made.view(), "t.quality")
    raised.made.acts.perform(lambda *_: many, quality, None)
    return raised


def fetched(stage: Stage, path: str, status: int = 200) -> TestResponse:
    response = stage.client.get(path)
    assert response.status_code == status, f"{path}: {response.text}"
    return response


def verifier(stage: Stage) -> NoteVerifier:
    return NoteVerifier.parse(fetched(stage, "/log/key").text.removesuffix("\n"))


def head(stage: Stage) -> Checkpoint:
    return open_checkpoint(fetched(stage, "/log/checkpoint").data, verifier(stage))


def entry_of(envelope: Envelope, secret: bytes | None = None) -> bytes:
    """The log entry that a record's envelope makes, put together by whoever checks it."""
    statement = Statement.parse(envelope.payload)
    entry = LogEntry(
        tag=tag_for(ISSUER, statement.stream, secret), seq=statement.seq, keyid=envelope.keyid,
        statement=hashlib.sha256(envelope.payload).hexdigest(), sig=envelope.sig,
    )  # fmt: skip
    return entry.to_bytes()


def root_of(leaves: list[bytes]) -> bytes:
    """The Merkle tree hash, written down as its definition has it (RFC 6962 2.1)."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def tiles_of(size: int, level: int | None) -> list[Tile]:
    """The tiles that hold everything of a level, the last one partial where it is not full."""
    count = size >> 8 * (level or 0)
    full, rest = divmod(count, TILE_WIDTH)
    return [Tile(level, n) for n in range(full)] + ([Tile(level, full, rest)] if rest else [])


# Proofs


def test_the_proof_in_a_reply_verifies_with_nothing_but_the_reply_and_the_logs_key(stage: Stage) -> None:
    told = stage.post("quality", "/reagents", id="MEDIUM-A", **REAGENT)
    envelope = Envelope.from_dict(told["record"])
    secret = bytes.fromhex(Statement.parse(envelope.payload).salt)
    checkpoint = TlogProof.parse(told["proof"]).verify(entry_of(envelope, secret), verifier(stage))
    assert checkpoint.origin == ISSUER
    assert checkpoint.size > told["log_index"]
    trusted = TrustRoot.parse(fetched(stage, "/trust/1.root.json").data)
    assert any(envelope.verified_by(key) for key in trusted.record_keys)


def test_an_act_of_several_records_names_their_places_and_each_has_its_proof(stage: Stage) -> None:
    first = stage.made.store.head().size - MANY
    found = stage.made.store.records(first, 2)
    for record in found:
        proof = TlogProof.parse(fetched(stage, f"/api/v1/records/{record.index}/proof").text)
        assert proof.index == record.index
        proof.verify(record.entry, verifier(stage))


@pytest.mark.parametrize("index", ["-1", "999999", "1.0", "٣", "x", "0x1", "01", "1" * 5000])
def test_there_is_no_proof_of_what_is_not_in_the_log(stage: Stage, index: str) -> None:
    assert fetched(stage, f"/api/v1/records/{index}/proof", 404).mimetype == "application/problem+json"


def test_a_streams_records_are_handed_out_as_they_were_signed(stage: Stage) -> None:
    stage.post("quality", "/reagents", id="MEDIUM-B", **REAGENT)
    body = {"status": "accepted", "explanation": "Tested."}
    stage.send("quality", "POST", "/reagents/MEDIUM-B/status", body)
    told = stage.send("quality", "GET", "/records?stream=reagent/MEDIUM-B", status=200)
    items = told.get_json()["items"]
    assert [(item["seq"], item["kind"]) for item in items] == [
        (0, "ReagentRegistered"),
        (1, "ReagentStatusChanged"),
    ]
    assert told.headers["ETag"] == '"1"'
    for item in items:
        assert hashlib.sha256(Envelope.from_dict(item["record"]).payload).hexdigest() == item["digest"]
    stage.get("quality", "/records", 422)
    stage.get("quality", "/records?stream=reagent/NONE", 404)
    stage.get("clinician", "/records?stream=reagent/MEDIUM-B", 404)


def no_proof(kind: Exception) -> Any:
    def refuse(*_: object, **__: object) -> None:
        raise kind

    return refuse


@pytest.mark.parametrize(
    "failure", [ForkDetected("The head does not extend."), OSError("the disk is full")], ids=type
)
def test_a_write_is_answered_though_no_checkpoint_can_be_signed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Publisher, "publish", no_proof(failure))
        told = stage.post("quality", "/reagents", id=f"MEDIUM-{type(failure).__name__.upper()}", **REAGENT)
        assert told["proof"] is None
        path = told["proof_url"].removeprefix(stage.made.settings.public_url)
        assert path == f"/api/v1/records/{told['log_index']}/proof"
        assert stage.client.get(path).status_code in (500, 503)
        assert stage.client.get("/readyz").status_code == 503
    record = stage.made.store.records(told["log_index"], 1)[0]
    TlogProof.parse(fetched(stage, path).text).verify(record.entry, verifier(stage))


def test_a_head_that_does_not_extend_the_last_signed_one_is_not_signed_and_writes_go_on(
    tmp_path: Path,
) -> None:
    stage = raise_stage(tmp_path)
    told = stage.post("quality", "/reagents", id="MEDIUM-1", **REAGENT)
    signed, fork_file = head(stage), stage.made.keystore.fork_file
    other = Checkpoint(ISSUER, signed.size, bytes(32)).sign(stage.made.keystore.signer("checkpoint"))
    kept = fork_file.read_bytes()
    fork_file.write_bytes(other)
    assert stage.post("quality", "/reagents", id="MEDIUM-2", **REAGENT)["proof"] is None
    for path in ("/log/checkpoint", f"/api/v1/records/{told['log_index'] + 1}/proof", "/readyz"):
        refused = fetched(stage, path, 503)
        assert refused.mimetype == "application/problem+json"
    assert "does not extend" in fetched(stage, "/readyz", 503).get_json()["detail"]
    fork_file.write_bytes(kept)
    assert head(stage).size == signed.size + 1
    assert fetched(stage, "/readyz").text == "ready\n"


# Tiles


def test_the_entries_make_the_root_that_is_signed(stage: Stage) -> None:
    signed = head(stage)
    entries = [
        entry
        for tile in tiles_of(signed.size, None)
        for entry in decode_bundle(fetched(stage, f"/log/{tile.path()}").data)
    ]
    assert len(entries) == signed.size > TILE_WIDTH
    assert root_of([hashlib.sha256(b"\x00" + entry).digest() for entry in entries]) == signed.root
    for number, entry in enumerate(entries):
        assert LogEntry.from_bytes(entry).to_bytes() == stage.made.store.records(number, 1)[0].entry


def test_the_tiles_of_hashes_make_the_same_root_at_each_level(stage: Stage) -> None:
    signed = head(stage)

    def level(number: int) -> list[bytes]:
        content = b"".join(
            fetched(stage, f"/log/{tile.path()}").data for tile in tiles_of(signed.size, number)
        )
        return [content[start : start + 32] for start in range(0, len(content), 32)]

    leaves, above = level(0), level(1)
    assert root_of(leaves) == signed.root
    assert above == [root_of(leaves[:TILE_WIDTH])]


def test_a_partial_tile_exists_for_every_size_the_log_has_had_and_never_changes(stage: Stage) -> None:
    whole = fetched(stage, "/log/tile/0/000").data
    entries = decode_bundle(fetched(stage, "/log/tile/entries/000").data)
    for width in range(1, TILE_WIDTH):
        assert fetched(stage, f"/log/tile/0/000.p/{width}").data == whole[: 32 * width]
        assert decode_bundle(fetched(stage, f"/log/tile/entries/000.p/{width}").data) == entries[:width]
    response = fetched(stage, "/log/tile/0/000.p/7")
    assert response.mimetype == "application/octet-stream"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/001", "tile/1/000", "tile/0/002.p/1", "tile/1/000.p/2", "tile/2/000.p/1", "tile/64/000",
        "tile/0/x000/000", "tile/0/x001/000", "tile/0/0", "tile/0/0000", "tile/00/000", "tile/0/000.p/0",
        "tile/0/000.p/256", "tile/0/000.p/07", "tile/0/000.p/", "tile/0/000/", "tile/0//000", "tile//0/000",
        "/tile/0/000", "tile%2F0/000", "tile/0%2F000", "tile/%30/000", "tile/0/000%2Ep/7", "tile/0/./000",
        "tile/0/../0/000", "tile/1/../0/000", "tile/entries/../0/000", "tile/%2E%2E/tile/0/000", "tile/Entries/000",
        "tile/data/000", "tile/-1/000", "tile/0/%D9%A0%D9%A0%D9%A0", "tile/0/000%00", "tile/0/000%0A", "tile/",
    ],
)  # fmt: skip
def test_a_tile_has_one_spelling_and_what_there_is_not_yet_is_not_there(stage: Stage, path: str) -> None:
    response = stage.client.get(f"/log/{path}")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    assert "immutable" not in response.headers["Cache-Control"]


def test_a_question_mark_after_a_tile_changes_nothing(stage: Stage) -> None:
    assert fetched(stage, "/log/tile/0/000.p/7?x=%2F").data == fetched(stage, "/log/tile/0/000.p/7").data


# What a stranger starts from


def test_the_checkpoint_is_of_the_committed_head_and_never_cached(stage: Stage) -> None:
    signed, committed = head(stage), stage.made.store.head()
    assert (signed.size, signed.root) == (committed.size, committed.frontier.root())
    response = fetched(stage, "/log/checkpoint")
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache"


def test_the_trust_root_is_served_as_it_is_kept_and_by_its_one_name(stage: Stage) -> None:
    response = fetched(stage, "/trust/1.root.json")
    assert response.data == stage.made.keystore.root(1)
    root = TrustRoot.parse(response.data)
    assert root.issuer == ISSUER
    assert str(root.log) == str(verifier(stage))
    for name in (
        "01.root.json",
        f"{'1' * 5000}.root.json",
        "0.root.json",
        "2.root.json",
        "1.root.json.bak",
        "root.json",
        "١.root.json",
        "1",
    ):
        assert fetched(stage, f"/trust/{name}", 404).mimetype == "application/problem+json"


def test_the_record_keys_come_as_a_key_set_too(stage: Stage) -> None:
    root = TrustRoot.parse(fetched(stage, "/trust/1.root.json").data)
    told = fetched(stage, "/.well-known/jwks.json").get_json()
    assert told == {"keys": [key.jwk() for key in root.record_keys]}
    assert "d" not in told["keys"][0]


# Health


def test_the_process_answers_whatever_its_database_does(tmp_path: Path) -> None:
    stage = raise_stage(tmp_path)
    assert fetched(stage, "/readyz").text == "ready\n"
    with stage.made.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    said = fetched(stage, "/readyz", 503)
    assert said.mimetype == "application/problem+json"
    assert "qc-service migrate" in said.get_json()["detail"]
    assert fetched(stage, "/healthz").text == "ok\n"
    with stage.made.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert "qc-service init" in fetched(stage, "/readyz", 503).get_json()["detail"]
