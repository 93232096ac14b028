"""The catalogues over HTTP: what is registered is listed, read with its ETag, and kept from strangers."""

from __future__ import annotations

from typing import Any

import pytest

from qc_service.domain.codec import to_plain
from tests.application import catalogue_world as world
from tests.application.test_facilities_acts import SUSPENDED
from tests.staging import Stage, raise_stage

FILLING: tuple[tuple[str, str, Any], ...] = (
    ("quality", "/facilities", world.SITE),
    ("quality", "/facilities/north-cleanroom/certifications", world.INSPECTED),
    ("quality", "/facilities/north-cleanroom/certifications/1/status", SUSPENDED),
    ("analyst", "/equipment", world.ANALYSER),
    ("technician", "/reagents", world.MEDIUM),
    ("quality", "/products", world.INJECTABLE),
    ("quality", "/products/EXO-INJ-1/specifications", world.LIMITS),
)
IN_PATH = ("facility", "certification", "product")
READ = (
    "/organisations/demo-biologics", "/persons/t.analyst", "/facilities/north-cleanroom", "/equipment/NTA-01",
    "/reagents/MEDIUM-2611", "/products/EXO-INJ-1",
)  # fmt: skip


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A service with something of everything."""
    raised = raise_stage(tmp_path_factory.mktemp("home"))
    for who, path, intent in FILLING:
        body = {name: value for name, value in to_plain(intent).items() if name not in IN_PATH}
        raised.send(who, "POST", path, body)
    return raised


@pytest.mark.parametrize("path", READ)
def test_what_is_registered_is_listed_and_read_with_its_etag(stage: Stage, path: str) -> None:
    reply = stage.send("auditor", "GET", path, status=200)
    room, _, name = path[1:].partition("/")
    (listed,) = [
        item for item in stage.get("auditor", f"/{room}?page_size=200")["items"] if item["id"] == name
    ]
    assert reply.headers["ETag"] == f'"{listed["seq"]}"'
    assert reply.get_json()["name" if "persons" not in path else "printed_name"] == listed["title"]


@pytest.mark.parametrize("path", READ)
def test_what_is_registered_is_its_organisations_own(stage: Stage, path: str) -> None:
    refused = stage.get("clinician", path, 404)
    assert refused["detail"].endswith("of yours is on record.")
    assert stage.get("clinician", path.rpartition("/")[0])["items"] == _clinics_own(stage, path)


def _clinics_own(stage: Stage, path: str) -> list[Any]:
    items = stage.get("auditor", f"{path.rpartition('/')[0]}?page_size=200")["items"]
    return [item for item in items if item["organisation"] == "harbour-clinic"]


def test_a_certification_status_has_its_place_in_the_history(stage: Stage) -> None:
    (told,) = stage.get("auditor", "/facilities/north-cleanroom")["certifications"]
    assert [change["status"] for change in told["history"]] == ["suspended"]


def test_a_refused_approval_names_every_reason_over_http(stage: Stage) -> None:
    clear = {"assay": "appearance", "kind": "qualitative", "method": "SOP-7", "expected": "clear"}
    path = "/products/EXO-INJ-1/specifications"
    stage.decide("second_quality", f"{path}/1/approval", "product/EXO-INJ-1")
    stage.post("analyst", path, effective_from="2026-01-01", criteria=[clear])
    refused = stage.decide("quality", f"{path}/2/approval", "product/EXO-INJ-1", 422)
    assert refused["type"] == "urn:qc-service:problem:ApprovalRefused"
    assert [reason["code"] for reason in refused["reasons"]] == [
        "reason_for_change_missing",
        "endotoxin_missing",
        "sterility_missing",
        "looks_back",
    ]


def test_every_fault_of_a_statement_is_named_where_it_is(stage: Stage) -> None:
    body = to_plain(world.INJECTABLE) | {"code": "EXO-INJ-2", "gtin": "09506000134353", "doses_per_vial": 0}
    refused = stage.post("quality", "/products", 422, **body)
    assert [fault["pointer"] for fault in refused["errors"]] == ["/gtin"]
    refused = stage.post("quality", "/products", 422, **body | {"gtin": None, "storage": []})
    assert [fault["pointer"] for fault in refused["errors"]] == ["/storage"]
    refused = stage.post(
        "quality", "/products", 422, **body | {"gtin": None, "routes_allowed": ["none", "topical"]}
    )
    assert [fault["pointer"] for fault in refused["errors"]] == ["/bases/0/route"]
    refused = stage.post("quality", "/products", 422, **body | {"gtin": None})
    assert [fault["pointer"] for fault in refused["errors"]] == ["/doses_per_vial"]
