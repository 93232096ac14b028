"""Anonymous questions about unknown serials: counted in bounded memory by place, shown to quality, written nowhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from qc_service.domain.verdict import ScannedCode
from qc_service.web.bursts import MOST_NAMES, MOST_PLACES, MOST_SERIALS, UnknownCodes
from tests.scenes import GTIN
from tests.shelf import GOOD, Shelf, filled_shelf
from tests.staging import MAKER

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
UNKNOWN = [f"22222222222{last}" for last in "23456789ABC"]
HERE, THERE, SIX = "203.0.113.77", "198.51.100.9", "2001:db8:1:2:3:4:5:6"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Vials of every standing."""
    return filled_shelf(tmp_path_factory.mktemp("shelf"))


def code(serial: str, lot: str = GOOD) -> ScannedCode:
    return ScannedCode(gtin=GTIN, lot=lot, serial=serial)


def test_both_ways_of_asking_are_counted_and_nothing_is_written(shelf: Shelf) -> None:
    client, store = shelf.stage.client, shelf.stage.made.store
    size = store.head().size
    for place, serial in enumerate(UNKNOWN[:6]):
        headers = {"Accept": "application/json" if place % 2 else "text/html"}
        address = f"/01/{GTIN}/10/{GOOD}/21/{serial}"
        assert client.get(address, headers=headers, environ_base={"REMOTE_ADDR": HERE}).status_code == 200
    client.get(f"/01/{GTIN}/10/NOSUCH/21/{UNKNOWN[0]}", environ_base={"REMOTE_ADDR": SIX})
    for known in ("good", "used", "spare"):
        client.get(
            shelf.path(known), headers={"Accept": "application/json"}, environ_base={"REMOTE_ADDR": THERE}
        )
    shelf.stage.get(
        "clinician", f"//01/{GTIN}/10/{GOOD}/21/{UNKNOWN[9]}", headers={"Accept": "application/json"}
    )
    assert store.head().size == size
    told = shelf.stage.get("quality", "/alerts/bursts")
    assert [
        (one["network"], one["lot"], one["organisation"], one["questions"], one["serials"], one["burst"])
        for one in told["items"]
    ] == [("203.0.113.0/24", GOOD, MAKER, 6, 6, True), ("2001:db8:1::/48", "NOSUCH", MAKER, 1, 1, False)]
    assert HERE not in str(told)
    assert told["items"] == shelf.stage.get("auditor", "/alerts/bursts")["items"]
    assert "qc_unknown_serials_total 7.0" in shelf.stage.send("auditor", "GET", "//metrics", status=200).text


def test_trays_and_verification_messages_are_counted_too(shelf: Shelf) -> None:
    client, place = shelf.stage.client, {"REMOTE_ADDR": "192.0.2.55"}
    links = [f"https://qc.example/01/{GTIN}/10/TRAYED/21/{serial}" for serial in UNKNOWN[:3]]
    tray = client.post("/api/v1/verify/tray", json={"codes": [*links, links[0]]}, environ_base=place)
    assert tray.status_code == 200, tray.text
    shelf.stage.post("clinician", "/verify/tray", 200, codes=links)
    message = client.get(
        f"/verify/gtin/{GTIN}/lot/TRAYED/ser/{UNKNOWN[3]}",
        query_string={
            "exp": "271031", "linkType": "verificationService", "context": "dscsaSaleableReturn",
            "reqGLN": "9506000134352", "corrUUID": "0d1f3f9e-6b1c-4d64-9a25-7e1a4a8f2b11",
        },
        environ_base=place,
    )  # fmt: skip
    assert message.get_json()["data"]["verificationFailureReason"] == "No_match_GTIN_Serial"
    (counted,) = (
        one for one in shelf.stage.get("auditor", "/alerts/bursts")["items"] if one["lot"] == "TRAYED"
    )
    assert (counted["network"], counted["questions"], counted["serials"]) == ("192.0.2.0/24", 5, 4)


@pytest.mark.parametrize("who", ["clinician", "technician", "logistics"])
def test_only_quality_and_auditors_see_them(shelf: Shelf, who: str) -> None:
    told = shelf.stage.get(who, "/alerts/bursts", 403)
    assert told["detail"].startswith("You may not read bursts of unknown serials")


def test_what_is_nobodys_is_for_auditors(shelf: Shelf) -> None:
    address = "/api/v1/verify?code=222222222223"
    answered = shelf.stage.client.get(address, environ_base={"REMOTE_ADDR": THERE}).get_json()
    lots = {
        who: {one["lot"] for one in shelf.stage.get(who, "/alerts/bursts")["items"]}
        for who in ("quality", "auditor")
    }
    counted = "unknown_serial" in {one["code"] for one in answered["reasons"]}
    assert (None in lots["auditor"]) is counted
    assert None not in lots["quality"]


def test_no_address_is_kept_and_nothing_longer_than_an_hour() -> None:
    counts = UnknownCodes()
    counts.count(HERE, code(UNKNOWN[0]), NOW)
    counts.count("not an address", code(UNKNOWN[0]), NOW)
    assert HERE not in repr(vars(counts))
    assert {one.network for one in counts.standing(NOW + timedelta(minutes=60))} == {
        "203.0.113.0/24",
        "unknown",
    }
    assert counts.standing(NOW + timedelta(minutes=61)) == ()
    assert counts.questions == 2


def test_an_hour_begins_anew() -> None:
    counts = UnknownCodes()
    for minutes, serial in ((0, UNKNOWN[0]), (50, UNKNOWN[1]), (70, UNKNOWN[2])):
        counts.count(HERE, code(serial), NOW + timedelta(minutes=minutes))
    (one,) = counts.standing(NOW + timedelta(minutes=71))
    assert (one.questions, len(one.serials), one.since) == (1, 1, NOW + timedelta(minutes=70))


def test_a_flood_takes_no_more_room_than_there_is() -> None:
    counts = UnknownCodes()
    for place in range(MOST_PLACES + 50):
        counts.count(f"10.{place // 65536}.{place // 256 % 256}.{place % 256}", code(UNKNOWN[0]), NOW)
    assert len(counts.standing(NOW)) == MOST_PLACES
    for place in range(MOST_SERIALS + 50):
        counts.count(HERE, code(f"SERIAL{place}"), NOW)
    first = counts.standing(NOW)[0]
    assert (first.questions, len(first.serials)) == (MOST_SERIALS + 50, MOST_SERIALS)


def test_names_that_one_place_makes_up_crowd_out_no_other() -> None:
    counts = UnknownCodes()
    counts.count(THERE, code(UNKNOWN[0]), NOW)
    for number in range(MOST_PLACES + 50):
        counts.count(HERE, code(UNKNOWN[number % 2], f"MADE-UP-{number}"), NOW)
    told = counts.standing(NOW)
    assert len(told) == MOST_NAMES + 2
    assert {one.network for one in told} == {"203.0.113.0/24", "198.51.100.0/24"}
    (rest,) = (one for one in told if one.lot is None)
    assert (rest.gtin, len(rest.serials), rest.questions) == (None, 2, MOST_PLACES + 50 - MOST_NAMES)
    later = NOW + timedelta(minutes=61)
    counts.count(HERE, code(UNKNOWN[0], "MADE-UP-0"), later)
    assert [one.lot for one in counts.standing(later)] == ["MADE-UP-0"]
