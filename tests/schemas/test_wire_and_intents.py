"""What an act's body and path say is what its intent wants: the same members, as needed and as optional."""

from __future__ import annotations

import dataclasses
import re
import typing
from typing import Any

import pytest
from marshmallow import Schema

from qc_service.application.labels import PrintLabels
from qc_service.application.readings import Confirmation
from qc_service.application.results import RecordResult
from qc_service.application.stability.concluding import ConcludeStudy
from qc_service.web.nouns import ROUTES
from qc_service.web.routes import Read, Write
from schemas.labels import PrintLabelsSchema
from schemas.results import ConfirmReadingSchema, RecordResultSchema
from schemas.stability import ConcludeStudySchema

WRITES = [route for route in ROUTES if isinstance(route, Write)]
READS = [route for route in ROUTES if isinstance(route, Read)]
PARAMETER = re.compile(r"<(?:int:)?(\w+)>")
CLINIC_ACTS = {
    "verifications", "preparation", "clocks", "administration", "administrations", "disposition",
}  # fmt: skip
DECISIONS_ON_WHAT_WAS_READ = {
    "eligibility", "release", "rejection", "termination", "rescission-proposal", "rescission", "approval",
}  # fmt: skip


def bodies() -> list[Any]:
    """Every body with its intent and the members that stand in the path."""
    of_routes = [
        pytest.param(route.body, route.intent, set(PARAMETER.findall(route.path)), id=route.path)
        for route in WRITES
    ]
    return [
        *of_routes,
        pytest.param(RecordResultSchema, RecordResult, {"lot"}, id="a result"),
        pytest.param(PrintLabelsSchema, PrintLabels, {"lot"}, id="a print of labels"),
        pytest.param(ConcludeStudySchema, ConcludeStudy, {"study"}, id="a conclusion of a study"),
        pytest.param(ConfirmReadingSchema, Confirmation, set(), id="a confirmation"),
    ]


def needed(intent: type[Any]) -> dict[str, bool]:
    """An intent's members, and whether each must be said."""
    return {
        field.name: field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        for field in dataclasses.fields(intent)
    }


@pytest.mark.parametrize(("body", "intent", "in_path"), bodies())
def test_a_body_and_a_path_make_the_intent(body: type[Schema], intent: type[Any], in_path: set[str]) -> None:
    described = {name: field.required for name, field in body().fields.items()}
    wanted = needed(intent)
    assert in_path <= wanted.keys()
    assert described | dict.fromkeys(in_path, True) == wanted | dict.fromkeys(in_path, True)
    assert not described.keys() & in_path


@pytest.mark.parametrize(("body", "intent", "in_path"), bodies())
def test_null_is_taken_where_the_intent_may_lack_it_and_nowhere_else(
    body: type[Schema], intent: type[Any], in_path: set[str]
) -> None:
    hints = typing.get_type_hints(intent)
    described = {name: field.allow_none for name, field in body().fields.items()}
    optional = {name: type(None) in typing.get_args(hints[name]) for name in described}
    assert described == optional


@pytest.mark.parametrize(("body", "intent", "in_path"), bodies())
def test_a_member_that_is_not_described_is_refused(
    body: type[Schema], intent: type[Any], in_path: set[str]
) -> None:
    assert body().validate({"unheard_of": 1})["unheard_of"] == ["is not a member here"]


@pytest.mark.parametrize("route", WRITES, ids=lambda route: route.path)
def test_an_act_names_the_stream_that_its_reply_speaks_of(route: Write) -> None:
    assert hasattr(route.intent, route.subject[1]) or route.subject[1] in needed(route.intent)


def test_clinic_acts_want_an_idempotency_key() -> None:
    assert {route.path.rpartition("/")[2] for route in WRITES if route.key_required} == CLINIC_ACTS


def test_decisions_that_rest_on_what_was_read_want_its_version() -> None:
    wanted = {route.path.rpartition("/")[2] for route in WRITES if route.if_match}
    assert wanted == DECISIONS_ON_WHAT_WAS_READ


@pytest.mark.parametrize("route", READS, ids=lambda route: route.path)
def test_a_question_lists_or_answers_with_what_is_described(route: Read) -> None:
    assert bool(route.listing) != (route.answer is not None and route.reply is not None)
