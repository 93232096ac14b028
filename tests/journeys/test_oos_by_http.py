"""An injected result out of specification, followed over HTTP: a retest under its plan, or rejection and a CAPA."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from qc_service.app import audit_installation
from tests import scenes
from tests.staging import Stage, raise_stage

DIN, LOT = "A999026000101", "EX-OOS"
TEXT = "As it was found."
LABORATORY: dict[str, Any] = {
    "phase": "laboratory",
    "plan": "Ask the analyst; look at the plate and the curve.",
}
ENDOTOXIN = {"assay": "endotoxin", "value": "0.04", "unit": "EU/mL"}


def attached(stage: Stage, who: str, content: bytes) -> str:
    """A file put on record; its digest."""
    form = {"file": (BytesIO(content), "evidence.txt")}
    stage.send(who, "POST", "/attachments", data=form)
    return hashlib.sha256(content).hexdigest()


def failing_lot(stage: Stage, lot: str) -> None:
    """A lot that is tested and passes, but for endotoxin, which is far above its limit."""
    scenes.sites(stage)
    scenes.product(stage)
    scenes.donation(stage, DIN)
    scenes.filled_lot(stage, lot, DIN)
    stage.clock.tick(days=15)
    scenes.result(stage, lot, {"assay": "endotoxin", "value": "9.9", "unit": "EU/mL"})
    for said in scenes.PASSING:
        if said["assay"] != "endotoxin":
            scenes.result(stage, lot, said)
    scenes.result(stage, lot, {"assay": "sterility", "finding": "no_growth"}, days=14)
    for number in range(1, 5):
        stage.post("second_analyst", f"/lots/{lot}/results/{number}/verification")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A service with such a lot."""
    raised = raise_stage(tmp_path)
    failing_lot(raised, LOT)
    yield raised
    raised.made.close()


HOW_TO = (Path(__file__).parents[2] / "docs" / "how-to" / "follow-up-a-failing-result.md").read_text("utf-8")


def test_every_line_of_the_page_on_failing_results_does_what_it_says(tmp_path: Path) -> None:
    stage = raise_stage(tmp_path)
    stage.clock.now = datetime(2026, 10, 30, 12, tzinfo=UTC)
    failing_lot(stage, "EX261101A")
    stage.clock.now = datetime(2026, 11, 16, 12, tzinfo=UTC)
    acts = re.findall(r"^act \$(\w+) (\S+) '(\{.*?\})'$", HOW_TO, re.MULTILINE | re.DOTALL)
    assert len(acts) == HOW_TO.count("\nact $")
    for who, path, body in acts:
        stage.post(who.lower(), path, **json.loads(body))
    scenes.release(stage, "EX261101A")
    assert stage.get("quality", "/tasks")["items"] == []
    assert [one["status"] for one in stage.get("quality", "/capas")["items"]] == ["closed"]
    stage.made.close()


def assessed(stage: Stage) -> None:
    stage.post("quality", f"/lots/{LOT}/assessment")


def blocked(stage: Stage) -> set[str]:
    """Why the lot may not be released, by asking for it."""
    told = stage.decide("quality", f"/lots/{LOT}/release", f"lot/{LOT}", status=422, purpose="clinical")
    assert told["type"] == "urn:qc-service:problem:ReleaseRefused"
    return {reason["code"] for reason in told["reasons"]}


def investigate(stage: Stage, act: str, status: int = 201, **body: Any) -> Any:
    return stage.post("quality", f"/lots/{LOT}/investigations/1/{act}", status, **body)


def retested(stage: Stage, **differing: object) -> int:
    """A test again, verified; its number."""
    number = len(stage.get("quality", f"/lots/{LOT}/results")["results"]) + 1
    scenes.result(stage, LOT, {**ENDOTOXIN, "retests": 1, **differing})
    stage.post("second_analyst", f"/lots/{LOT}/results/{number}/verification")
    return number


def look_into_the_laboratory(stage: Stage, cause: str = "laboratory") -> None:
    investigate(stage, "phases", **LABORATORY)
    investigate(stage, "phases/laboratory/conclusion", finding="A pipette was out of order.", cause=cause)


