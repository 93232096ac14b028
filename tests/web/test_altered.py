"""A database that lost what was recorded, by an eraser or by an old backup, clears no vial for anybody."""

from __future__ import annotations

import base64
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from qc_service.app import assemble, web_app
from qc_service.application.keys import ReportCompromise, report_compromise
from qc_service.application.tokens import actor_of
from qc_service.domain.identifiers import Line, Text
from tests import scenes
from tests.persistence.forgery import reach_in
from tests.staging import Stage, raise_stage

LOT, DIN = "EX261101A", "A999026000001"
PRINT = {"stock": "a4_65_38x21", "symbol": "gs1_data_matrix", "format": "pdf"}
FORGED = "CAST(replace(CAST({} AS TEXT), '{}', '{}') AS BLOB)"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A service with a released lot of which a clinic received vials."""
    stage = raise_stage(tmp_path)
    scenes.sites(stage)
    scenes.product(stage)
    scenes.donation(stage, DIN)
    scenes.released_lot(stage, LOT, DIN)
    return stage


@pytest.fixture
def serial(stage: Stage) -> str:
    """A vial at the clinic that nothing stands against."""
    (one,) = scenes.consigned(stage, LOT, "SHP-1", count=1)
    assert told(stage, "clinician", one) == []
    return one


def told(stage: Stage, who: str | None, serial: str) -> list[str]:
    """The reasons against the vial, as somebody is told them."""
    path = f"//01/{scenes.GTIN}/10/{LOT}/21/{serial}"
    answer = stage.get(who, path, headers={"Accept": "application/json"})
    return [reason["code"] for reason in answer["reasons"]]


def put_back(stage: Stage, earlier: Path) -> Stage:
    """The service started anew on an earlier copy of its database."""
    settings = stage.made.settings
    stage.made.close()
    copied(earlier, settings.home / "qc-service.sqlite3")
    made = assemble(settings, {}, stage.clock)
    return Stage(made, stage.clock, web_app(made).test_client(), stage.tokens)


def copied(source: Path, target: Path) -> None:
    """Copy a database with what its write-ahead log still holds."""
    with closing(sqlite3.connect(source)) as kept, closing(sqlite3.connect(target)) as copy:
        kept.backup(copy)


def test_a_record_that_was_erased_clears_the_vial_for_nobody(stage: Stage, serial: str) -> None:
    scenes.hold(stage, LOT)
    reach_in(stage.made.engine, "DELETE FROM ledger_records WHERE kind = 'LotHeld'")
    assert told(stage, None, serial) == ["on_hold"]
    assert told(stage, "clinician", serial) == ["on_hold", "record_missing"]
    body = {"starts": ["thaw"], "route": "injection"}
    refused = stage.post("clinician", f"/vials/{LOT}/{serial}/preparation", 422, **body)
    assert [reason["code"] for reason in refused["reasons"]] == ["on_hold", "record_missing"]


def test_an_old_backup_clears_no_vial_and_takes_no_record(stage: Stage, serial: str, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.sqlite3"
    copied(stage.made.settings.home / "qc-service.sqlite3", earlier)
    scenes.hold(stage, LOT)
    size = stage.made.store.head().size
    behind = put_back(stage, earlier)
    assert behind.made.store.head().size < size
    for who in (None, "clinician", "quality"):
        assert told(behind, who, serial) == ["log_inconsistent"]
    answer = behind.get(None, f"/verify?code={LOT}")
    assert [reason["code"] for reason in answer["reasons"]] == ["log_inconsistent"]
    body = {"explanation": "Again."}
    assert behind.post("quality", f"/lots/{LOT}/hold", 503, **body)["title"] == "Record may have been altered"
    behind.get(None, "//readyz", 503)
    assert behind.made.store.head().size < size


@pytest.mark.parametrize("edit", [FORGED.format("content", "a", "e"), "'a text'"])
def test_a_file_that_was_changed_is_neither_printed_nor_handed_out(
    stage: Stage, serial: str, edit: str
) -> None:
    reply = stage.post("technician", f"/lots/{LOT}/labels", 201, **PRINT)
    check = stage.post("clinician", "/verifications", 201, lot=LOT, serial=serial)["log_index"]
    paths = {
        "technician": f"/lots/{LOT}/labels/1", "clinician": f"/verifications/{check}/chart",
        "auditor": f"/attachments/{_file_of(reply)}",
    }  # fmt: skip
    for who, path in paths.items():
        stage.send(who, "GET", path, status=200)
    reach_in(stage.made.engine, f"UPDATE ledger_files SET content = {edit}")  # noqa: S608
    altered = "Record may have been altered"
    for who, path in paths.items():
        assert stage.send(who, "GET", path, status=503).get_json()["title"] == altered
    again = {**PRINT, "reason": "The sheet was spoiled."}
    assert stage.post("technician", f"/lots/{LOT}/labels", 503, **again)["title"] == altered


def _file_of(reply: Any) -> str:
    statement = json.loads(base64.b64decode(reply["record"]["payload"]))
    label: str = statement["predicate"]["body"]["label"]
    return label


def test_a_check_that_was_edited_gives_no_evidence_for_a_chart(stage: Stage, serial: str) -> None:
    scenes.hold(stage, LOT)
    check = stage.post("clinician", "/verifications", 201, lot=LOT, serial=serial)["log_index"]
    path = f"/verifications/{check}/chart"
    stage.send("clinician", "GET", path, status=200)
    forged = FORGED.format("payload", "do_not_use", "in_order")
    edit = f"UPDATE ledger_records SET payload = {forged} WHERE kind = 'VialChecked'"  # noqa: S608  a test's own text
    reach_in(stage.made.engine, edit)
    made = assemble(stage.made.settings, {}, stage.clock)
    fresh = Stage(made, stage.clock, web_app(made).test_client(), stage.tokens)
    assert (
        fresh.send("clinician", "GET", path, status=503).get_json()["title"] == "Record may have been altered"
    )


def test_a_label_key_whose_withdrawal_was_erased_vouches_for_nothing(stage: Stage, serial: str) -> None:
    token = stage.get("technician", f"/vials/{LOT}/{serial}/token")["token"]
    keyid = stage.made.keystore.signer("label").public.keyid
    reported = ReportCompromise(keyid=Line(keyid), since_size=0, explanation=Text("A laptop was stolen."))
    stage.made.acts.perform(report_compromise, actor_of(stage.made.view(), "t.administrator"), reported)
    scanned = stage.get(None, "/verify", query_string={"code": token})
    assert [reason["code"] for reason in scanned["reasons"]] == ["key_compromised"]
    reach_in(stage.made.engine, "DELETE FROM ledger_records WHERE kind = 'KeyCompromised'")
    made = assemble(stage.made.settings, {}, stage.clock)
    fresh = Stage(made, stage.clock, web_app(made).test_client(), stage.tokens)
    refused = fresh.get(None, "/verify", 503, query_string={"code": token})
    assert refused["title"] == "Record may have been altered"
    fresh.get(None, "//trust/recalls", 503)
