"""How the service is asked: who asks, what bodies are taken, and that every refusal is a problem document."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from qc_service.app import web_app
from qc_service.persistence.store import SqlStore
from qc_service.web.api import HEADERS
from qc_service.web.asking import LARGEST_JSON
from qc_service.web.service import EXTENSION
from tests.fakes import START
from tests.staging import MAKER, Stage, raise_stage

CLINIC = {
    "id": "far-clinic", "name": "Far Clinic", "kind": "clinic", "country": "US", "zone": "America/New_York",
}  # fmt: skip


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A service with its people and nothing else."""
    return raise_stage(tmp_path_factory.mktemp("home"))


def asked(stage: Stage, method: str, path: str, *, token: str | None = None, **more: Any) -> TestResponse:
    """One request as it is sent, without anything added."""
    headers = {**more.pop("headers", {}), **({"Authorization": token} if token else {})}
    return stage.client.open(path, method=method, headers=headers, **more)


def problem(response: TestResponse, status: int) -> Any:
    """The problem document, which has the same shape whatever it is about."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    said = response.get_json()
    assert said.keys() >= {"type", "title", "status", "detail", "instance"}
    assert said["status"] == status
    assert said["type"].startswith("urn:qc-service:problem:")
    assert said["title"]
    assert said["detail"]
    assert said["instance"] == response.request.path
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    return said


def refused(stage: Stage, body: object, status: int = 422) -> Any:
    token = f"Bearer {stage.token('administrator')}"
    return problem(asked(stage, "POST", "/api/v1/organisations", token=token, json=body), status)


def limited(stage: Stage, most: int) -> FlaskClient:
    """The same service with a limit of so many public questions a minute."""
    app = web_app(stage.made)
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], requests_per_minute=most)
    return app.test_client()


def errors(said: Any) -> dict[str, str]:
    return {error["pointer"]: error["detail"] for error in said["errors"]}


# Who asks


@pytest.mark.parametrize(
    "token", [None, "", "Basic dDp0", "Bearer", "Bearer nonsense", "Bearer  {}", "{}", "bearer{}"]
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/api/v1/lots"), ("POST", "/api/v1/organisations")])
def test_who_asks_without_a_token_that_is_known_is_told_how_to_say_it(
    stage: Stage, token: str | None, method: str, path: str
) -> None:
    sent = token.format(stage.token("auditor")) if token is not None else None
    response = asked(stage, method, path, token=sent, json={"unheard_of": 1} if method == "POST" else None)
    assert problem(response, 401)["title"] == "Unrecognised"
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="qc-service"'


def test_every_token_that_does_not_count_is_refused_in_the_same_words(stage: Stage) -> None:
    known = stage.token("auditor")
    forged = known[:-1] + ("A" if known[-1] != "A" else "B")
    unknown = "qcs_" + "0" * 16 + known[20:]
    said = [
        problem(asked(stage, "GET", "/api/v1/lots", token=f"Bearer {token}"), 401)["detail"]
        for token in (forged, unknown, "nonsense")
    ]
    assert len(set(said)) == 1
    stage.made.tokens.revoke(known.split("_")[1], "2026-09-01T08:00:00Z")
    assert problem(asked(stage, "GET", "/api/v1/lots", token=f"Bearer {known}"), 401)["detail"] == said[0]
    del stage.tokens["auditor"]


def test_a_token_ends_with_the_day_it_was_made_for_and_with_its_person(tmp_path: Path) -> None:
    stage = raise_stage(tmp_path)
    token = stage.token("analyst")
    stage.clock.tick(days=366)
    problem(asked(stage, "GET", "/api/v1/lots", token=f"Bearer {token}"), 401)
    stage.clock.now = START
    stage.post("administrator", "/persons/t.analyst/roles", roles=["analyst"], active=False)
    said = problem(asked(stage, "GET", "/api/v1/lots", token=f"Bearer {token}"), 403)
    assert said["title"] == "Person inactive"


def test_what_a_role_does_not_permit_is_forbidden_not_hidden(stage: Stage) -> None:
    said = problem(stage.send("clinician", "POST", "/organisations", CLINIC, status=403), 403)
    assert said["title"] == "Forbidden"


# What is sent


def test_every_fault_of_a_body_is_said_at_once_with_its_pointer(stage: Stage) -> None:
    said = refused(
        stage, {**CLINIC, "kind": "hospice", "zone": 5, "a/b~c": 1, "name": None} | {"country": ["US"]}
    )
    assert errors(said) == {
        "/kind": "must be one of manufacturer, procurement, laboratory, clinic",
        "/zone": "must be text",
        "/a~1b~0c": "is not a member here",
        "/name": "must not be null",
        "/country": "must be text",
    }


def test_what_only_the_domain_can_tell_has_a_pointer_too(stage: Stage) -> None:
    assert errors(refused(stage, {**CLINIC, "id": "Far Clinic", "country": "us"})).keys() == {
        "/id",
        "/country",
    }


def test_a_fault_deep_in_a_body_is_pointed_at(stage: Stage) -> None:
    body = {
        "recall": "RCL-1",
        "kind": "recall",
        "depth": "clinic",
        "explanation": "A crack.",
        "scope": {"lots": ["x"]},
    }
    response = stage.send("quality", "POST", "/recalls", body, status=422)
    assert errors(problem(response, 422)) == {"/scope/lots/0": "must have 3 to 40 characters"}


def test_what_stands_in_the_path_is_not_said_again(stage: Stage) -> None:
    response = stage.send(
        "quality", "POST", "/lots/EX1/hold", {"explanation": "Why.", "lot": "EX1"}, status=422
    )
    assert errors(problem(response, 422)) == {"/lot": "is not a member here"}


@pytest.mark.parametrize("body", [[], "text", 5, [CLINIC]])
def test_a_body_that_is_no_object_is_refused(stage: Stage, body: object) -> None:
    token = f"Bearer {stage.token('administrator')}"
    response = asked(stage, "POST", "/api/v1/organisations", token=token, json=body)
    assert errors(problem(response, 422)) == {"": "must be an object"}


@pytest.mark.parametrize(
    "content",
    [
        b"{", b"{'id': 1}", b'{"id": NaN}', b"\xff\xfe{}", b'{"id": "a"} x', b'{"id": "\\ud800"}', b"[" * 5000,
        b'{"id": "far-clinic", "id": "near-clinic"}', b'{"scope": {"lots": [], "lots": []}}',
        b'{"a": ' * 1020 + b"1" + b"}" * 1020,
    ],
    ids=str,
)  # fmt: skip
def test_a_body_that_is_not_json_each_member_once_is_refused(stage: Stage, content: bytes) -> None:
    token = f"Bearer {stage.token('administrator')}"
    response = asked(
        stage, "POST", "/api/v1/organisations", token=token, data=content, content_type="application/json"
    )
    assert problem(response, 400)["detail"].startswith("The body is not JSON: ")


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/xml", "", "application/x-www-form-urlencoded"]
)
def test_a_body_of_another_media_type_is_refused(stage: Stage, media_type: str) -> None:
    token = f"Bearer {stage.token('administrator')}"
    response = asked(stage, "POST", "/api/v1/organisations", token=token, data=b"{}", content_type=media_type)
    assert problem(response, 415)["title"] == "Unsupported Media Type"


def test_a_file_comes_as_a_form(stage: Stage) -> None:
    response = stage.send("analyst", "POST", "/attachments", {"file": "x"}, status=415)
    assert problem(response, 415)


def test_a_body_has_a_size(stage: Stage) -> None:
    content = b'{"name": "' + b"x" * (24 * 1024 * 1024) + b'"}'
    token = f"Bearer {stage.token('administrator')}"
    response = asked(
        stage, "POST", "/api/v1/organisations", token=token, data=content, content_type="application/json"
    )
    assert problem(response, 413)


def test_a_json_body_is_smaller_than_a_file_may_be(stage: Stage) -> None:
    largest = b'{"q":"%b"}' % (b"x" * (LARGEST_JSON - 8))
    for content, status in ((largest, 422), (largest + b" ", 413)):
        stage.send(
            "quality", "POST", "/reagents", data=content, content_type="application/json", status=status
        )


# Where and how


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/log/nothing", "/api/v1//lots", "/trust/1", "/api/v2/lots"]
)
def test_what_is_not_there_is_a_problem_like_any_other(stage: Stage, path: str) -> None:
    assert problem(asked(stage, "GET", path), 404)["title"] == "Not Found"


def test_another_method_names_those_that_there_are(stage: Stage) -> None:
    response = asked(stage, "DELETE", "/api/v1/organisations")
    assert problem(response, 405)["title"] == "Method Not Allowed"
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert problem(asked(stage, "PUT", "/log/checkpoint"), 405)
    assert problem(asked(stage, "TRACE", "/log/checkpoint"), 405)


def test_options_and_head_say_what_get_would_without_a_body(stage: Stage) -> None:
    told = asked(stage, "OPTIONS", "/api/v1/lots")
    assert (told.status_code, told.data) == (200, b"")
    assert set(told.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    token = f"Bearer {stage.token('administrator')}"
    got, head = (
        asked(stage, method, f"/api/v1/organisations/{MAKER}", token=token) for method in ("GET", "HEAD")
    )
    assert head.status_code == 200
    assert head.data == b""
    assert head.headers["ETag"] == got.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(got.data))


@pytest.mark.parametrize(
    "path",
    ["/healthz", "/log/checkpoint", "/openapi.json", "/docs", "/check", "/static/page.css", "/api/v1/lots"],
)
def test_every_answer_carries_the_same_strict_headers(stage: Stage, path: str) -> None:
    response = stage.send("administrator", "GET", f"/{path}", status=200)
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    assert "script-src" not in response.headers["Content-Security-Policy"]


# What goes wrong


@pytest.mark.parametrize("accept", ["application/json", "application/linkset+json"])
def test_an_unexpected_failure_says_nothing_but_a_number_to_find_it_by(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, accept: str
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError("the innermost secret")

    monkeypatch.setattr(SqlStore, "hot", breaks)
    path = "/01/09506000134352/10/EX261101A/21/7K3M9QW2TX4B"
    response = asked(stage, "GET", path, headers={"Accept": accept})
    said = problem(response, 500)
    assert "secret" not in response.text
    assert "ZeroDivision" not in response.text
    assert re.fullmatch(r"[0-9a-f]{12}", said["log_id"])
    assert said["log_id"] in said["detail"]
    (logged,) = (record for record in caplog.records if said["log_id"] in record.getMessage())
    assert "the innermost secret" in str(logged.exc_info)


def test_public_questions_are_counted_for_each_address(stage: Stage) -> None:
    client = limited(stage, 3)

    def ask(address: str, path: str = "/api/v1/verify?code=x", **headers: str) -> TestResponse:
        return client.get(path, environ_base={"REMOTE_ADDR": address}, headers=headers)

    assert [ask("192.0.2.1").status_code for _ in range(3)] == [200, 200, 200]
    refusal = ask("192.0.2.1", **{"X-Forwarded-For": "192.0.2.9", "Forwarded": "for=192.0.2.9"})
    assert problem(refusal, 429)["title"] == "Too Many Requests"
    assert refusal.headers["Retry-After"] == "60"
    assert ask("192.0.2.1", "/01/09506000134352/10/A-1/21/22", Accept="application/json").status_code == 429
    assert ask("192.0.2.2").status_code == 200
    assert ask("192.0.2.1", "/log/checkpoint").status_code == 200
    assert ask("192.0.2.1", Authorization=f"Bearer {stage.token('clinician')}").status_code == 200
    assert ask("192.0.2.1", Authorization="Bearer nonsense").status_code == 429
    assert ask("192.0.2.3", Authorization="Bearer nonsense").status_code == 401


@pytest.mark.parametrize("path", ["/trust/recalls", "/downtime-form.pdf", "/api/v1/verify?code=x", "/coa"])
def test_a_header_that_names_nobody_does_not_lift_the_limit(stage: Stage, path: str) -> None:
    client = limited(stage, 2)
    nobody = ("Bearer nonsense", "x", f"Bearer {stage.token('clinician')[:-1]}")
    first = [client.get(path, headers={"Authorization": nobody[0]}).status_code for _ in range(2)]
    assert set(first) <= {200, 401}
    assert [client.get(path, headers={"Authorization": one}).status_code for one in nobody] == [429] * 3
    known = {"Authorization": f"Bearer {stage.token('clinician')}"}
    assert {client.get(path, headers=known).status_code for _ in range(4)} == {200}


def test_certificates_in_hand_are_counted_and_a_file_more_than_a_question(stage: Stage) -> None:
    client = limited(stage, 6)

    def statuses(address: str, method: str, path: str, **sent: Any) -> list[int]:
        where = {"REMOTE_ADDR": address}
        return [client.open(path, method=method, environ_base=where, **sent).status_code for _ in range(7)]

    assert statuses("192.0.2.1", "GET", "/coa/EX-NONE/1") == [404] * 6 + [429]
    for number, path in enumerate(("/api/v1/certificates/check", "/coa"), start=2):
        asking = {"json": {"sha256": "0" * 64}}
        assert statuses(f"192.0.2.{number}", "POST", path, **asking) == [200, *[429] * 6]


def test_a_network_of_ipv6_counts_as_one_asker_and_ipv4_within_it_as_its_own(stage: Stage) -> None:
    client = limited(stage, 1)
    answers = [
        client.get("/api/v1/verify?code=x", environ_base={"REMOTE_ADDR": address}).status_code
        for address in (
            "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1", "::ffff:192.0.2.1", "::ffff:192.0.2.2",
        )
    ]  # fmt: skip
    assert answers == [200, 429, 200, 200, 200]


def test_without_a_limit_nobody_is_counted(stage: Stage) -> None:
    answers = {stage.client.get("/api/v1/verify?code=x").status_code for _ in range(20)}
    assert answers == {200}


def test_a_form_with_a_part_that_nobody_asked_for_is_refused(stage: Stage) -> None:
    parts = {"file": (io.BytesIO(b"x"), "a.txt", "text/plain"), "note": "?"}
    response = stage.send("analyst", "POST", "/attachments", data=parts, status=422)
    assert errors(problem(response, 422)).keys() == {"/note"}


@pytest.mark.parametrize("number", ["0", "01", "-1", "1.0", "٣", "1234567890"])
def test_a_number_in_a_path_has_one_spelling(stage: Stage, number: str) -> None:
    response = stage.send(
        "quality", "POST", f"/lots/EX1/holds/{number}/lift", {"explanation": "Why."}, status=404
    )
    assert problem(response, 404)["title"] == "Not Found"


def test_no_name_holds_a_nul(stage: Stage) -> None:
    for path in ("/lots/EX1%00", "/attachments/%00", "/vials/EX1/%00/provenance"):
        problem(stage.send("quality", "GET", path, status=404), 404)
    for query in (
        "/lots?q=a%00b",
        "/lots?after=%00",
        "/search?q=%00%00",
        "/records?stream=lot/%00",
        "/trace?from=lot:%00",
    ):
        problem(stage.send("quality", "GET", query, status=422), 422)
    assert stage.get(None, "/verify?code=a%00b")["decision"] == "cannot_verify"


def test_what_a_row_that_was_edited_by_hand_would_say_is_not_said(tmp_path: Path) -> None:
    stage = raise_stage(tmp_path)
    with stage.made.engine.begin() as connection:
        connection.execute(text("UPDATE catalogue SET title = 'Another' WHERE stream = 'person/t.analyst'"))
    said = problem(stage.send("administrator", "GET", "/persons", status=503), 503)
    assert said["title"] == "Record may have been altered"
    assert "audit" in said["detail"]
