"""The signed reply to a recorded check, saved as it came, holds offline with nothing but the trust root (V2, V11)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import scenes
from tests.cli.running import run
from tests.staging import Stage, raise_stage
from verifier import verify_bundle as stranger

DIN, LOT = "A999026000001", "EX261101A"


@dataclass(frozen=True)
class Kept:
    """What a clinic saved, and what it compared with paper."""

    reply: bytes
    unread: bytes
    public: bytes
    elsewhere: bytes
    root: bytes
    as_of: datetime

    def asked(
        self, reply: bytes | None = None, *, later: timedelta = timedelta(hours=3)
    ) -> stranger.AnswerOutcome:
        """What the verifier makes of it, so much later."""
        return stranger.verify_answer(self.reply if reply is None else reply, self.root, self.as_of + later)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """The replies to a check of a vial, of a code nobody can read, and to an anonymous question."""
    stage = raise_stage(tmp_path_factory.mktemp("service"))
    scenes.sites(stage)
    scenes.product(stage)
    scenes.donation(stage, DIN)
    scenes.released_lot(stage, LOT, DIN)
    serial, _, _ = scenes.consigned(stage, LOT, "SHP-1")
    stage.clock.tick(days=1)
    checked = _sent(stage, lot=LOT, serial=serial, route="injection")
    unread = _sent(stage, code="(01)09506000134353")
    public = stage.send(None, "GET", f"/verify?code={serial}", status=200).data
    prepared = {**scenes.prepared(stage, LOT, serial), "answer": {}}
    del prepared["body"]
    as_of = datetime.fromisoformat(json.loads(checked)["answer"]["as_of"])
    root = stage.made.root.to_bytes()
    stage.made.close()
    return Kept(checked, unread, public, json.dumps(prepared).encode(), root, as_of)


def _sent(stage: Stage, **body: object) -> bytes:
    return stage.send("clinician", "POST", "/verifications", body).get_data()


def findings(outcome: stranger.Outcome) -> str:
    return "\n".join(outcome.found[-1])


def edited(kept: Kept, edit: Callable[[Any], object]) -> str:
    """What is found in a reply that somebody edited; it does not hold."""
    plain = json.loads(kept.reply)
    edit(plain)
    outcome = kept.asked(json.dumps(plain).encode())
    assert outcome.exit_code == 1
    return findings(outcome)


def test_v2_the_saved_reply_says_who_was_told_what_and_how_old_it_is(kept: Kept) -> None:
    outcome = kept.asked()
    assert outcome.exit_code == 0
    told = "\n".join(outcome.words(explain=True))
    assert "answer       in_order, about vial/EX261101A/" in told
    assert "asked by     Test Clinician (t.clinician), clinician of harbour-clinic" in told
    assert "3 hours old; the state since then is unknown" in told
    assert "signed for authorship" in told
    plain = outcome.plain()
    assert (plain["age_seconds"], plain["answer"]["decision"]) == (10_800, "in_order")
    assert [step["findings"] for step in plain["steps"]] == [[]] * len(stranger.STEPS_OF_ANSWER)


def test_v2_a_code_that_could_not_be_read_has_its_signed_answer_too(kept: Kept) -> None:
    outcome = kept.asked(kept.unread)
    assert outcome.exit_code == 0
    told = "\n".join(outcome.words(explain=False))
    assert "answer       cannot_verify" in told
    assert "malformed_code" in told


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (timedelta(seconds=40), "40 seconds old"),
        (timedelta(minutes=5), "5 minutes old"),
        (timedelta(days=9), "9 days old"),
        (timedelta(minutes=-5), "set the clock"),
    ],
)
def test_v11_the_age_is_said_in_words(kept: Kept, later: timedelta, words: str) -> None:
    assert words in "\n".join(kept.asked(later=later).words(explain=False))


def test_an_answer_that_nobody_signed_is_called_that(kept: Kept) -> None:
    outcome = kept.asked(kept.public)
    assert outcome.exit_code == 1
    assert "nobody signed" in findings(outcome)
    assert "answer" not in outcome.plain()
    assert any("NOT VERIFIED: step (2) of 8" in line for line in outcome.words(explain=False))


def test_what_is_left_out_or_added_is_named(kept: Kept) -> None:
    assert "must have the members" in edited(kept, lambda plain: plain.pop("entry"))
    assert "must have the members" in edited(kept, lambda plain: plain.update(approved=True))
    withheld = edited(kept, lambda plain: plain.update(proof=None, proof_url="https://qc.example/proof"))
    assert "it is at https://qc.example/proof" in withheld
    assert "not a c2sp.org/tlog-proof" in edited(kept, lambda plain: plain.update(proof="index 1"))
    assert "every member stands once" in findings(kept.asked(b'{"answer":1,"answer":2}'))
    assert "every member stands once" in findings(kept.asked(b"\xff"))
    assert "must have the members" in findings(kept.asked(b"[]"))


def test_another_answer_than_the_one_recorded_is_named(kept: Kept) -> None:
    assert "answer: is not the one" in edited(
        kept, lambda plain: plain["answer"].update(as_of="2026-11-02T00:00:00Z")
    )
    turned = edited(kept, lambda plain: plain["answer"].update(decision="do_not_use"))
    assert "decides otherwise" in turned
    assert "answer: is not the one" in edited(
        kept, lambda plain: plain.update(answer=json.loads(kept.public))
    )
    assert "seq: is not that" in edited(kept, lambda plain: plain.update(seq=7))
    also = {"kind": "VialChecked", "log_index": 1, "seq": 0, "stream": "vial/X/Y"}
    assert "also: names other" in edited(kept, lambda plain: plain.update(also_recorded=[also]))


def test_the_record_of_another_act_is_no_answer(kept: Kept) -> None:
    outcome = kept.asked(kept.elsewhere)
    assert "is a VialPrepared, which is not the record of a check" in findings(outcome)


def test_an_answer_of_another_issuer_is_not_believed(kept: Kept, tmp_path: Path) -> None:
    foreign = raise_stage(tmp_path)
    root = foreign.made.root.to_bytes()
    foreign.made.close()
    outcome = stranger.verify_answer(kept.reply, root, kept.as_of)
    assert outcome.exit_code == 1
    assert "not signed by the log that the trust root names" in findings(
        outcome
    ) or "is not by it" in findings(outcome)


@settings(max_examples=400, deadline=None)
@given(place=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found(kept: Kept, place: int, bit: int) -> None:
    octets = bytearray(kept.reply)
    octets[place % len(octets)] ^= 1 << bit
    assert kept.asked(bytes(octets)).exit_code == 1


def test_the_command_asks_the_same_verifier(
    kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reply, root = tmp_path / "answer.json", tmp_path / "1.root.json"
    reply.write_bytes(kept.reply)
    root.write_bytes(kept.root)
    trusting = (str(reply), "--trust", str(root))
    at = (kept.as_of + timedelta(days=2)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = run(tmp_path, "verify-answer", *trusting, "--at", at)
    assert said.returncode == 0
    assert "2 days old; the state since then is unknown" in said.stdout
    assert stranger.main(["--answer", *trusting, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["answer"]["decision"] == "in_order"
    reply.write_bytes(kept.reply.replace(b"in_order", b"go_ahead", 1))
    assert stranger.main(["--answer", *trusting]) == 1
    assert stranger.main(["--answer", str(reply)]) == 2
    with pytest.raises(SystemExit, match="2"):
        stranger.main(["--answer", *trusting, "--at", "noon"])
