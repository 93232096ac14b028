"""Cartons through the doorway: packed with the dispatch, received by their number, answered by their vials."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from qc_service.application.actor import Actor
from qc_service.application.cartons import NOT_YOURS, carton_answers
from qc_service.application.disclosure import Reader
from qc_service.application.judging import Verdict
from qc_service.application.scans import Circumstances, question_of, verdict_on
from qc_service.application.shipments import (
    CartonWanted,
    DispatchShipment,
    LotWanted,
    dispatch_shipment,
    read_shipment,
)
from qc_service.application.tray_reading import tray_answers
from qc_service.application.trays import told_together
from qc_service.application.view import View
from qc_service.domain.dispatch import ShipmentRefused
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line, ShipmentId, Sscc
from qc_service.domain.permissions import Role
from qc_service.domain.shipments import Arrival, Carton, CartonsPacked, Condition, ShipmentDispatched
from qc_service.domain.verdict import Decision
from qc_service.domain.vial_states import VialState
from schemas.shipments import ShipmentSchema
from tests.application.lot_world import LOT_A, OWNER
from tests.application.use_world import CLINIC, GTIN, OTHER, SHIPMENT, UseWorld, reasons
from tests.fakes import actor

ONE, TWO = Sscc("095060001343520017"), Sscc("095060001343520024")
SCAN = f"]C100{ONE}"
INTENT = DispatchShipment(
    shipment=SHIPMENT,
    recipient=CLINIC,
    contents=(LotWanted(lot=LOT_A, count=4),),
    packed_by=Line("P. Packer"),
    courier=Line("Cold Courier"),
    cartons=(CartonWanted(sscc=ONE, contents=(LotWanted(lot=LOT_A, count=3),)), CartonWanted(sscc=TWO)),
)


@pytest.fixture
def use() -> UseWorld:
    """With four vials on their way to a clinic: three in one carton, one in another."""
    world = UseWorld()
    world.by(OWNER, dispatch_shipment, INTENT, Role.LOGISTICS)
    return world


def states(use: UseWorld) -> list[VialState]:
    return [use.vial(place).state for place in range(4)]


def asked(use: UseWorld, code: str, who: str | None, role: Role = Role.CLINICIAN) -> Any:
    at = use.world.clock()
    asker = None if who is None else actor(role, who)
    question = question_of(use.world.store, code, at.date())
    return verdict_on(use.world.store, question, Circumstances(asker=asker, at=at)).plain()


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]


def test_the_cartons_are_recorded_with_the_dispatch_and_read_with_it(use: UseWorld) -> None:
    told: Any = read_shipment(use.world.view, actor(Role.CLINICIAN, CLINIC), SHIPMENT)
    assert ShipmentSchema().validate(told) == {}
    assert [(one["sscc"], len(one["contents"][0]["serials"])) for one in told["cartons"]] == [
        (ONE, 3),
        (TWO, 1),
    ]
    assert use.world.view.citing(f"sscc/{ONE}", "shipment") == (SHIPMENT,)


def test_a_dispatch_without_cartons_is_one_record_as_before(use: UseWorld) -> None:
    (body,) = use.send(1, shipment="SHP-2", recipient=OTHER)
    assert isinstance(body, ShipmentDispatched)


def test_every_reason_against_packing_comes_with_those_against_sending(use: UseWorld) -> None:
    again = replace(
        INTENT, shipment=ShipmentId("SHP-2"), recipient=OWNER, contents=(LotWanted(lot=LOT_A, count=2),)
    )
    with pytest.raises(ShipmentRefused) as error:
        use.by(OWNER, dispatch_shipment, again, Role.LOGISTICS)
    assert reasons(error) == [
        "own_organisation", "too_few_for_carton", "carton_empty", "carton_in_transit", "carton_in_transit",
    ]  # fmt: skip


def test_a_number_serves_again_once_its_carton_has_arrived(use: UseWorld) -> None:
    use.receive()
    use.world.clock.tick(minutes=5)
    again = replace(INTENT, shipment=ShipmentId("SHP-2"), recipient=OTHER)
    use.by(OWNER, dispatch_shipment, again, Role.LOGISTICS)
    assert asked(use, SCAN, OTHER)["carton"]["shipment"] == "SHP-2"
    assert asked(use, SCAN, CLINIC)["carton"]["shipment"] == SHIPMENT
    assert asked(use, SCAN, OWNER, Role.LOGISTICS)["carton"]["shipment"] == "SHP-2"


def test_who_takes_anothers_number_neither_learns_of_its_carton_nor_hides_what_is_in_it(
    use: UseWorld,
) -> None:
    use.send(2, shipment="SHP-2", recipient=OTHER)
    use.receive(clinic=OTHER, shipment="SHP-2")
    use.world.clock.tick(minutes=5)
    taken = replace(
        INTENT, shipment=ShipmentId("SHP-3"), contents=(LotWanted(lot=LOT_A, count=1),),
        cartons=(CartonWanted(sscc=ONE),),
    )  # fmt: skip
    use.by(OTHER, dispatch_shipment, taken, Role.LOGISTICS)
    told = asked(use, SCAN, CLINIC)
    assert told["carton"]["shipment"] == "SHP-3"
    assert len(told["answers"]) == 4
    assert len(asked(use, SCAN, OTHER)["answers"]) == 1


def test_cartons_that_contradict_themselves_cannot_be_asked_for() -> None:
    with pytest.raises(Malformed, match="twice"):
        replace(INTENT, cartons=(CartonWanted(sscc=ONE), INTENT.cartons[0]))
    with pytest.raises(Malformed, match="all cartons but one"):
        replace(INTENT, cartons=(CartonWanted(sscc=ONE), CartonWanted(sscc=TWO)))


def test_a_receipt_by_carton_leaves_the_other_cartons_underway(use: UseWorld) -> None:
    use.receive(cartons_ok=(ONE,))
    assert states(use) == [VialState.RECEIVED] * 3 + [VialState.IN_TRANSIT]
    view = use.world.view
    assert read_shipment(view, actor(Role.CLINICIAN, CLINIC), SHIPMENT)["status"] == "in_transit"
    use.receive(cartons_ok=(TWO,))
    assert states(use) == [VialState.RECEIVED] * 4
    assert read_shipment(use.world.view, actor(Role.CLINICIAN, CLINIC), SHIPMENT)["status"] == "received"


def test_what_a_receipt_lists_counts_before_its_carton(use: UseWorld) -> None:
    broken = Arrival(lot=LOT_A, serial=use.serials()[1], condition=Condition.DAMAGED)
    use.receive(cartons_ok=(ONE,), vials=(broken,))
    assert use.vial(1).doubts
    assert states(use)[3] is VialState.IN_TRANSIT
    use.receive()
    assert states(use)[3] is VialState.RECEIVED
    with pytest.raises(Malformed, match="not in this shipment"):
        use.receive(cartons_ok=(Sscc("095060001343520031"),))


def test_a_carton_is_answered_by_its_vials_the_worst_first(use: UseWorld) -> None:
    use.receive()
    answer = asked(use, SCAN, CLINIC)
    assert (answer["decision"], codes(answer)) == ("in_order", [])
    assert answer["counts"] == {"in_order": 3, "do_not_use": 0, "cannot_verify": 0}
    use.prepare(2)
    use.world.clock.tick(minutes=5)
    use.give(2, doses=2)
    answer = asked(use, f"https://qc.example/00/{ONE}", CLINIC)
    assert (answer["decision"], codes(answer)) == ("do_not_use", ["already_used"])
    assert answer["reasons"][0]["detail"].startswith("1 of 3: ")
    first, *others = answer["answers"]
    assert (first["vial"]["serial"], first["decision"]) == (use.serials()[2], "do_not_use")
    assert [one["decision"] for one in others] == ["in_order", "in_order"]
    assert [one["position"] for one in others] == sorted(one["position"] for one in others)


def test_who_has_nothing_to_do_with_it_learns_nothing(use: UseWorld) -> None:
    none = SCAN.replace("17", "31")
    for code in (SCAN, f"(00){ONE}", none):
        anybody = asked(use, code, None)
        assert (anybody["decision"], codes(anybody)) == ("cannot_verify", ["serial_needed"])
    assert asked(use, SCAN, None) | {"as_of": 0} == asked(use, none, None) | {"as_of": 0}
    assert asked(use, SCAN, OTHER) == asked(use, none, OTHER)
    assert asked(use, SCAN, OTHER)["reasons"][0]["detail"] == NOT_YOURS.detail
    assert "answers" in asked(use, SCAN, OWNER, Role.LOGISTICS)
    assert "answers" in asked(use, SCAN, OTHER, Role.AUDITOR)


def test_other_clinics_are_not_shown_the_cartons(use: UseWorld) -> None:
    records = use.world.view.history(f"shipment/{SHIPMENT}")
    (packed,) = (recorded for recorded in records if isinstance(recorded.body, CartonsPacked))
    assert Reader(actor=actor(Role.CLINICIAN, CLINIC), owner=OWNER).sees(packed)
    assert not Reader(actor=actor(Role.CLINICIAN, OTHER), owner=OWNER).sees(packed)


def test_a_tray_is_answered_in_one_order_with_cartons_opened(use: UseWorld) -> None:
    use.receive()
    at = use.world.clock()
    vials = [f"(01){GTIN}(10){LOT_A}(21){serial}" for serial in use.serials()[:4]]
    tray = (vials[3], SCAN, "nonsense?", vials[3], f"(01){GTIN}(10){LOT_A}(21)NOSUCHVIAL")
    items = tray_answers(use.world.store, tray, Circumstances(asker=actor(Role.CLINICIAN, CLINIC), at=at))
    together = told_together(items)
    assert together.decision is Decision.DO_NOT_USE
    assert [one["position"] for one in together.answers] == [4, 2, 0, 1, 1, 1, 3]
    assert [one["carton"] for one in together.answers][3:6] == [ONE] * 3
    answers: Any = together.answers
    notices = [[notice["code"] for notice in one["notices"]] for one in answers]
    assert [("scanned_twice" in each) for each in notices] == [False, False, True, False, False, False, True]
    assert together.counts == {"in_order": 5, "do_not_use": 1, "cannot_verify": 1}
    alone = told_together(tray_answers(use.world.store, tray[1:2], Circumstances(at=at)))
    assert (alone.decision, len(alone.answers)) == (Decision.CANNOT_VERIFY, 1)
    assert "of 1" not in alone.reasons[0].detail


def test_a_tray_of_cartons_has_its_bound(use: UseWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qc_service.application.tray_reading.MOST_VIALS", 5)
    answered: list[Carton] = []

    def counted(view: View, asker: Actor, carton: Carton, **asked: Any) -> tuple[Verdict, ...]:
        answered.append(carton)
        return carton_answers(view, asker, carton, **asked)

    monkeypatch.setattr("qc_service.application.tray_reading.carton_answers", counted)
    circumstances = Circumstances(asker=actor(Role.CLINICIAN, CLINIC), at=use.world.clock())
    with pytest.raises(Malformed, match="more than 5 vials"):
        tray_answers(use.world.store, (SCAN, SCAN), circumstances)
    assert len(answered) == 1, "no vial is answered of a carton for which there is no room"
    monkeypatch.setattr("qc_service.application.tray_reading.MOST_VIALS", 6)
    assert len(tray_answers(use.world.store, (SCAN, SCAN), circumstances)) == 6
