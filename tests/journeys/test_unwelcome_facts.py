"""Unwelcome facts of donors, processing and testing: each is recorded over HTTP, and has its consequence."""

from __future__ import annotations

import base64
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from tests import scenes
from tests.answering import answer, codes, noticed, refused
from tests.staging import Stage

LATE = "The terminal was out of order."


def causes(stage: Stage, lot: str) -> list[str]:
    """Why the lot's deviations were opened, in their order."""
    return [one["cause"] for one in stage.get("quality", f"/lots/{lot}")["deviations"]]


def payload(envelope: dict[str, str]) -> str:
    """What was signed, as text."""
    return base64.b64decode(envelope["payload"]).decode()


def begun(stage: Stage, lot: str, din: str) -> str:
    """A lot that was registered, and of which nothing else is recorded."""
    return scenes.registered_lot(stage, lot, scenes.donation(stage, din))


def justified(stage: Stage, lot: str, deviation: int) -> None:
    """Quality finds that a departure adds no risk."""
    stage.post(
        "quality",
        f"/lots/{lot}/deviations/{deviation}/decision",
        outcome="justified",
        statement="It adds no risk.",
    )


def blocked(stage: Stage, lot: str) -> list[str]:
    """What blocks the lot's release, as quality is told before it decides."""
    return [one["code"] for one in stage.get("quality", f"/lots/{lot}")["next_release"]["blocked_by"]]


def test_growth_on_day_3_fails_at_once_and_no_growth_on_day_3_is_interim(stage: Stage) -> None:
    lot = scenes.filled_lot(stage, "EX-GROWTH", scenes.donation(stage, "A999026000001"))
    stage.clock.tick(days=4)
    for said in scenes.PASSING:
        scenes.result(stage, lot, said)
    scenes.result(stage, lot, {"assay": "sterility", "finding": "no_growth"}, days=3)
    for number in range(1, 5):
        stage.post("second_analyst", f"/lots/{lot}/results/{number}/verification")
    assert blocked(stage, lot) == ["not_assessed", "assay_missing"]
    reply = scenes.result(stage, lot, {"assay": "sterility", "finding": "growth"}, days=3)
    assert [one["kind"] for one in reply["also_recorded"]] == ["InvestigationOpened"]
    told = stage.get("quality", f"/lots/{lot}/results")
    assert [(one["stated"], one["final"]) for one in told["results"][3:]] == [
        ("no_growth on day 3 (interim)", False), ("growth on day 3", True),
    ]  # fmt: skip
    assert (told["investigations"][0]["cause"], told["investigations"][0]["result"]) == (
        "out_of_specification",
        5,
    )
    stage.post("quality", f"/lots/{lot}/assessment")
    refused(
        stage, "quality", f"/lots/{lot}/release", "ReleaseRefused", ["assay_failing", "investigation_open"],
        deciding=f"lot/{lot}", purpose="clinical",
    )  # fmt: skip
    serial = stage.get("quality", f"/lots/{lot}/vials")["items"][0]["serial"]
    assert codes(answer(stage, lot, serial)) == ["not_released", "specification_not_met"]


def test_p3_a_skipped_repeated_reordered_or_unplanned_step_is_recorded_and_departs(stage: Stage) -> None:
    lot = begun(stage, "EX-ORDER", "A999026000002")
    for kind in ("harvest", "tissue_digestion", "harvest", "concentration"):
        stage.clock.tick(hours=2)
        scenes.step(stage, lot, kind)
    assert causes(stage, lot) == ["step_skipped", "step_reordered", "step_repeated", "step_not_planned"]
    assert [one["kind"] for one in stage.get("quality", f"/lots/{lot}")["steps"]] == [
        "harvest", "tissue_digestion", "harvest", "concentration",
    ]  # fmt: skip
    assert blocked(stage, lot).count("deviation_open") == 4


def test_p3_a_late_entry_says_why_and_every_answer_mentions_it(stage: Stage) -> None:
    lot = begun(stage, "EX-LATE", "A999026000003")
    stage.clock.tick(days=3)
    ended = stage.clock() - timedelta(hours=60)
    when = {"started_at": scenes.at(ended - timedelta(hours=1)), "ended_at": scenes.at(ended)}
    said: dict[str, Any] = {
        "kind": "tissue_digestion",
        "facility": scenes.SITE,
        "procedure": {"id": "SOP-1", "version": "2"},
        **when,
    }
    told = refused(stage, "technician", f"/lots/{lot}/steps", "Malformed", **said)
    assert told["errors"][0]["pointer"] == "/reason"
    scenes.step(stage, lot, "tissue_digestion", reason=LATE, **when)
    scenes.step(stage, lot, "harvest")
    stage.clock.tick(hours=2)
    scenes.fill(stage, lot)
    scenes.tested_lot(stage, lot)
    stage.post("quality", f"/lots/{lot}/assessment")
    scenes.release(stage, lot)
    (serial,) = scenes.consigned(stage, lot, "SHP-LATE", count=1)
    told = answer(stage, lot, serial, "clinician")
    assert (told["decision"], noticed(told)) == ("in_order", ["late_records"])
    record = stage.get("quality", f"/records?stream=lot/{lot}")["items"][1]
    assert LATE in payload(record["record"])