def test_a_laboratory_error_with_a_retest_under_its_plan_ends_in_release(stage: Stage) -> None:
    assessed(stage)
    assert {"investigation_open", "assay_failing"} <= blocked(stage)
    refused = investigate(
        stage, "conclusion", 422, phase="laboratory", root_cause=TEXT, conclusion="laboratory_error"
    )
    assert [reason["code"] for reason in refused["reasons"]] == ["no_laboratory_finding"]
    retested(stage)
    look_into_the_laboratory(stage)
    investigate(stage, "phases", phase="retest", plan="Two retests of the same sample.", retests=2)
    retested(stage)
    retested(stage)
    retested(stage)
    investigate(
        stage, "phases/retest/conclusion", finding="Both planned retests are low.", cause="laboratory"
    )
    said: dict[str, Any] = {"phase": "retest", "root_cause": "A pipette.", "conclusion": "laboratory_error"}
    investigate(stage, "conclusion", disposition="release", **said)
    assert "assay_failing" in blocked(stage)
    stage.post("quality", f"/lots/{LOT}/results/1/invalidation", investigation=1, cause="A pipette.")
    assert "assessment_outdated" in blocked(stage)
    assessed(stage)
    scenes.release(stage, LOT)
    told = stage.get("quality", f"/lots/{LOT}/investigations/1")
    assert [(one["result"], one["beyond_plan"], one["valid"]) for one in told["results"]] == [
        (1, False, False), (5, True, True), (6, False, True), (7, False, True), (8, True, True),
    ]  # fmt: skip
    assert (told["status"], told["said"]["retests"]) == ("concluded", [6, 7])
    assert told["said"]["concluded"]["conclusion"] == "laboratory_error"
    assert told["results"][0]["in_words"] == "9.9 EU/mL"


@pytest.mark.parametrize(
    ("conclusion", "against"),
    [
        ("inconclusive", {"assay_failing"}),
        ("product_failure", {"assay_failing", "product_failure"}),
    ],
)
def test_without_a_laboratory_error_the_result_stands_whatever_a_retest_found(
    stage: Stage, conclusion: str, against: set[str]
) -> None:
    look_into_the_laboratory(stage, "none")
    investigate(stage, "phases", phase="retest", plan=TEXT, retests=1, resamples=1)
    retested(stage)
    retested(stage, retests=None, resamples=1)
    investigate(stage, "phases/retest/conclusion", finding=TEXT, cause="none")
    investigate(stage, "phases", phase="full_scale", plan="The filling line and its records.")
    investigate(stage, "phases/full_scale/conclusion", finding=TEXT, cause="process")
    said: dict[str, Any] = {"phase": "full_scale", "root_cause": TEXT, "conclusion": conclusion}
    refused = investigate(stage, "conclusion", 422, disposition="release", **said)
    assert [reason["code"] for reason in refused["reasons"]] == ["release_not_possible"]
    investigate(stage, "conclusion", disposition="reject", **said)
    stage.post("quality", f"/lots/{LOT}/results/1/invalidation", 422, investigation=1, cause=TEXT)
    assessed(stage)
    assert blocked(stage) == against


def test_a_laboratory_error_without_a_passing_retest_releases_nothing(stage: Stage) -> None:
    look_into_the_laboratory(stage)
    investigate(stage, "conclusion", phase="laboratory", root_cause=TEXT, conclusion="laboratory_error")
    stage.post("quality", f"/lots/{LOT}/results/1/invalidation", investigation=1, cause=TEXT)
    assessed(stage)
    assert blocked(stage) == {"assay_missing"}


