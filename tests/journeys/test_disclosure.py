"""Who is told what over HTTP: others' records read like none, clinics learn of their own, values stay with quality."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import orjson
import pytest

from tests import scenes
from tests.answering import answer, codes, refused
from tests.staging import CLINIC, OTHER_CLINIC, Stage

DIN, OTHER_DIN = "A999026000101", "A999026000102"
LOT, OTHER_LOT = "EX-ONE", "EX-TWO"
VALUES = {"DonorScreened", "DonorTested", "LookbackReported"}


@pytest.fixture(scope="module")
def serials(stage: Stage) -> dict[str, str]:
    """Two lots of two donations, each sent to one clinic; another manufacturer; and a clinic that passes vials on."""
    stage.post(
        "administrator", "/organisations", id="rival-biologics", name="Rival", kind="manufacturer", country="US",
        zone="America/New_York",
    )  # fmt: skip
    for who, organisation, roles in (
        ("rival", "rival-biologics", ["technician", "analyst", "quality", "logistics"]),
        ("rival_auditor", "rival-biologics", ["auditor", "technician", "quality"]),
        ("forwarder", CLINIC, ["logistics"]),
    ):
        stage.post(
            "administrator", "/persons", id=f"t.{who.replace('_', '-')}", printed_name=f"Test {who}", roles=roles,
            organisation=organisation,
        )  # fmt: skip
    for din, lot, shipment, to in (
        (DIN, LOT, "SHP-1", CLINIC), (OTHER_DIN, OTHER_LOT, "SHP-2", OTHER_CLINIC),
    ):  # fmt: skip
        scenes.donation(stage, din)
        scenes.released_lot(stage, lot, din)
        scenes.consigned(stage, lot, shipment, to=to)
    stage.post("technician", "/equipment", id="TFF-1", name="Filter")
    scenes.recall(stage, "RC-1", lots=[OTHER_LOT])
    file = stage.send(
        "quality", "POST", "/attachments", data={"file": (BytesIO(b"a file"), "file.txt")}
    ).get_json()  # fmt: skip
    told = {lot: stage.get("quality", f"/shipments/{name}")["contents"][0]["serials"][0]
            for lot, name in ((LOT, "SHP-1"), (OTHER_LOT, "SHP-2"))}  # fmt: skip
    return {**told, "file": decoded(file["record"])["body"]["file"]["sha256"]}


def decoded(envelope: dict[str, str]) -> Any:
    """What was signed."""
    return orjson.loads(base64.b64decode(envelope["payload"]))["predicate"]


def paths(serials: dict[str, str]) -> dict[str, str]:
    """Each thing that is the manufacturer's, with the name that nothing has beside it."""
    return {
        f"/lots/{OTHER_LOT}": OTHER_LOT, f"/lots/{OTHER_LOT}/results": OTHER_LOT, f"/lots/{OTHER_LOT}/vials": OTHER_LOT,
        f"/lots/{OTHER_LOT}/provenance": OTHER_LOT, f"/donations/{OTHER_DIN}": OTHER_DIN,
        f"/donations/{OTHER_DIN}/screenings": OTHER_DIN, "/shipments/SHP-2": "SHP-2", "/recalls/RC-1": "RC-1",
        f"/facilities/{scenes.SITE}": scenes.SITE, f"/products/{scenes.PRODUCT}": scenes.PRODUCT,
        "/equipment/TFF-1": "TFF-1", f"/vials/{OTHER_LOT}/{serials[OTHER_LOT]}": serials[OTHER_LOT],
        f"/vials/{OTHER_LOT}/{serials[OTHER_LOT]}/provenance": OTHER_LOT, "/persons/t.quality": "t.quality",
        "/organisations/demo-biologics": "demo-biologics", f"/attachments/{serials['file']}": serials["file"],
        f"/trace?from=lot:{OTHER_LOT}": OTHER_LOT, f"/trace?from=donation:{OTHER_DIN}": OTHER_DIN,
        f"/trace?from=vial:{OTHER_LOT}/{serials[OTHER_LOT]}": OTHER_LOT,
        f"/records?stream=lot/{OTHER_LOT}": OTHER_LOT, f"/records?stream=donation/{OTHER_DIN}": OTHER_DIN,
        "/records?stream=shipment/SHP-2": "SHP-2",
        f"/records?stream=vial/{OTHER_LOT}/{serials[OTHER_LOT]}": OTHER_LOT,
    }  # fmt: skip


NOTHING = {
    OTHER_LOT: "EX-NEVER", OTHER_DIN: "A999026000999", "SHP-2": "SHP-NEVER", "RC-1": "RC-NEVER",
    scenes.SITE: "never-site", scenes.PRODUCT: "EXO-NEVER", "TFF-1": "TFF-NEVER", "t.quality": "t.never",
    "demo-biologics": "never-biologics",
}  # fmt: skip


