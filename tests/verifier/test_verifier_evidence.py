"""What the verifier's steps (1) to (8) find: from the trust root and the form to keys and signatures."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from qc_service.ledger.checkpoint import Checkpoint
from qc_service.ledger.keys import P256Signer
from qc_service.ledger.note import COSIGNATURE, NoteVerifier
from qc_service.ledger.shape import from64, to64
from tests.fakes import ISSUER, signer
from tests.verifier.forging import LOT, ROOT, Forge, Plain, b64, canonical, findings, resealed, root
from verifier import verify_bundle as stranger

FIRST, SECOND = signer(), signer(3)
POINT = P256Signer(ec.derive_private_key(7, ec.SECP256R1()))


def story() -> Forge:
    """A facility, a donation recovered there, a lot made of it and released."""
    forge = Forge()
    forge.say("facility/north", "FacilityRegistered", {})
    forge.say("donation/D1", "DonationCollected", {}, cites=("facility/north",))
    forge.lot(cites=("donation/D1",))
    forge.say(f"lot/{LOT}", "LotReleased", {"purpose": "clinical"})
    return forge


def introduced(forge: Forge, key: Any = SECOND, /, **said: Any) -> None:
    """A key record that introduces the second key."""
    body = {"algorithm": key.public.algorithm, "public": to64(key.public.raw), "role": "record"}
    forge.say(f"key/{key.public.keyid}", "KeyIntroduced", body | said)


def says(found: list[str], *expected: str) -> None:
    """Each finding holds what is expected of it, and there are no others."""
    assert len(found) == len(expected), found
    for one, words in zip(found, expected, strict=True):
        assert words in one


def test_a_story_that_holds_verifies() -> None:
    outcome = stranger.verify(canonical(story().bundle()), ROOT)
    assert outcome.found == [[]] * len(stranger.STEPS)
    assert outcome.exit_code == 0
    assert outcome.case.verdicts == {"valid": 5}


def _root(**changed: Any) -> bytes:
    plain = json.loads(ROOT)
    signed = plain["signed"] | changed
    sig = b64(FIRST.sign(canonical(signed)))
    return canonical({"signed": signed, "signatures": [{"keyid": FIRST.public.keyid, "sig": sig}]})


COSIGNER = str(NoteVerifier(ISSUER, COSIGNATURE, signer(2).public))


@pytest.mark.parametrize(
    ("trust", "words"),
    [
        (b"", "trust root: is not JSON"),
        (ROOT + b"\n", "trust root: is not the canonical form"),
        (b"[]", "trust root: must have the members"),
        (_root(type="targets"), "does not bear the issuer's name"),
        (_root(issuer="other.example"), "does not bear the issuer's name"),
        (_root(log=f"{ISSUER}+00000000+{to64(bytes([1]) + signer(2).public.raw)}"), "the key's own id"),
        (_root(log=ISSUER), "does not bear"),
        (_root(log=COSIGNER), "does not bear the issuer's name and"),
        (_root(threshold=2), "too few of its own record keys"),
        (_root(threshold=0), "too few of its own record keys"),
        (_root(threshold="1"), "threshold: must be int"),
        (_root(record_keys=[SECOND.public.jwk()]), "too few of its own record keys"),
        (_root(record_keys=[FIRST.public.jwk() | {"use": "sig"}]), "not a key as it is written here"),
        (_root(record_keys=["key"]), "missing or malformed"),
        (_root() .replace(b'"sig":"', b'"sig":"A'), "is not base64"),
    ],
)  # fmt: skip
def test_a_trust_root_that_does_not_hold_answers_nothing(trust: bytes, words: str) -> None:
    outcome = stranger.verify(canonical(story().bundle()), trust)
    assert outcome.exit_code == 2
    says([outcome.found[0][0]], words)


def test_a_foreign_trust_root_refuses_a_genuine_bundle() -> None:
    says(findings(story().bundle(), root(SECOND, log=signer(4))), "(3) checkpoint: is not signed by the log")
    says(
        findings(story().bundle(), root(issuer="other.example")),
        f"(2) issuer: {ISSUER}, but the trust root is",
    )


def test_a_forgers_complete_bundle_with_a_key_of_its_own_is_refused() -> None:
    forge = Forge()
    forge.lot(key=SECOND)
    forged = resealed(forge.bundle(settle=False), SECOND)
    says(findings(forged), f"(8) lot/{LOT} record 0 (log index 0): unknown_key")


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"\xff", "bundle: is not JSON"),
        (b'{"a":1.0}', "bundle: is not JSON"),
        (b'{"a":NaN}', "bundle: is not JSON"),
        (b'{"a":"\\ud800"}', "bundle: is not JSON"),
        (b"[" * 100_000, "bundle: is not JSON"),
        (b'{"a":1,"a":1}', "bundle: is not the canonical form"),
        (b'{"a": 1}', "bundle: is not the canonical form"),
        (b'{"a":1}', "bundle: must have the members about, as_of"),
    ],
)
def test_what_is_not_the_canonical_form_of_a_bundle_is_refused(octets: bytes, words: str) -> None:
    outcome = stranger.verify(octets, ROOT)
    assert outcome.exit_code == 1
    says(outcome.found[1], words)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"format": "another/v1"}, "is not of the format"),
        ({"timestamps": ["later"]}, "which has no timestamps"),
        ({"as_of": "2026-12-01"}, "as_of: is not a time"),
        ({"about": {"lot": LOT}}, "about: must have the members lot, serial"),
        ({"records": {}}, "bundle, records: must be list"),
        ({"more": 1}, "bundle: must have the members"),
    ],
)
def test_the_form_is_exact(changed: Plain, words: str) -> None:
    found = findings(story().bundle() | changed)
    says(found, words)
    assert found[0].startswith("(2)")


def _note(size: int = 4, by: Any = None, origin: str = ISSUER, hash_: bytes = bytes(32)) -> str:
    return Checkpoint(origin, size, hash_).sign(by or signer(2)).decode()


GENUINE = story().bundle()["checkpoint"]


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("", "must be three lines"),
        (GENUINE.replace("\n4\n", "\n04\n"), "must be three lines"),
        (GENUINE + "\n", "must be three lines"),
        (_note(by=signer(5)), "is not signed by the log"),
        (_note(origin="other.example"), "is not signed by the log"),
        (GENUINE.replace("\n4\n", "\n5\n"), "in the name of the log's key is not by it"),
        (GENUINE[:-2] + "\n", "checkpoint, signature: is not base64"),
    ],
)
def test_a_checkpoint_that_the_log_did_not_sign_is_refused(note: str, words: str) -> None:
    found = findings(story().bundle(checkpoint=note))
    assert found[0].startswith("(3) checkpoint")
    assert words in found[0]


def test_a_witness_may_sign_beside_the_log() -> None:
    witnessed = GENUINE + _note(by=signer(5)).rpartition("\n\n")[2].replace(ISSUER, "witness.example")
    assert story().verdict(checkpoint=witnessed) == []


@pytest.mark.parametrize("size", [2, 8])
def test_a_checkpoint_of_another_tree_is_refused(size: int) -> None:
    found = findings(story().bundle(checkpoint=_note(size)))
    assert found[0] == "(4) record (log index 0): its entry is not in the tree under the checkpoint"


def _records(change: Callable[[list[Plain]], object]) -> list[str]:
    bundle = story().bundle()
    change(bundle["records"])
    return findings(bundle)


def test_two_records_swapped_are_found() -> None:
    found = _records(lambda records: records.insert(0, records.pop(1)))
    says(found, "(4) record (log index 0): stands after log index 1; the order is that of the log")


OTHER_ENTRY = canonical(Forge().lot().entry | {"v": 2})


IN_TREE = "its entry is not in the tree"
FLAWED_RECORDS: dict[str, tuple[Plain, str]] = {
    "negative index": ({"index": -1}, "record after log index 0, index: must be int"),
    "index beyond the tree": ({"index": 9}, f"record (log index 9): {IN_TREE}"),
    "entry not base64": ({"entry": "=="}, "record (log index 1), entry: is not base64"),
    "another entry": ({"entry": b64(OTHER_ENTRY)}, IN_TREE),
    "no entry": ({"entry": b64(b"[]")}, IN_TREE),
    "no proof": ({"proof": []}, IN_TREE),
    "proof too long": ({"proof": [b64(bytes(32))] * 9}, IN_TREE),
    "hashes too short": ({"proof": [b64(b"short")] * 2}, IN_TREE),
    "proof not text": ({"proof": [None]}, "proof: is not base64"),
    "second spelling": ({"proof": ["QR=="]}, "proof: is not the one base64 spelling"),
    "withheld after sealing": ({"envelope": None}, "is not as the manifest lists it"),
}


@pytest.mark.parametrize("flaw", FLAWED_RECORDS)
def test_a_record_that_was_not_logged_so_is_found(flaw: str) -> None:
    members, words = FLAWED_RECORDS[flaw]
    found = _records(lambda records: records[1].update(members))
    assert words in found[0], found


def test_an_entry_of_another_version_is_refused() -> None:
    forge = story()
    forge.say(f"lot/{LOT}", "LotHeld", {"hold": 1}, entry={"v": 2})
    says(forge.verdict(), "(4) record (log index 4): its entry is of a version that is not known here")


def test_an_entry_with_other_members_is_refused_and_one_bound_to_an_assertion_is_not() -> None:
    forge = story()
    forge.say(f"lot/{LOT}", "LotHeld", {"hold": 1}, entry={"assertion": "00" * 32})
    assert forge.verdict() == []
    forge.say(f"lot/{LOT}", "LotHeld", {"hold": 2}, entry={"kind": "LotHeld"})
    says(forge.verdict(), "(4) record (log index 5), entry: must have the members")


def _resealed(at: int, change: Callable[[Plain], object]) -> list[str]:
    """The findings where the bundle's maker changed one record's envelope and signed the manifest again."""
    bundle = story().bundle()
    change(bundle["records"][at]["envelope"])
    return findings(resealed(bundle))


NOT_LOGGED = "its signature is not the one that was logged"
FLAWED_ENVELOPES: dict[str, tuple[Callable[[Plain], object], str]] = {
    "payload": (lambda one: one.update(payload=b64(b"{}")), "its payload is not the one that was logged"),
    "signature": (lambda one: one["signatures"][0].update(sig=b64(bytes(64))), NOT_LOGGED),
    "keyid": (lambda one: one["signatures"][0].update(keyid="A" * 43), NOT_LOGGED),
    "two signatures": (lambda one: one["signatures"].append(one["signatures"][0]), "with one signature"),
    "no signature": (lambda one: one["signatures"].clear(), "with one signature"),
    "type": (lambda one: one.update(payloadType="text/plain"), "must be application/vnd.in-toto+json"),
    "member": (lambda one: one.update(more=1), "must have the members payload, payloadType, signatures"),
    "inner member": (lambda one: one["signatures"][0].update(more=1), "must have the members keyid, sig"),
}


@pytest.mark.parametrize("flaw", FLAWED_ENVELOPES)
def test_an_envelope_that_was_not_logged_is_found(flaw: str) -> None:
    change, words = FLAWED_ENVELOPES[flaw]
    says(_resealed(2, change), words)


SIGNED_BY = {"id": "q.quality", "organisation": "demo-biologics", "printed_name": "Q. Quality"}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"statement": {"_type": "https://in-toto.io/Statement/v0.1"}}, "its type or its subject"),
        ({"statement": {"predicateType": "urn:qc-service:record:LotHeld:v2"}}, "its type or its subject"),
        ({"statement": {"subject": []}}, "its type or its subject"),
        ({"statement": {"subject": [{"name": "lot"}]}}, "must have the members digest, name"),
        ({"statement": {"subject": [{"digest": {"sha1": ""}, "name": "lot"}]}}, "must have the members sha256"),
        ({"statement": {"more": 1}}, "must have the members _type"),
        ({"more": 1}, "must have the members body, cites"),
        ({"signer": SIGNED_BY}, "signer: must have the members id"),
        ({"seq": 7}, "another number than its log entry"),
        ({"issuer": "other.example"}, "has another issuer"),
        ({"recorded_at": "2026-11-01T00:00:00Z"}, "recorded before the record that precedes it"),
        ({"recorded_at": "2026-11-30"}, "recorded before the record that precedes it"),
        ({"recorded_at": "2026-12-02T00:00:00Z"}, "or after the bundle's time"),
    ],
)  # fmt: skip
def test_a_statement_that_is_not_exact_is_found(said: dict[str, Any], words: str) -> None:
    forge = story()
    forge.say(f"lot/{LOT}", "LotHeld", {"hold": 1}, **said)
    found = forge.verdict()
    says(found, words)
    assert found[0].startswith("(6)")


def test_a_citation_has_exact_members() -> None:
    forge = story()
    forge.say(f"lot/{LOT}", "LotHeld", {"hold": 1})
    statement = json.loads(forge.records[2].payload)
    statement["predicate"]["cites"][0].pop("tag")
    forge.log(f"lot/{LOT}", canonical(statement), FIRST)
    assert "must have the members digest, seq, stream, tag" in forge.verdict()[0]


def test_a_payload_that_is_not_canonical_is_found_though_signed_and_logged() -> None:
    forge = story()
    forge.log(f"lot/{LOT}", forge.records[2].payload.replace(b":", b": ", 1), FIRST)
    says(forge.verdict(), "(6) record (log index 4): is not the canonical form of its value")


def test_a_key_that_was_introduced_in_the_log_signs_from_there_on() -> None:
    forge = story()
    introduced(forge)
    forge.say(f"lot/{LOT}", "LotHeld", {"hold": 1}, key=SECOND)
    assert forge.verdict() == []


def test_a_key_signs_nothing_before_it_is_introduced() -> None:
    forge = Forge()
    forge.lot(key=SECOND)
    introduced(forge)
    says(forge.verdict(), f"(8) lot/{LOT} record 0 (log index 0): unknown_key")


def test_a_p256_key_signs_as_well() -> None:
    forge = story()
    introduced(forge, POINT)
    forge.say(f"lot/{LOT}", "LotHeld", {"hold": 1}, key=POINT)
    assert forge.verdict() == []
    assert findings(story().bundle(), root(FIRST, POINT)) == []
    sig = to64(from64(forge.records[-1].entry["sig"]) + b"\0")
    forge.records[-1].entry["sig"] = forge.records[-1].envelope["signatures"][0]["sig"] = sig
    says(forge.verdict(), f"(8) lot/{LOT} record 2 (log index 5): bad_signature")


def test_a_retired_key_stays_good_for_what_it_signed_and_is_unknown_afterwards() -> None:
    forge = story()
    introduced(forge)
    forge.say(f"lot/{LOT}", "LotHeld", {"hold": 1}, key=SECOND)
    for _ in range(2):
        forge.say(f"key/{SECOND.public.keyid}", "KeyRetired", {})
    outcome = stranger.verify(canonical(forge.bundle()), ROOT)
    assert outcome.case.verdicts == {"valid": 8, "valid_key_retired": 1}
    assert outcome.exit_code == 0
    forge.say(f"lot/{LOT}", "HoldLifted", {"hold": 1}, key=SECOND)
    says(forge.verdict(), f"(8) lot/{LOT} record 3 (log index 8): unknown_key")


def test_what_a_key_signed_since_its_compromise_is_suspect_and_what_came_before_is_not() -> None:
    forge = story()
    introduced(forge)
    forge.say(f"lot/{LOT}", "LotHeld", {"hold": 1}, key=SECOND)
    forge.say(f"lot/{LOT}", "HoldLifted", {"hold": 1}, key=SECOND)
    for size in (6, 7):
        forge.say(f"key/{SECOND.public.keyid}", "KeyCompromised", {"since_size": size})
    says(forge.verdict(), f"(8) lot/{LOT} record 3 (log index 6): suspect_after_compromise")


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        (
            "KeyIntroduced",
            {"public": to64(bytes(32))},
            "the key is not the one that its stream is named after",
        ),
        ("KeyIntroduced", {"public": "key"}, "is not base64"),
        ("KeyBlessed", {}, "KeyBlessed is not known here"),
    ],
)
def test_a_key_record_that_does_not_hold_is_found(kind: str, body: Plain, words: str) -> None:
    forge = story()
    forge.say(f"key/{SECOND.public.keyid}", kind, {"algorithm": "ed25519", "role": "record"} | body)
    found = forge.verdict()
    says(found, words)
    assert found[0].startswith("(7)")


def test_a_key_does_not_introduce_itself() -> None:
    forge = story()
    keyid = SECOND.public.keyid
    body = {"algorithm": "ed25519", "public": to64(SECOND.public.raw), "role": "record"}
    forge.say(f"key/{keyid}", "KeyIntroduced", body, key=SECOND)
    says(
        forge.verdict(),
        f"(7) key/{keyid} record 0 (log index 4): unknown_key, so what it says of keys does not",
    )


def test_a_key_for_another_purpose_signs_no_records() -> None:
    forge = story()
    introduced(forge, role="label")
    forge.say(f"key/{SECOND.public.keyid}", "KeyRetired", {})
    assert forge.verdict() == []
    forge.say(f"lot/{LOT}", "LotHeld", {"hold": 1}, key=SECOND)
    says(forge.verdict(), "unknown_key")


def test_a_signature_over_something_else_is_bad() -> None:
    forge = story()
    sig = forge.records[2].entry["sig"]
    forge.records[3].entry["sig"] = forge.records[3].envelope["signatures"][0]["sig"] = sig
    says(forge.verdict(), f"(8) lot/{LOT} record 1 (log index 3): bad_signature")