def test_an_investigation_is_assigned_put_off_with_a_reason_and_noted_upon(stage: Stage) -> None:
    day = stage.clock().date()
    soon, later = (day + timedelta(days=days) for days in (5, 9))
    told = stage.get("quality", f"/lots/{LOT}/investigations/1")
    assert (told["assignee"], told["due_on"]) == (None, (day + timedelta(days=30)).isoformat())
    stage.post("analyst", f"/lots/{LOT}/investigations/1/notes", 403, note=TEXT)
    investigate(stage, "assignment", assignee="t.analyst", due_on=soon.isoformat())
    photo = attached(stage, "analyst", b"A photograph.")
    note = stage.post(
        "analyst", f"/lots/{LOT}/investigations/1/notes", note="The pipette drips.", documents=[photo]
    )
    assert note["stream"] == f"task/{LOT}/investigation/1"
    stage.post("technician", f"/lots/{LOT}/investigations/1/notes", 403, note=TEXT)
    refused = investigate(stage, "assignment", 422, assignee="t.analyst", due_on=later.isoformat())
    assert [fault["pointer"] for fault in refused["errors"]] == ["/reason"]
    investigate(
        stage, "assignment", assignee="t.technician", due_on=later.isoformat(), reason="The analyst is away."
    )
    told = stage.get("auditor", f"/lots/{LOT}/investigations/1")
    assert [(one["assignee"], one["by"], one["reason"]) for one in told["assignments"]] == [
        ("t.analyst", "Test Quality", None), ("t.technician", "Test Quality", "The analyst is away."),
    ]  # fmt: skip
    assert [(one["note"], one["by"], one["documents"]) for one in told["notes"]] == [
        ("The pipette drips.", "Test Analyst", [photo])
    ]
    shown = stage.send("auditor", "GET", f"/records?stream=task/{LOT}/investigation/1", status=200).text
    assert "TaskNoted" in shown
    stage.get("clinician", f"/records?stream=task/{LOT}/investigation/1", 404)
    for wrong, pointer in (
        ({"assignee": "t.clinician"}, "/assignee"),
        ({"assignee": "t.auditor"}, "/assignee"),
        ({"assignee": "t.nobody"}, "/assignee"),
        ({"due_on": "2026-01-01"}, "/due_on"),
    ):
        said: dict[str, Any] = {"assignee": "t.analyst", "due_on": soon.isoformat(), "reason": TEXT} | wrong
        refused = investigate(stage, "assignment", 422, **said)
        assert [fault["pointer"] for fault in refused["errors"]] == [pointer]
    investigate(stage, "notes", 422, note=TEXT, documents=["a" * 64])
    investigate(stage, "conclusion", phase="laboratory", root_cause=TEXT, conclusion="inconclusive")
    investigate(stage, "assignment", 409, assignee="t.analyst", due_on=later.isoformat())
    investigate(stage, "notes", note="Seen again afterwards.")


def test_work_lists_show_what_is_overdue_first_and_whose_it_is(stage: Stage) -> None:
    stage.post("technician", f"/lots/{LOT}/deviations", severity="critical", description="A door stood open.")
    scenes.hold(stage, LOT)
    investigate(stage, "assignment", assignee="t.analyst", due_on=stage.clock().date().isoformat())
    stage.clock.tick(days=2)
    told = stage.get("quality", "/tasks")
    assert [(one["task"], one["number"], one["overdue"]) for one in told["items"]] == [
        ("investigation", 1, True), ("deviation", 1, False), ("hold", 1, False),
    ]  # fmt: skip
    assert told["next"] is None
    assert [one["task"] for one in stage.get("analyst", "/tasks?for=me")["items"]] == ["investigation"]
    assert [one["task"] for one in stage.get("quality", "/tasks?for=me")["items"]] == ["deviation", "hold"]
    assert stage.get("technician", "/tasks?for=me")["items"] == []
    assert [one["task"] for one in stage.get("auditor", "/tasks?task=hold")["items"]] == ["hold"]
    assert len(stage.get("quality", f"/tasks?lot={LOT}&overdue=true")["items"]) == 1
    assert stage.get("quality", "/tasks?lot=EX-OTHER")["items"] == []
    assert stage.get("clinician", "/tasks")["items"] == []
    seen, address = [], "/tasks?page_size=1"
    while address:
        response = stage.send("quality", "GET", address, status=200)
        seen += [one["task"] for one in response.get_json()["items"]]
        link = response.headers.get("Link", "")
        address = link.partition("/api/v1")[2].partition(">")[0]
    assert seen == ["investigation", "deviation", "hold"]
    for wrong, pointer in (
        ("for=all", "/for"),
        ("overdue=yes", "/overdue"),
        ("page_size=0", "/page_size"),
        ("task=chore", "/task"),
        ("nothing=1", "/nothing"),
        ("for=me&for=me", "/for"),
    ):
        refused = stage.get("quality", f"/tasks?{wrong}", 422)
        assert [fault["pointer"] for fault in refused["errors"]] == [pointer]
    assert audit_installation(stage.made, lambda _: None).findings == ()


