"""A specification over HTTP: drafted by one, approved by another, compared, and frozen into the lots it judges."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests import scenes
from tests.staging import Stage

PRODUCT = f"product/{scenes.PRODUCT}"
PATH = f"/products/{scenes.PRODUCT}/specifications"


def stricter(stage: Stage, **differing: Any) -> dict[str, Any]:
    """The specification with a twentieth of the endotoxin, from today on."""
    criteria = [{**one, "high": "0.025"} if one["assay"] == "endotoxin" else one for one in scenes.CRITERIA]
    said = {"effective_from": str(stage.clock().date()), "criteria": criteria, "change": "A cleaner process."}
    return {**said, **differing}


def test_two_people_bring_a_version_into_force_and_the_approval_names_what_was_read(stage: Stage) -> None:
    version = stage.post("analyst", PATH, **stricter(stage))["body"]["version"]
    path = f"{PATH}/{version}"
    read = stage.send("quality", "GET", path, status=200)
    assert (read.get_json()["status"], read.get_json()["blocked_by"]) == ("drafted", [])
    stage.post("analyst", f"{path}/revisions", **stricter(stage, change="The process is cleaner."))
    seen = {"If-Match": read.headers["ETag"]}
    moved = stage.send("quality", "POST", f"{path}/approval", {}, status=412, headers=seen).get_json()
    assert moved["type"] == "urn:qc-service:problem:Stale"
    assert stage.send("quality", "POST", f"{path}/approval", {}, status=428).get_json()["status"] == 428
    stage.post("second_quality", f"{path}/return", remark="Say since when.")
    refused = stage.decide("quality", f"{path}/approval", PRODUCT, 422)
    assert [(one["code"], one["source"]) for one in refused["reasons"]] == [
        ("draft_returned", "21 CFR 211.160(a)")
    ]
    stage.post("analyst", f"{path}/revisions", **stricter(stage, change="Cleaner since August."))
    signed = stage.decide("quality", f"{path}/approval", PRODUCT)
    assert (signed["body"]["version"], signed["body"]["revision"]) == (version, 3)
    told = stage.get("auditor", path)
    assert [(turn["status"], turn["by"]) for turn in told["turns"]] == [
        ("drafted", "Test Analyst"),
        ("drafted", "Test Analyst"),
        ("returned", "Test Second Quality"),
        ("drafted", "Test Analyst"),
        ("approved", "Test Quality"),
    ]
    assert told["in_force"] is True
    changes = stage.get("auditor", f"{path}/changes?since=1")
    assert (changes["effect"], [one["in_words"] for one in changes["assays"]]) == (
        "tightened",
        ["endotoxin changed: high: 0.50 → 0.025 (tightened)"],
    )


def test_a_lot_is_judged_by_the_version_of_its_first_assessment_whatever_comes_later(stage: Stage) -> None:
    din = scenes.donation(stage, "A999026000177")
    before = scenes.specified(stage, change="As it was at first.")
    lot = scenes.assessed_lot(stage, "EX-FROZEN", din)
    frozen = stage.get("quality", f"/lots/{lot}")["quality"]["specification"]
    assert (frozen["version"], frozen["frozen"]) == (before, True)
    assert frozen["in_words"] == f"version {before}, frozen when the lot was first assessed"
    later = scenes.specified(stage, **stricter(stage))
    assert stage.get("quality", f"/lots/{lot}")["quality"]["specification"] == frozen
    again = stage.post("quality", f"/lots/{lot}/assessment")["body"]
    assert (again["specification"], again["passed"]) == (before, True)
    fresh = scenes.registered_lot(stage, "EX-FRESH", din)
    told = stage.get("quality", f"/lots/{fresh}")["quality"]["specification"]
    today = stage.clock().date()
    assert (told["version"], told["frozen"]) == (later, False)
    assert told["in_words"] == f"version {later}, in force since {today}, and frozen once the lot is assessed"


def test_a_version_waits_for_its_day(stage: Stage) -> None:
    scenes.specified(stage, change="As it was at first.")
    tomorrow = stage.clock().date() + timedelta(days=2)
    version = scenes.specified(stage, **stricter(stage, effective_from=str(tomorrow)))
    assert stage.get("quality", f"{PATH}/{version}")["in_force"] is False
    stage.clock.tick(days=3)
    assert stage.get("quality", f"{PATH}/{version}")["in_force"] is True


def test_what_cannot_be_understood_is_named(stage: Stage) -> None:
    for path, pointer in ((f"{PATH}/1/changes?since=x", "/since"), (f"{PATH}/1/changes?until=2", "/until")):
        refused = stage.get("quality", path, 422)
        assert [fault["pointer"] for fault in refused["errors"]] == [pointer]
    for path in (f"{PATH}/999", f"{PATH}/999/changes", f"{PATH}/1/changes?since=999"):
        assert (
            stage.get("quality", path, 404)["detail"]
            == "this product has no version 999 of its specification"
        )
    assert stage.get("clinician", f"{PATH}/1", 404)["detail"].endswith("of yours is on record.")
    criterion = {**scenes.CRITERIA[0], "rounding": "up", "low_comparator": "<", "replicates": -1}
    refused = stage.post("analyst", PATH, 422, **stricter(stage, criteria=[criterion]))
    assert {fault["pointer"] for fault in refused["errors"]} == {
        "/criteria/0/rounding", "/criteria/0/low_comparator", "/criteria/0/replicates",
    }  # fmt: skip
    refused = stage.post(
        "analyst", PATH, 422, **stricter(stage, criteria=[{**scenes.CRITERIA[0], "highest_cv": "5"}])
    )
    assert [(fault["pointer"], fault["detail"]) for fault in refused["errors"]] == [
        ("/criteria/0/replicates", "a spread needs 2 replicates or more: say how many")
    ]
    assert stage.post("quality", f"{PATH}/1/withdrawal", 409, reason="No.")["type"].endswith(
        "SpecificationSettled"
    )
