"""What the verifier's steps (9) to (12) find: manifest, streams, citations and the proof of a vial's serial."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import signer
from tests.verifier.forging import (
    LOT,
    REGISTERED,
    ROOT,
    SERIAL,
    Forge,
    Plain,
    b64,
    canonical,
    envelope,
    fill_of,
    findings,
    resealed,
)
from tests.verifier.test_verifier_evidence import introduced, says, story
from verifier import verify_bundle as stranger

SECOND = signer(3)


def test_the_last_record_of_a_stream_dropped_is_named() -> None:
    bundle = story().bundle()
    bundle["records"].pop()
    says(
        findings(bundle),
        f"(9) lot/{LOT} record 1 (log index 3): is in the manifest and missing from the bundle",
    )


def test_the_last_record_dropped_by_the_bundles_maker_is_found_by_the_length_it_states() -> None:
    bundle = story().bundle()
    bundle["records"].pop()
    says(
        findings(resealed(bundle)),
        f"(10) lot/{LOT}: must have the records 0 to 1, once each and in this order",
    )


def test_a_record_that_no_stream_of_the_manifest_has_is_missing_all_the_same() -> None:
    bundle = resealed(story().bundle(), records=[{"index": 77, "sha256": ""}], streams=[])
    assert findings(bundle)[-1] == "(9) record (log index 77): is in the manifest and missing from the bundle"


def test_a_record_added_after_the_manifest_was_signed_is_found() -> None:
    forge = story()
    whole = forge.bundle()
    without = whole | {"records": whole["records"][:3]}
    added = forge.sealed(without)["manifest"]
    says(
        findings(whole | {"manifest": added}),
        f"(9) lot/{LOT} record 1 (log index 3): is not as the manifest lists",
    )


@pytest.mark.parametrize("name", ["about", "as_of"])
def test_what_the_manifest_was_signed_for_cannot_be_changed(name: str) -> None:
    other: Plain = {"about": {"lot": "EX261101B", "serial": None}, "as_of": "2026-12-02T00:00:00Z"}
    says(
        findings(story().bundle() | {name: other[name]}),
        f"(9) {name}: is not what the manifest was signed for",
    )


def test_an_edited_claim_is_found() -> None:
    bundle = story().bundle()
    bundle["claimed"]["lots"][LOT]["status"] = "quarantined"
    says(findings(bundle), "(9) claimed: was changed after the manifest was signed")


def test_another_checkpoint_of_the_same_tree_is_found() -> None:
    bundle = story().bundle()
    bundle["checkpoint"] += bundle["checkpoint"].rpartition("\n\n")[2]
    says(findings(bundle), "(9) checkpoint: is not the one that the manifest was signed over")


FLAWED_MANIFESTS: dict[str, tuple[Plain, str]] = {
    "another type": (
        {"payloadType": stranger.STATEMENT_TYPE},
        "must be application/vnd.qc-service.bundle-manifest",
    ),
    "no signature": ({"signatures": []}, "with one signature"),
    "bad signature": ({"payload": b64(b"{}")}, "manifest: bad_signature"),
    "other members": (
        envelope(stranger.MANIFEST_TYPE, b"{}", signer()),
        "manifest: must have the members about",
    ),
    "not canonical": (
        envelope(stranger.MANIFEST_TYPE, b"{ }", signer()),
        "manifest: is not the canonical form",
    ),
    "by another key": (envelope(stranger.MANIFEST_TYPE, b"{}", SECOND), "manifest: unknown_key"),
}


@pytest.mark.parametrize("flaw", FLAWED_MANIFESTS)
def test_a_manifest_that_no_record_key_signed_is_found(flaw: str) -> None:
    changed, words = FLAWED_MANIFESTS[flaw]
    bundle = story().bundle()
    bundle["manifest"] = bundle["manifest"] | changed
    says(findings(bundle), words)


def test_a_manifest_by_a_key_that_retired_is_of_unproven_time_which_does_not_refuse() -> None:
    forge = story()
    introduced(forge)
    forge.say(f"key/{SECOND.public.keyid}", "KeyRetired", {})
    outcome = stranger.verify(canonical(resealed(forge.bundle(), SECOND)), ROOT)
    assert outcome.exit_code == 0
    assert outcome.case.verdicts["unproven_time"] == 1


def test_a_manifest_by_a_key_that_was_compromised_is_suspect() -> None:
    forge = story()
    introduced(forge)
    forge.say(f"key/{SECOND.public.keyid}", "KeyCompromised", {"since_size": 6})
    says(findings(resealed(forge.bundle(), SECOND)), "(9) manifest: suspect_after_compromise")


def test_a_gap_in_a_stream_is_found() -> None:
    forge = story()
    forge.say(f"lot/{LOT}", "LotHeld", {"hold": 1}, seq=3, entry={"seq": 3})
    says(forge.verdict(), f"(10) lot/{LOT}: must have the records 0 to 2, once each and in this order")


def test_a_record_that_does_not_follow_the_one_before_it_is_found() -> None:
    forge = story()
    forge.say(f"lot/{LOT}", "LotHeld", {"hold": 1}, prev=None)
    says(forge.verdict(), f"(10) lot/{LOT} record 2 (log index 4): does not follow the record before it")


@pytest.mark.parametrize("stream", [f"lot/{LOT}", "donation/D1"])
def test_a_tag_that_is_not_that_of_the_streams_name_is_found(stream: str) -> None:
    forge = story()
    for one in forge.records:
        if one.stream == stream:
            one.entry["tag"] = "0" * 32
    assert f"(10) {stream}: its tag in the log is not that of its name" in forge.verdict()


def test_a_record_of_another_stream_under_a_streams_tag_is_found() -> None:
    forge = story()
    prev = forge.records[-1].entry["statement"]
    at_lot = {"seq": 2, "tag": forge.tag(f"lot/{LOT}")}
    forge.say("lot/EX261101B", "LotHeld", {"hold": 1}, seq=2, prev=prev, entry=at_lot)
    forge.records[-1].stream = f"lot/{LOT}"
    says(forge.verdict(), f"(10) lot/{LOT}: its tag in the log is not that of its name")


FLAWED_LISTS: dict[str, str] = {
    "no streams": "each record must belong to one stream that is listed",
    "a stream twice": "each record must belong to one stream that is listed",
    "another index": "its records are not those that the manifest lists",
    "a stream that is not there": "undisclosed stream 00: must have the records 0 to 0",
    "other members": "manifest, streams: must have the members length, records, stream, tag",
}


@pytest.mark.parametrize("flaw", FLAWED_LISTS)
def test_a_list_of_streams_that_is_not_that_of_the_records_is_found(flaw: str) -> None:
    forge = Forge()
    forge.lot()
    bundle = forge.bundle()
    ours: Plain = {"length": 1, "records": [0], "stream": f"lot/{LOT}", "tag": forge.tag(f"lot/{LOT}")}
    listed: dict[str, list[Plain]] = {
        "no streams": [],
        "a stream twice": [ours, ours | {"stream": None}],
        "another index": [ours | {"records": [1]}],
        "a stream that is not there": [ours, {"length": 1, "records": [7], "stream": None, "tag": "00"}],
        "other members": [{}],
    }
    assert FLAWED_LISTS[flaw] in findings(resealed(bundle, streams=listed[flaw]))[-1]


def test_withheld_records_hold_their_places() -> None:
    forge = story()
    forge.say("donation/D1", "DonorScreened", {})
    forge.say("donation/D1", "EligibilityDetermined", {"standing": "eligible"})
    outcome = stranger.verify(canonical(forge.bundle(withheld=(4,))), ROOT)
    assert outcome.exit_code == 0
    assert outcome.plain()["withheld"] == 1
    assert outcome.case.state["donations"] == {"D1": "eligible"}


def test_a_recall_cannot_be_withheld_from_whoever_has_the_lots_bundle() -> None:
    forge = story()
    forge.say("recall/R1", "RecallInitiated", {})
    forge.say(f"lot/{LOT}", "LotRecalled", {"recall": "R1", "kind": "recall"}, cites=("recall/R1",))
    hiding = f"(10) lot/{LOT}: some of its records are withheld, which may hide a hold or a recall"
    assert forge.verdict() == []
    assert hiding in forge.verdict(withheld=(5,))


def test_a_lot_that_another_was_made_from_cannot_be_withheld() -> None:
    forge = story()
    forge.say("lot/BULK", "LotRegistered", REGISTERED)
    forge.say(f"lot/{LOT}", "LotMaterialConsumed", {}, cites=("lot/BULK",))
    assert forge.verdict() == []
    says(
        forge.verdict(withheld=(4,)),
        f"(11) lot/{LOT} record 2 (log index 5): cites lot/BULK record 0, which is",
    )


def test_a_stream_of_which_nothing_is_shown_goes_by_its_tag_and_may_be_cited() -> None:
    forge = story()
    bundle = forge.bundle(withheld=(0,))
    assert findings(bundle) == []
    assert stranger.verify(canonical(bundle), ROOT).case.streams.keys() >= {
        f"undisclosed stream {forge.tag('facility/north')}"
    }


def test_a_stream_whose_first_record_is_withheld_keeps_its_secret_and_its_name() -> None:
    forge = story()
    forge.say("recall/R1", "RecallInitiated", {})
    forge.say("recall/R1", "RecallAcknowledged", {})
    forge.say(f"lot/{LOT}", "LotRecalled", {"recall": "R1", "kind": "recall"}, cites=("recall/R1",))
    assert forge.verdict(withheld=(4,)) == []


def test_what_a_record_cites_and_is_not_here_is_named() -> None:
    found = story().verdict(left_out=("facility/north",))
    says(
        found,
        "(11) donation/D1 record 0 (log index 1): cites facility/north record 0, which is not here as cited",
    )


@pytest.mark.parametrize("changed", [{"digest": "00"}, {"seq": 1}, {"stream": "facility/south"}], ids=str)
def test_a_citation_that_does_not_fit_what_is_here_is_found(changed: Plain) -> None:
    forge = Forge()
    forge.lot()
    forge.say("facility/north", "FacilityRegistered", {})
    forge.cited["facility/north"] = forge.citation("facility/north") | changed
    forge.say(f"lot/{LOT}", "StepPerformed", {}, cites=("facility/north",))
    assert f"(11) lot/{LOT} record 1 (log index 2): cites" in forge.verdict()[0]


def test_a_record_cannot_cite_what_was_logged_after_it() -> None:
    forge = Forge()
    forge.say("facility/north", "FacilityRegistered", {})
    later = forge.citation("facility/north")
    forge = Forge(cited={"facility/north": later})
    forge.lot(cites=("facility/north",))
    forge.say("facility/north", "FacilityRegistered", {}, recorded_at="2026-11-01T08:00:00Z")
    forge.records[1] = _first_facility()
    says(forge.verdict(), f"(11) lot/{LOT} record 0 (log index 0): cites facility/north record 0")


def _first_facility() -> Any:
    return Forge().say("facility/north", "FacilityRegistered", {})


def test_what_a_shipment_a_recall_or_a_person_cites_need_not_be_here() -> None:
    forge = story()
    forge.say("lot/EX261101B", "LotRegistered", REGISTERED)
    forge.say("shipment/S1", "ShipmentDispatched", {"contents": []}, cites=(f"lot/{LOT}", "lot/EX261101B"))
    assert forge.verdict(left_out=("lot/EX261101B",)) == []


def filled() -> Forge:
    """A lot filled into five vials."""
    forge = Forge()
    forge.lot()
    forge.fill()
    return forge


def test_a_serial_that_the_fill_commits_to_is_proven() -> None:
    assert filled().verdict(serial=SERIAL) == []


FLAWED_FILLS: dict[str, tuple[Plain | None, str]] = {
    "no fill": (None, "fill: must have the members ordinal, proof, salt, serial"),
    "another place": (fill_of(SERIAL) | {"ordinal": 1}, "is not among the serials"),
    "a place beyond the last": (fill_of(SERIAL) | {"ordinal": 5}, "is not among the serials"),
    "another salt": (fill_of(SERIAL) | {"salt": "11" * 16}, "is not among the serials"),
    "another proof": (fill_of(SERIAL) | {"proof": [b64(bytes(32))] * 3}, "is not among the serials"),
    "another serial": (fill_of(SERIAL) | {"serial": "B"}, "is not among the serials"),
}


@pytest.mark.parametrize("flaw", FLAWED_FILLS)
def test_a_serial_that_is_not_proven_is_refused(flaw: str) -> None:
    fill, words = FLAWED_FILLS[flaw]
    found = filled().verdict(serial=SERIAL, fill=fill)
    says(found, words)
    assert found[0].startswith("(12)")


def test_a_vial_of_a_lot_that_was_never_filled_is_refused() -> None:
    says(story().verdict(serial=SERIAL), f"(12) fill: there is no fill record of lot/{LOT} here")


def test_a_lot_bundle_carries_no_proof_of_a_serial() -> None:
    says(filled().verdict(fill=fill_of(SERIAL)), "(12) fill: None is not among the serials")
