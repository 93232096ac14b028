"""Decisions about vials that are refused over HTTP: shipment, preparation, undo, put back, reissue, rescission."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests import scenes
from tests.answering import answer, codes, refused
from tests.staging import CLINIC, MAKER, OTHER_CLINIC, Stage

THAW: dict[str, Any] = {"starts": ["thaw"], "route": "injection"}
UNDISPOSED = {"undo": "UndoRefused", "put_back": "PutBackRefused", "reissue": "ReissueRefused"}


def unshipped(stage: Stage, contents: Sequence[dict[str, Any]], reasons: list[str], to: str = CLINIC) -> Any:
    """The refusal to send these vials, for exactly these reasons."""
    return refused(
        stage, "logistics", "/shipments", "ShipmentRefused", reasons, shipment="SHP-REFUSED", recipient=to,
        contents=list(contents), packed_by="T. Packer", courier="Demonstration courier",
    )  # fmt: skip


def unprepared(
    stage: Stage, lot: str, serial: str, reasons: list[str], *, who: str = "clinician", recorded: int = 0,
    **differing: Any,
) -> Any:  # fmt: skip
    """The refusal to prepare this vial, for exactly these reasons."""
    return refused(
        stage, who, f"/vials/{lot}/{serial}/preparation", "PreparationRefused", reasons, recorded=recorded,
        **{**THAW, **differing},
    )  # fmt: skip


def undisposed(
    stage: Stage, lot: str, serial: str, kind: str, reasons: list[str], *, who: str = "clinician",
    **more: Any,
) -> Any:  # fmt: skip
    """The refusal of an undo, a putting back or a reissue, for exactly these reasons."""
    path, rule = f"/vials/{lot}/{serial}/disposition", UNDISPOSED[kind]
    return refused(stage, who, path, rule, reasons, kind=kind, reason="As it happened.", **more)


@pytest.fixture(scope="module")
def lot(stage: Stage) -> str:
    """A released lot with vials for everybody."""
    return scenes.released_lot(stage, "EX-GOOD", scenes.donation(stage, "A999026000101"), stock=40)


def test_r3_every_reason_of_every_lot_in_a_shipment_is_named_at_once(stage: Stage, lot: str) -> None:
    held = scenes.released_lot(stage, "EX-HELD", scenes.donation(stage, "A999026000001"), days=20)
    din = scenes.donation(stage, "A999026000002")
    unfinished = scenes.filled_lot(stage, "EX-UNFINISHED", din)
    stage.post(
        "quality", f"/donations/{din}/consent-withdrawal", withdrawn_on=stage.clock().date().isoformat()
    )
    stage.clock.tick(days=10)
    scenes.hold(stage, held)
    unshipped(
        stage,
        [
            {"lot": held, "count": 1}, {"lot": unfinished, "count": 1}, {"lot": lot, "count": 99},
        ],
        ["on_hold", "expired", "not_released", "on_hold", "consent_withdrawn", "too_few_in_stock"],
    )  # fmt: skip


def test_r3_a_recalled_lot_stays_where_it_is(stage: Stage) -> None:
    recalled = scenes.released_lot(stage, "EX-BACK", scenes.donation(stage, "A999026000003"))
    scenes.recall(stage, "RC-BACK", lots=[recalled])
    unshipped(stage, [{"lot": recalled, "count": 1}], ["recalled"])


def test_r3_who_receives_is_on_record_and_somebody_else(stage: Stage, lot: str) -> None:
    unshipped(stage, [{"lot": lot, "count": 1}], ["unknown_recipient"], to="nowhere-clinic")
    unshipped(stage, [{"lot": lot, "count": 1}], ["own_organisation"], to=MAKER)


def test_r3_only_vials_in_stock_leave(stage: Stage, lot: str) -> None:
    serials = [vial["serial"] for vial in stage.get("quality", f"/lots/{lot}/vials")["items"]]
    (sent,) = scenes.dispatched(stage, lot, "SHP-STOCK", count=1)
    sample = serials[40]
    unshipped(
        stage, [{"lot": lot, "serials": [sent, sample, "222222222222"]}],
        ["unknown_vial", "not_in_stock", "not_in_stock"],
    )  # fmt: skip


def test_v4_a_vial_is_received_before_it_is_prepared(stage: Stage, lot: str) -> None:
    (serial,) = scenes.dispatched(stage, lot, "SHP-WAY", count=1)
    told = unprepared(stage, lot, serial, ["in_transit"])
    assert "Receive it first" in told["reasons"][0]["detail"]
    here = answer(stage, lot, serial, "clinician")
    assert codes(here) == ["in_transit"]
    assert here["reasons"][0]["next_step"].startswith("Receive it first")


def test_v10_a_vial_on_its_way_to_another_is_suspected_where_it_is_claimed(stage: Stage, lot: str) -> None:
    (serial,) = scenes.dispatched(stage, lot, "SHP-WAY-2", count=1)
    elsewhere = ["suspected_copy", "not_consigned_here"]
    unprepared(stage, lot, serial, elsewhere, who="other_clinician", recorded=2)
    assert codes(answer(stage, lot, serial, "clinician")) == ["suspected_copy", "in_transit"]


def test_v4_what_is_unknown_is_not_prepared(stage: Stage, lot: str) -> None:
    unprepared(stage, lot, "222222222222", ["unknown_serial"])
    unprepared(stage, "EX-NEVER", "222222222222", ["unknown_lot"])


def test_v5_a_vial_is_claimed_once(stage: Stage, lot: str) -> None:
    (serial,) = scenes.consigned(stage, lot, "SHP-ONCE", count=1)
    scenes.prepared(stage, lot, serial)
    (mine,) = unprepared(stage, lot, serial, ["already_used"])["reasons"]
    assert mine["next_step"].startswith("Record what is given of it")
    path = f"/vials/{lot}/{serial}/disposition"
    unsaid = stage.post("clinician", path, 422, kind="undo", reason="Not this one.")
    assert unsaid["detail"] == "/statement: is needed to undo: nothing_given or wrong_vial"
    elsewhere = ["suspected_copy", "not_consigned_here", "used_elsewhere"]
    told = unprepared(stage, lot, serial, elsewhere, who="other_clinician", recorded=2)
    assert CLINIC not in str(told)
    assert all(reason["next_step"] for reason in told["reasons"])
    unprepared(stage, lot, serial, ["suspected_copy", "already_used"], recorded=1)
    asked = answer(stage, lot, serial, "other_clinician")
    assert codes(asked) == ["suspected_copy", "not_consigned_here", "used_elsewhere"]
    assert [reason["alert"] for reason in asked["reasons"]] == [True, False, True]


def test_v4_a_country_or_route_without_a_footing_is_refused(stage: Stage, lot: str) -> None:
    (serial,) = scenes.consigned(stage, lot, "SHP-FOOT", count=1)
    unprepared(stage, lot, serial, ["no_regulatory_basis"], country="DE")
    unprepared(stage, lot, serial, ["route_not_permitted"], route="topical")


def test_section_0_a_topical_product_is_never_injected(stage: Stage) -> None:
    scenes.product(
        stage, "EXO-TOP", gtin="09506000134369", routes_allowed=["topical"],
        bases=[{"country": "US", "route": "topical", "kind": "cosmetic", "since": "2026-01-15"}],
    )  # fmt: skip
    topical = scenes.released_lot(stage, "EX-TOP", scenes.donation(stage, "A999026000004"), code="EXO-TOP")
    (serial,) = scenes.consigned(stage, topical, "SHP-TOP", count=1)
    told = unprepared(stage, topical, serial, ["route_not_permitted"])
    assert told["reasons"][0]["detail"] == "TOPICAL ONLY – NOT FOR INJECTION"
    asked = answer(stage, topical, serial, "clinician", gtin="09506000134369", query="?route=injection")
    assert codes(asked) == ["route_not_permitted"]
    stage.post("clinician", f"/vials/{topical}/{serial}/preparation", starts=["puncture"], route="topical")


def test_v7_what_is_recalled_or_expired_is_refused_without_alert(stage: Stage) -> None:
    old = scenes.released_lot(stage, "EX-OLD", scenes.donation(stage, "A999026000005"), days=20)
    used, spare, back = scenes.consigned(stage, old, "SHP-OLD")
    scenes.prepared(stage, old, used)
    scenes.disposed(stage, old, back, "return")
    scenes.recall(stage, "RC-OLD", lots=[old])
    stage.clock.tick(days=7)
    unprepared(stage, old, spare, ["recalled", "expired"])
    told = answer(stage, old, spare, "clinician")
    assert [reason["alert"] for reason in told["reasons"]] == [False, False]
    undisposed(stage, old, used, "undo", ["expired", "recalled"], statement="nothing_given")


def test_v6_an_act_is_taken_back_by_its_clinic_within_ten_days(stage: Stage, lot: str) -> None:
    serial, right = scenes.consigned(stage, lot, "SHP-UNDO", count=2)
    ref = {"lot": lot, "serial": serial}
    undisposed(stage, lot, right, "undo", ["nothing_to_undo"], statement="nothing_given")
    scenes.prepared(stage, lot, serial)
    undisposed(stage, lot, serial, "undo", ["right_vial_is_this"], statement="wrong_vial", right_vial=ref)
    stage.clock.tick(days=11)
    undisposed(stage, lot, serial, "undo", ["too_late_to_undo"], statement="nothing_given")
    undisposed(
        stage, lot, serial, "undo", ["other_organisation", "too_late_to_undo"], who="quality",
        statement="nothing_given",
    )  # fmt: skip
    refused(
        stage, "other_clinician", f"/vials/{lot}/{serial}/disposition", "NotFound", http=404, kind="undo",
        reason="It was ours.", statement="nothing_given",
    )  # fmt: skip


def test_v6_wrong_vial_scanned_names_the_right_one_and_frees_this_one(stage: Stage, lot: str) -> None:
    wrong, right = scenes.consigned(stage, lot, "SHP-WRONG", count=2)
    scenes.prepared(stage, lot, wrong)
    nameless = stage.post(
        "clinician", f"/vials/{lot}/{wrong}/disposition", 422, kind="undo", reason="Mixed up.", statement="wrong_vial"
    )  # fmt: skip
    assert nameless["errors"][0]["pointer"] == "/right_vial"
    scenes.disposed(
        stage, lot, wrong, "undo", statement="wrong_vial", right_vial={"lot": lot, "serial": right}
    )
    assert codes(answer(stage, lot, wrong, "clinician")) == []


def test_r5_only_quality_reissues_and_only_an_unopened_vial_that_came_back(stage: Stage, lot: str) -> None:
    whole, opened = scenes.consigned(stage, lot, "SHP-RETURN", count=2)
    cold: dict[str, Any] = {"cold_chain_evidence": "Logger L-7, -80 to -74 Cel"}
    undisposed(stage, lot, whole, "reissue", ["not_returned"], who="quality", **cold)
    scenes.prepared(stage, lot, opened)
    for serial in (whole, opened):
        scenes.disposed(stage, lot, serial, "return")
    undisposed(stage, lot, opened, "reissue", ["opened"], who="quality", **cold)
    path = f"/vials/{lot}/{whole}/disposition"
    for who in ("logistics", "clinician"):
        refused(stage, who, path, "Forbidden", http=403, kind="reissue", reason="It is good.", **cold)
    warm = stage.post("quality", path, 422, kind="reissue", reason="It is good.")
    missing = "is needed to reissue: what shows that it stayed cold"
    assert warm["errors"] == [{"pointer": "/cold_chain_evidence", "detail": missing}]
    scenes.disposed(stage, lot, whole, "reissue", who="quality", **cold)
    assert stage.get("quality", f"/vials/{lot}/{whole}")["state"] == "in_stock"


def test_a_vial_is_put_back_only_if_it_is_whole_and_nothing_is_doubted(stage: Stage, lot: str) -> None:
    whole, opened, damaged = scenes.dispatched(stage, lot, "SHP-ASIDE")
    stage.post(
        "clinician", "/shipments/SHP-ASIDE/receipt",
        vials=[{"lot": lot, "serial": damaged, "condition": "damaged", "note": "The stopper is loose."}],
    )  # fmt: skip
    undisposed(stage, lot, whole, "put_back", ["not_set_aside"])
    scenes.prepared(stage, lot, opened)
    for serial in (opened, damaged):
        scenes.disposed(stage, lot, serial, "set_aside")
    undisposed(stage, lot, opened, "put_back", ["opened"])
    undisposed(stage, lot, damaged, "put_back", ["doubtful"])
    scenes.disposed(stage, lot, damaged, "put_back", who="quality")
    assert codes(answer(stage, lot, damaged, "clinician")) == []


def test_p9_an_excursion_is_judged_only_where_there_was_one(stage: Stage, lot: str) -> None:
    scenes.consigned(stage, lot, "SHP-COLD", count=1, to=OTHER_CLINIC)
    refused(
        stage, "quality", "/shipments/SHP-COLD/excursion", "ShipmentRefused", ["no_excursion"], acceptable=True,
        reason="It stayed cold.",
    )  # fmt: skip
