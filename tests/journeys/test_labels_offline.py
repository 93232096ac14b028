"""A vial's label from the printer to a clinic without a network: token, trust root and recall list, and no more."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from qc_service.application.recall_list import RecallLists
from qc_service.application.token_claims import claims_of
from qc_service.cli import main
from qc_service.exchange.label_tokens import label_token
from qc_service.exchange.recall_list import RecallList, open_list, sealed_list
from qc_service.ledger.trust import TrustRoot
from tests import scenes
from tests.fakes import ISSUER, signer
from tests.shelf import EARLY, GOOD, HELD, TOPICAL, Shelf, filled_shelf


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Vials of every standing, at this hour."""
    made = filled_shelf(tmp_path_factory.mktemp("shelf"))
    made.stage.clock.now = datetime.now(UTC).replace(microsecond=0)
    made.stage.post("quality", f"/lots/{EARLY}/hold", explanation="Held before it was ever released.")
    scenes.recall(made.stage, "RCL-1", lots=[TOPICAL])
    return made


@pytest.fixture
def kit(shelf: Shelf, tmp_path: Path) -> Path:
    """What a clinic keeps: the trust root and the list of today."""
    shelf.stage.clock.now = datetime.now(UTC).replace(microsecond=0)
    for name, path in (("root.json", "//trust/1.root.json"), ("recalls.json", "//trust/recalls")):
        (tmp_path / name).write_bytes(shelf.stage.send(None, "GET", path, status=200).data)
    return tmp_path


def token(shelf: Shelf, lot: str, standing: str) -> str:
    answer: dict[str, str] = shelf.stage.get("quality", f"/vials/{lot}/{shelf.serials[standing]}/token")
    return answer["token"]


def verified(kit: Path, token: str, *more: str, typed: str = "", exits: int = 0) -> Any:
    """What the command says in JSON."""
    arguments = [
        "verify-token",
        token,
        "--trust",
        str(kit / "root.json"),
        "--recalls",
        str(kit / "recalls.json"),
    ]
    result = CliRunner().invoke(main, [*arguments, "--json", *more], input=typed)
    assert result.exit_code == exits, result.output
    return json.loads(result.stdout) if exits < 2 else result.stderr


def listed(shelf: Shelf) -> RecallList:
    made = shelf.stage.made
    return open_list(shelf.stage.send(None, "GET", "//trust/recalls", status=200).data, made.root)


def test_the_list_names_what_is_called_back_and_what_was_stopped_after_its_release(shelf: Shelf) -> None:
    recalls = listed(shelf)
    assert recalls.lots == ((TOPICAL, "recalled"), (HELD, "on_hold"))
    assert recalls.number == shelf.stage.made.store.head().size
    assert [key.public for key in recalls.label_keys] == [shelf.stage.made.keystore.signer("label").public]


def test_a_get_of_the_list_records_nothing_and_one_head_has_one_list_a_minute(shelf: Shelf) -> None:
    shelf.stage.clock.now = datetime.now(UTC).replace(microsecond=0, second=10)
    size = shelf.stage.made.store.head().size
    first = shelf.stage.send(None, "GET", "//trust/recalls", status=200)
    shelf.stage.clock.tick(seconds=40)
    again = shelf.stage.send(None, "GET", "//trust/recalls", status=200)
    assert first.data == again.data
    assert first.headers["Cache-Control"] == "public, max-age=5"
    seen = {"If-None-Match": first.headers["ETag"]}
    assert shelf.stage.send(None, "GET", "//trust/recalls", status=304, headers=seen).data == b""
    shelf.stage.clock.tick(seconds=20)
    later = shelf.stage.send(None, "GET", "//trust/recalls", status=200, headers=seen)
    assert later.data != first.data
    assert open_list(later.data, shelf.stage.made.root).number == size == shelf.stage.made.store.head().size
    made = shelf.stage.made
    other_worker = RecallLists(
        store=made.store, publisher=made.publisher, signer=made.keystore.signer("record"), issuer=ISSUER
    )
    assert other_worker.current(shelf.stage.clock()) == later.data


def test_a_clinic_without_a_network_is_told_what_can_be_known(shelf: Shelf, kit: Path) -> None:
    answer = verified(kit, token(shelf, GOOD, "good"))
    assert answer["decision"] == "label_genuine_state_unknown"
    assert answer["label"]["lot"] == GOOD
    assert answer["list"]["age_seconds"] < 120
    assert answer["trust_root"] == f"sha256:{shelf.stage.made.root.digest()}"
    # A used vial's label verifies too: that is what "state unknown" means.
    assert verified(kit, token(shelf, GOOD, "used"))["decision"] == "label_genuine_state_unknown"


