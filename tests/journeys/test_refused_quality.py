"""Quality's decisions that are refused over HTTP: verification, invalidation, clearing, and release of what failed."""

from __future__ import annotations

from typing import Any

from tests import scenes
from tests.answering import refused
from tests.journeys.test_refusals import unreleased
from tests.staging import Stage

JUSTIFIED: dict[str, Any] = {"outcome": "justified", "statement": "It adds no risk."}


def test_q5_nobody_verifies_what_they_recorded_nor_sterility_they_had_a_part_in(stage: Stage) -> None:
    lot = scenes.filled_lot(stage, "EX-Q5", scenes.donation(stage, "A999026000001"))
    stage.clock.tick(days=15)
    scenes.result(stage, lot, scenes.PASSING[0])
    scenes.result(stage, lot, {"assay": "sterility", "finding": "no_growth"}, days=14)
    scenes.result(stage, lot, {"assay": "sterility", "finding": "no_growth"}, days=14, who="second_analyst")
    first, sterility, _ = (f"/lots/{lot}/results/{number}/verification" for number in (1, 2, 3))
    refused(stage, "analyst", first, "VerificationRefused", ["verifier_is_analyst"])
    refused(stage, "second_analyst", sterility, "VerificationRefused", ["verifier_analysed_sterility"])
    stage.post("second_analyst", first)
    refused(stage, "analyst", first, "VerificationRefused", ["verified_before", "verifier_is_analyst"])
    refused(stage, "technician", sterility, "Forbidden", http=403)
    refused(stage, "second_analyst", f"/lots/{lot}/results/9/verification", "NotFound", http=404)


def test_q3_q4_a_failing_result_stands_until_an_investigation_finds_the_laboratorys_error(
    stage: Stage,
) -> None:
    lot = scenes.assessed_lot(stage, "EX-Q4", scenes.donation(stage, "A999026000002"))
    scenes.result(stage, lot, {"assay": "endotoxin", "value": "0.90", "unit": "EU/mL"})
    scenes.result(stage, lot, {**scenes.PASSING[1], "retests": 5})
    stage.post("second_analyst", f"/lots/{lot}/results/6/verification")
    unreleased(stage, lot, ["assessment_outdated", "assay_failing", "investigation_open"])
    invalid: dict[str, Any] = {"investigation": 1, "cause": "The standard was diluted wrongly."}
    for result, reasons in (
        (5, ["no_laboratory_error"]),
        (2, ["investigation_of_another", "no_laboratory_error"]),
    ):
        refused(
            stage,
            "quality",
            f"/lots/{lot}/results/{result}/invalidation",
            "InvalidationRefused",
            reasons,
            **invalid,
        )
    conclusion: dict[str, Any] = {
        "phase": "laboratory",
        "root_cause": "Dilution.",
        "conclusion": "laboratory_error",
    }
    refused(
        stage, "quality", f"/lots/{lot}/investigations/1/conclusion", "ConclusionRefused", ["no_laboratory_finding"],
        **conclusion,
    )  # fmt: skip
    phases = f"/lots/{lot}/investigations/1/phases"
    stage.post("quality", phases, phase="laboratory", plan="Look at the standard.")
    stage.post("quality", f"{phases}/laboratory/conclusion", finding="Diluted wrongly.", cause="laboratory")
    stage.post("quality", f"/lots/{lot}/investigations/1/conclusion", **conclusion)
    refused(
        stage, "quality", f"/lots/{lot}/investigations/1/conclusion", "InvestigationConcludedBefore", http=409,
        **conclusion,
    )  # fmt: skip
    stage.post("quality", f"/lots/{lot}/results/5/invalidation", **invalid)
    refused(
        stage,
        "quality",
        f"/lots/{lot}/results/5/invalidation",
        "InvalidationRefused",
        ["result_invalid"],
        **invalid,
    )
    refused(
        stage,
        "second_analyst",
        f"/lots/{lot}/results/5/verification",
        "VerificationRefused",
        ["result_invalid"],
    )
    unreleased(stage, lot, ["assessment_outdated"])
    stage.post("quality", f"/lots/{lot}/assessment")
    scenes.release(stage, lot)


