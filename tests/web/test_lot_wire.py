"""The wire's lots say what the intents and the answers say, member by member and term by term."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, Response, g
from marshmallow import Schema

from qc_service.application.filling import RecordFill, record_fill
from qc_service.domain.codec import from_plain, to_plain
from qc_service.domain.errors import Malformed
from qc_service.domain.permissions import Role
from qc_service.web import filling as filling_routes
from qc_service.web import lots as lot_routes
from qc_service.web import processing as processing_routes
from qc_service.web.routes import Write
from qc_service.web.service import EXTENSION
from schemas.filling import RecordFillSchema
from schemas.lots import RegisterLotSchema
from schemas.processing import DecideDeviationSchema, OpenDeviationSchema, RecordStepSchema
from tests.application.lot_world import FILL, LOT_A, NOTICED, REGISTER, STEP, LotWorld, decision
from tests.fakes import actor

ROUTES = (*lot_routes.ROUTES, *processing_routes.ROUTES, *filling_routes.ROUTES)
WRITES = [route for route in ROUTES if isinstance(route, Write)]


@pytest.mark.parametrize(
    ("schema", "intent"),
    [
        (RegisterLotSchema, REGISTER),
        (RecordStepSchema, STEP),
        (OpenDeviationSchema, NOTICED),
        (DecideDeviationSchema, decision()),
        (RecordFillSchema, FILL),
    ],
)
def test_what_the_wire_lets_through_becomes_the_intent(schema: type[Schema], intent: RecordFill) -> None:
    plain: dict[str, Any] = to_plain(intent)
    body = {name: value for name, value in plain.items() if name in schema().fields}
    in_path = {name: value for name, value in plain.items() if name not in body}
    assert from_plain(type(intent), {**in_path, **schema().load(body)}) == intent


@pytest.fixture
def lots_served() -> Flask:
    """The views' surroundings, with a filled lot of twelve vials."""
    world = LotWorld()
    world.register()
    world.act(record_fill, FILL)
    app = Flask("lots")
    app.extensions[EXTENSION] = SimpleNamespace(
        view=lambda: world.world.view, clock=world.world.clock, public_url="https://demo.qc.example"
    )
    return app


def asked(app: Flask, view: Callable[[str], Response], query: str = "") -> Response:
    """What a view answers quality."""
    with app.test_request_context(f"/api/v1/lots/{LOT_A}/vials?{query}"):
        g.actor = actor(Role.QUALITY)
        return view(LOT_A)


def test_a_lot_has_the_number_of_its_last_record_as_etag(lots_served: Flask) -> None:
    response = asked(lots_served, lot_routes.one_lot)
    assert response.get_etag() == ("3", False)
    assert response.get_json()["number"] == LOT_A


def test_p11_a_page_of_vials_links_to_the_next(lots_served: Flask) -> None:
    first = asked(lots_served, filling_routes.vials_of_lot, "page_size=5")
    assert [vial["ordinal"] for vial in first.get_json()["items"]] == [0, 1, 2, 3, 4]
    address = "https://demo.qc.example/api/v1/lots/EX261101A/vials?page_size=5&after=4"
    assert first.headers["Link"] == f'<{address}>; rel="next"'
    last = asked(lots_served, filling_routes.vials_of_lot, "after=4")
    assert len(last.get_json()["items"]) == 7
    assert "Link" not in last.headers


@pytest.mark.parametrize("query", ["page_size=0", "page_size=1001", "page_size=٣", "after=-1", "after=1.0"])
def test_a_page_is_asked_for_in_whole_numbers(lots_served: Flask, query: str) -> None:
    with pytest.raises(Malformed, match="whole number"):
        asked(lots_served, filling_routes.vials_of_lot, query)
