"""A vial's token over HTTP: for whom, in which forms, and the question that a scanned one asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from qc_service.app import web_app
from qc_service.application.keys import IntroduceKey, introduce_key
from qc_service.application.token_claims import claims_of, label_keys
from qc_service.domain.identifiers import Line, Text, VialSerial
from qc_service.domain.keys import KeyCompromised, KeyIntroduced, KeyRetired, KeyRole
from qc_service.domain.label_claims import LabelClaims
from qc_service.domain.permissions import Role
from qc_service.domain.records import New
from qc_service.domain.verdict import Finding, ScannedCode
from qc_service.exchange.label_kids import kid_of
from qc_service.exchange.label_tokens import PREFIX, label_token, open_token
from qc_service.exchange.recall_list import open_list
from qc_service.ledger.shape import to64
from schemas.label_tokens import LabelTokenSchema
from tests.fakes import ISSUER, actor, signer
from tests.scenes import GTIN
from tests.shelf import EARLY, GOOD, Shelf, filled_shelf


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Vials of every standing."""
    return filled_shelf(tmp_path_factory.mktemp("shelf"))


def path(shelf: Shelf, standing: str = "good") -> str:
    return f"/vials/{GOOD}/{shelf.serials[standing]}/token"


def told(shelf: Shelf, who: str = "quality") -> Any:
    return shelf.stage.get(who, path(shelf))


def claimed(shelf: Shelf) -> LabelClaims:
    return claims_of(shelf.stage.made.view(), GOOD, VialSerial(shelf.serials["good"]), issuer=ISSUER)


def asked(shelf: Shelf, token: str) -> Any:
    return shelf.stage.get(None, "/verify", query_string={"code": token})


def test_a_vial_has_one_token_for_its_owner_and_for_whom_it_was_sent_to(shelf: Shelf) -> None:
    answer = told(shelf)
    assert LabelTokenSchema().validate(answer) == {}
    assert told(shelf, "clinician") == told(shelf, "auditor") == answer
    fill = shelf.stage.made.store.records(answer["log_index"], 1)[0]
    assert fill.kind == "VialsFilled"
    assert answer["fill_record"] == f"sha256:{fill.digest}"
    assert (answer["issuer"], answer["gtin"], answer["lot"]) == (ISSUER, GTIN, GOOD)
    assert (answer["serial"], answer["use_by"]) == (shelf.serials["good"], shelf.expires_on.isoformat())
    assert answer["says"] == "Says where the vial comes from, not that it may be used."


def test_the_token_alone_is_what_goes_into_a_code(shelf: Shelf) -> None:
    token = told(shelf)["token"]
    for sent in ({"query_string": {"format": "text"}}, {"headers": {"Accept": "text/plain"}}):
        response = shelf.stage.send("quality", "GET", path(shelf), status=200, **sent)
        assert response.text == f"{token}\n"
        assert response.mimetype == "text/plain"
    refused = shelf.stage.get("quality", path(shelf), 422, query_string={"format": "qr"})
    assert refused["errors"][0]["pointer"] == "/format"


def test_a_vial_of_a_lot_that_is_not_released_has_a_token_too(shelf: Shelf) -> None:
    vial = shelf.stage.made.view().vials(EARLY)[0]
    assert shelf.stage.get("quality", f"/vials/{EARLY}/{vial.serial}/token")["lot"] == EARLY


@pytest.mark.parametrize(
    ("who", "standing", "status"), [(None, "good", 401), ("clinician", "elsewhere", 404)]
)
def test_nobody_else_gets_a_token(shelf: Shelf, who: str | None, standing: str, status: int) -> None:
    shelf.stage.get(who, path(shelf, standing), status)


def test_a_vial_that_is_not_there_has_none(shelf: Shelf) -> None:
    shelf.stage.get("quality", f"/vials/{GOOD}/{VialSerial.minted(bytes(16))}/token", 404)


def test_a_scanned_token_is_answered_like_its_lot_and_serial(shelf: Shelf) -> None:
    for standing, decision in (("good", "in_order"), ("used", "do_not_use")):
        token = shelf.stage.get("quality", path(shelf, standing))["token"]
        answer = asked(shelf, token)
        assert answer["decision"] == decision
        assert answer == shelf.stage.get(None, "/verify", query_string={"code": shelf.scan(standing)})
        page = shelf.stage.client.get("/check", query_string={"lot": token}, headers={"Accept": "text/html"})
        assert VialSerial(shelf.serials[standing]).grouped in page.text
        tray = {"codes": [token]}
        assert shelf.stage.client.post("/api/v1/verify/tray", json=tray).get_json()["decision"] == decision


