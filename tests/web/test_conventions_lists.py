"""Lists in pages: their order, their links, their filters and whom they show what."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenes import sites
from tests.staging import CLINIC, MAKER, PEOPLE, Stage, raise_stage

REAGENTS = [f"MEDIUM-{number:02d}" for number in range(1, 8)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Seven reagent lots of which two are accepted, and three sites."""
    raised = raise_stage(tmp_path_factory.mktemp("home"))
    sites(raised)
    for name in REAGENTS:
        raised.post(
            "quality", "/reagents", id=name, name=f"Medium 100 % {name[-1]}", supplier="Supplier", supplier_lot="S-1",
            expires_on="2027-01-01",
        )  # fmt: skip
    for name in REAGENTS[2:4]:
        body = {"status": "accepted", "explanation": "Tested."}
        raised.send("quality", "POST", f"/reagents/{name}/status", body)
    return raised


def listed(stage: Stage, path: str, who: str = "quality", **asked: str) -> list[str]:
    return [item["id"] for item in stage.get(who, path, query_string=asked)["items"]]


def test_pages_follow_their_links_to_the_end_and_show_everything_once(stage: Stage) -> None:
    seen, address = [], "/reagents?page_size=3"
    for _ in range(3):
        response = stage.send("quality", "GET", address, status=200)
        page = response.get_json()
        seen.append([item["id"] for item in page["items"]])
        link = response.headers.get("Link")
        if link is None:
            assert page["next"] is None
            break
        target, relation = link.split("; ")
        assert relation == 'rel="next"'
        assert page["next"] == seen[-1][-1]
        address = target.strip("<>").partition("/api/v1")[2]
    assert seen == [REAGENTS[:3], REAGENTS[3:6], REAGENTS[6:]]


def test_a_link_keeps_what_was_asked_and_only_that(stage: Stage) -> None:
    asked = {"page_size": "1", "status": "quarantined", "q": "100 %"}
    link = stage.send("quality", "GET", "/reagents", status=200, query_string=asked).headers["Link"]
    address = link.split("; ")[0].strip("<>").partition("/api/v1")[2]
    assert address == "/reagents?page_size=1&status=quarantined&q=100+%25&after=MEDIUM-01"
    assert [item["id"] for item in stage.get("quality", address)["items"]] == ["MEDIUM-02"]


def test_a_page_that_holds_exactly_what_is_left_has_no_next(stage: Stage) -> None:
    response = stage.send("quality", "GET", "/reagents?page_size=7", status=200)
    assert "Link" not in response.headers
    assert response.get_json()["next"] is None


def test_filters_name_a_status_an_organisation_and_a_kind(stage: Stage) -> None:
    assert listed(stage, "/reagents", status="accepted") == REAGENTS[2:4]
    assert listed(stage, "/reagents", organisation=MAKER) == REAGENTS
    assert listed(stage, "/reagents", organisation=CLINIC) == []
    assert listed(stage, "/facilities", kind="testing_laboratory") == ["south-laboratory"]
    assert listed(stage, "/facilities", kind="TESTING_LABORATORY") == []


def test_a_search_finds_names_and_titles_and_takes_wildcards_as_they_are(stage: Stage) -> None:
    assert listed(stage, "/reagents", q="medium-05") == ["MEDIUM-05"]
    assert listed(stage, "/reagents", q="100 % 6") == ["MEDIUM-06"]
    for wild in ("MEDIUM_05", "%05", "*", "' OR 1=1 --"):
        assert listed(stage, "/reagents", q=wild) == []


def test_a_list_shows_an_organisation_its_own(stage: Stage) -> None:
    assert listed(stage, "/reagents", "clinician") == []
    assert listed(stage, "/reagents", "auditor") == REAGENTS


def test_an_item_says_what_it_is_and_where_it_stands(stage: Stage) -> None:
    (item,) = stage.get("quality", "/reagents?q=MEDIUM-03")["items"]
    assert item.items() >= {
        "id": "MEDIUM-03", "stream": "reagent/MEDIUM-03", "status": "accepted", "title": "Medium 100 % 3", "seq": 1,
        "organisation": MAKER,
    }.items()  # fmt: skip


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("page_size=0", ["/page_size"]),
        ("page_size=201", ["/page_size"]),
        ("page_size=07", ["/page_size"]),
        (f"page_size={'1' * 5000}", ["/page_size"]),
        ("page_size=+5", ["/page_size"]),
        ("page_size=٣", ["/page_size"]),
        ("page_size=", ["/page_size"]),
        ("staus=accepted", ["/staus"]),
        ("page=2&limit=5", ["/limit", "/page"]),
        ("status=accepted&status=quarantined", ["/status"]),
    ],
)
def test_a_query_that_cannot_be_understood_is_refused(stage: Stage, query: str, faults: list[str]) -> None:
    said: Any = stage.get("quality", f"/reagents?{query}", 422)
    assert sorted(error["pointer"] for error in said["errors"]) == faults


def test_one_thing_takes_no_parameters_either(stage: Stage) -> None:
    stage.get("quality", "/reagents/MEDIUM-01?verbose=1", 422)


def test_one_search_looks_in_every_list(stage: Stage) -> None:
    found = stage.get("administrator", "/search?q=test")["items"]
    people = [item["id"] for item in found if item["kind_of"] == "person"]
    assert len(people) == len(PEOPLE) + 1
    assert [item["id"] for item in stage.get("quality", "/search?q=MEDIUM-07")["items"]] == ["MEDIUM-07"]
    assert stage.get("clinician", "/search?q=MEDIUM-07")["items"] == []
    of_the_maker = stage.get("administrator", f"/search?q={MAKER}")["items"]
    assert "organisation" in {item["kind_of"] for item in of_the_maker}
    stage.get("quality", "/search?q=x", 422)
    stage.get("quality", "/search", 422)


def test_every_list_is_served(stage: Stage) -> None:
    for path in (
        "organisations", "persons", "facilities", "products", "donations", "lots", "equipment", "reagents",
        "shipments", "recalls", "reactions",
    ):  # fmt: skip
        assert stage.get("auditor", f"/{path}?page_size=1").keys() == {"items", "next"}


def test_whoever_ships_finds_the_organisations_to_ship_to(stage: Stage) -> None:
    assert CLINIC in listed(stage, "/organisations", "logistics")
    assert listed(stage, "/organisations", "technician") == [MAKER]
