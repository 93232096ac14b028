"""From a donation over a cell bank and a bulk to fills and a formulation: consumption, purposes, pooling, lookback."""

from __future__ import annotations

from typing import Any

import pytest

from tests import scenes
from tests.answering import answer, codes, refused
from tests.staging import Stage

DIN = "A999026000101"
BANK, BULK = "MCB-1", "BULK-1"
ML: dict[str, Any] = {"amount": "100", "unit": "mL"}


def from_bulk(stage: Stage, number: str, amount: str, code: str = scenes.PRODUCT, **more: Any) -> str:
    """A finished lot made from some of the bulk."""
    stage.post(
        "technician", "/lots", number=number, kind="finished", product=code, quantity=ML,
        parents=[{"lot": BULK, "amount": amount, "unit": "mL"}], **more,
    )  # fmt: skip
    return number


def finished(stage: Stage, number: str) -> str:
    """The lot is processed, filled, tested and judged: only its release is left."""
    for kind in ("tissue_digestion", "harvest"):
        stage.clock.tick(hours=2)
        scenes.step(stage, number, kind)
    stage.clock.tick(hours=2)
    scenes.fill(stage, number)
    scenes.tested_lot(stage, number)
    stage.post("quality", f"/lots/{number}/assessment")
    return number


def causes(stage: Stage, lot: str) -> list[str]:
    """Why the lot's deviations were opened."""
    return [one["cause"] for one in stage.get("quality", f"/lots/{lot}")["deviations"]]


@pytest.fixture(scope="module")
def family(stage: Stage) -> str:
    """A bank from one donation and a bulk from the bank, both released to be made into more."""
    material = {"routes_allowed": ["none"], "bases": [], "process": [], "gtin": None}
    for code in ("MSC-BANK", "EV-BULK"):
        scenes.product(stage, code, **material)
    scenes.donation(stage, DIN)
    stage.post(
        "technician", "/lots", number=BANK, kind="cell_bank", product="MSC-BANK", donations=[DIN],
        quantity={"amount": "40", "unit": "vials"},
    )  # fmt: skip
    stage.post(
        "technician", "/lots", number=BULK, kind="bulk", product="EV-BULK", quantity={"amount": "250", "unit": "mL"},
        parents=[{"lot": BANK, "amount": "2", "unit": "vials"}],
    )  # fmt: skip
    return BULK


def test_p2_a_parent_that_nobody_released_departs_and_keeps_its_children(stage: Stage, family: str) -> None:
    assert causes(stage, family) == ["parent_not_released"]
    bank = stage.get("quality", f"/lots/{BANK}")
    assert bank["remaining"] == {"amount": "38", "unit": "vials"}
    assert [one["into"] for one in bank["consumed"]] == [family]
    for lot in (BANK, BULK):
        scenes.tested_lot(stage, lot)
        stage.post("quality", f"/lots/{lot}/assessment")
    refused(
        stage, "quality", f"/lots/{BULK}/release", "ReleaseRefused", ["parent_not_released", "deviation_open"],
        deciding=f"lot/{BULK}", purpose="further_processing",
    )  # fmt: skip
    refused(
        stage, "quality", f"/lots/{BANK}/release", "ReleaseRefused",
        ["not_filled", "not_finished", "no_regulatory_basis"], deciding=f"lot/{BANK}", purpose="clinical",
    )  # fmt: skip
    scenes.release(stage, BANK, "further_processing")
    stage.post(
        "quality",
        f"/lots/{BULK}/deviations/1/decision",
        outcome="justified",
        statement="The bank passed since.",
    )
    scenes.release(stage, BULK, "further_processing")


def test_p2_several_fills_share_a_bulk_and_more_than_there_was_departs(stage: Stage, family: str) -> None:
    scenes.release(stage, finished(stage, from_bulk(stage, "FILL-1", "100")))
    assert causes(stage, from_bulk(stage, "FILL-2", "100")) == []
    assert causes(stage, from_bulk(stage, "FILL-3", "100")) == ["more_consumed_than_made"]
    assert stage.get("quality", f"/lots/{family}")["remaining"] == {"amount": "-50", "unit": "mL"}
    told = refused(
        stage, "technician", "/lots", "Malformed", number="FILL-4", kind="finished", product=scenes.PRODUCT,
        quantity=ML, parents=[{"lot": BULK, "amount": "2", "unit": "vials"}],
    )  # fmt: skip
    assert told["errors"][0]["pointer"] == "/parents"