def test_a_scanned_token_is_recorded_like_its_lot_and_serial(shelf: Shelf) -> None:
    before = len(shelf.stage.made.store.stream(f"vial/{GOOD}/{shelf.serials['good']}"))
    shelf.stage.post("clinician", "/verifications", code=told(shelf)["token"])
    assert len(shelf.stage.made.store.stream(f"vial/{GOOD}/{shelf.serials['good']}")) == before + 1
    answered = shelf.stage.post("clinician", "/verifications", code=told(shelf)["token"][:-3] + "000")
    assert answered["answer"]["reasons"][0]["code"] == "signature_invalid"


def test_a_token_that_no_label_key_vouches_for_is_a_finding(shelf: Shelf) -> None:
    claims = claimed(shelf)
    token = told(shelf)["token"]
    for text, code in (
        (PREFIX, "malformed_code"),
        (f"{PREFIX}BB8", "malformed_code"),
        (token[:-3] + "000", "signature_invalid"),
        (label_token(claims, signer(9)), "signature_invalid"),
        (label_token(replace(claims, issuer="other.example"), signer(9)), "unknown_product"),
        (label_token(claims, shelf.stage.made.keystore.signer("record")), "signature_invalid"),
    ):
        answer = asked(shelf, text)
        assert [reason["code"] for reason in answer["reasons"]] == [code]
        assert answer["vial"]["serial"] is None


def test_a_label_key_that_is_retired_signs_no_labels_and_the_next_does(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    shelf = filled_shelf(tmp_path_factory.mktemp("rotated"))
    before, made = told(shelf), shelf.stage.made
    old, new = made.keystore.signer("label").public, made.keystore.successor("label").public
    intent = IntroduceKey(
        role=KeyRole.LABEL, public=new, retires=Line(old.keyid), explanation=Text("A printer was sold.")
    )
    made.acts.perform(introduce_key, actor(Role.ADMINISTRATOR), intent)
    made.keystore.succeed("label")
    refused = shelf.stage.get("quality", path(shelf), 503)
    assert refused["type"].endswith("SigningKeyWithdrawn")
    assert "qc-service key rotate --role label" in refused["detail"]
    shelf.stage.client = web_app(made).test_client()
    after = told(shelf)
    assert (after["lot"], after["serial"]) == (before["lot"], before["serial"])
    assert (before["kid"], after["kid"]) == (kid_of(old).hex(), kid_of(new).hex())
    recalls = open_list(shelf.stage.send(None, "GET", "//trust/recalls", status=200).data, made.root)
    for token in (before["token"], after["token"]):
        assert open_token(token, recalls.label_keys, ISSUER).lot == GOOD


def test_keys_come_from_the_records(tmp_path_factory: pytest.TempPathFactory) -> None:
    stage = filled_shelf(tmp_path_factory.mktemp("keys")).stage
    (first,) = label_keys(stage.made.store)
    assert first.public == stage.made.keystore.signer("label").public
    assert (first.retired, first.compromised) == (None, None)
    second = signer(7)
    introduced = KeyIntroduced(
        role=KeyRole.LABEL, algorithm=Line("ed25519"), public=Line(to64(second.public.raw))
    )
    told: dict[str, tuple[New, ...]] = {
        "introduced": (New(name=second.public.keyid, body=introduced),),
        "retired": (New(name=first.public.keyid, body=KeyRetired(explanation=Text("Rotated."))),),
        "stolen": (
            New(
                name=second.public.keyid,
                body=KeyCompromised(since_size=3, explanation=Text("The printer was sold.")),
            ),
        ),
    }
    places = {}
    for name, records in told.items():
        receipt = stage.made.acts.perform(lambda *_, said=records: said, actor(Role.ADMINISTRATOR), None)
        places[name] = receipt.records[0].index
    known = {key.public.keyid: key for key in label_keys(stage.made.store)}
    assert known[first.public.keyid].retired == places["retired"] + 1
    assert known[second.public.keyid].introduced == places["introduced"] + 1
    assert known[second.public.keyid].compromised == 3
    view = stage.made.view()
    claims = claims_of(view, GOOD, view.vials(GOOD)[0].serial, issuer=ISSUER)
    # What the retired key signs for a fill of before stands; the stolen one vouches for nothing from its size on.
    named = stage.made.open_token(label_token(claims, stage.made.keystore.signer("label")))
    assert isinstance(named, ScannedCode)
    assert (named.lot, named.serial) == (claims.lot, claims.serial)
    refused = stage.made.open_token(label_token(claims, second))
    assert isinstance(refused, Finding)
    assert refused.code == "key_compromised"
