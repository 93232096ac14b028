"""The evidence's reason codes: what is wrong with a record is named, for whoever is signed in and then for anybody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qc_service.app import assemble, audit_installation, web_app
from qc_service.application.keys import (
    IntroduceKey,
    ReportCompromise,
    RetireKey,
    introduce_key,
    report_compromise,
    retire_key,
)
from qc_service.application.tokens import actor_of
from qc_service.domain.identifiers import Line, Text
from qc_service.domain.keys import KeyRole
from tests import scenes
from tests.answering import answer, codes
from tests.persistence.forgery import reach_in
from tests.staging import Stage, raise_stage
from verifier import verify_bundle

LOT, DIN = "EX261101A", "A999026000001"


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
    assert codes(answer(stage, LOT, one, "clinician")) == []
    return one


def anew(stage: Stage) -> Stage:
    """The service started anew: it remembers nothing that it read before."""
    stage.made.close()
    made = assemble(stage.made.settings, {}, stage.clock)
    return Stage(made, stage.clock, web_app(made).test_client(), stage.tokens)


FLIPPED = "UPDATE ledger_records SET signature = zeroblob(64) WHERE kind = '{kind}'"
WHY = Text("A notebook was stolen.")
EDITED = (
    "UPDATE ledger_records SET payload = CAST(replace(CAST(payload AS TEXT), 'clinical', 'clinicol') AS BLOB) "
    "WHERE kind = '{kind}'"
)
WITHOUT = "DELETE FROM ledger_records WHERE kind = '{kind}'"


@pytest.mark.parametrize(
    ("statement", "kind", "code"),
    [
        (FLIPPED, "LotReleased", "signature_invalid"),
        (FLIPPED, "EligibilityDetermined", "signature_invalid"),
        (FLIPPED, "FacilityRegistered", "signature_invalid"),
        ("UPDATE ledger_records SET keyid = 'nobody' WHERE kind = '{kind}'", "LotReleased", "signature_invalid"),
        (EDITED, "LotReleased", "signature_invalid"),
        (WITHOUT, "ResultVerified", "record_missing"),
        (WITHOUT, "LotRegistered", "record_missing"),
        (WITHOUT, "DonationCollected", "record_missing"),
        ("DELETE FROM ledger_records WHERE stream LIKE 'donation/%'", "", "record_missing"),
        ("DELETE FROM ledger_records WHERE stream LIKE 'lot/%'", "", "record_missing"),
        ("UPDATE lot_answers SET gtin = '09506000134369'", "", "log_inconsistent"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_evidence_is_named(
    stage: Stage, serial: str, statement: str, kind: str, code: str
) -> None:
    reach_in(stage.made.engine, statement.format(kind=kind))
    told = answer(stage, LOT, serial, "clinician")
    assert (told["decision"], codes(told)) == ("do_not_use", [code])
    assert told["reasons"][0]["alert"] is True
    assert "may have been altered" in told["reasons"][0]["next_step"]
    assert codes(answer(stage, LOT, serial)) == [code]  # what one found, the next is told
    assert codes(answer(stage, LOT, None)) == [code]


def test_a_record_missing_at_the_end_is_missed_by_the_lists(stage: Stage, serial: str) -> None:
    scenes.hold(stage, LOT)
    reach_in(stage.made.engine, "DELETE FROM ledger_records WHERE kind = 'LotHeld'")
    assert codes(answer(stage, LOT, serial, "clinician")) == ["on_hold", "record_missing"]


def test_what_else_stands_against_the_vial_is_still_said(stage: Stage, serial: str) -> None:
    scenes.recall(stage, "RC-1", lots=[LOT])
    reach_in(stage.made.engine, FLIPPED.format(kind="LotReleased"))
    told = answer(stage, LOT, serial, "clinician")
    assert codes(told) == ["recalled", "signature_invalid"]
    assert told["contact"]["phone"] == "+1 555 0100"


def test_a_check_of_a_lot_whose_records_were_altered_is_recorded_and_alerts(
    stage: Stage, serial: str
) -> None:
    reach_in(stage.made.engine, FLIPPED.format(kind="LotReleased"))
    stage = anew(stage)
    reply = stage.post("clinician", "/verifications", lot=LOT, serial=serial)
    assert [one["code"] for one in reply["answer"]["reasons"]] == ["signature_invalid"]
    (alert,) = stage.get("quality", "/alerts")["items"]
    assert alert["title"] == "signature_invalid at harbour-clinic"
    body: dict[str, Any] = {"starts": ["thaw"], "route": "injection"}
    refused = stage.post("clinician", f"/vials/{LOT}/{serial}/preparation", 422, **body)
    assert codes(refused) == ["signature_invalid"]


def test_a_mark_is_cleared_by_a_clean_reading_only(stage: Stage, serial: str) -> None:
    (kept,) = [one for one in stage.made.store.stream(f"lot/{LOT}") if one.kind == "LotReleased"]
    reach_in(stage.made.engine, FLIPPED.format(kind="LotReleased"))
    assert (
        codes(answer(stage, LOT, serial)) == []
    )  # the ready rows are whole, and nobody read the records yet
    assert codes(answer(stage, LOT, serial, "clinician")) == ["signature_invalid"]
    assert codes(answer(stage, LOT, serial)) == ["signature_invalid"]
    reach_in(
        stage.made.engine,
        "UPDATE ledger_records SET signature = :signature WHERE kind = 'LotReleased'",
        signature=kept.signature,
    )
    assert codes(answer(stage, LOT, serial)) == ["signature_invalid"]
    assert codes(answer(stage, LOT, serial, "clinician")) == []
    assert codes(answer(stage, LOT, serial)) == []


def test_a_compromised_key_stops_every_lot_that_it_signed_since(stage: Stage, serial: str) -> None:
    scenes.donation(stage, "A999026000002")
    scenes.released_lot(stage, "EX261101B", "A999026000002")
    since = stage.made.store.head().size
    (used, other) = scenes.consigned(stage, LOT, "SHP-2", count=2)
    stage.post("clinician", "/verifications", lot=LOT, serial=serial)
    (fresh,) = scenes.consigned(stage, "EX261101B", "SHP-3", count=1)
    stage = compromised(stage, since)
    for who in (None, "clinician"):
        for vial in (used, other, serial):
            told = answer(stage, LOT, vial, who)
            assert (codes(told), told["reasons"][0]["alert"]) == (["key_compromised"], True)
        assert codes(answer(stage, LOT, None, who)) == ["serial_needed"]  # the lot itself was signed before
        assert codes(answer(stage, "EX261101B", fresh, who)) == ["key_compromised"]
    audit = audit_installation(stage.made, lambda _: None)
    assert {finding.what for finding in audit.findings} == {
        "its key is on record as compromised before this point of the log"
    }


def test_a_compromise_before_the_release_stops_the_lot_and_what_came_of_it(stage: Stage, serial: str) -> None:
    (released,) = [one.index for one in stage.made.store.stream(f"lot/{LOT}") if one.kind == "LotReleased"]
    stage = compromised(stage, released)
    for who in (None, "clinician"):
        assert codes(answer(stage, LOT, serial, who)) == ["key_compromised"]
        assert codes(answer(stage, LOT, None, who)) == ["key_compromised"]


def compromised(stage: Stage, since: int) -> Stage:
    """The record key was misused since this size of the log; a new one took its place, and the service restarted."""
    keystore, old = stage.made.keystore, stage.made.keystore.signer("record").public.keyid
    before = stage.made
    keystore.succeed()
    stage = anew(stage)
    by, public = actor_of(stage.made.view(), "t.administrator"), keystore.signer("record").public
    introduced = IntroduceKey(role=KeyRole.RECORD, public=public, retires=Line(old), explanation=WHY)
    stage.made.acts.perform(introduce_key, by, introduced)
    reported = ReportCompromise(keyid=Line(old), since_size=since, explanation=WHY)
    stage.made.acts.perform(report_compromise, by, reported)
    behind = Stage(before, stage.clock, web_app(before).test_client(), stage.tokens)
    refused = behind.post("quality", f"/lots/{LOT}/hold", 503, explanation="With the old key.")
    assert "qc-service key rotate" in refused["detail"]
    assert behind.get("clinician", "/offline", 503)["title"] == "Signing key withdrawn"
    behind.made.close()
    stage.post("quality", f"/lots/{LOT}/hold", explanation="With the new key.")
    stage.post("quality", f"/lots/{LOT}/holds/1/lift", explanation="With the new key.")
    return stage


@pytest.mark.parametrize("misused", [False, True], ids=["rotated", "compromised"])
def test_strangers_go_on_verifying_bundles_after_a_key_took_another_s_place(
    stage: Stage, serial: str, misused: bool
) -> None:
    """Of a lot whose records were all signed before; the first trust root does where nobody else may hold the key."""
    size, keystore = stage.made.store.head().size, stage.made.keystore
    if misused:
        stage = compromised(stage, size)
    else:
        old, by = keystore.signer("record").public.keyid, actor_of(stage.made.view(), "t.administrator")
        new = keystore.successor().public
        introduced = IntroduceKey(role=KeyRole.RECORD, public=new, explanation=WHY)
        stage.made.acts.perform(introduce_key, by, introduced)
        keystore.succeed()
        stage = anew(stage)
        stage.made.acts.perform(introduce_key, by, replace(introduced, retires=Line(old)))
        scenes.hold(stage, LOT)
    bundle = stage.send("auditor", "GET", f"/lots/{LOT}/provenance", status=200).data
    for version, good in ((1, not misused), (2, True)):
        root = keystore.root(version)
        assert root is not None
        outcome = verify_bundle.verify(bundle, root)
        assert (outcome.exit_code == 0) is good, outcome.found
    assert codes(answer(stage, LOT, serial, "clinician")) == ([] if misused else ["on_hold"])


def test_a_withdrawn_checkpoint_key_signs_no_head(stage: Stage) -> None:
    by, keyid = (
        actor_of(stage.made.view(), "t.administrator"),
        stage.made.keystore.signer("checkpoint").public.keyid,
    )
    stage.send(None, "GET", "//log/checkpoint", status=200)
    stage.made.acts.perform(retire_key, by, RetireKey(keyid=Line(keyid), explanation=WHY))
    refused = stage.send(None, "GET", "//log/checkpoint", status=503).get_json()
    assert "a new log has to be founded" in refused["detail"]
    assert stage.post("quality", f"/lots/{LOT}/hold", explanation="A fact is recorded.")["proof"] is None
