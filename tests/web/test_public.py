"""The public face over HTTP: one answer in three forms, for codes good, bad and unreadable; and pages for people."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from qc_service.application.histories import Histories, History
from qc_service.application.ports import Store, Tampered
from qc_service.domain.identifiers import VialSerial
from qc_service.domain.verdict import RULES
from qc_service.persistence.store import SqlStore
from schemas.verdicts import VerdictSchema
from tests.scenes import GTIN
from tests.shelf import DINS, EARLY, GOOD, HELD, TOPICAL, TOPICAL_GTIN, Shelf, filled_shelf

JSON = {"Accept": "application/json"}
PEOPLE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
CLAIMS = re.compile(r"authentic|approved|approval|\bsafe\b|effective|genuine", re.IGNORECASE)
DENIED = re.compile(
    r"no fda-approved exosome products|does not mean approved, safe or effective|not approved|not an approval|"
    r"not a product approval|no fda approval|no approval and no clinical trial",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Vials of every standing."""
    return filled_shelf(tmp_path_factory.mktemp("shelf"))


def asked(shelf: Shelf, path: str, who: str | None = None, **arguments: str) -> Any:
    """The answer as JSON; it always has the shape that is described."""
    answer = shelf.stage.get(who, f"/{path}", 200, headers=JSON, query_string=arguments)
    assert VerdictSchema().validate(answer) == {}
    return answer


def verified(shelf: Shelf, code: str, who: str | None = None, **more: str) -> Any:
    return asked(shelf, "/api/v1/verify", who, code=code, **more)


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]


def read_page(shelf: Shelf, path: str, status: int = 200, **arguments: str) -> str:
    query = {"query_string": arguments} if arguments else {}
    response = shelf.stage.send(None, "GET", f"/{path}", status=status, headers=PEOPLE, **query)
    assert response.mimetype == "text/html"
    return response.text