def test_lists_go_across_lots_and_are_the_makers_own(stage: Stage) -> None:
    stage.post("technician", f"/lots/{LOT}/deviations", severity="minor", description="A door stood open.")
    stage.post(
        "quality",
        f"/lots/{LOT}/deviations/1/assignment",
        assignee="t.technician",
        due_on="2026-12-01",
        reason=TEXT,
    )
    (one,) = stage.get("quality", "/deviations?assignee=t.technician")["items"]
    assert (one["id"], one["status"], one["severity"], one["due_on"]) == (
        f"{LOT}/1",
        "open",
        "minor",
        "2026-12-01",
    )
    stage.post("technician", f"/lots/{LOT}/deviations/1/notes", note="It was closed within a minute.")
    stage.post("quality", f"/lots/{LOT}/deviations/1/decision", outcome="justified", statement=TEXT)
    stage.post(
        "quality", f"/lots/{LOT}/deviations/1/assignment", 409, assignee="t.analyst", due_on="2026-12-02"
    )
    assert stage.get("quality", "/deviations?status=open")["items"] == []
    told = stage.get("quality", f"/lots/{LOT}/deviations/1")
    assert (told["status"], told["notes"][0]["by"]) == ("justified", "Test Technician")
    (one,) = stage.get("quality", f"/investigations?lot={LOT}&kind=out_of_specification")["items"]
    assert (one["status"], one["what"]) == (
        "open",
        "Result 1, endotoxin: 9.9 EU/mL, is out of specification.",
    )
    for path in ("/investigations", "/deviations", "/capas"):
        assert stage.get("clinician", path)["items"] == []
    for path in (f"/lots/{LOT}/investigations/1", f"/lots/{LOT}/deviations/1"):
        stage.get("clinician", path, 404)
    stage.get("quality", f"/lots/{LOT}/investigations/2", 404)
    stage.get("quality", f"/lots/{LOT}/deviations/2", 404)


def test_a_capa_from_its_cause_to_its_closure_by_a_second_person(stage: Stage) -> None:
    look_into_the_laboratory(stage, "none")
    investigate(stage, "conclusion", phase="laboratory", root_cause=TEXT, conclusion="product_failure")
    stage.decide("quality", f"/lots/{LOT}/rejection", f"lot/{LOT}", explanation="Endotoxin.")
    opening: dict[str, Any] = {"capa": "CAPA-1", "title": "Endotoxin of buffers", "description": TEXT}
    for wrong, pointer in (
        ({}, "/investigations"),
        ({"lots": ["EX-NONE"]}, "/lots/0"),
        ({"investigations": [{"lot": LOT, "number": 2}]}, "/investigations/0/number"),
        ({"investigations": [{"lot": "EX-NONE", "number": 1}]}, "/investigations/0/lot"),
        ({"deviations": [{"lot": LOT, "number": 1}]}, "/deviations/0/number"),
        ({"reactions": ["ADR-NONE"]}, "/reactions/0"),
        ({"recalls": ["RCL-NONE"]}, "/recalls/0"),
    ):
        refused = stage.post("quality", "/capas", 422, **(opening | wrong))
        assert [fault["pointer"] for fault in refused["errors"]] == [pointer]
    cause: dict[str, Any] = {"investigations": [{"lot": LOT, "number": 1}]}
    reply = stage.post("quality", "/capas", **(opening | cause))
    assert (reply["stream"], reply["subject"]["status"]) == ("capa/CAPA-1", "open")
    stage.post("quality", "/capas", 409, **(opening | cause))
    day = stage.clock().date()
    action: dict[str, Any] = {
        "kind": "corrective", "description": "Test buffers on receipt.", "owner": "t.analyst",
        "due_on": (day + timedelta(days=3)).isoformat(),
    }  # fmt: skip
    stage.post("quality", "/capas/CAPA-1/actions", **action)
    stage.post("quality", "/capas/CAPA-1/actions", **action | {"kind": "preventive", "owner": "t.technician"})
    stage.clock.tick(days=4)
    told = stage.get("quality", "/tasks?overdue=true")["items"]
    assert [(one["about"], one["task"], one["number"]) for one in told] == [
        ("capa/CAPA-1", "action", 1), ("capa/CAPA-1", "action", 2),
    ]  # fmt: skip
    stage.post("technician", "/capas/CAPA-1/actions/1/completion", 403, evidence=TEXT)
    moved: dict[str, Any] = {"owner": "t.analyst", "due_on": (day + timedelta(days=9)).isoformat()}
    stage.post("quality", "/capas/CAPA-1/actions/2/assignment", **moved, reason="The line stands still.")
    sop = attached(stage, "analyst", b"SOP 12")
    for number in (1, 2):
        stage.post(
            "analyst", f"/capas/CAPA-1/actions/{number}/completion", evidence="SOP 12.", documents=[sop]
        )
    stage.post("quality", "/capas/CAPA-1/actions/1/completion", 409, evidence=TEXT)
    stage.post("quality", "/capas/CAPA-1/actions/1/assignment", 409, **moved, reason=TEXT)
    (waiting,) = stage.get("quality", "/tasks?for=organisation")["items"]
    assert (waiting["task"], waiting["assignee"]) == ("closure", "t.quality")
    check: dict[str, Any] = {"method": "Ten lots.", "owner": "t.analyst", "due_on": moved["due_on"]}
    stage.post("quality", "/capas/CAPA-1/effectiveness-plan", **check)
    later = {**check, "due_on": "2027-01-31"}
    refused = stage.post("quality", "/capas/CAPA-1/effectiveness-plan", 422, **later)
    assert [fault["pointer"] for fault in refused["errors"]] == ["/reason"]
    stage.post("quality", "/capas/CAPA-1/effectiveness-plan", **later, reason="Few lots are made.")
    stage.post("technician", "/capas/CAPA-1/effectiveness", 403, outcome="effective", evidence=TEXT)
    stage.post("analyst", "/capas/CAPA-1/effectiveness", outcome="effective", evidence="Ten lots, none high.")
    refused = stage.post("quality", "/capas/CAPA-1/closure", 422, statement=TEXT)
    assert [reason["code"] for reason in refused["reasons"]] == ["closer_is_not_second"]
    stage.post("second_quality", "/capas/CAPA-1/closure", statement="All is in place.")
    for act, said in (("actions", action | {"due_on": "2027-03-01"}), ("effectiveness-plan", later)):
        stage.post("quality", f"/capas/CAPA-1/{act}", 409, **said)
    told = stage.get("auditor", "/capas/CAPA-1")
    assert (told["status"], told["closed_by"], told["waits_for"]) == ("closed", "Test Second Quality", [])
    done = [(one["owner"], one["done_by"], one["documents"]) for one in told["actions"]]
    assert done == [("t.analyst", "Test Analyst", [sop])] * 2
    assert stage.get("quality", "/tasks")["items"] == []
    stage.post("quality", "/capas/CAPA-1/effectiveness", outcome="ineffective", evidence="It was high again.")
    assert [one["id"] for one in stage.get("quality", "/capas?status=open")["items"]] == ["CAPA-1"]
    assert [one["what"] for one in stage.get("quality", "/tasks")["items"]] == [
        "It did not help: plan further actions."
    ]
    stage.get("clinician", "/capas/CAPA-1", 404)
    assert audit_installation(stage.made, lambda _: None).findings == ()


