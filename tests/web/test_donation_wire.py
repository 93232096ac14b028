"""The wire's donations say what the intents and the answers say, member by member and term by term."""

from __future__ import annotations

import dataclasses
import re
from enum import StrEnum
from typing import Any

import pytest
from marshmallow import Schema

from qc_service.application.donations import RegisterDonation, read_donation
from qc_service.application.eligibility import RecordScreening, read_screenings
from qc_service.domain.codec import from_plain, to_plain
from qc_service.domain.consent import ConsentUse
from qc_service.domain.donations import DonationStanding
from qc_service.domain.eligibility import EligibilityStanding
from qc_service.domain.lookback import LookbackConclusion
from qc_service.domain.permissions import Role
from qc_service.domain.screening import AssayStatus, Outcome, ScreeningFinding
from qc_service.domain.vocabulary import Tissue
from qc_service.web.donations import ROUTES
from qc_service.web.routes import Write
from schemas import donations, screenings
from schemas.donations import DonationSchema, RegisterDonationSchema
from schemas.screenings import RecordScreeningSchema, ScreeningsSchema
from tests.application.donors_world import FOUND, REGISTER, DonorsWorld
from tests.domain.donors import DIN
from tests.fakes import actor

WRITES = [route for route in ROUTES if isinstance(route, Write)]


@pytest.mark.parametrize("route", WRITES, ids=lambda route: route.path)
def test_a_body_and_a_path_make_the_intent(route: Write) -> None:
    assert route.body is not None
    in_path = set(re.findall(r"<(?:int:)?(\w+)>", route.path))
    in_body = {name: field.required for name, field in route.body().fields.items()}
    members = {
        field.name: field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        for field in dataclasses.fields(route.intent)
    }
    assert in_body | dict.fromkeys(in_path, True) == members


@pytest.mark.parametrize(
    ("choices", "terms"),
    [
        (donations.TISSUES, Tissue),
        (donations.USES, ConsentUse),
        (donations.STANDINGS, DonationStanding),
        (donations.DETERMINATIONS, EligibilityStanding),
        (screenings.FINDINGS, ScreeningFinding),
        (screenings.ASSAY_STATUSES, AssayStatus),
        (screenings.OUTCOMES, Outcome),
        (screenings.CONCLUSIONS, LookbackConclusion),
    ],
)
def test_the_terms_are_the_domains(choices: tuple[str, ...], terms: type[StrEnum]) -> None:
    assert choices == tuple(terms)


@pytest.mark.parametrize(
    ("schema", "intent"), [(RegisterDonationSchema, REGISTER), (RecordScreeningSchema, FOUND)]
)
def test_what_the_wire_lets_through_becomes_the_intent(
    schema: type[Schema], intent: RegisterDonation | RecordScreening
) -> None:
    members = schema().fields.keys()
    said = {name: value for name, value in to_plain(intent).items() if name in members and value is not None}
    loaded: dict[str, Any] = schema().load(said)
    assert from_plain(type(intent), {"din": DIN, **loaded}) == intent


@pytest.mark.parametrize(
    ("schema", "answer"), [(DonationSchema, read_donation), (ScreeningsSchema, read_screenings)]
)
def test_an_answer_has_every_member_that_is_described(schema: type[Schema], answer: Any) -> None:
    here = DonorsWorld()
    here.determine()
    told = answer(here.world.view, actor(Role.QUALITY), DIN)
    assert schema().fields.keys() == told.keys()
    assert schema().dump(told) == told
    assert schema().validate(told) == {}


def test_only_the_determination_asks_for_the_version_it_rests_on() -> None:
    assert [route.path for route in WRITES if route.if_match] == ["/donations/<din>/eligibility"]