@pytest.mark.parametrize("who", ["rival", "clinician"])
def test_e4_what_is_anothers_reads_like_what_does_not_exist(
    stage: Stage, serials: dict[str, str], who: str
) -> None:
    for path, name in paths(serials).items():
        if who == "clinician" and path.endswith("/screenings"):
            continue  # a clinician may read no screening values at all
        never = NOTHING.get(name, "0" * 64 if len(name) == 64 else "222222222222")
        foreign, absent = (stage.get(who, each, 404) for each in (path, path.replace(name, never)))
        assert foreign["type"] == absent["type"] == "urn:qc-service:problem:NotFound", path
        assert foreign["detail"].replace(name, never) == absent["detail"], path


def test_e4_lists_and_the_search_hold_nothing_of_anothers(stage: Stage, serials: dict[str, str]) -> None:
    assert serials
    for room in (
        "lots",
        "donations",
        "shipments",
        "products",
        "facilities",
        "equipment",
        "recalls",
        "alerts",
    ):
        assert stage.get("rival", f"/{room}")["items"] == [], room
    assert stage.get("rival", "/search?q=EX-")["items"] == []
    assert [one["id"] for one in stage.get("clinician", "/lots")["items"]] == [LOT]
    assert [one["id"] for one in stage.get("clinician", "/shipments")["items"]] == ["SHP-1"]
    assert stage.get("clinician", "/donations")["items"] == []
    assert stage.get("clinician", "/recalls")["items"] == []


def test_e4_who_sees_everything_acts_on_their_own_only(stage: Stage, serials: dict[str, str]) -> None:
    assert serials
    assert stage.get("rival_auditor", f"/lots/{LOT}")["number"] == LOT
    refused(stage, "rival_auditor", f"/lots/{LOT}/hold", "NotFound", http=404, explanation="Ours now.")
    step: dict[str, Any] = {
        "kind": "harvest", "facility": scenes.SITE, "started_at": "2026-09-01T08:00:00Z",
        "ended_at": "2026-09-01T08:00:00Z", "procedure": {"id": "SOP-1", "version": "2"}, "reason": "Late.",
    }  # fmt: skip
    refused(stage, "rival_auditor", f"/lots/{LOT}/steps", "NotFound", http=404, **step)
    told = refused(
        stage, "rival_auditor", "/lots", "Malformed", number="EX-RIVAL", kind="finished", product=scenes.PRODUCT,
        donations=[DIN], quantity={"amount": "1", "unit": "mL"},
    )  # fmt: skip
    assert told["errors"][0]["pointer"] == "/product"
    refused(
        stage, "rival", "/recalls", "NotFound", http=404, recall="RC-RIVAL", kind="recall", depth="clinic",
        explanation="Not ours.", scope={"lots": [LOT]},
    )  # fmt: skip


def test_e4_a_decision_on_anothers_record_is_not_told_where_it_stands(
    stage: Stage, serials: dict[str, str]
) -> None:
    assert serials
    for lot in (LOT, "EX-NEVER"):
        told = stage.send(
            "rival",
            "POST",
            f"/lots/{lot}/release",
            {"purpose": "clinical"},
            status=404,
            headers={"If-Match": '"0"'},
        ).get_json()
        assert told["detail"] == f"No lot {lot} of yours is on record."


def test_a_consignee_learns_of_its_own_vials_and_their_donations_only(
    stage: Stage, serials: dict[str, str]
) -> None:
    told = stage.get("clinician", f"/lots/{LOT}")
    assert (told["donations"], told["vials"]) == ([DIN], {"received": 3})
    assert (told["next_release"], stage.get("quality", f"/lots/{LOT}")["vials"]["in_stock"]) == (None, 7)
    own, public = answer(stage, LOT, serials[LOT], "clinician"), answer(stage, LOT, serials[LOT])
    assert own["sourcing"]["donations"][0]["din"] == DIN
    assert "Test Quality" in own["release"]["by"]
    assert "din" not in public["sourcing"]["donations"][0]
    assert public["sourcing"]["donations"][0]["collected"] == "2026-09"
    assert "Test Quality" not in str(public)
    foreign = answer(stage, OTHER_LOT, serials[OTHER_LOT], "clinician")
    assert OTHER_DIN not in str(foreign)
    assert codes(foreign) == ["recalled", "not_consigned_here"]


def test_d6_screening_values_are_for_quality_and_auditors(stage: Stage, serials: dict[str, str]) -> None:
    assert serials
    for who, http in (
        ("quality", 200), ("auditor", 200), ("technician", 403), ("analyst", 403), ("administrator", 403),
        ("clinician", 403),
    ):  # fmt: skip
        told = stage.get(who, f"/donations/{DIN}/screenings", http)
        assert ("hbv_nat" in str(told)) is (http == 200), who
    for who, shown in (("quality", True), ("auditor", True), ("technician", False), ("administrator", False)):
        items = stage.get(who, f"/records?stream=donation/{DIN}")["items"]
        kinds = {one["kind"] for one in items}
        assert VALUES & kinds == ({"DonorScreened", "DonorTested"} if shown else set()), who
        assert [one["seq"] for one in items] == list(range(len(items)))
        assert [one["record"] is None for one in items].count(True) == (0 if shown else 2), who
        bundle = stage.get(who, f"/lots/{LOT}/provenance")
        withheld = [one for one in bundle["records"] if one["envelope"] is None]
        assert bool(withheld) is not shown, who


