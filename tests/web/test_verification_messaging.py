"""Verification messaging over HTTP: shapes, precedence and status codes, and that nothing is recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from qc_service.app import web_app
from qc_service.application.ports import Tampered
from qc_service.application.view import View
from qc_service.domain.identifiers import VialSerial
from qc_service.domain.parties import ORGANISATION
from qc_service.persistence.store import SqlStore
from schemas.verification_messages import ConnectivitySchema, VerificationMessageSchema
from tests.scenes import GTIN
from tests.shelf import EARLY, GOOD, HELD, TOPICAL, TOPICAL_GTIN, Shelf, filled_shelf

GLN = "9506000140445"
UUID = "0f9c1c6e-9d3a-4a53-9f0e-1f0a6d1c2b3a"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Vials of every standing."""
    return filled_shelf(tmp_path_factory.mktemp("shelf"))


def query(shelf: Shelf, **differing: str) -> dict[str, str]:
    asked = {
        "exp": shelf.expires_on.strftime("%y%m%d"), "linkType": "verificationService",
        "context": "dscsaSaleableReturn", "reqGLN": GLN, "corrUUID": UUID,
    }  # fmt: skip
    return {**asked, **differing}


def path(serial: str, lot: str = GOOD, gtin: str = GTIN) -> str:
    return f"//verify/gtin/{gtin}/lot/{quote(lot, safe='')}/ser/{quote(serial, safe='')}"


def asked(shelf: Shelf, at: str, status: int = 200, who: str | None = None, **differing: str) -> Any:
    """What comes back; the log is no longer for it, and a 200 has the message's shape."""
    size = shelf.stage.made.store.head().size
    response = shelf.stage.send(who, "GET", at, status=status, query_string=query(shelf, **differing))
    assert shelf.stage.made.store.head().size == size
    told = response.get_json()
    if status == 200:
        assert response.mimetype == "application/json"
        assert response.headers["Cache-Control"] == "private, no-cache"
        assert VerificationMessageSchema().validate(told) == {}
        assert (told["corrUUID"], told["responderGLN"]) == (UUID, GLN)
        assert told["verificationTimestamp"] == f"{shelf.stage.clock().isoformat()[:19]}Z"
    else:
        assert response.mimetype == "application/problem+json"
    return told


def test_a_good_vial_is_verified(shelf: Shelf) -> None:
    assert asked(shelf, path(shelf.serials["good"]))["data"] == {"verified": True}


@pytest.mark.parametrize(
    ("standing", "lot", "gtin", "reason"),
    [
        ("used", GOOD, GTIN, "Not_for_re-distribution"),
        ("good", GOOD, TOPICAL_GTIN, "No_match_GTIN_Serial"),
        ("topical", TOPICAL, GTIN, "No_match_GTIN_Serial"),
        ("good", HELD, GTIN, "No_match_GTIN_Serial_Lot"),
        ("good", "NOSUCHLOT", GTIN, "No_match_GTIN_Serial_Lot"),
        ("good", "no/such lot".replace(" ", "+"), GTIN, "No_match_GTIN_Serial_Lot"),
    ],
)
def test_what_is_not_verified_says_why(shelf: Shelf, standing: str, lot: str, gtin: str, reason: str) -> None:
    told = asked(shelf, path(shelf.serials[standing], lot, gtin))
    assert told["data"] == {"verified": False, "verificationFailureReason": reason}


def test_gtin_and_serial_come_before_lot_and_expiry(shelf: Shelf) -> None:
    unknown = str(VialSerial.minted(bytes(16)))
    for serial, lot, day, reason in (
        (unknown, "NOSUCHLOT", "010101", "No_match_GTIN_Serial"),
        (shelf.serials["good"], "NOSUCHLOT", "010101", "No_match_GTIN_Serial_Lot_Expiry"),
        (shelf.serials["good"], GOOD, "010101", "No_match_GTIN_Serial_Expiry"),
    ):
        told = asked(shelf, path(serial, lot), exp=day)
        assert told["data"]["verificationFailureReason"] == reason


def test_of_an_expired_vial_that_is_said(shelf: Shelf) -> None:
    at = shelf.stage.clock.now
    shelf.stage.clock.tick(days=400)
    told = asked(shelf, path(shelf.serials["good"]))
    shelf.stage.clock.now = at
    assert told["data"] == {
        "verified": False, "verificationFailureReason": "Not_for_re-distribution", "additionalInfo": "Expired",
    }  # fmt: skip


@pytest.mark.parametrize("lot", [EARLY, HELD])
def test_a_lot_that_is_on_hold_or_was_never_released_is_not_for_sale(shelf: Shelf, lot: str) -> None:
    vial = shelf.stage.made.view().vials(lot)[0]
    day = shelf.stage.get("quality", f"/lots/{lot}")["expires_on"].replace("-", "")[2:]
    told = asked(shelf, path(vial.serial, lot), exp=day)
    assert told["data"]["verificationFailureReason"] == "Not_for_re-distribution"


