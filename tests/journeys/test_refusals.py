"""Decisions about products, reagents and lots that are refused over HTTP, each with all its reasons at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import scenes
from tests.answering import answer, codes, refused
from tests.staging import MAKER, Stage


def unreleased(
    stage: Stage, lot: str, reasons: list[str], who: str = "quality", purpose: str = "clinical"
) -> Any:
    """The refusal to release this lot, for exactly these reasons."""
    return refused(
        stage, who, f"/lots/{lot}/release", "ReleaseRefused", reasons, deciding=f"lot/{lot}", purpose=purpose
    )


@pytest.fixture(scope="module")
def ready(stage: Stage) -> str:
    """A lot that quality may release: each test makes one thing wrong with it and puts that right again."""
    return scenes.assessed_lot(stage, "EX-READY", scenes.donation(stage, "A999026000101"))


def assessed(stage: Stage, lot: str) -> None:
    """Quality assesses the lot by the results as they stand."""
    stage.post("quality", f"/lots/{lot}/assessment")


def test_a_specification_that_may_not_be_approved_says_everything_that_is_wrong_with_it(stage: Stage) -> None:
    endotoxin = {
        "assay": "endotoxin",
        "kind": "numeric",
        "method": "USP <85>",
        "unit": "EU/mL",
        "high": "0.50",
    }
    swapped = {"assay": "mycoplasma", "kind": "growth", "method": "USP <63>", "expected": "no_growth"}
    path, product = f"/products/{scenes.PRODUCT}/specifications", f"product/{scenes.PRODUCT}"
    drafted = stage.post(
        "quality", path, effective_from="2026-01-01", criteria=[endotoxin, endotoxin, swapped]
    )
    version = drafted["body"]["version"]
    reasons = [
        "approver_is_drafter", "reason_for_change_missing", "assay_repeated", "assay_judged_otherwise",
        "endotoxin_basis_missing", "sterility_missing", "looks_back",
    ]  # fmt: skip
    refused(stage, "quality", f"{path}/{version}/approval", "ApprovalRefused", reasons, deciding=product)
    told = stage.get("quality", f"{path}/{version}")
    assert [reason["code"] for reason in told["blocked_by"]] == reasons
    stage.post("quality", f"{path}/{version}/withdrawal", reason="Drafted in error.")


def test_an_expired_reagent_is_not_accepted(stage: Stage) -> None:
    yesterday = (stage.clock().date() - timedelta(days=1)).isoformat()
    stage.post(
        "technician", "/reagents", id="MEDIUM-OLD", name="Medium", supplier="Demonstration supplier",
        supplier_lot="S-1", expires_on=yesterday,
    )  # fmt: skip
    refused(
        stage, "quality", "/reagents/MEDIUM-OLD/status", "ReagentNotAcceptable", ["reagent_expired"],
        status="accepted", explanation="Certificate checked.",
    )  # fmt: skip


def test_nobody_changes_their_own_roles(stage: Stage) -> None:
    refused(
        stage, "administrator", "/persons/t.administrator/roles", "OwnRolesUnchangeable", ["own_roles"],
        roles=["quality"], active=True,
    )  # fmt: skip


def test_p10_donors_are_not_pooled_without_a_reference(stage: Stage) -> None:
    pair = [scenes.donation(stage, f"A99902600001{last}") for last in "12"]
    refused(
        stage, "technician", "/lots", "PoolingRefused", ["donors_pooled"], number="EX-POOL", kind="finished",
        product=scenes.PRODUCT, donations=pair, quantity={"amount": "1", "unit": "mL"},
    )  # fmt: skip


def test_r2_a_lot_of_which_nothing_is_done_is_refused_for_everything_at_once(stage: Stage) -> None:
    day = stage.clock().date().isoformat()
    consent = {"reference": "CF-0002", "version": "3", "given_on": day, "uses": ["manufacturing"]}
    din = scenes.donation(stage, "A999026000021", determine=False, consent=consent)
    scenes.registered_lot(stage, "EX-NOTHING", din)
    stage.post("technician", f"/donations/{din}/consent-withdrawal", withdrawn_on=day)
    scenes.hold(stage, "EX-NOTHING")
    stage.post(
        "technician", "/lots/EX-NOTHING/deviations", severity="minor", description="A door stood open."
    )
    stage.post("quality", "/lots/EX-NOTHING/investigations", cause="complaint", description="A smell.")
    unreleased(
        stage, "EX-NOTHING",
        [
            "donor_undetermined", "consent_withdrawn", "consent_does_not_cover", "not_assessed",
            *["assay_missing"] * 4, *["investigation_open"] * 2, *["process_unfinished"] * 3, "deviation_open",
            "not_filled", "on_hold", "on_hold",
        ],
    )  # fmt: skip


def test_r2_a_donor_who_is_not_eligible_keeps_the_lot(stage: Stage) -> None:
    din = scenes.donation(stage, "A999026000022", determine=False)
    stage.decide("quality", f"/donations/{din}/eligibility", f"donation/{din}", standing="ineligible")
    scenes.assessed_lot(stage, "EX-DONOR", din)
    unreleased(stage, "EX-DONOR", ["donor_not_eligible"])


def test_r2_consent_that_was_withdrawn_keeps_the_lot(stage: Stage) -> None:
    din = scenes.donation(stage, "A999026000023")
    scenes.assessed_lot(stage, "EX-CONSENT", din)
    stage.post(
        "quality", f"/donations/{din}/consent-withdrawal", withdrawn_on=stage.clock().date().isoformat()
    )
    unreleased(stage, "EX-CONSENT", ["consent_withdrawn", "investigation_open", "on_hold"])


def test_r2_an_open_deviation_keeps_the_lot_until_it_is_decided(stage: Stage, ready: str) -> None:
    stage.post("technician", f"/lots/{ready}/deviations", severity="minor", description="A door stood open.")
    unreleased(stage, ready, ["deviation_open"])
    decision: dict[str, Any] = {"outcome": "justified", "statement": "Nothing was exposed."}
    stage.post("quality", f"/lots/{ready}/deviations/1/decision", **decision)
    refused(
        stage,
        "quality",
        f"/lots/{ready}/deviations/1/decision",
        "DeviationAlreadyDecided",
        http=409,
        **decision,
    )


def test_r2_an_open_investigation_keeps_the_lot_until_it_is_concluded(stage: Stage, ready: str) -> None:
    stage.post("quality", f"/lots/{ready}/investigations", cause="complaint", description="A smell.")
    unreleased(stage, ready, ["investigation_open"])
    stage.post(
        "quality", f"/lots/{ready}/investigations/1/conclusion", phase="full_scale", root_cause="The cleaning agent.",
        conclusion="no_product_impact",
    )  # fmt: skip


def test_r2_labels_that_do_not_add_up_keep_the_lot(stage: Stage, ready: str) -> None:
    path = f"/lots/{ready}/labels-reconciliation"
    stage.post("technician", path, issued=20, used=18, spoiled=1, returned=0)
    unreleased(stage, ready, ["fill_unreconciled"])
    stage.post("technician", path, issued=20, used=18, spoiled=1, returned=1)


def test_r2_a_result_after_the_assessment_keeps_the_lot_until_it_is_verified_and_judged(
    stage: Stage, ready: str
) -> None:
    scenes.result(stage, ready, scenes.PASSING[1])
    unreleased(stage, ready, ["assessment_outdated", "assay_unverified"])
    stage.post("second_analyst", f"/lots/{ready}/results/5/verification")
    unreleased(stage, ready, ["assessment_outdated"])
    assessed(stage, ready)


def test_r4_a_hold_keeps_the_lot_and_is_lifted_once(stage: Stage, ready: str) -> None:
    scenes.hold(stage, ready)
    unreleased(stage, ready, ["on_hold"])
    lift: dict[str, Any] = {"explanation": "The question is answered."}
    refused(stage, "technician", f"/lots/{ready}/holds/1/lift", "Forbidden", http=403, **lift)
    stage.post("quality", f"/lots/{ready}/holds/1/lift", **lift)
    refused(stage, "quality", f"/lots/{ready}/holds/1/lift", "HoldLiftedBefore", http=409, **lift)


def test_r1_neither_registrant_nor_analyst_releases_and_no_lot_is_released_twice(stage: Stage) -> None:
    stage.post(
        "administrator", "/persons", id="t.all-hands", printed_name="Test All Hands", organisation=MAKER,
        roles=["technician", "analyst", "quality"],
    )  # fmt: skip
    din = scenes.donation(stage, "A999026000024")
    stage.post(
        "all_hands", "/lots", number="EX-HANDS", kind="finished", product=scenes.PRODUCT, donations=[din],
        quantity={"amount": "50", "unit": "mL"},
    )  # fmt: skip
    for kind in ("tissue_digestion", "harvest"):
        stage.clock.tick(hours=2)
        scenes.step(stage, "EX-HANDS", kind)
    stage.clock.tick(hours=2)
    scenes.fill(stage, "EX-HANDS")
    scenes.tested_lot(stage, "EX-HANDS")
    scenes.result(stage, "EX-HANDS", scenes.PASSING[2], who="all_hands")
    stage.post("second_analyst", "/lots/EX-HANDS/results/5/verification")
    assessed(stage, "EX-HANDS")
    unreleased(stage, "EX-HANDS", ["releaser_registered_lot", "releaser_is_analyst"], who="all_hands")
    scenes.release(stage, "EX-HANDS")
    unreleased(stage, "EX-HANDS", ["released_before"])


def test_r2_r4_what_is_rejected_stays_rejected_also_when_it_was_released(stage: Stage) -> None:
    lot = scenes.released_lot(stage, "EX-REJECT", scenes.donation(stage, "A999026000025"))
    rejection: dict[str, Any] = {"explanation": "The container closure leaks."}
    stage.decide("quality", f"/lots/{lot}/rejection", f"lot/{lot}", **rejection)
    refused(
        stage, "quality", f"/lots/{lot}/rejection", "RejectionRefused", ["rejected"], deciding=f"lot/{lot}",
        **rejection,
    )  # fmt: skip
    unreleased(stage, lot, ["rejected", "released_before"])
    serial = stage.get("quality", f"/lots/{lot}/vials")["items"][0]["serial"]
    assert codes(answer(stage, lot, serial)) == ["rejected"]