def words_of(page: str) -> str:
    """What a person reads, without markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_good_vial_is_in_order_however_it_is_asked(shelf: Shelf) -> None:
    by_link = asked(shelf, shelf.path("good"), **{"17": shelf.expires_on.strftime("%y%m%d")})
    by_scan = verified(shelf, shelf.scan("good"))
    by_serial = verified(shelf, VialSerial(shelf.serials["good"]).grouped)
    assert by_link == by_scan
    assert by_link["decision"] == by_serial["decision"] == "in_order"
    assert by_link["reasons"] == []
    assert [notice["code"] for notice in by_link["notices"]] == ["custody_not_checked"]
    assert by_link["evidence"]["bundle"] == f"/api/v1/lots/{GOOD}/provenance"


def test_a_used_vial_is_used_and_nobody_is_told_where(shelf: Shelf) -> None:
    answer = asked(shelf, shelf.path("used"))
    assert codes(answer) == ["already_used"]
    assert "harbour" not in str(answer).lower()


def test_a_lot_is_never_in_order(shelf: Shelf) -> None:
    path = f"/01/{GTIN}/10/{GOOD}"
    assert (asked(shelf, path)["decision"], codes(asked(shelf, path))) == ("cannot_verify", ["serial_needed"])
    assert codes(verified(shelf, GOOD)) == ["serial_needed"]
    assert codes(verified(shelf, HELD)) == ["on_hold"]
    assert codes(asked(shelf, f"/01/{GTIN}/10/{EARLY}")) == ["not_released"]


def test_what_differs_from_the_records_is_said(shelf: Shelf) -> None:
    good = shelf.serials["good"]
    assert codes(asked(shelf, shelf.path("good"), **{"17": "270101"})) == ["expiry_mismatch"]
    assert codes(asked(shelf, f"/01/{TOPICAL_GTIN}/10/{GOOD}/21/{good}")) == ["lot_mismatch"]
    assert "lot_mismatch" in codes(asked(shelf, f"/01/{GTIN}/10/{HELD}/21/{good}"))
    assert codes(asked(shelf, f"/01/{GTIN}/10/NOSUCHLOT/21/XYZ")) == ["unknown_lot"]
    assert codes(asked(shelf, f"/01/{GTIN}/10/{GOOD}/21/XYZ")) == ["unknown_serial"]
    assert codes(asked(shelf, "/01/09506000149301/10/A/21/B")) == ["unknown_product"]


@pytest.mark.parametrize(
    "path",
    [
        "/01/12345/10/A/21/B",
        f"/01/{GTIN[:-1]}3/10/A/21/B",
        f"/01/{GTIN}/10/A/21/{'B' * 21}",
        f"/01/{GTIN}/10/{'A' * 21}/21/B",
        f"/01/{GTIN}/10/A%20B/21/B",
        f"/01/{GTIN}/10/A%C3%A9/21/B",
        f"/01/{GTIN}/21/B/10/A",
        f"/01/{GTIN}/10/A/21/B%00",
        "/01/x",
    ],
)
def test_a_malformed_address_is_answered(shelf: Shelf, path: str) -> None:
    answer = asked(shelf, path)
    assert (answer["decision"], codes(answer)) == ("cannot_verify", ["malformed_code"])


def test_a_malformed_expiry_is_answered(shelf: Shelf) -> None:
    assert codes(asked(shelf, shelf.path("good"), **{"17": "271301"})) == ["malformed_code"]
    assert codes(asked(shelf, shelf.path("good"), **{"21": "B"})) == ["malformed_code"]


def test_a_slash_in_a_serial_reaches_the_reader(shelf: Shelf) -> None:
    assert codes(asked(shelf, f"/01/{GTIN}/10/{GOOD}/21/A%2FB")) == ["unknown_serial"]
    assert codes(verified(shelf, f"(01){GTIN}(10){GOOD}(21)A/B+C")) == ["unknown_serial"]


@pytest.mark.parametrize(
    ("code", "decision", "reason"),
    [
        ("", "cannot_verify", "malformed_code"),
        ("EXO1:abc", "cannot_verify", "malformed_code"),
        ("+A99912345", "cannot_verify", "malformed_code"),
        ("=A99991712345600", "cannot_verify", "malformed_code"),
        ("A9999171234569", "cannot_verify", "malformed_code"),
        ("(00)395060001343500003", "cannot_verify", "serial_needed"),
        (f"(01){GTIN}", "cannot_verify", "serial_needed"),
        ("(01)09506000149301", "cannot_verify", "unknown_product"),
        (f"(01){GTIN}(21)XYZ", "do_not_use", "unknown_serial"),
        ("EX999999Z", "do_not_use", "unknown_lot"),
        ("\x00\x1d\u2028", "cannot_verify", "malformed_code"),
        (f"]d201{GTIN}10{GOOD}2123456", "cannot_verify", "scanner_configuration"),
        (f"]d201{GTIN}10{GOOD}217K3M9QW2TX49", "cannot_verify", "scanner_configuration"),
        (f"]d201{GTIN}10AB21", "do_not_use", "unknown_lot"),
        (f"]d201{GTIN}1021XX21", "do_not_use", "unknown_lot"),
    ],
)
def test_a_code_that_is_no_vial_of_ours_is_answered(
    shelf: Shelf, code: str, decision: str, reason: str
) -> None:
    answer = verified(shelf, code)
    assert (answer["decision"], codes(answer)) == (decision, [reason])
    assert answer["reasons"][0]["next_step"] == RULES[reason].next_step


def test_a_serial_by_itself_is_looked_up(shelf: Shelf) -> None:
    assert verified(shelf, f"(01){GTIN}(21){shelf.serials['good']}")["decision"] == "in_order"
    unknown = VialSerial.minted(b"no such vial....")
    assert codes(verified(shelf, unknown)) == ["unknown_serial"]


def test_country_and_route_are_answered_for(shelf: Shelf) -> None:
    scan = shelf.scan("good")
    assert codes(verified(shelf, scan, country="FR")) == ["no_regulatory_basis"]
    assert codes(verified(shelf, scan, route="topical")) == ["route_not_permitted"]
    assert verified(shelf, scan, country="US", route="injection")["regulatory"]["asked_for"] == {
        "country": "US",
        "route": "injection",
    }


@pytest.mark.parametrize(("name", "value"), [("country", "usa"), ("route", "oral"), ("route", "none")])
def test_a_country_or_route_that_cannot_be_read_is_refused_by_name(
    shelf: Shelf, name: str, value: str
) -> None:
    problem = shelf.stage.get(None, "/verify", 422, query_string={"code": GOOD, name: value})
    assert problem["errors"][0]["pointer"] == f"/{name}"


def test_verify_wants_a_code(shelf: Shelf) -> None:
    assert shelf.stage.get(None, "/verify", 422)["errors"][0]["pointer"] == "/code"


def test_a_recognised_person_is_told_more_and_held_to_custody(shelf: Shelf) -> None:
    scan = shelf.scan("good")
    mine = verified(shelf, scan, "clinician")
    assert mine["decision"] == "in_order"
    assert mine["notices"] == []
    assert mine["sourcing"]["donations"][0]["din"] == DINS[GOOD]
    assert codes(verified(shelf, scan, "other_clinician")) == ["not_consigned_here"]
    assert codes(asked(shelf, shelf.path("used"), "other_clinician")) == [
        "not_consigned_here",
        "used_elsewhere",
    ]
    shelf.stage.get(None, "/verify", 401, query_string={"code": scan}, headers={"Authorization": "Bearer x"})


def test_asking_writes_nothing(shelf: Shelf) -> None:
    before = shelf.stage.made.store.head().size
    asked(shelf, shelf.path("good"))
    read_page(shelf, shelf.path("good"))
    assert shelf.stage.made.store.head().size == before


def test_an_answer_is_for_one_moment_and_one_asker(shelf: Shelf) -> None:
    response = shelf.stage.send(None, "GET", f"/{shelf.path('good')}", status=200, headers=JSON)
    assert response.headers["Cache-Control"] == "no-store"
    assert "Accept" in response.headers["Vary"]


def test_a_linkset_leads_on_and_tells_nothing_of_a_serial(shelf: Shelf) -> None:
    path = shelf.path("good")
    by_query = shelf.stage.send(None, "GET", f"/{path}?linkType=all", status=200)
    by_accept = shelf.stage.send(
        None, "GET", f"/{path}", status=200, headers={"Accept": "application/linkset+json"}
    )
    assert by_query.mimetype == by_accept.mimetype == "application/linkset+json"
    assert by_query.get_json() == by_accept.get_json()
    (links,) = by_query.get_json()["linkset"]
    assert links["anchor"].endswith(path)
    assert {link["type"] for link in links["https://gs1.org/voc/certificationInfo"]} == {
        "application/json",
        "text/plain",
    }
    unknown = path.replace(shelf.serials["good"], "XYZ")
    (others,) = shelf.stage.get(None, f"/{unknown}?linkType=all")["linkset"]
    assert others.keys() == links.keys()
    (none,) = shelf.stage.get(None, f"//01/{GTIN}/10/NOSUCHLOT?linkType=all")["linkset"]
    assert "https://gs1.org/voc/certificationInfo" not in none


def test_an_edited_row_is_never_in_order(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def edited(*_: object) -> None:
        raise Tampered

    for read in ("hot", "lot_answer"):
        monkeypatch.setattr(SqlStore, read, edited)
    for path in (shelf.path("good"), f"/01/{GTIN}/10/{GOOD}"):
        assert codes(asked(shelf, path)) == ["log_inconsistent"]
    assert codes(verified(shelf, GOOD)) == ["log_inconsistent"]


def test_an_edited_record_is_never_in_order(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Histories.read

    def edited(known: Histories, store: Store, stream: str) -> History:
        if stream == f"lot/{GOOD}":
            raise Tampered
        return read(known, store, stream)

    monkeypatch.setattr(Histories, "read", edited)
    answer = asked(shelf, shelf.path("good"), "clinician")
    assert answer["decision"] == "do_not_use"
    assert codes(answer) == ["log_inconsistent"]
    monkeypatch.undo()
    assert codes(asked(shelf, shelf.path("good"), "clinician")) == []  # and so it is told to nobody any more


def test_a_serial_under_two_lots_is_not_guessed(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SqlStore, "lots_with_serial", lambda *_: (GOOD, HELD))
    assert codes(verified(shelf, shelf.serials["good"])) == ["ambiguous_lot"]


def test_the_page_says_the_answer_first(shelf: Shelf) -> None:
    page = read_page(shelf, shelf.path("good"))
    said = words_of(page)
    assert "<h1>Records in order</h1>" in page
    assert page.index("<h1>") < page.index("<h2")
    assert "It cannot see inside the vial: check seal, label, storage and the order." in said
    for one in (
        "Umbilical cord , donated in US in September 2026", "Donor screening: passed",
        "registered with FDA (not an approval)", "1.05 × 10¹¹ particles/mL", "no growth on day 14", "−90 to −70 °C",
        "There are currently no FDA-approved exosome products (FDA, 6 Dec 2019", "IND 999999",
        "Use in US by any allowed route",
    ):  # fmt: skip
        assert one in said
    assert 'href="tel:+15550100"' in page
    assert 'lang="en"' in page
    assert shelf.stage.made.settings.public_url not in re.findall(r'(?:href|src)="([^"]+)"', page)


@pytest.mark.parametrize(
    ("standing", "lot", "gtin", "headline"),
    [
        ("used", GOOD, GTIN, "DO NOT USE"),
        ("held", HELD, GTIN, "DO NOT USE"),
        ("topical", TOPICAL, TOPICAL_GTIN, "Records in order"),
        ("good", "NOSUCHLOT", GTIN, "DO NOT USE"),
        ("good", "x y", GTIN, "STOP – not checked"),
    ],
)
def test_every_page_has_its_headline_and_claims_nothing(
    shelf: Shelf, standing: str, lot: str, gtin: str, headline: str
) -> None:
    page = read_page(shelf, shelf.path(standing, lot, gtin).replace(" ", "%20"))
    assert f"<h1>{headline}</h1>" in page
    said = words_of(page)
    assert "There are currently no FDA-approved exosome products" in said
    assert CLAIMS.findall(DENIED.sub("", said)) == []
    assert "<script" not in page
    assert not re.search(r"\sstyle=|\son\w+=", page)
    assert not re.findall(r'(?:href|src|action)="(?:https?:)?//', page)


def test_topical_only_is_shouted(shelf: Shelf) -> None:
    assert "TOPICAL ONLY – NOT FOR INJECTION" in read_page(
        shelf, shelf.path("topical", TOPICAL, TOPICAL_GTIN)
    )
    assert "TOPICAL ONLY" not in read_page(shelf, shelf.path("good"))
    refused = read_page(shelf, shelf.path("topical", TOPICAL, TOPICAL_GTIN), route="injection")
    assert "DO NOT USE" in refused


def test_a_lot_that_was_not_released_tells_what_is_missing(shelf: Shelf) -> None:
    said = words_of(read_page(shelf, f"/01/{GTIN}/10/{EARLY}"))
    assert "No result was judged yet." in said
    assert "Released by" not in said


def test_the_country_and_route_can_be_changed_on_the_page(shelf: Shelf) -> None:
    printed = shelf.expires_on.strftime("%y%m%d")
    page = read_page(shelf, f"{shelf.path('good')}?17={printed}&country=FR")
    assert f'<input type="hidden" name="17" value="{printed}">' in page
    assert "No approval and no clinical trial on file in FR" in words_of(page)


def test_a_consignee_reads_days_and_numbers(shelf: Shelf) -> None:
    page = shelf.stage.send("clinician", "GET", f"/{shelf.path('good')}", status=200, headers=PEOPLE).text
    assert DINS[GOOD] in page
    assert "SOP-harvest 2" in page


def test_the_box_to_type_in_begins_empty(shelf: Shelf) -> None:
    for path in ("/check", "/"):
        page = read_page(shelf, path)
        assert "Check a vial" in page
        assert "<label" in page
        assert "Nothing was checked" not in page
    assert "Nothing was checked" in read_page(shelf, "/check", lot="", serial="")


@pytest.mark.parametrize(
    ("lot", "serial", "headline"),
    [
        (GOOD, "good", "Records in order"),
        ("", "good", "Records in order"),
        (GOOD, "", "STOP – not checked"),
        (GOOD, "AAAA-AAAA-AAAA", "STOP – not checked"),
        ("no lot!", "good", "STOP – not checked"),
    ],
)
def test_what_was_typed_is_answered(shelf: Shelf, lot: str, serial: str, headline: str) -> None:
    typed = shelf.serials.get(serial, serial)
    page = read_page(shelf, "/check", lot=lot, serial=typed)
    assert f"<h1>{headline}</h1>" in page


def test_a_lot_page_asks_for_the_serial(shelf: Shelf) -> None:
    page = read_page(shelf, "/check", lot=GOOD)
    assert f'<input type="hidden" name="lot" value="{GOOD}">' in page
    assert "Serial on the label" in page


def test_what_is_typed_is_escaped(shelf: Shelf) -> None:
    page = read_page(shelf, "/check", lot='<b onclick="x">', serial="<i>")
    assert "<b onclick" not in page
    assert "<i>" not in page


def test_a_problem_on_the_way_to_a_page_is_a_page(shelf: Shelf) -> None:
    page = read_page(shelf, "/no-such-page", status=404)
    assert "STOP – not checked" in page
    for accept, path, kind in (
        ("application/json", "//no-such-page", "application/problem+json"),
        ("*/*", "//no-such-page", "application/problem+json"),
        (PEOPLE["Accept"], "//api/v1/no-such", "application/problem+json"),
    ):
        response = shelf.stage.send(None, "GET", path, status=404, headers={"Accept": accept})
        assert response.mimetype == kind


def test_a_problem_page_keeps_the_headers_that_tell_what_to_do(shelf: Shelf) -> None:
    wait = shelf.stage.client.application.extensions["qc_service"]
    assert wait.requests_per_minute == 0
    limited = replace(wait, requests_per_minute=1)
    shelf.stage.client.application.extensions["qc_service"] = limited
    try:
        statuses = [
            shelf.stage.client.get("/check", headers=PEOPLE, query_string={"lot": GOOD}) for _ in range(3)
        ]
    finally:
        shelf.stage.client.application.extensions["qc_service"] = wait
    assert statuses[-1].status_code == 429
    assert statuses[-1].headers["Retry-After"] == "60"
    assert "STOP – not checked" in statuses[-1].text


def test_the_style_sheet_is_ours_and_nothing_else_is_served(shelf: Shelf) -> None:
    response = shelf.stage.send(None, "GET", "//static/page.css", status=200)
    assert response.mimetype == "text/css"
    shelf.stage.send(None, "GET", "//static/other.css", status=404)
    shelf.stage.send(None, "GET", "//static/..%2Fapi.py", status=404)
