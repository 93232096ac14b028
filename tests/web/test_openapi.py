"""The contract for programs is true: every route is described as the application has it, and nothing else is."""

from __future__ import annotations

import re
from typing import Any

import pytest

from qc_service.web.nouns import ROUTES
from qc_service.web.openapi import full_path, method_of
from qc_service.web.routes import Custom, Read, Route, Write
from tests.staging import Stage, raise_stage

WRITES = [route for route in ROUTES if isinstance(route, Write)]
READS = [route for route in ROUTES if isinstance(route, Read)]
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A service without records."""
    return raise_stage(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def drawn(stage: Stage) -> Any:
    """The document as it is served."""
    return stage.get(None, "//openapi.json")


def operation(drawn: Any, route: Route) -> Any:
    return drawn["paths"][PARAMETER.sub(r"{\1}", full_path(route))][method_of(route)]


def headers_of(said: Any) -> dict[str, bool]:
    return {one["name"]: one["required"] for one in said["parameters"] if one["in"] == "header"}


def references(value: Any) -> set[str]:
    """Every ``$ref`` in the document."""
    if isinstance(value, dict):
        here = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return here.union(*(references(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(references(inner) for inner in value))
    return set()


def label(route: Route) -> str:
    return f"{method_of(route)} {full_path(route)}"


def test_every_rule_of_the_application_is_described_and_no_other(stage: Stage, drawn: Any) -> None:
    rules = {
        (PARAMETER.sub(r"{\1}", rule.rule), method.lower())
        for rule in stage.client.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, operations in drawn["paths"].items() for method in operations}
    assert described == rules


def test_it_is_openapi_3_1_and_every_reference_leads_somewhere(drawn: Any) -> None:
    assert drawn["openapi"] == "3.1.0"
    for reference in references(drawn):
        found = drawn
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def test_every_operation_has_a_name_of_its_own(drawn: Any) -> None:
    names = [said["operationId"] for operations in drawn["paths"].values() for said in operations.values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("route", ROUTES, ids=label)
def test_path_parameters_refusals_and_recognition_are_described(drawn: Any, route: Route) -> None:
    said = operation(drawn, route)
    named = [one["name"] for one in said["parameters"] if one["in"] == "path"]
    assert named == PARAMETER.findall(full_path(route))
    refused = {status for status in said["responses"] if status.startswith(("4", "5"))}
    public = isinstance(route, Custom) and route.public
    assert ("security" in said) == public
    assert {"404", "422", "503", "429" if public else "401"} <= refused
    for status in refused:
        assert said["responses"][status] == {"$ref": f"#/components/responses/Problem{status}"}
    assert drawn["security"] == [{"bearer": []}]


@pytest.mark.parametrize("route", WRITES, ids=label)
def test_an_act_describes_its_body_its_headers_and_its_receipt(drawn: Any, route: Write) -> None:
    said = operation(drawn, route)
    assert ("requestBody" in said) == (route.body is not None)
    assert headers_of(said) == {"Idempotency-Key": route.key_required, "If-Match": route.if_match}
    assert "ETag" in said["responses"][str(route.status)]["headers"]
    assert {"409", "412", "415", "428"} <= said["responses"].keys()


def test_a_recorded_tray_wants_a_key_and_a_question_that_is_posted_takes_no_header_of_an_act(
    drawn: Any,
) -> None:
    paths = drawn["paths"]
    assert headers_of(paths["/api/v1/verifications/tray"]["post"])["Idempotency-Key"]
    for asked in ("/api/v1/verify/tray", "/api/v1/verify/image", "/check/picture"):
        assert headers_of(paths[asked]["post"]) == {}


@pytest.mark.parametrize("route", READS, ids=label)
def test_a_question_describes_its_query_and_its_answer(drawn: Any, route: Read) -> None:
    said = operation(drawn, route)
    asked = {one["name"] for one in said["parameters"] if one["in"] == "query"}
    answered = said["responses"]["200"]
    if route.listing:
        assert {"page_size", "after", "status", "q"} <= asked
        assert "Link" in answered["headers"]
    else:
        assert asked == set(route.query)
        assert ("ETag" in answered["headers"]) == (route.etag is not None)


def test_the_answer_is_described_in_each_of_its_forms(drawn: Any) -> None:
    said = drawn["paths"]["/01/{gtin}/10/{lot}/21/{serial}"]["get"]
    content = said["responses"]["200"]["content"]
    assert content.keys() == {"text/html", "application/json", "application/linkset+json"}
    assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/Verdict"}


def test_a_file_is_described_as_a_form(drawn: Any) -> None:
    post = drawn["paths"]["/api/v1/lots/{lot}/results"]["post"]
    assert post["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/RecordResult")
    assert post["requestBody"]["content"]["multipart/form-data"]["schema"]["$ref"].endswith("/ReadingForm")
    form = drawn["components"]["schemas"]["ReadingForm"]
    assert form["required"] == ["file"]
    assert form["properties"]["file"]["format"] == "binary"
    assert form["properties"]["statement"]["$ref"] == "#/components/schemas/ConfirmReading"
    assert post["responses"].keys() >= {"200", "201"}


def test_people_read_the_same_on_a_page(stage: Stage, drawn: Any) -> None:
    page = stage.send(None, "GET", "//docs", status=200).text
    for path, operations in drawn["paths"].items():
        for method in operations:
            assert f"<code>{method.upper()} {path}</code>" in page
    assert "Needs the header" in page
    assert "<script" not in page
