"""Every reason against determining a donor eligible, given over HTTP all at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests import scenes
from tests.answering import refused
from tests.staging import Stage

MISSING_TESTS = ["test_missing"] * len(scenes.ASSAYS)
UNSCREENED = ["screening_missing"] * 3 + ["plasma_dilution_not_assessed"]


def undetermined(stage: Stage, din: str, reasons: list[str]) -> Any:
    """The refusal to determine this donor eligible, for exactly these reasons."""
    return refused(
        stage, "quality", f"/donations/{din}/eligibility", "EligibilityRefused", reasons,
        deciding=f"donation/{din}", standing="eligible",
    )  # fmt: skip


def test_d6_screening_and_every_test_absent_are_named_at_once(stage: Stage) -> None:
    din = scenes.collected(stage, "A999026000001")
    told = undetermined(stage, din, UNSCREENED + MISSING_TESTS)
    assert "the hepatitis B NAT test is missing" in " ".join(reason["detail"] for reason in told["reasons"])
    for standing in ("incomplete", "ineligible"):
        stage.decide("quality", f"/donations/{din}/eligibility", f"donation/{din}", standing=standing)


def test_d6_one_required_test_is_missing(stage: Stage) -> None:
    din = scenes.collected(stage, "A999026000002")
    reports = [scenes.report(stage, *scenes.ASSAYS[1:])]
    stage.post(
        "technician", f"/donations/{din}/screenings", screening=scenes.screening(stage), reports=reports
    )
    undetermined(stage, din, ["test_missing"])


def test_d2_d3_everything_adverse_is_named_at_once(stage: Stage) -> None:
    din = scenes.donation(stage, "A999026000003", determine=False)
    stage.post(
        "technician", f"/donations/{din}/screenings", reason="The laboratory corrected its report.",
        screening={**scenes.screening(stage, "risk_found", crystalloids_ml=2500), "supersedes": 1},
        reports=[scenes.report(stage, "hbv_nat", outcome="reactive")],
    )  # fmt: skip
    undetermined(stage, din, ["risk_found"] * 3 + ["plasma_dilution_suspected", "test_adverse"])


def test_d5_a_specimen_eight_days_before_recovery_does_not_count(stage: Stage) -> None:
    din = scenes.collected(stage, "A999026000004")
    taken = (stage.clock().date() - timedelta(days=8)).isoformat()
    reports = [scenes.report(stage, specimen_on=taken)]
    stage.post(
        "technician", f"/donations/{din}/screenings", screening=scenes.screening(stage), reports=reports
    )
    told = undetermined(stage, din, ["test_not_counted"] * len(scenes.ASSAYS))
    assert "more than 7 days before or after recovery" in told["reasons"][0]["detail"]


def test_d2_a_laboratory_that_nothing_in_force_covers_does_not_count(stage: Stage) -> None:
    din = scenes.collected(stage, "A999026000005")
    reports = [scenes.report(stage, laboratory=scenes.SITE)]
    stage.post(
        "technician", f"/donations/{din}/screenings", screening=scenes.screening(stage), reports=reports
    )
    told = undetermined(stage, din, ["test_not_counted"] * len(scenes.ASSAYS))
    assert "north-site was not certified for donor testing" in told["reasons"][0]["detail"]


def test_d4_an_infants_own_specimen_does_not_count(stage: Stage) -> None:
    din = scenes.donation(stage, "A999026000006", determine=False, infant_age_days=3)
    told = undetermined(stage, din, ["test_not_counted"] * len(scenes.ASSAYS))
    assert "the specimen must be that of the birth mother" in told["reasons"][0]["detail"]


def test_a_determination_wants_to_know_what_it_rests_on(stage: Stage) -> None:
    din = scenes.donation(stage, "A999026000007", determine=False)
    path = f"/donations/{din}/eligibility"
    blind = stage.send("quality", "POST", path, {"standing": "eligible"}, status=428).get_json()
    assert blind["type"].endswith(":PreconditionRequired")
    stale = stage.send(
        "quality", "POST", path, {"standing": "eligible"}, status=412, headers={"If-Match": '"0"'}
    ).get_json()
    assert stale["type"].endswith(":Stale")