def test_r3_a_clinic_passes_on_what_it_received(stage: Stage, serials: dict[str, str]) -> None:
    spare = stage.get("clinician", "/shipments/SHP-1")["contents"][0]["serials"][2]
    assert spare != serials[LOT]
    stage.post(
        "forwarder", "/shipments", shipment="SHP-ON", recipient=OTHER_CLINIC, packed_by="T. Packer", courier="Courier",
        contents=[{"lot": LOT, "serials": [spare]}],
    )  # fmt: skip
    assert codes(answer(stage, LOT, spare, "other_clinician")) == ["in_transit"]
    assert stage.get("other_clinician", f"/lots/{LOT}")["vials"] == {"in_transit": 1}


def test_e4_who_had_a_vial_before_is_not_told_who_has_it_now(stage: Stage, serials: dict[str, str]) -> None:
    back = stage.get("clinician", "/shipments/SHP-1")["contents"][0]["serials"][1]
    path = f"/vials/{LOT}/{back}"
    stage.post("clinician", f"{path}/disposition", kind="return", reason="Not needed.")
    stage.post(
        "quality", f"{path}/disposition", kind="reissue", reason="Kept cold.", cold_chain_evidence="LOG-1"
    )
    stage.post(
        "logistics", "/shipments", shipment="SHP-AGAIN", recipient=OTHER_CLINIC, packed_by="T. Packer",
        courier="Courier", contents=[{"lot": LOT, "serials": [back]}],
    )  # fmt: skip
    stage.clock.tick(hours=20)
    stage.post("other_clinician", "/shipments/SHP-AGAIN/receipt")
    scenes.prepared(stage, LOT, back, "other_clinician")
    whole = stage.get("quality", path)
    assert (whole["custody"], whole["consigned_to"], whole["shipment"]) == (
        OTHER_CLINIC,
        OTHER_CLINIC,
        "SHP-AGAIN",
    )
    assert whole["in_use"]["claimed_by"] == OTHER_CLINIC
    assert stage.get("other_clinician", path)["in_use"] == whole["in_use"]
    told = stage.get("clinician", path)
    assert [told[name] for name in ("custody", "consigned_to", "shipment", "in_use")] == [None] * 4
    assert OTHER_CLINIC not in str(told)


def test_d9_a_withdrawal_holds_what_is_out_and_no_clinic_is_told_why(
    stage: Stage, serials: dict[str, str]
) -> None:
    stage.post("technician", f"/donations/{DIN}/consent-withdrawal", withdrawn_on=str(stage.clock().date()))
    passing_on: dict[str, Any] = {
        "shipment": "SHP-3", "recipient": OTHER_CLINIC, "packed_by": "T. Packer", "courier": "Courier",
        "contents": [{"lot": LOT, "count": 1}],
    }  # fmt: skip
    reasons = ["on_hold", "consent_withdrawn"]
    refused(stage, "logistics", "/shipments", "ShipmentRefused", reasons, **passing_on)
    vial = f"/vials/{LOT}/{serials[LOT]}"
    told = [
        refused(
            stage, "clinician", f"{vial}/preparation", "PreparationRefused", ["on_hold"], starts=["thaw"],
            route="injection",
        ),
        refused(stage, "forwarder", "/shipments", "ShipmentRefused", ["on_hold", "not_cleared"], **passing_on),
        answer(stage, LOT, serials[LOT], "clinician"), answer(stage, LOT, serials[LOT]), answer(stage, LOT, None),
        *(
            stage.get("clinician", path)
            for path in (f"/lots/{LOT}", vial, f"/trace?from=lot:{LOT}", "/shipments/SHP-1", "/lots", "/search?q=EX-")
        ),
    ]  # fmt: skip
    bundle = stage.get("clinician", f"{vial}/provenance")
    told += [decoded(one["envelope"]) for one in bundle["records"] if one["envelope"]]
    spoken = str(told).lower()
    assert not [word for word in ("consent_withdrawn", "withdrew", "consentwithdrawn") if word in spoken]
    stage.post(
        "quality", f"/lots/{LOT}/holds/1/lift", explanation="The consent allows what is out to be used."
    )
    assert answer(stage, LOT, serials[LOT], "clinician")["decision"] == "in_order"
    refused(stage, "logistics", "/shipments", "ShipmentRefused", ["consent_withdrawn"], **passing_on)
    refused(stage, "forwarder", "/shipments", "ShipmentRefused", ["not_cleared"], **passing_on)