def test_p7_a_step_where_nothing_covered_it_departs_and_quality_may_clear_it(stage: Stage) -> None:
    lot = begun(stage, "EX-SITE", "A999026000004")
    scenes.step(stage, lot, "tissue_digestion", facility=scenes.RECOVERY)
    stage.clock.tick(hours=2)
    scenes.step(stage, lot, "harvest")
    stage.clock.tick(hours=2)
    scenes.fill(stage, lot)
    scenes.tested_lot(stage, lot)
    stage.post("quality", f"/lots/{lot}/assessment")
    assert (causes(stage, lot), blocked(stage, lot)) == (["facility_not_certified"], ["deviation_open"])
    serial = stage.get("quality", f"/lots/{lot}/vials")["items"][0]["serial"]
    assert codes(answer(stage, lot, serial)) == ["not_released", "facility_not_certified"]
    justified(stage, lot, 1)
    scenes.release(stage, lot)
    told = answer(stage, lot, serial)
    assert (codes(told), noticed(told)) == ([], ["custody_not_checked", "cleared_deviation"])


def test_p7_a_suspension_reaches_back_to_its_effective_date_and_a_later_one_does_not(stage: Stage) -> None:
    stage.post(
        "quality", "/facilities", id="east-site", name="East Site", address="2 Example Road",
        kind="manufacturing_site", country="US", zone="America/New_York", identifiers={},
    )  # fmt: skip
    stage.post(
        "quality", "/facilities/east-site/certifications", type="registration", scheme="fda_hctp_registration",
        number="DEMO-2", issuer="Demonstration authority", scope=["tissue_processing"], valid_from="2025-01-01",
    )  # fmt: skip
    lot = begun(stage, "EX-EAST", "A999026000005")
    scenes.step(stage, lot, "tissue_digestion", facility="east-site")
    today = stage.clock().date()
    for effective, expected in ((today + timedelta(days=1), []), (today, ["facility_not_certified"])):
        stage.send(
            "quality", "POST", "/facilities/east-site/certifications/1/status",
            {"status": "suspended", "effective_on": effective.isoformat(), "explanation": "An inspection."},
        )  # fmt: skip
        assert causes(stage, lot) == expected


def test_p4_calibration_that_ran_out_and_reagents_not_fit_for_use_depart(stage: Stage) -> None:
    today = stage.clock().date()
    stage.post(
        "technician",
        "/equipment",
        id="FREEZER-1",
        name="Freezer",
        calibration_due=str(today - timedelta(days=1)),
    )
    stage.post(
        "technician", "/reagents", id="MEDIUM-1", name="Medium", supplier="Demonstration supplier",
        supplier_lot="S-1", expires_on=str(today - timedelta(days=1)),
    )  # fmt: skip
    lot = begun(stage, "EX-TOOLS", "A999026000006")
    scenes.step(stage, lot, "tissue_digestion", equipment=["FREEZER-1"], reagents=["MEDIUM-1"])
    assert causes(stage, lot) == ["calibration_expired", "reagent_expired", "reagent_not_accepted"]
    scenes.result(stage, lot, {**scenes.PASSING[1], "instrument": "FREEZER-1"})
    assert causes(stage, lot)[3:] == ["calibration_expired"]


def test_p11_vials_that_do_not_add_up_and_an_expiry_that_nothing_carries_depart(stage: Stage) -> None:
    lot = begun(stage, "EX-COUNT", "A999026000007")
    counts = {
        "filled": 20, "rejected_at_inspection": 1, "qc_samples": 2, "retention": 4, "stability": 1, "stock": 10,
    }  # fmt: skip
    scenes.fill(stage, lot, days=400, counts=counts)
    assert causes(stage, lot) == ["step_skipped", "fill_counts_disagree", "expiry_beyond_shelf_life"]
    refused(
        stage,
        "technician",
        f"/lots/{lot}/labels-reconciliation",
        "Malformed",
        issued=-1,
        used=0,
        spoiled=0,
        returned=0,
    )


@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        ({"value": "1.0E+11"}, ["/unit"]),
        ({"value": "NaN", "unit": "particles/mL"}, ["/value"]),
        ({"value": "1.0E+11", "unit": "furlongs"}, ["/unit"]),
        ({"unit": "particles/mL"}, ["/value"]),
        ({"value": "1.0E+11", "unit": "particles/mL", "read": "2040-01-01T00:00:00Z"}, ["/read"]),
        ({"value": "1.0E+11", "unit": "particles/mL", "read": "2026-08-01T00:00:00Z"}, ["/read"]),
        ({"value": "105", "unit": "nm"}, ["/unit"]),
    ],
)
def test_q1_what_cannot_be_understood_is_refused_with_its_place(
    stage: Stage, said: dict[str, Any], pointers: list[str]
) -> None:
    if not stage.made.store.stream("lot/EX-Q1"):
        begun(stage, "EX-Q1", "A999026000008")
    now = stage.clock()
    run = {
        "assay": "particle_concentration", "method": "SOP-QC", "method_version": "1", "facility": scenes.LABORATORY,
        "started": scenes.at(now - timedelta(hours=1)), "read": scenes.at(now),
    }  # fmt: skip
    told = refused(stage, "analyst", "/lots/EX-Q1/results", "Malformed", **{**run, **said})
    assert [error["pointer"] for error in told["errors"]] == pointers


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"a,b\n1,2\n", b"NTA Experiment Summary File\n"])
def test_a_wrong_instrument_file_gets_a_clear_answer_and_leaves_nothing(stage: Stage, content: bytes) -> None:
    if not stage.made.store.stream("lot/EX-FILE"):
        begun(stage, "EX-FILE", "A999026000009")
    before = stage.made.store.head().size
    told = stage.send(
        "analyst", "POST", "/lots/EX-FILE/results", status=422, data={"file": (BytesIO(content), "run.csv")}
    ).get_json()
    assert told["type"].startswith("urn:qc-service:problem:")
    assert told["errors"][0]["pointer"] == "/file"
    assert stage.made.store.head().size == before
