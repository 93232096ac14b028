"""Provenance bundles: what is in them, what is withheld from whom, and that the stranger's verifier agrees."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qc_service.application.actor import Actor
from qc_service.application.publishing import Publisher
from qc_service.domain.errors import Forbidden, NotFound
from qc_service.domain.permissions import Role
from qc_service.ledger.canonical import parse
from tests.application.provenance_world import (
    BANK,
    CLINIC,
    CLINICIAN,
    DIN,
    ELSEWHERE,
    LOT,
    OTHER,
    OTHER_CLINICIAN,
    OWNER,
    QUALITY,
    RECALL,
    SERIALS,
    SHIPMENT,
    TECHNICIAN,
    ProvenanceWorld,
)
from tests.fakes import actor, signer
from verifier import verify_bundle as stranger


@pytest.fixture
def story(tmp_path: Path) -> ProvenanceWorld:
    return ProvenanceWorld(tmp_path)


def checked(story: ProvenanceWorld, bundle: bytes) -> stranger.Case:
    """What the verifier has established of a bundle, having found nothing wrong."""
    outcome = stranger.verify(bundle, story.root)
    assert outcome.found == [[]] * 13
    return outcome.case


def kinds(case: stranger.Case) -> set[str]:
    return {record.kind for record in case.records if record.shown}


def spoken(bundle: bytes) -> Iterator[str]:
    """Every payload that can be read in the bundle."""
    for record in json.loads(bundle)["records"]:
        if record["envelope"]:
            yield base64.b64decode(record["envelope"]["payload"]).decode()


def test_a_bundle_is_its_own_canonical_form(story: ProvenanceWorld) -> None:
    plain: dict[str, Any] = parse(story.lot())
    assert sorted(plain) == sorted(stranger.BUNDLE)
    assert plain["about"] == {"lot": LOT, "serial": None}
    assert plain["timestamps"] == []


def test_a_lots_bundle_holds_what_the_lot_stands_on(story: ProvenanceWorld) -> None:
    case = checked(story, story.lot())
    assert sorted(case.streams) == [
        f"donation/{DIN}",
        "facility/north-cleanroom",
        f"key/{signer().public.keyid}",
        f"lot/{BANK}",
        f"lot/{LOT}",
        "person/t.quality",
        "person/t.technician",
        "product/EXO-INJ-1",
    ]


def test_an_auditor_is_shown_everything_and_the_replay_confirms_every_claim(story: ProvenanceWorld) -> None:
    case = checked(story, story.lot())
    assert case.shown() == case.records
    assert case.unconfirmed == {}
    assert case.state["lots"][LOT]["status"] == "released"
    assert case.state["lots"][LOT]["released_for"] == ["clinical"]
    assert case.state["lots"][LOT]["filled"] == 9
    assert case.state["donations"] == {DIN: "eligible"}


def test_a_vials_bundle_holds_its_shipments_and_acts_too(story: ProvenanceWorld) -> None:
    case = checked(story, story.vial())
    assert {f"shipment/{SHIPMENT}", f"vial/{LOT}/{SERIALS[0]}"} <= case.streams.keys()
    assert f"shipment/{ELSEWHERE}" not in case.streams
    assert case.state["vial"] == {
        "doses_left": 0,
        "ordinal": 0,
        "serial": SERIALS[0],
        "state": "administered",
    }


@pytest.mark.parametrize("place", range(len(SERIALS)))
def test_every_vial_of_a_fill_can_be_proven(story: ProvenanceWorld, place: int) -> None:
    case = checked(story, story.vial(place=place))
    assert case.state["vial"]["ordinal"] == place


def test_nothing_of_another_vial_is_in_a_vials_proof(story: ProvenanceWorld) -> None:
    fill = json.dumps(json.loads(story.vial(place=4))["fill"])
    assert [serial for serial in SERIALS if serial in fill] == [SERIALS[4]]


def test_records_after_the_checkpoint_are_not_in_the_bundle(
    story: ProvenanceWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.lot()
    story.hold(1, "complaint")
    note = (story.home / "head").read_bytes()
    monkeypatch.setattr(Publisher, "publish", lambda *_, **__: note)
    case = checked(story, story.lot())
    assert case.state["lots"][LOT]["status"] == "released"


def test_as_of_is_never_before_the_last_record(story: ProvenanceWorld) -> None:
    story.world.clock.tick(days=400)
    story.hold(1, "complaint")
    plain = json.loads(story.lot())
    assert plain["as_of"] == story.world.clock.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert plain["claimed"]["lots"][LOT]["expired"] is False
    assert plain["claimed"]["lots"][LOT]["status"] == "on_hold"
    checked(story, story.lot())


def test_a_recall_that_reaches_the_lot_is_in_its_bundle(story: ProvenanceWorld) -> None:
    story.recall(CLINIC, OTHER)
    case = checked(story, story.lot())
    assert case.state["lots"][LOT]["status"] == "recalled"
    assert f"recall/{RECALL}" in case.streams


@pytest.mark.parametrize(
    ("by", "sees"),
    [(QUALITY, True), (actor(Role.AUDITOR, "other-auditors"), True), (TECHNICIAN, False), (CLINICIAN, False)],
)
def test_screening_values_are_for_those_who_may_read_them(
    story: ProvenanceWorld, by: Actor, sees: bool
) -> None:
    case = checked(story, story.lot(by))
    assert ("DonorScreened" in kinds(case)) is sees
    assert len(case.records) - len(case.shown()) == (0 if sees else 1)
    assert case.state["donations"] == {DIN: "eligible"}


def test_a_consignee_is_not_told_that_a_donor_withdrew(story: ProvenanceWorld) -> None:
    story.lay(DIN, "ConsentWithdrawn", withdrawn_on="2026-12-01", reference="CF-2611-004", version="3")
    story.hold(1, "donor_review")
    told = story.lot(CLINICIAN)
    assert not any("withdr" in payload.lower() for payload in spoken(told))
    assert checked(story, told).state["lots"][LOT]["status"] == "on_hold"
    assert "ConsentWithdrawn" in kinds(checked(story, story.lot(QUALITY)))


def test_lookbacks_are_not_a_consignees_to_read(story: ProvenanceWorld) -> None:
    story.lay(DIN, "LookbackReported", lookback=1, findings=["hbv_nat"], reported_by="Laboratory",
              received_on="2026-12-01", explanation="A later result.")  # fmt: skip
    story.lay(DIN, "LookbackConcluded", lookback=1, conclusion="not_confirmed", explanation="Another donor.")
    assert not {"LookbackReported", "LookbackConcluded"} & kinds(checked(story, story.lot(CLINICIAN)))
    assert {"LookbackReported", "LookbackConcluded"} <= kinds(checked(story, story.lot(QUALITY)))


def test_a_confirmed_lookback_leaves_the_donor_ineligible_for_good(story: ProvenanceWorld) -> None:
    story.lay(DIN, "LookbackReported", lookback=1, findings=["hbv_nat"], reported_by="Laboratory",
              received_on="2026-12-01", explanation="A later result.")  # fmt: skip
    story.lay(DIN, "LookbackConcluded", lookback=1, conclusion="confirmed", explanation="The same donor.")
    assert checked(story, story.lot(QUALITY)).state["donations"] == {DIN: "ineligible"}
    theirs = checked(story, story.lot(CLINICIAN))
    assert theirs.unconfirmed == {f"donation {DIN}": "ineligible"}


def test_a_clinic_gets_its_own_vials_acts_and_not_other_clinics(story: ProvenanceWorld) -> None:
    story.ship("SHP-2611-06", CLINIC, [SERIALS[3]])
    story.receive("SHP-2611-06", CLINICIAN, [SERIALS[3]])
    story.on_vial("VialSetAside", CLINICIAN, 3)
    story.on_vial("VialLost", OTHER_CLINICIAN, 3)
    told = story.vial(CLINICIAN, 3)
    assert not any(OTHER in payload for payload in spoken(told))
    case = checked(story, told)
    assert "VialSetAside" in kinds(case)
    assert "VialLost" not in kinds(case)
    assert case.unconfirmed.keys() == {"vial"}
    assert json.loads(told)["claimed"]["vial"]["state"] == "lost"
    undisclosed = [stream for stream in case.manifest["streams"] if stream["stream"] is None]
    assert len(undisclosed) == 1


def test_the_owner_sees_what_clinics_did(story: ProvenanceWorld) -> None:
    case = checked(story, story.vial(QUALITY))
    assert "VialAdministered" in kinds(case)
    assert case.unconfirmed == {}


def test_a_recall_that_names_other_clinics_is_withheld_from_each(story: ProvenanceWorld) -> None:
    story.recall(CLINIC, OTHER)
    answered = {"recall": RECALL, "set_aside": 1, "used": 0, "missing": 0, "note": None}
    for by in (CLINICIAN, OTHER_CLINICIAN):
        story.lay(RECALL, "RecallAcknowledged", by, organisation=by.organisation, **answered)
    told = story.lot(CLINICIAN)
    assert not any(OTHER in payload for payload in spoken(told))
    case = checked(story, told)
    assert [record.shown for record in case.streams[f"recall/{RECALL}"]] == [False, True, False]
    assert case.state["lots"][LOT]["status"] == "recalled"


def test_a_recall_from_one_clinic_alone_is_shown_to_it(story: ProvenanceWorld) -> None:
    story.recall(CLINIC)
    assert "RecallInitiated" in kinds(checked(story, story.lot(CLINICIAN)))


def test_a_lot_that_was_not_consigned_is_not_known_to_exist(story: ProvenanceWorld) -> None:
    stranger_there = actor(Role.CLINICIAN, "far-clinic", "f.clinician")
    with pytest.raises(NotFound):
        story.lot(stranger_there)
    with pytest.raises(NotFound):
        story.lot(lot="EX999999Z")
    with pytest.raises(NotFound):
        story.lot(CLINICIAN, BANK)


def test_a_vial_that_was_sent_elsewhere_is_not_a_consignees_to_read(story: ProvenanceWorld) -> None:
    with pytest.raises(NotFound):
        story.vial(OTHER_CLINICIAN, 0)
    with pytest.raises(NotFound):
        story.bundler.vial(QUALITY, LOT, "7K3M9QW2TX49", story.world.clock.now)


def test_without_its_fill_manifest_a_vial_cannot_be_proven(story: ProvenanceWorld) -> None:
    story.world.store.files.clear()
    with pytest.raises(NotFound):
        story.vial()


def test_a_bundle_needs_the_permission_to_read_records(story: ProvenanceWorld) -> None:
    nobody = replace(actor(Role.AUDITOR, OWNER), roles=frozenset())
    with pytest.raises(Forbidden):
        story.lot(nobody)
    with pytest.raises(Forbidden):
        story.vial(nobody)
