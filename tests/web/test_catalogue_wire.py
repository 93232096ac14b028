"""The wire's catalogues say what the intents and the answers say, member by member and term by term."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
from marshmallow import Schema

from qc_service.application.facilities import (
    certify_facility,
    change_certification_status,
    change_facility_identifiers,
    read_facility,
    register_facility,
)
from qc_service.application.parties import read_organisation, read_person
from qc_service.application.products import read_product, register_product
from qc_service.application.registers import (
    read_equipment,
    read_reagent,
    record_calibration,
    register_equipment,
    register_reagent,
)
from qc_service.application.specifications import approve_specification, draft_specification
from qc_service.domain.codec import from_plain, to_plain
from qc_service.domain.permissions import Role
from qc_service.web import facilities as facility_routes
from qc_service.web import parties as party_routes
from qc_service.web import products as product_routes
from qc_service.web import registers as register_routes
from qc_service.web import specifications as specification_routes
from qc_service.web.routes import Read, Write
from tests.application.catalogue_world import (
    ANALYSER,
    ANALYST,
    APPROVED,
    INJECTABLE,
    INSPECTED,
    LIMITS,
    MAKER,
    MEDIUM,
    SECOND,
    SITE,
    CatalogueWorld,
)
from tests.application.test_facilities_acts import MERGED, SUSPENDED
from tests.application.test_registers_acts import CALIBRATED
from tests.fakes import actor

ROUTES = (
    *party_routes.ROUTES,
    *facility_routes.ROUTES,
    *product_routes.ROUTES,
    *specification_routes.ROUTES,
    *register_routes.ROUTES,
)
WRITES = [route for route in ROUTES if isinstance(route, Write)]
READS = {route.answer: route for route in ROUTES if isinstance(route, Read) and route.answer}


@pytest.mark.parametrize("intent", [MAKER, ANALYST, SITE, INSPECTED, ANALYSER, MEDIUM, INJECTABLE, LIMITS])
def test_what_the_wire_lets_through_becomes_the_statement(intent: Any) -> None:
    (route,) = (route for route in WRITES if route.intent is type(intent))
    assert route.body is not None
    plain = to_plain(intent)
    in_path = {name: plain[name] for name in re.findall(r"<(\w+)>", route.path)}
    said = {name: value for name, value in plain.items() if name not in in_path}
    loaded: dict[str, Any] = route.body().load(said)
    assert from_plain(type(intent), {**in_path, **loaded}) == intent


@pytest.fixture(scope="module")
def filled() -> CatalogueWorld:
    """Something of everything, with every part that an answer may have."""
    here = CatalogueWorld()
    for use_case, intent in (
        (register_facility, SITE),
        (certify_facility, INSPECTED),
        (change_certification_status, SUSPENDED),
        (change_facility_identifiers, MERGED),
        (register_equipment, ANALYSER),
        (record_calibration, dataclasses.replace(CALIBRATED, document=None)),
        (register_reagent, MEDIUM),
        (register_product, INJECTABLE),
        (draft_specification, LIMITS),
    ):
        here.act(use_case, intent)
    here.act(approve_specification, APPROVED, SECOND)
    return here


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (read_organisation, "demo-biologics"),
        (read_organisation, "far-clinic"),
        (read_person, "a.analyst"),
        (read_facility, "north-cleanroom"),
        (read_equipment, "NTA-01"),
        (read_reagent, "MEDIUM-2611"),
        (read_product, "EXO-INJ-1"),
    ],
)
def test_an_answer_is_what_its_schema_describes(filled: CatalogueWorld, answer: Any, name: str) -> None:
    described: type[Schema] | None = READS[answer].reply
    assert described is not None
    told = answer(filled.world.view, actor(Role.AUDITOR), name)
    assert described().fields.keys() == told.keys()
    assert described().dump(told) == told
    assert described().validate(told) == {}
