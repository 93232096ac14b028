"""The wire's donations say what the intents and the answers say, member by member and term by term."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import Schema

from qc_service.application.donations import RegisterDonation, read_donation
from qc_service.application.eligibility import RecordScreening, read_screenings
from qc_service.domain.codec import from_plain, to_plain
from qc_service.domain.permissions import Role
from qc_service.web.donations import ROUTES
from qc_service.web.routes import Write
from schemas.donations import DonationSchema, RegisterDonationSchema
from schemas.screenings import RecordScreeningSchema, ScreeningsSchema
from tests.application.donors_world import FOUND, REGISTER, DonorsWorld
from tests.domain.donors import DIN
from tests.fakes import actor

WRITES = [route for route in ROUTES if isinstance(route, Write)]


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
