"""The wire's quality control says what the intents and the answers say, member by member and term by term."""

from __future__ import annotations

import dataclasses
from typing import Any

from marshmallow import Schema

from qc_service.application.results import RecordResult
from qc_service.application.results_reading import read_results
from qc_service.domain.codec import from_plain
from qc_service.domain.permissions import Role
from qc_service.web import disposition as decisions
from qc_service.web import results as routes
from qc_service.web.routes import Write
from schemas.results import LotResultsSchema, RecordResultSchema
from tests.application.lot_world import LOT_A
from tests.application.quality_world import QualityWorld
from tests.domain.quality_stories import plain
from tests.fakes import actor

WRITES = [route for route in (*routes.ROUTES, *decisions.ROUTES) if isinstance(route, Write)]


def members(intent: type[Any]) -> dict[str, bool]:
    """An intent's members, and whether each must be said."""
    return {
        field.name: field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        for field in dataclasses.fields(intent)
    }


def described(schema: type[Schema]) -> dict[str, bool]:
    return {name: field.required for name, field in schema().fields.items()}


def test_what_the_wire_lets_through_becomes_the_intent() -> None:
    said = plain(
        "sterility", clouded=True, subcultured="2026-11-16T09:00:00Z", read="2026-11-20T09:00:00Z",
        rapid_method={"days": 6, "validation": "VAL-1"},
        warnings_answered=[{"code": "drift_too_high", "answer": "Checked."}],
    )  # fmt: skip
    loaded: dict[str, Any] = RecordResultSchema().load(said)
    assert from_plain(RecordResult, {"lot": str(LOT_A), **loaded}).final


def test_an_answer_has_every_member_that_is_described() -> None:
    world = QualityWorld()
    world.measure(value="0.9", instrument="NTA-01")
    world.verify(1)
    told = read_results(world.world.view, actor(Role.QUALITY), LOT_A)
    assert LotResultsSchema().fields.keys() == told.keys()
    assert LotResultsSchema().dump(told) == told