def test_a_token_is_read_from_standard_input_as_well(shelf: Shelf, kit: Path) -> None:
    assert verified(kit, "-", typed=f"{token(shelf, GOOD, 'good')}\r\n")["label"]["lot"] == GOOD
    refused = verified(kit, "-", typed=f"{token(shelf, GOOD, 'good')}\n\n{'A' * 5000}", exits=1)
    assert refused["reasons"][0]["code"] == "malformed_token"


def test_in_words_the_age_and_the_root_are_said(shelf: Shelf, kit: Path) -> None:
    arguments = ["--trust", str(kit / "root.json"), "--recalls", str(kit / "recalls.json")]
    result = CliRunner().invoke(main, ["verify-token", token(shelf, GOOD, "good"), *arguments])
    assert result.exit_code == 0
    assert result.stdout.startswith("Label genuine, state unknown as of ")
    assert f"Trust root sha256:{shelf.stage.made.root.digest()}" in result.stdout


@pytest.mark.parametrize(
    ("lot", "standing", "code"), [(TOPICAL, "topical", "recalled"), (HELD, "held", "on_hold")]
)
def test_a_lot_that_is_called_back_is_answered_no(
    shelf: Shelf, kit: Path, lot: str, standing: str, code: str
) -> None:
    answer = verified(kit, token(shelf, lot, standing), exits=1)
    assert answer["decision"] == "do_not_use"
    assert [reason["code"] for reason in answer["reasons"]] == [code]


def test_a_foreign_and_an_expired_label_are_told_apart(shelf: Shelf, kit: Path) -> None:
    made = shelf.stage.made
    view = made.view()
    claims = claims_of(view, GOOD, view.vials(GOOD)[0].serial, issuer=ISSUER)
    ours = made.keystore.signer("label")
    yesterday = datetime.now(UTC).date() - timedelta(days=2)
    for text, code in (
        (label_token(claims, signer(9)), "unknown_key"),
        (label_token(claims, made.keystore.signer("record")), "unknown_key"),
        (label_token(replace(claims, issuer="other.example"), ours), "foreign_issuer"),
        (label_token(replace(claims, use_by=yesterday), ours), "expired"),
        (token(shelf, GOOD, "good")[:-2] + "00", "bad_signature"),
    ):
        assert [reason["code"] for reason in verified(kit, text, exits=1)["reasons"]] == [code]


def test_an_old_list_says_so(shelf: Shelf, kit: Path) -> None:
    old = replace(listed(shelf), issued_at=shelf.stage.clock.now - timedelta(days=3))
    (kit / "recalls.json").write_bytes(sealed_list(old, shelf.stage.made.keystore.signer("record")))
    answer = verified(kit, token(shelf, GOOD, "good"), exits=1)
    assert (answer["decision"], answer["reasons"][0]["code"]) == ("cannot_verify", "offline")
    assert "3 days old" in answer["in_words"]


def test_a_list_older_than_one_seen_is_not_taken(shelf: Shelf, kit: Path) -> None:
    good = token(shelf, GOOD, "good")
    seen = ("--seen", str(kit / "seen"))
    verified(kit, good, *seen)
    older = (kit / "recalls.json").read_bytes()
    scenes.hold(shelf.stage, GOOD)
    (kit / "recalls.json").write_bytes(shelf.stage.send(None, "GET", "//trust/recalls", status=200).data)
    assert verified(kit, good, *seen, exits=1)["reasons"][0]["code"] == "on_hold"
    (kit / "recalls.json").write_bytes(older)
    assert "was seen before: fetch a newer one" in verified(kit, good, *seen, exits=2)
    (kit / "seen").write_text("many")
    assert "cannot keep the number" in verified(kit, good, *seen, exits=2)
    shelf.stage.post("quality", f"/lots/{GOOD}/holds/1/lift", explanation="The record was complete.")


def test_what_is_no_root_or_no_list_could_not_be_asked(shelf: Shelf, kit: Path) -> None:
    good = token(shelf, GOOD, "good")
    recalls = (kit / "recalls.json").read_bytes()
    (kit / "recalls.json").write_bytes(recalls[:-1])
    assert "no recall list" in verified(kit, good, exits=2)
    (kit / "recalls.json").write_bytes(recalls)
    root = TrustRoot.parse((kit / "root.json").read_bytes())
    (kit / "root.json").write_bytes(root.to_bytes() + b" ")
    assert "no trust root" in verified(kit, good, exits=2)
    (kit / "root.json").unlink()
    assert "does not exist" in verified(kit, good, exits=2)
