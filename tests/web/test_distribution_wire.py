"""The wire's shipments, vials, recalls and reactions say what the intents say, member by member, term by term."""

from __future__ import annotations

import dataclasses
import re
from enum import StrEnum

import pytest

from qc_service.application.vial_dispositions import DispositionKind
from qc_service.domain.disposition import RecallKind
from qc_service.domain.reactions import (
    Criterion,
    ReactionOutcome,
    ReactionSeverity,
    Relatedness,
    ReportingBasis,
)
from qc_service.domain.recalls import RecallClass, RecallDepth, RecallStatus
from qc_service.domain.shipments import Condition, ShipmentStatus
from qc_service.domain.vial_acts import Clock, UndoStatement
from qc_service.domain.vocabulary import AdministrationRoute
from qc_service.web import reactions as reaction_routes
from qc_service.web import recalls as recall_routes
from qc_service.web import shipments as shipment_routes
from qc_service.web import tracing as tracing_routes
from qc_service.web import vials as vial_routes
from qc_service.web.routes import Read, Write
from schemas import reactions, recalls, shapes, shipments, vials

ROUTES = (
    *shipment_routes.ROUTES,
    *vial_routes.ROUTES,
    *recall_routes.ROUTES,
    *reaction_routes.ROUTES,
    *tracing_routes.ROUTES,
)
WRITES = [route for route in ROUTES if isinstance(route, Write)]
READS = [route for route in ROUTES if isinstance(route, Read)]


@pytest.mark.parametrize("route", WRITES, ids=lambda route: route.path)
def test_a_body_and_a_path_make_the_intent(route: Write) -> None:
    assert route.body is not None
    in_path = set(re.findall(r"<(\w+)>", route.path))
    in_body = {name: field.required for name, field in route.body().fields.items()}
    members = {
        field.name: field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        for field in dataclasses.fields(route.intent)
    }
    assert in_body | dict.fromkeys(in_path, True) == members
    assert hasattr(route.intent, route.subject[1]) or route.subject[1] in members


@pytest.mark.parametrize("route", READS, ids=lambda route: route.path)
def test_a_question_lists_or_answers(route: Read) -> None:
    assert bool(route.listing) != (route.answer is not None and route.reply is not None)


def test_clinic_acts_want_an_idempotency_key() -> None:
    wanted = {route.path.rpartition("/")[2] for route in WRITES if route.key_required}
    assert wanted == {"verifications", "preparation", "administration", "disposition"}


def test_r4_taking_a_recall_back_rests_on_what_was_read() -> None:
    wanted = {route.path.rpartition("/")[2] for route in WRITES if route.if_match}
    assert wanted == {"termination", "rescission-proposal", "rescission"}


@pytest.mark.parametrize(
    ("choices", "terms"),
    [
        (shapes.ROUTES, AdministrationRoute),
        (shipments.CONDITIONS, Condition),
        (shipments.STATUSES, ShipmentStatus),
        (vials.CLOCKS, Clock),
        (vials.KINDS, DispositionKind),
        (vials.STATEMENTS, UndoStatement),
        (recalls.KINDS, RecallKind),
        (recalls.DEPTHS, RecallDepth),
        (recalls.CLASSES, RecallClass),
        (recalls.STATUSES, RecallStatus),
        (reactions.OUTCOMES, ReactionOutcome),
        (reactions.SEVERITIES, ReactionSeverity),
        (reactions.CRITERIA, Criterion),
        (reactions.RELATEDNESS, Relatedness),
        (reactions.BASES, ReportingBasis),
    ],
)
def test_the_terms_are_the_domains(choices: tuple[str, ...], terms: type[StrEnum]) -> None:
    assert choices == tuple(term.value for term in terms)