def test_an_action_that_is_wanted_first_holds_the_release_up_and_no_clinic_reads_of_it(
    tmp_path: Path,
) -> None:
    stage = raise_stage(tmp_path)
    scenes.sites(stage)
    scenes.product(stage)
    scenes.donation(stage, DIN)
    scenes.assessed_lot(stage, LOT, DIN)
    secret = "The supplier had kept silent about it."
    stage.post("quality", "/capas", capa="CAPA-2", title="Stoppers", description=secret, lots=[LOT])
    action: dict[str, Any] = {
        "kind": "corrective",
        "description": secret,
        "owner": "t.analyst",
        "due_on": "2026-12-31",
    }
    stage.post("quality", "/capas/CAPA-2/actions", **action)
    assert stage.get("quality", f"/lots/{LOT}")["next_release"]["blocked_by"] == []
    stage.post("quality", "/capas/CAPA-2/actions", **action, before_release=[LOT])
    assert blocked(stage) == {"capa_action_open"}
    stage.post("analyst", "/capas/CAPA-2/actions/2/completion", evidence=secret)
    scenes.release(stage, LOT)
    refused = stage.post("quality", "/capas/CAPA-2/actions", 422, **action, before_release=[LOT])
    assert [fault["pointer"] for fault in refused["errors"]] == ["/before_release/0"]
    scenes.consigned(stage, LOT, "SHP-1")
    stage.get("clinician", "/records?stream=capa/CAPA-2", 404)
    for who, told in (("clinician", False), ("auditor", True)):
        bundle = stage.send(who, "GET", f"/lots/{LOT}/provenance", status=200).get_json()
        texts = [_payload(one) for one in bundle["records"] if one["envelope"]]
        assert any(secret in text for text in texts) is told
    stage.made.close()


def _payload(record: dict[str, Any]) -> str:
    return base64.b64decode(record["envelope"]["payload"]).decode()