def test_610_1_a_product_that_failed_is_never_released(stage: Stage) -> None:
    lot = scenes.assessed_lot(stage, "EX-FAIL", scenes.donation(stage, "A999026000003"))
    scenes.result(stage, lot, {"assay": "mycoplasma", "finding": "detected"})
    stage.post(
        "quality", f"/lots/{lot}/investigations/1/conclusion", phase="full_scale", root_cause="The donor tissue.",
        conclusion="product_failure",
    )  # fmt: skip
    stage.post("quality", f"/lots/{lot}/assessment")
    unreleased(stage, lot, ["assay_failing", "product_failure"])


def test_p7_a_fill_where_nothing_covered_it_is_never_justified(stage: Stage) -> None:
    lot = scenes.registered_lot(stage, "EX-P7", scenes.donation(stage, "A999026000004"))
    for kind in ("tissue_digestion", "harvest"):
        stage.clock.tick(hours=2)
        scenes.step(stage, lot, kind)
    stage.clock.tick(hours=2)
    scenes.fill(stage, lot, facility=scenes.RECOVERY)
    scenes.tested_lot(stage, lot)
    stage.post("quality", f"/lots/{lot}/assessment")
    decision = f"/lots/{lot}/deviations/1/decision"
    told = refused(
        stage, "quality", decision, "DeviationNotClearable", ["facility_not_certified"], **JUSTIFIED
    )
    assert "Birth Centre nothing in force covered fill" in told["reasons"][0]["detail"]
    stage.post("quality", decision, outcome="not_justified", statement="It may not be sterile.")
    unreleased(stage, lot, ["deviation_unjustified"])


def test_p7_sterility_tested_where_nothing_covered_it_is_never_justified(stage: Stage) -> None:
    lot = scenes.filled_lot(stage, "EX-STERILE", scenes.donation(stage, "A999026000005"))
    scenes.result(stage, lot, {"assay": "sterility", "finding": "no_growth", "facility": scenes.SITE})
    refused(
        stage, "quality", f"/lots/{lot}/deviations/1/decision", "DeviationNotClearable", ["facility_not_certified"],
        **JUSTIFIED,
    )  # fmt: skip


def test_r2_an_expired_lot_is_not_released(stage: Stage) -> None:
    lot = scenes.assessed_lot(stage, "EX-OLD", scenes.donation(stage, "A999026000006"), days=16)
    stage.clock.tick(days=2)
    unreleased(stage, lot, ["expired"])


def test_q2_without_a_specification_there_is_nothing_to_judge_by(stage: Stage) -> None:
    stage.post(
        "quality", "/products", code="EXO-NEW", name="Unspecified", source_tissues=["umbilical_cord"],
        routes_allowed=["topical"], dose_form="gel", country="US", zone="America/New_York", process=[],
        storage=[{"min": "2", "max": "8", "unit": "Cel", "shelf_life_days": 90}],
    )  # fmt: skip
    lot = scenes.registered_lot(stage, "EX-NOSPEC", scenes.donation(stage, "A999026000007"), code="EXO-NEW")
    refused(stage, "quality", f"/lots/{lot}/assessment", "AssessmentRefused", ["no_specification"])
    unreleased(stage, lot, ["no_specification", "not_filled", "no_regulatory_basis"])


def test_section_0_a_product_that_nothing_carries_is_not_released_for_patients(stage: Stage) -> None:
    scenes.product(stage, "EXO-BARE", gtin="09506000134369", bases=[])
    lot = scenes.assessed_lot(stage, "EX-BARE", scenes.donation(stage, "A999026000008"), code="EXO-BARE")
    told = unreleased(stage, lot, ["no_regulatory_basis"])
    assert told["reasons"][0]["detail"].startswith("No FDA approval and no IND on file")
