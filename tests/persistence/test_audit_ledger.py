"""Whatever is changed in the ledger past its triggers, or recorded against its rules, the audit names it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from qc_service.application.audit.findings import MOST
from qc_service.domain.codec import to_plain
from qc_service.domain.identifiers import Line, Text
from qc_service.domain.keys import KeyCompromised, KeyIntroduced, KeyRetired, KeyRole
from qc_service.domain.records import Enclosure
from qc_service.ledger.checkpoint import Checkpoint
from qc_service.ledger.keys import Signer
from qc_service.ledger.shape import to64
from qc_service.ledger.statement import Citation, FileDigest
from qc_service.persistence.auditing import SqlAuditable
from tests.fakes import ISSUER, signer
from tests.persistence.desk import Desk, accepted, busy, organisation, reagent
from tests.persistence.forgery import LOG_KEY, Forger, audited, found, publisher, reach_in, reaching_in

NOT_COMPARED = "the index: was not compared: some records cannot be read"


@pytest.fixture
def kept(sql_store: SqlAuditable) -> SqlAuditable:
    """Eleven entries: R-1 to R-5 with two records each, and an organisation with a file."""
    desk = Desk(sql_store)
    for number in range(1, 6):
        desk.lay(f"R-{number}", reagent(), accepted())
    desk.lay("first-works", organisation(), enclosed=[FILE])
    assert found(sql_store) == []
    return sql_store


FILE = Enclosure(name=Line("a.csv"), media_type=Line("text/csv"), content=b"1,2\n")


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("stream", "reagent/R-7", ["it says it is record 1 of reagent/R-2, a ReagentStatusChanged"]),
        ("seq", 7, ["its log entry has another seq", "it says it is record 1 of reagent/R-2", "it follows record 0"]),
        ("kind", "LotHeld", ["it says it is record 1 of reagent/R-2, a ReagentStatusChanged"]),
        ("digest", "ab" * 32, ["its log entry has another statement", "is not what the entry's digest says"]),
        ("keyid", "A" * 43, ["its key was not authorised", "its log entry has another keyid"]),
        ("signature", bytes(64), ["its signature is not by the key it names", "its log entry has another sig"]),
        ("tag", "ab" * 16, ["its log entry has another tag", "its tag is not the stream's"]),
        ("entry", b"{}", ["its leaf hash is not that of the entry", "its log entry cannot be read"]),
        ("leaf", bytes(32), ["its leaf hash is not that of the entry"]),
        ("payload", b"{}", ["its payload is not a record"]),
    ],
)  # fmt: skip
def test_an_edited_column_of_a_record_is_named(
    kept: SqlAuditable, column: str, value: object, expected: list[str]
) -> None:
    reach_in(kept.engine, f"UPDATE ledger_records SET {column} = :value WHERE log_index = 3", value=value)  # noqa: S608
    sentences = found(kept)
    for one in expected:
        assert [said for said in sentences if said.startswith("entry 3") and one in said], (one, sentences)
    assert (NOT_COMPARED in sentences) == (column == "payload")


def test_every_byte_of_a_payload_counts(kept: SqlAuditable) -> None:
    payload = kept.records(2, 1)[0].payload
    for place in range(0, len(payload), 40):
        changed = payload[:place] + bytes([payload[place] ^ 1]) + payload[place + 1 :]
        reach_in(kept.engine, "UPDATE ledger_records SET payload = :p WHERE log_index = 2", p=changed)
        assert [said for said in found(kept) if said.startswith("entry 2 (record 0 of reagent/R-2)")], place


@pytest.mark.parametrize(
    ("index", "expected"), [(3, "entry 3: is missing: the next is 4"), (0, "entry 0: is missing")]
)
def test_a_missing_record_is_named(kept: SqlAuditable, index: int, expected: str) -> None:
    reach_in(kept.engine, "DELETE FROM ledger_records WHERE log_index = :index", index=index)
    assert found(kept)[0].startswith(expected)


def test_a_missing_last_record_is_named(kept: SqlAuditable) -> None:
    reach_in(kept.engine, "DELETE FROM ledger_records WHERE log_index = 10")
    sentences = found(kept)
    assert "the tree: 1 nodes are kept that no entries made" not in sentences
    assert "the head: says 11 entries, and there are 10" in sentences


def test_a_stream_without_its_beginning_is_named(kept: SqlAuditable) -> None:
    reach_in(kept.engine, "UPDATE ledger_records SET stream = 'reagent/R-0' WHERE log_index = 2")
    assert "entry 3 (record 1 of reagent/R-2): the stream's records before 1 are missing" in found(kept)


@pytest.mark.parametrize(
    ("statement", "hashes", "expected"),
    [
        (
            "UPDATE ledger_nodes SET hash = :h WHERE level = 1 AND idx = 2",
            1,
            "node 1/2: is not the hash of the two",
        ),
        ("DELETE FROM ledger_nodes WHERE level = 2 AND idx = 0", 0, "node 2/0: is missing"),
        ("INSERT INTO ledger_nodes VALUES (4, 9, :h)", 1, "the tree: 1 nodes are kept that no entries made"),
        ("UPDATE ledger_head SET size = 3, frontier = :h", 2, "the head: says 3 entries, and there are 11"),
        ("UPDATE ledger_head SET frontier = :h", 3, "the head: its frontier is not that of the entries"),
        (
            "UPDATE ledger_head SET frontier = :h",
            1,
            "the head: cannot be read: not the frontier of a tree of size 11",
        ),
        (
            "UPDATE ledger_head SET recorded_at = '2027-01-01T00:00:00Z'",
            0,
            "the head: says the last record is of 2027",
        ),
        ("UPDATE ledger_head SET recorded_at = 'soon'", 0, "the head: cannot be read"),
        ("UPDATE ledger_files SET content = :h", 1, "was changed"),
        ("DELETE FROM ledger_files", 0, "is not kept"),
    ],
)
def test_an_edited_node_head_or_file_is_named(
    kept: SqlAuditable, statement: str, hashes: int, expected: str
) -> None:
    reach_in(kept.engine, statement, **({"h": bytes(32 * hashes)} if hashes else {}))
    assert any(expected in sentence for sentence in found(kept)), found(kept)


REGISTERED: dict[str, Any] = {
    "stream": "reagent/R-1",
    "seq": 2,
    "kind": "ReagentStatusChanged",
    "body": to_plain(accepted()),
}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"issuer": "demo.other.example"}, "it was issued by demo.other.example"),
        ({"seq": 1, "prev": "ab" * 32}, "the stream's records before 1 are missing"),
        (REGISTERED | {"prev": "ab" * 32}, "it does not name the stream's previous record"),
        (REGISTERED | {"seq": 4, "prev": "ab" * 32}, "it follows record 1 of its stream"),
        ({"tag": "ab" * 16}, "its tag is not the stream's"),
        ({"kind": "NeverHeardOf"}, "its payload is not a record: no record kind is named NeverHeardOf"),
        ({"body": {"name": "x"}}, "its payload is not a record: /expires_on: is missing"),
        ({"meaning": "greeting"}, "its payload is not a record: 'greeting'"),
        ({"recorded_at": "2026-08-31T00:00:00Z"}, "was recorded before the entry ahead of it"),
        ({"files": (FileDigest(name="b.csv", sha256="ab" * 32),)}, f"its file {'ab' * 32} is not kept"),
        (
            {"cites": (Citation(stream="lot/L-9", seq=0, digest="ab" * 32, tag="ab" * 16),)},
            "it cites record 0 of lot/L-9, which did not exist",
        ),
        (
            {"cites": (Citation(stream="reagent/R-9", seq=0, digest="ab" * 32, tag="ab" * 16),)},
            "it cites record 0 of reagent/R-9, which did not exist",
        ),
        (
            {"cites": (Citation(stream="reagent/R-1", seq=1, digest="ab" * 32, tag="ab" * 16),)},
            "it cites another record 1 of reagent/R-1 than is kept",
        ),
        ({"stored": {"stream": "reagent/R-8"}}, "it says it is record 0 of reagent/R-9"),
    ],
)  # fmt: skip
def test_a_record_against_the_rules_is_named(
    kept: SqlAuditable, members: dict[str, Any], expected: str
) -> None:
    Forger(kept).append(**members)
    sentences = found(kept)
    assert any(said.startswith("entry 11") and expected in said for said in sentences), sentences


MOVE = text("UPDATE ledger_records SET log_index = :there WHERE log_index = :here")


def test_a_record_that_stands_before_its_predecessor_is_named(kept: SqlAuditable) -> None:
    with reaching_in(kept.engine) as connection:
        for here, there in ((2, 99), (3, 2), (99, 3)):
            connection.execute(MOVE, {"here": here, "there": there})
    assert any("it stands in the log before the stream's previous record" in said for said in found(kept))


def test_records_that_make_no_sense_together_are_named(kept: SqlAuditable) -> None:
    Forger(kept).append(stream="lot/EX261101A", kind="ReagentRegistered")
    (first, *_) = found(kept)
    assert first.startswith("the index: was not compared: the records could not be replayed: lot/EX261101A: ")


def test_a_fill_whose_manifest_is_gone_is_named(sql_store: SqlAuditable) -> None:
    busy(sql_store)
    reach_in(sql_store.engine, "DELETE FROM ledger_files")
    sentences = found(sql_store)
    assert any("is not kept" in said for said in sentences)
    assert any("could not be replayed: the vials of records" in said for said in sentences)


def test_the_last_signed_head_is_found_in_the_tree(kept: SqlAuditable, tmp_path: Path) -> None:
    note = publisher(kept, tmp_path).publish()
    assert audited(kept, note).signed == 11
    assert found(kept, note) == []
    Desk(kept).lay("R-6", reagent())
    assert found(kept, note) == []


def test_an_empty_log_is_sound(sql_store: SqlAuditable, tmp_path: Path) -> None:
    report = audited(sql_store, publisher(sql_store, tmp_path).publish())
    assert (report.entries, report.signed, report.findings) == (0, 0, ())


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (12, "the last signed head: was signed for 12 entries, and there are 11: the log was cut"),
        (11, "the last signed head: the first 11 entries are not those it was signed for"),
        (7, "the last signed head: the first 7 entries are not those it was signed for"),
        (0, "the last signed head: the first 0 entries are not those it was signed for"),
    ],
)
def test_a_head_that_was_signed_for_another_log_is_named(
    kept: SqlAuditable, size: int, expected: str
) -> None:
    note = Checkpoint(ISSUER, size, bytes(32)).sign(LOG_KEY)
    assert found(kept, note) == [expected]


@pytest.mark.parametrize("note", [b"", b"no note", Checkpoint(ISSUER, 11, bytes(32)).sign(signer(9))])
def test_a_head_that_the_log_key_did_not_sign_is_not_believed(kept: SqlAuditable, note: bytes) -> None:
    assert found(kept, note)[0].startswith("the last signed head: cannot be believed: ")


def test_a_whole_log_by_another_key_is_refused(sql_store: SqlAuditable) -> None:
    Desk(sql_store, key=signer(7)).lay("R-1", reagent(), accepted())
    assert found(sql_store) == [
        f"entry {place} (record {place} of reagent/R-1): its key was not authorised to sign records at this point of "
        "the log"
        for place in (0, 1)
    ]


def test_a_key_signs_from_its_introduction_to_its_retirement(sql_store: SqlAuditable) -> None:
    new = signer(3)
    _introduce(sql_store, new)
    Desk(sql_store, key=new).lay("R-1", reagent())
    assert found(sql_store) == []
    Desk(sql_store).lay(new.public.keyid, KeyRetired(explanation=Text("Replaced.")))
    assert found(sql_store) == []
    Forger(sql_store, new).append(stream="reagent/R-2")
    assert f"entry 3 (record 0 of reagent/R-2): {UNAUTHORISED}" in found(sql_store)


def test_a_key_for_another_purpose_signs_no_record(sql_store: SqlAuditable) -> None:
    label = signer(3)
    _introduce(sql_store, label, KeyRole.LABEL)
    Desk(sql_store, key=label).lay("R-1", reagent())
    Desk(sql_store).lay(label.public.keyid, KeyRetired(explanation=Text("Replaced.")))
    assert found(sql_store) == [f"entry 1 (record 0 of reagent/R-1): {UNAUTHORISED}"]


def test_a_key_cannot_introduce_itself_or_be_vouched_for_by_a_stranger(sql_store: SqlAuditable) -> None:
    stranger = signer(7)
    _introduce(sql_store, stranger, by=stranger)
    Desk(sql_store, key=stranger).lay("R-1", reagent())
    assert [said.partition(" (")[0] for said in found(sql_store)] == ["entry 0", "entry 1"]


def test_a_key_named_for_another_is_not_believed(sql_store: SqlAuditable) -> None:
    _introduce(sql_store, signer(3), name=signer(4).public.keyid)
    never = to_plain(KeyRetired(explanation=Text("Never introduced.")))
    Forger(sql_store).append(stream="key/" + "B" * 43, kind="KeyRetired", body=never)
    Forger(sql_store).append(stream="key/" + "A" * 43, kind="ReagentRegistered")
    Forger(sql_store).append(stream="key/" + "C" * 43, kind="NeverHeardOf")
    Desk(sql_store, key=signer(3)).lay("R-1", reagent())
    assert f"entry 4 (record 0 of reagent/R-1): {UNAUTHORISED}" in found(sql_store)


def test_what_a_compromised_key_signed_since_is_suspect(sql_store: SqlAuditable) -> None:
    new = signer(3)
    _introduce(sql_store, new)
    for number in (1, 2, 3):
        Desk(sql_store, key=new).lay(f"R-{number}", reagent())
    stolen = KeyCompromised(since_size=3, explanation=Text("The laptop was gone for a day."))
    Desk(sql_store).lay(new.public.keyid, stolen)
    assert found(sql_store) == [
        f"entry 3 (record 0 of reagent/R-3): {SUSPECT}",
    ]


def test_the_first_key_of_the_root_may_be_introduced_again(sql_store: SqlAuditable) -> None:
    _introduce(sql_store, signer())
    Desk(sql_store).lay("R-1", reagent())
    assert found(sql_store) == []


def test_many_findings_are_counted_and_not_all_listed(sql_store: SqlAuditable) -> None:
    desk = Desk(sql_store, key=signer(7))
    desk.lay("R-1", reagent(), *[accepted()] * (MOST + 4))
    report = audited(sql_store)
    assert (len(report.findings), report.unlisted) == (MOST, 5)
    assert not report.clean


UNAUTHORISED = "its key was not authorised to sign records at this point of the log"
SUSPECT = "its key is on record as compromised before this point of the log"


def _introduce(
    store: SqlAuditable,
    key: Signer,
    role: KeyRole = KeyRole.RECORD,
    *,
    by: Signer | None = None,
    name: str = "",
) -> None:
    body = KeyIntroduced(role=role, algorithm=Line(key.public.algorithm), public=Line(to64(key.public.raw)))
    Desk(store, key=by or signer()).lay(name or key.public.keyid, body)
