"""What a vial's history tells and where a trace leads, each to whom it concerns (P1; 21 CFR 1271.290(b), (c))."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from qc_service.application.lots import register_lot
from qc_service.application.recalls import initiate_recall
from qc_service.application.shipments import AssessExcursion, assess_excursion
from qc_service.application.tracing import trace
from qc_service.application.vials import in_words, read_vial
from qc_service.domain.errors import Malformed, NotFound
from qc_service.domain.identifiers import Line
from qc_service.domain.lots import Parent
from qc_service.domain.permissions import Role
from qc_service.domain.shipments import Arrival, Condition, LoggerReading, ShipmentExcursionAssessed
from qc_service.domain.vial_acts import UndoStatement
from schemas.tracing import TraceSchema
from schemas.vials import VialSchema
from tests.application.lot_world import DIN, LOT_A, OTHER_DIN, OWNER, REGISTER
from tests.application.test_reaction_acts import report
from tests.application.test_recall_acts import CHILD, RECALL_IT
from tests.application.use_world import CLINIC, OTHER, PATIENT, SHIPMENT, WHY, UseWorld
from tests.domain import vial_stories
from tests.fakes import actor


@pytest.fixture
def use() -> UseWorld:
    """With vials given at one clinic and received at another, a reaction, and a lot made of the first."""
    world = UseWorld()
    world.stock_clinic()
    world.send(2, recipient=OTHER, shipment="SHP-2")
    world.receive(clinic=OTHER, shipment="SHP-2")
    world.prepare()
    world.give()
    world.give(4, clinic=OTHER)
    report(world)
    parent = Parent(lot=LOT_A, amount=Decimal(10), unit=Line("mL"))
    world.act(register_lot, replace(REGISTER, number=CHILD, donations=(), parents=(parent,)))
    return world


def traced(use: UseWorld, start: str, role: Role = Role.QUALITY, organisation: str = OWNER) -> dict[str, Any]:
    plain = trace(use.world.view, actor(role, organisation), from_=start)
    assert TraceSchema().validate(plain) == {}
    return plain


def lots(plain: dict[str, Any]) -> list[tuple[str, str]]:
    return [(lot["lot"], lot["direction"]) for lot in plain["lots"]]


def test_p1_from_a_donation_to_every_administration(use: UseWorld) -> None:
    plain = traced(use, f"donation:{DIN}")
    assert lots(plain) == [(LOT_A, "start"), (CHILD, "down")]
    assert [donation["din"] for donation in plain["donations"]] == [DIN]
    assert plain["donations"][0]["donor_code"].startswith("DN-")
    assert [each["shipment"] for each in plain["shipments"]] == ["SHP-1", "SHP-2"]
    assert plain["organisations"] == [OWNER, OTHER, CLINIC]
    assert {each["clinic"] for each in plain["administrations"]} == {CLINIC, OTHER}
    assert {each["patient"] for each in plain["administrations"]} == {None}
    assert plain["lots"][0]["vials"] == 15
    assert [each["reaction"] for each in plain["reactions"]] == ["ADR-1"]
    assert plain["recalls"] == []


@pytest.mark.parametrize("start", ["facility:north-cleanroom", "reagent:MEDIUM-2611", "equipment:TFF-01"])
def test_p1_from_what_it_was_made_with(use: UseWorld, start: str) -> None:
    plain = traced(use, start)
    assert lots(plain) == [(LOT_A, "start"), (CHILD, "down")]
    assert [donation["din"] for donation in plain["donations"]] == [DIN]


def test_p1_from_where_it_was_collected(use: UseWorld) -> None:
    use.maternity()
    plain = traced(use, "facility:bayside-maternity")
    assert lots(plain) == [(LOT_A, "down"), (CHILD, "down")]
    assert [donation["din"] for donation in plain["donations"]] == [DIN, OTHER_DIN]


def test_p1_from_a_lot_both_ways(use: UseWorld) -> None:
    use.by(OWNER, initiate_recall, RECALL_IT, Role.QUALITY)
    assert lots(traced(use, f"lot:{CHILD}")) == [(LOT_A, "up"), (CHILD, "start")]
    plain = traced(use, f"lot:{LOT_A}")
    assert plain["recalls"] == [{"recall": "RCL-1", "kind": "recall", "status": "open"}]


def test_p1_from_a_vial_to_its_donor_and_its_patient(use: UseWorld) -> None:
    plain = traced(use, f"vial:{LOT_A}/{use.serials()[0]}")
    assert [each["shipment"] for each in plain["shipments"]] == ["SHP-1"]
    assert plain["lots"][0]["vials_by_state"] == {"partly_used": 1}
    (given,) = plain["administrations"]
    assert (given["clinic"], given["undone"], given["patient"]) == (CLINIC, False, None)
    assert len(plain["reactions"]) == 1
    assert traced(use, f"vial:{LOT_A}/{use.serials()[1]}")["reactions"] == []


def test_v6_an_administration_that_was_taken_back_says_so(use: UseWorld) -> None:
    use.dispose("undo", statement=UndoStatement.NOTHING_GIVEN)
    plain = traced(use, f"vial:{LOT_A}/{use.serials()[0]}", Role.CLINICIAN, CLINIC)
    (given,) = plain["administrations"]
    assert (given["undone"], given["patient"]) == (True, PATIENT)


def test_p1_a_clinic_traces_what_was_sent_to_it(use: UseWorld) -> None:
    plain = traced(use, f"lot:{LOT_A}", Role.CLINICIAN, CLINIC)
    assert lots(plain) == [(LOT_A, "start")]
    assert plain["lots"][0]["vials"] == 4
    assert [each["shipment"] for each in plain["shipments"]] == ["SHP-1"]
    assert [each["clinic"] for each in plain["administrations"]] == [CLINIC]
    assert plain["donations"][0]["donor_code"] is None
    elsewhere = traced(use, f"lot:{LOT_A}", Role.CLINICIAN, OTHER)
    assert elsewhere["reactions"] == []


@pytest.mark.parametrize(
    "start",
    [
        f"donation:{DIN}",
        f"lot:{LOT_A}",
        "facility:north-cleanroom",
        "reagent:MEDIUM-2611",
        "equipment:TFF-01",
    ],
)
def test_p1_nobody_else_traces_anything(use: UseWorld, start: str) -> None:
    with pytest.raises(NotFound):
        traced(use, start, Role.CLINICIAN, "far-clinic")


@pytest.mark.parametrize("start", ["", "donor:1", "lot:"])
def test_a_trace_starts_somewhere(use: UseWorld, start: str) -> None:
    with pytest.raises(Malformed, match="start from"):
        traced(use, start)


def told(use: UseWorld, role: Role, organisation: str, place: int = 0) -> dict[str, Any]:
    plain: dict[str, Any] = read_vial(use.world.view, actor(role, organisation), LOT_A, use.serials()[place])
    assert plain.keys() == VialSchema().fields.keys()
    assert VialSchema().validate(plain) == {}
    return plain


def words(plain: dict[str, Any]) -> list[str]:
    return [event["in_words"] for event in plain["history"]]


def test_a_vials_history_is_told_in_words(use: UseWorld) -> None:
    plain = told(use, Role.CLINICIAN, CLINIC)
    assert words(plain) == [
        "Sent to river-clinic in shipment SHP-1.",
        "Received in good order.",
        "Prepared by river-clinic: thaw.",
        "Given by injection: 0.5 mL.",
    ]
    assert plain["history"][-1]["body"]["patient"] == PATIENT
    assert plain["retention_until"] == "2057-10-31"
    assert told(use, Role.QUALITY, OWNER)["history"][-1]["body"]["patient"] is None


def test_a_clinic_is_not_told_what_another_did(use: UseWorld) -> None:
    use.dispose("return", 1)
    evidence = Line("Log 7")
    use.dispose("reissue", 1, by=OWNER, role=Role.QUALITY, cold_chain_evidence=evidence)
    use.send(1, recipient=OTHER, shipment="SHP-3")
    use.receive(clinic=OTHER, shipment="SHP-3")
    use.world.clock.tick(hours=3)
    use.check(1, clinic=OTHER)
    assert words(told(use, Role.QUALITY, OWNER, 1))[-1] == "Checked; the answer was in order."
    assert words(told(use, Role.CLINICIAN, CLINIC, 1)) == [
        "Sent to river-clinic in shipment SHP-1.",
        "Received in good order.",
        "Returned to demo-biologics.",
        "Taken back into stock by quality.",
    ]
    with pytest.raises(NotFound):
        told(use, Role.CLINICIAN, "far-clinic", 1)
    with pytest.raises(NotFound):
        read_vial(use.world.view, actor(Role.QUALITY), LOT_A, "nothing")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("set_aside", "Set aside."),
        ("waste", "Wasted."),
        ("destroy", "Destroyed."),
        ("stolen", "Reported stolen."),
        ("lost", "Reported lost."),
    ],
)
def test_what_became_of_a_vial_is_said(use: UseWorld, kind: str, said: str) -> None:
    use.dispose(kind, 1)
    assert words(told(use, Role.CLINICIAN, CLINIC, 1))[-1] == said


def test_undo_and_put_back_are_said(use: UseWorld) -> None:
    use.dispose("undo", statement=UndoStatement.NOTHING_GIVEN)
    assert words(told(use, Role.CLINICIAN, CLINIC))[-1] == "Taken back: administer part (nothing given)."
    use.dispose("set_aside", 1)
    use.dispose("put_back", 1)
    assert words(told(use, Role.CLINICIAN, CLINIC, 1))[-1] == "Put back for use."
    unclear = words(told(use, Role.CLINICIAN, OTHER, 4))[-1]
    assert unclear == "Given by injection: 0.5 mL. The records did not clear it."


def test_arrivals_and_excursions_are_said() -> None:
    use = UseWorld()
    use.send(3)
    arrivals = tuple(
        Arrival(lot=LOT_A, serial=use.serials()[place], condition=condition)
        for place, condition in enumerate(
            [Condition.DAMAGED, Condition.MISSING, Condition.REFUSED, Condition.OK]
        )
    )
    warm = LoggerReading(min=Decimal(-80), max=Decimal(-20), unit=Line("Cel"))
    use.receive(vials=arrivals, temperature=warm)
    judged = AssessExcursion(shipment=SHIPMENT, acceptable=True, reason=WHY)
    use.by(OWNER, assess_excursion, judged, Role.QUALITY)
    said = [words(told(use, Role.QUALITY, OWNER, place))[1] for place in range(3)]
    assert said == ["Received damaged.", "Missing from the shipment.", "Refused on arrival."]
    assert words(told(use, Role.QUALITY, OWNER, 0))[-1] == "The temperature on the way was judged harmless."
    (found,) = told(use, Role.CLINICIAN, CLINIC, 3)["history"]
    assert (found["in_words"], found["body"]) == (
        "Found on hand without being listed.",
        {"shipment": SHIPMENT},
    )
    harmful = ShipmentExcursionAssessed(shipment=SHIPMENT, contents=(), acceptable=False)
    assert in_words(vial_stories.vial(), harmful) == "The temperature did harm."