def test_an_edited_row_is_suspect(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def edited(*_: object) -> None:
        raise Tampered

    monkeypatch.setattr(SqlStore, "hot", edited)
    told = asked(shelf, path(shelf.serials["good"]))
    assert told["data"] == {
        "verified": False, "verificationFailureReason": "No_reason_provided", "additionalInfo": "Suspect",
    }  # fmt: skip


def test_an_unknown_gtin_is_not_found_and_another_method_not_allowed(shelf: Shelf) -> None:
    told = asked(shelf, path(shelf.serials["good"], gtin="09506000134376"), 404)
    assert "09506000134376" in told["detail"]
    shelf.stage.send(None, "POST", path(shelf.serials["good"]), status=405)
    shelf.stage.send(None, "POST", "//checkConnectivity", status=405)
    asked(shelf, f"//verify/gtin/{GTIN}", 404)


@pytest.mark.parametrize(
    ("name", "text"),
    [("exp", "2027-10-31"), ("linkType", "all"), ("reqGLN", "123"), ("corrUUID", "1"), ("context", "\0")],
)
def test_what_is_malformed_is_a_bad_request(shelf: Shelf, name: str, text: str) -> None:
    assert asked(shelf, path(shelf.serials["good"]), 400, **{name: text})["detail"].startswith(f"{name}: ")


def test_headers_are_looked_at(shelf: Shelf) -> None:
    at = path(shelf.serials["good"])
    for headers, status in (
        ({"Accept": "application/json", "GS1US-Version": "1.2.0", "ATP-Authorization": "eyJ"}, 200),
        ({"Accept": "text/html"}, 400),
        ({"GS1US-Version": "newest"}, 400),
        ({"Authorization": "Bearer wrong"}, 401),
    ):
        shelf.stage.send(None, "GET", at, status=status, headers=headers, query_string=query(shelf))


def test_an_encoded_slash_belongs_to_the_lot_where_the_server_tells(shelf: Shelf) -> None:
    at = f"/verify/gtin/{GTIN}/lot/A%2FB%2Fser%2FC/ser/{shelf.serials['good']}"
    for raw, request, reason in (
        (f"{at}?exp=", "", "No_match_GTIN_Serial_Lot"),
        ("", at, "No_match_GTIN_Serial_Lot"),
        ("", "", "No_match_GTIN_Serial"),  # "/ser/" in the lot cannot be told from the one behind it
    ):
        told = {"RAW_URI": raw, "REQUEST_URI": request}
        response = shelf.stage.client.get(at, query_string=query(shelf), environ_overrides=told)
        assert response.get_json()["data"]["verificationFailureReason"] == reason


def test_connectivity_names_the_responder(shelf: Shelf) -> None:
    told = shelf.stage.get(None, f"//checkConnectivity?gtin={GTIN}&reqGLN={GLN}")
    assert told == {"responderGLN": GLN}
    assert ConnectivitySchema().validate(told) == {}
    shelf.stage.get(None, f"//checkConnectivity?gtin=09506000134376&reqGLN={GLN}", 404)
    for wrong in (f"gtin={GTIN}", f"reqGLN={GLN}", f"gtin=1&reqGLN={GLN}", f"gtin={GTIN}&reqGLN=1"):
        shelf.stage.get(None, f"//checkConnectivity?{wrong}", 400)


def test_the_digital_link_leads_there(shelf: Shelf) -> None:
    (links,) = shelf.stage.get(None, f"/{shelf.path('good')}?linkType=all")["linkset"]
    (service,) = links["https://gs1.org/voc/verificationService"]
    assert service["href"].endswith(path(shelf.serials["good"])[1:])
    (lot,) = shelf.stage.get(None, f"//01/{GTIN}/10/{GOOD}?linkType=all")["linkset"]
    assert "https://gs1.org/voc/verificationService" not in lot


def test_where_requesters_are_on_record_nobody_else_may_ask(shelf: Shelf) -> None:
    settings = replace(shelf.stage.made.settings, requesters_on_record=True)
    closed = replace(shelf.stage, client=web_app(replace(shelf.stage.made, settings=settings)).test_client())
    at, connect = path(shelf.serials["good"]), f"//checkConnectivity?gtin={GTIN}&reqGLN={GLN}"
    other = Shelf(closed, shelf.serials, shelf.expires_on)
    asked(other, at, 401)
    closed.get(None, connect, 401)
    asked(other, at, 403, "clinician")
    closed.get("clinician", connect, 403)
    assert asked(other, at, 200, "logistics")["data"] == {"verified": True}
    assert closed.get("logistics", connect) == {"responderGLN": GLN}
    asked(other, at, 403, "logistics", reqGLN="9506000134352")


def test_without_a_gln_of_its_own_the_service_answers_by_the_one_in_its_settings(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation = shelf.stage.made.view().get(ORGANISATION, "demo-biologics")
    nameless = replace(organisation, gln=None)
    monkeypatch.setattr(View, "find", lambda *_: nameless)
    connect = f"//checkConnectivity?gtin={GTIN}&reqGLN={GLN}"
    told = shelf.stage.get(None, connect, 503)
    assert told["type"].endswith("ResponderUnknown")
    settings = replace(shelf.stage.made.settings, gln=GLN)
    named = replace(shelf.stage, client=web_app(replace(shelf.stage.made, settings=settings)).test_client())
    assert named.get(None, connect) == {"responderGLN": GLN}
