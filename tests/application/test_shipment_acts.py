"""Dispatch and receipt through the doorway: what leaves, with what, and how it arrives (R3, D9, P9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from qc_service.application.shipments import (
    AssessExcursion,
    DispatchShipment,
    LotWanted,
    ReceiveShipment,
    assess_excursion,
    dispatch_shipment,
    read_shipment,
    receive_shipment,
    summary,
)
from qc_service.domain.dispatch import EmptyShipment, NotTheConsignee, ShipmentExists, ShipmentRefused
from qc_service.domain.disposition import HoldCause, LotHeld
from qc_service.domain.errors import Forbidden, Malformed, NotFound
from qc_service.domain.identifiers import FacilityId, Line, OrganisationId, ShipmentId, Text, VialSerial
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Role
from qc_service.domain.shipments import (
    SHIPMENT as SHIPMENTS,
)
from qc_service.domain.shipments import (
    Arrival,
    Condition,
    LoggerReading,
    ShipmentDispatched,
    ShipmentReceived,
    ShipmentStatus,
)
from qc_service.domain.vial_acts import VialRef
from qc_service.domain.vial_states import VialState
from qc_service.domain.vials import Doubt
from schemas.shipments import ShipmentSchema
from tests.application.lot_world import DIN, LOT_A, OWNER
from tests.application.use_world import CLINIC, OTHER, SHIPMENT, WHY, UseWorld, reasons
from tests.domain.donors import report, result
from tests.fakes import actor

LATER = ZonedTime("2026-11-02T08:00:00Z")
INTENT = DispatchShipment(
    shipment=SHIPMENT,
    recipient=CLINIC,
    contents=(LotWanted(lot=LOT_A, count=2),),
    packed_by=Line("P. Packer"),
    courier=Line("Cold Courier"),
)


@pytest.fixture
def use() -> UseWorld:
    """With eight vials in stock."""
    return UseWorld()


def test_r3_the_first_vials_in_stock_leave_in_one_record(use: UseWorld) -> None:
    (body,) = use.send(3)
    assert isinstance(body, ShipmentDispatched)
    (vials,) = body.contents
    assert set(vials.serials) == set(use.serials()[:3])
    assert [use.vial(place).state for place in (0, 2, 3)] == [
        VialState.IN_TRANSIT, VialState.IN_TRANSIT, VialState.IN_STOCK,
    ]  # fmt: skip
    use.send(5, recipient=OTHER, shipment="SHP-2")
    assert use.vial(3).consigned_to == OTHER


def test_r3_vials_named_by_serial_leave(use: UseWorld) -> None:
    named = LotWanted(lot=LOT_A, serials=(use.serials()[5],))
    use.by(OWNER, dispatch_shipment, replace(INTENT, contents=(named,)), Role.LOGISTICS)
    assert use.vial(5).shipment == SHIPMENT


def test_r3_the_accompanying_record_is_made_from_the_records(use: UseWorld) -> None:
    use.lay(DIN, report(result("hiv_ab")))
    (body,) = use.send()
    assert isinstance(body, ShipmentDispatched)
    (record,) = body.accompanying
    (donor,) = record.donors
    assert (record.product, record.expires_on) == ("EXO-INJ-1", date(2027, 10, 31))
    assert donor.statement.startswith("Donor determined eligible")
    assert donor.tests == ("hiv_ab: non reactive",)
    assert donor.laboratories == ("east-donor-laboratory (99D9999999)",)
    assert donor.establishment == "demo-biologics"
    assert "DN-" not in str(donor)


def test_r3_the_accompanying_record_names_a_laboratory_on_record(use: UseWorld) -> None:
    use.lay(DIN, replace(report(result("hiv_ab")), laboratory=FacilityId("north-cleanroom")))
    (body,) = use.send()
    assert isinstance(body, ShipmentDispatched)
    assert body.accompanying[0].donors[0].laboratories == ("North Cleanroom (99D9999999)",)


def test_r3_every_reason_against_a_shipment_at_once(use: UseWorld) -> None:
    use.lay(LOT_A, LotHeld(hold=1, cause=HoldCause.COMPLAINT, explanation=WHY))
    unknown = VialSerial.minted(b"nobody")
    wanted = LotWanted(lot=LOT_A, serials=(unknown,))
    refused = replace(INTENT, contents=(wanted,), recipient=OrganisationId("nobody-known"))
    with pytest.raises(ShipmentRefused) as error:
        use.by(OWNER, dispatch_shipment, refused, Role.LOGISTICS)
    assert reasons(error) == ["unknown_recipient", "on_hold", "unknown_vial"]
    with pytest.raises(ShipmentRefused) as error:
        use.send(9, recipient=OWNER)
    assert reasons(error) == ["own_organisation", "on_hold", "too_few_in_stock"]


def test_r3_a_shipment_has_a_number_of_its_own_and_something_in_it(use: UseWorld) -> None:
    use.send()
    with pytest.raises(ShipmentExists):
        use.send()
    with pytest.raises(EmptyShipment):
        replace(INTENT, contents=())
    with pytest.raises(Malformed, match="twice"):
        replace(INTENT, contents=(INTENT.contents[0], INTENT.contents[0]))
    with pytest.raises(Malformed, match="not both"):
        LotWanted(lot=LOT_A)
    with pytest.raises(Malformed, match="at least 1"):
        LotWanted(lot=LOT_A, count=0)


def test_r3_logistics_ships_its_own_lots_and_nothing_leaves_tomorrow(use: UseWorld) -> None:
    with pytest.raises(Forbidden):
        use.by(OWNER, dispatch_shipment, INTENT, Role.CLINICIAN)
    with pytest.raises(NotFound):
        use.by(OTHER, dispatch_shipment, INTENT, Role.LOGISTICS)
    with pytest.raises(Malformed, match="not come"):
        use.by(OWNER, dispatch_shipment, replace(INTENT, dispatched_at=LATER), Role.LOGISTICS)


def test_r3_only_the_consignee_receives(use: UseWorld) -> None:
    use.send()
    with pytest.raises(NotTheConsignee):
        use.by(OWNER, receive_shipment, ReceiveShipment(shipment=SHIPMENT), Role.LOGISTICS)
    with pytest.raises(NotFound):
        use.receive(clinic=OTHER)
    with pytest.raises(Malformed, match="not come"):
        use.receive(received_at=LATER)
    use.receive()
    assert use.vial().custody == CLINIC


def arrival(use: UseWorld, place: int, condition: Condition) -> Arrival:
    return Arrival(lot=LOT_A, serial=use.serials()[place], condition=condition)


def test_r3_vials_that_are_not_listed_arrived_well(use: UseWorld) -> None:
    use.send()
    listed = tuple(
        arrival(use, place, condition)
        for place, condition in enumerate([Condition.DAMAGED, Condition.MISSING, Condition.OK])
    )
    use.receive(vials=listed)
    assert [use.vial(place).state.value for place in range(4)] == [
        "received_damaged", "lost", "received", "received",
    ]  # fmt: skip
    use.receive(vials=(arrival(use, 1, Condition.OK),))
    assert use.vial(1).state is VialState.RECEIVED
    shipment = use.world.view.get(SHIPMENTS, SHIPMENT)
    assert shipment.status is ShipmentStatus.RECEIVED_WITH_EXCEPTIONS


def test_r3_a_vial_on_hand_but_not_on_the_list_is_a_fact_too(use: UseWorld) -> None:
    use.send()
    nobody = Arrival(lot=LOT_A, serial=VialSerial.minted(b"nobody"), condition=Condition.OK)
    (body,) = use.receive(vials=(arrival(use, 6, Condition.OK), nobody))
    assert isinstance(body, ShipmentReceived)
    assert body.unexpected == (VialRef(lot=LOT_A, serial=use.serials()[6]),)
    assert body.not_on_record == (nobody.vial,)
    assert (use.vial(6).state, use.vial(6).doubts) == (VialState.SET_ASIDE, (Doubt.UNLISTED,))
    with pytest.raises(Malformed, match="not in this shipment"):
        use.receive(vials=(arrival(use, 7, Condition.MISSING),))


def test_r3_received_vials_are_sent_on(use: UseWorld) -> None:
    use.stock_clinic()
    onward = replace(INTENT, shipment=ShipmentId("SHP-2"), recipient=OTHER)
    use.by(CLINIC, dispatch_shipment, onward, Role.LOGISTICS)
    use.receive(clinic=OTHER, shipment="SHP-2")
    assert (use.vial().custody, use.vial().consignees) == (OTHER, (CLINIC, OTHER))


def test_p9_an_excursion_blocks_vials_until_quality_judges_it(use: UseWorld) -> None:
    use.send()
    warm = LoggerReading(min=Decimal(-80), max=Decimal(-20), unit=Line("Cel"))
    use.receive(temperature=warm)
    assert use.vial().doubts == (Doubt.TEMPERATURE_EXCURSION,)
    judged = AssessExcursion(shipment=SHIPMENT, acceptable=True, reason=Text("Within the stability data."))
    use.by(OWNER, assess_excursion, judged, Role.QUALITY)
    assert use.vial().doubts == ()
    with pytest.raises(ShipmentRefused) as error:
        use.by(OWNER, assess_excursion, judged, Role.QUALITY)
    assert reasons(error) == ["no_excursion"]


def test_p9_a_logger_within_its_limits_blocks_nothing(use: UseWorld) -> None:
    use.send()
    use.receive(temperature=LoggerReading(min=Decimal(-85), max=Decimal(-75), unit=Line("Cel")))
    assert use.vial().doubts == ()


def test_r3_both_sides_read_a_shipment_and_nobody_else(use: UseWorld) -> None:
    use.stock_clinic()
    view = use.world.view
    for reader in (actor(Role.LOGISTICS), actor(Role.CLINICIAN, CLINIC), actor(Role.AUDITOR, "some-auditor")):
        plain = read_shipment(view, reader, SHIPMENT)
        assert ShipmentSchema().validate(plain) == {}
        assert plain.keys() == ShipmentSchema().fields.keys()
    with pytest.raises(NotFound):
        read_shipment(view, actor(Role.CLINICIAN, OTHER), SHIPMENT)
    assert summary(view.get(SHIPMENTS, SHIPMENT)) == {
        "status": "received", "title": "Shipment SHP-1 to river-clinic", "recipient": "river-clinic", "vials": 4,
    }  # fmt: skip