def test_p2_a_formulation_is_a_product_of_its_own_and_inherits_no_footing(stage: Stage, family: str) -> None:
    additives = [{"name": "Made-up tripeptide", "kind": "peptide", "amount": "50", "unit": "mg"}]
    kept: dict[str, Any] = {
        "number": "FORM-1", "kind": "finished", "product": "EV-BULK", "quantity": ML, "additives": additives,
        "parents": [{"lot": family, "amount": "1", "unit": "mL"}],
    }  # fmt: skip
    refused(stage, "technician", "/lots", "FormulationNeedsItsOwnProduct", ["parent_product_kept"], **kept)
    scenes.product(stage, "EXO-PEPTIDE", gtin="09506000134369", bases=[])
    finished(stage, from_bulk(stage, "FORM-2", "1", "EXO-PEPTIDE", additives=additives))
    told = refused(
        stage, "quality", "/lots/FORM-2/release", "ReleaseRefused", ["deviation_open", "no_regulatory_basis"],
        deciding="lot/FORM-2", purpose="clinical",
    )  # fmt: skip
    assert "more was consumed than there was" in told["reasons"][0]["detail"]


def test_p10_donors_are_not_pooled_through_parents_either(stage: Stage, family: str) -> None:
    second = scenes.donation(stage, "A999026000102")
    refused(
        stage, "technician", "/lots", "PoolingRefused", ["donors_pooled"], number="POOL-1", kind="finished",
        product=scenes.PRODUCT, quantity=ML, donations=[second],
        parents=[{"lot": family, "amount": "1", "unit": "mL"}],
    )  # fmt: skip


def test_p10_a_pool_with_its_reference_takes_the_worst_donor(stage: Stage) -> None:
    scenes.product(stage, "EXO-POOL", gtin="09506000134376", pooling_reference="IND 999999, section 7")
    good = scenes.donation(stage, "A999026000103")
    open_ = scenes.donation(stage, "A999026000104", determine=False)
    stage.post(
        "technician", "/lots", number="POOL-2", kind="finished", product="EXO-POOL", quantity=ML,
        donations=[good, open_],
    )  # fmt: skip
    finished(stage, "POOL-2")
    refused(
        stage, "quality", "/lots/POOL-2/release", "ReleaseRefused", ["donor_undetermined"], deciding="lot/POOL-2",
        purpose="clinical",
    )  # fmt: skip
    serial = stage.get("quality", "/lots/POOL-2/vials")["items"][0]["serial"]
    told = answer(stage, "POOL-2", serial, gtin="09506000134376")
    assert codes(told) == ["not_released", "quarantined"]
    assert [one["screening"] for one in told["sourcing"]["donations"]] == ["passed", "not finished"]
    assert "Testing not finished – do not use" in told["reasons"][1]["detail"]


def test_p1_the_trace_goes_up_to_the_donation_and_down_to_the_last_vial(stage: Stage, family: str) -> None:
    told = stage.get("quality", f"/trace?from=lot:{family}")
    directions = {one["lot"]: one["direction"] for one in told["lots"]}
    assert directions == {
        BANK: "up", BULK: "start", "FILL-1": "down", "FILL-2": "down", "FILL-3": "down", "FORM-2": "down",
    }  # fmt: skip
    assert [one["din"] for one in told["donations"]] == [DIN]
    below = stage.get("quality", f"/trace?from=donation:{DIN}")
    assert {one["lot"] for one in below["lots"]} == directions.keys()


def test_d10_a_later_adverse_result_holds_every_descendant_and_opens_an_investigation(
    stage: Stage, family: str
) -> None:
    scenes.consigned(stage, "FILL-1", "SHP-1", count=1)
    (serial,) = stage.get("quality", "/shipments/SHP-1")["contents"][0]["serials"]
    assert answer(stage, "FILL-1", serial, "clinician")["decision"] == "in_order"
    reply = stage.post(
        "analyst",
        f"/donations/{DIN}/screenings",
        reports=[scenes.report(stage, "hbv_nat", outcome="reactive")],
    )
    held = [one["stream"] for one in reply["also_recorded"] if one["kind"] == "LotHeld"]
    below = [BULK, "FILL-1", "FILL-2", "FILL-3", "FORM-2", BANK]
    assert held == [f"lot/{lot}" for lot in below]
    opened = [one["stream"] for one in reply["also_recorded"] if one["kind"] == "InvestigationOpened"]
    assert opened == held
    assert codes(answer(stage, "FILL-1", serial, "clinician")) == ["on_hold"]
    refused(
        stage, "logistics", "/shipments", "ShipmentRefused", ["on_hold", "lookback_open"], shipment="SHP-2",
        recipient="harbour-clinic", contents=[{"lot": "FILL-1", "count": 1}], packed_by="T. Packer", courier="Courier",
    )  # fmt: skip
    told = stage.get("quality", f"/lots/{family}")
    assert (told["status"], told["quality"]["open_investigations"]) == ("on_hold", [1])
    stage.post(
        "quality",
        f"/donations/{DIN}/lookback/1/conclusion",
        conclusion="confirmed",
        explanation="A second specimen.",
    )
    assert codes(answer(stage, "FILL-1", serial, "clinician")) == ["on_hold", "donor_not_eligible"]
    refused(
        stage, "quality", f"/donations/{DIN}/lookback/1/conclusion", "LookbackAlreadyConcluded", http=409,
        conclusion="not_confirmed", explanation="A mistake.",
    )  # fmt: skip
