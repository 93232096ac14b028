"""Access over HTTP: each role's acts and no others, and nobody without a token that is good now."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest

from qc_service.domain.moments import instant_text
from qc_service.web.nouns import ROUTES
from qc_service.web.routes import Custom, Read, Route, Write
from tests.journeys.writes import ACTS, Act
from tests.staging import Stage

ROLES = ("technician", "analyst", "quality", "logistics", "clinician", "auditor", "administrator")
IF_MATCH = {"If-Match": '"0"'}
SHEET = b"lot,assay,finding,method,method_version,facility,started,read\n"


def sent(stage: Stage, who: str | None, act: Act, token: str | None = None) -> Any:
    """The reply to an act, whatever it is."""
    stage.keys += 1
    headers = {"Idempotency-Key": f"access-{stage.keys:08d}", **IF_MATCH}
    if who is not None or token is not None:
        headers["Authorization"] = f"Bearer {token or stage.token(str(who))}"
    file = {"data": form(act.route)} if act.route in FORMS else None
    return stage.client.post(f"/api/v1{act.path}", headers=headers, **(file or {"json": act.body}))


FORMS = {
    "/attachments": (b"/attachments", None),
    "/results/sheet": (SHEET, {"confirm": sha256(SHEET).hexdigest()}),
}
"""What comes as a form: its file, and what it states."""


def form(route: str) -> dict[str, Any]:
    """The parts of a form."""
    content, statement = FORMS[route]
    said = {} if statement is None else {"statement": json.dumps(statement)}
    return {"file": (BytesIO(content), "file.csv"), **said}


def closed(route: Route) -> bool:
    """Whether a route wants to know who asks."""
    return not (isinstance(route, Custom) and route.public)


def method(route: Route) -> str:
    """Its HTTP method."""
    return "GET" if isinstance(route, Read) else route.method


def test_every_act_is_in_the_table() -> None:
    """Questions that anybody may ask are no acts, nor is what only shows files; a queue's acts and the files that are
    confirmed together are those of the table, each heard by itself."""
    writes = {route.path for route in ROUTES if method(route) != "GET" and closed(route)}
    assert {act.route for act in ACTS} | {"/queue", "/readings", "/readings/confirmation"} == writes
    assert all(isinstance(route, Write | Custom) for route in ROUTES if method(route) != "GET")


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.route)
def test_e4_a_role_without_the_permission_is_refused_and_leaves_nothing(stage: Stage, act: Act) -> None:
    before = stage.made.store.head().size
    for role in ROLES:
        if role not in act.roles:
            reply = sent(stage, role, act)
            told = reply.get_json()
            assert (reply.status_code, told["type"]) == (403, "urn:qc-service:problem:Forbidden"), role
            assert told["detail"].startswith("You may not ")
    assert stage.made.store.head().size == before


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.route)
def test_e4_a_role_with_the_permission_is_heard(stage: Stage, act: Act) -> None:
    for role in act.roles:
        reply = sent(stage, role, act)
        assert reply.status_code in {201, 404, 409, 412, 422}, reply.text
        assert not reply.get_json().get("type", "").endswith((":Malformed", ":Forbidden")), reply.text


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if closed(route)], ids=lambda route: f"{method(route)} {route.path}"
)
def test_who_does_not_say_who_they_are_is_told_nothing(stage: Stage, route: Route) -> None:
    before = stage.made.store.head().size
    below = "" if isinstance(route, Custom) and route.root else "/api/v1"
    reply = stage.client.open(f"{below}{Act(route.path, (), {}).path}", method=method(route), json={})
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    assert reply.get_json()["type"] == "urn:qc-service:problem:Unrecognised"
    assert stage.made.store.head().size == before


def test_a_token_that_is_wrong_expired_or_revoked_is_worth_nothing_and_all_are_told_alike(
    stage: Stage,
) -> None:
    (hold,) = (act for act in ACTS if act.route == "/lots/<lot>/hold")
    good = stage.token("second_quality")
    assert sent(stage, None, hold, good).status_code == 404
    identity = good.split("_")[1]
    wrong = ["nonsense", f"qcs_{'0' * 16}_{'a' * 43}", f"{good[:-1]}{'B' if good[-1] == 'A' else 'A'}"]
    replies = [sent(stage, None, hold, token) for token in wrong]
    stage.made.tokens.revoke(identity, instant_text(stage.clock()))
    replies.append(sent(stage, None, hold, good))
    old = stage.token("analyst")
    stage.clock.tick(days=367)
    replies.append(sent(stage, None, hold, old))
    stage.clock.now -= timedelta(days=367)
    assert [reply.status_code for reply in replies] == [401] * 5
    assert len({reply.get_json()["detail"] for reply in replies}) == 1


def test_a_person_who_may_act_no_longer_is_refused_and_a_new_role_counts_at_once(stage: Stage) -> None:
    (hold,) = (act for act in ACTS if act.route == "/lots/<lot>/hold")
    person: dict[str, Any] = {"roles": ["quality"], "active": True}
    assert sent(stage, "second_analyst", hold).status_code == 403
    stage.post("administrator", "/persons/t.second-analyst/roles", **person)
    assert sent(stage, "second_analyst", hold).status_code == 404
    stage.post("administrator", "/persons/t.second-analyst/roles", **{**person, "active": False})
    reply = sent(stage, "second_analyst", hold)
    assert (reply.status_code, reply.get_json()["type"]) == (403, "urn:qc-service:problem:PersonInactive")
