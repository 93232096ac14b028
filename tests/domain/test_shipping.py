"""What may leave and how it arrives: rule R3 and what it borrows from R2, D9 and P9."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from qc_service.domain.dispatch import LotToShip, kept, ready, shipment_reasons
from qc_service.domain.disposition import (
    HoldCause,
    LotHeld,
    LotRecalled,
    LotRejected,
    LotReleased,
    RecallKind,
)
from qc_service.domain.donations import DONATION
from qc_service.domain.identifiers import Line, LotNumber, RecallId, Text
from qc_service.domain.records import Body
from qc_service.domain.shipments import (
    SHIPMENT,
    Arrival,
    Condition,
    LoggerReading,
    Shipment,
    ShipmentExcursionAssessed,
    ShipmentStatus,
)
from qc_service.domain.vial_acts import VialRef
from qc_service.domain.vials import Doubt
from qc_service.domain.vocabulary import Purpose
from tests.domain import donors, lot_stories
from tests.domain.vial_stories import (
    CLINIC,
    LOT,
    ONE,
    OWNER,
    REF,
    SERIALS,
    after,
    arrived,
    product,
    received,
    sent,
    told,
    vial,
)

TODAY = date(2026, 11, 10)


def part(*bodies: Body, **changes: object) -> LotToShip:
    lot = lot_stories.lot(LotReleased(purpose=Purpose.CLINICAL), *bodies)
    usual = LotToShip(lot=lot, donations=(), wanted=(REF,), found=(vial(),), short=0, today=TODAY)
    return replace(usual, **changes)  # type: ignore[arg-type]


def codes(*parts: LotToShip) -> list[str]:
    return [reason.code for reason in shipment_reasons(parts, OWNER)]


def test_r3_a_released_lot_in_date_leaves() -> None:
    assert codes(part(lot_stories.fill())) == []


def test_r3_an_unreleased_lot_stays() -> None:
    assert codes(part(lot=lot_stories.lot())) == ["not_released"]


def test_r3_a_stopped_lot_stays() -> None:
    held = LotHeld(hold=1, cause=HoldCause.COMPLAINT, explanation=Text("x"))
    recalled = LotRecalled(recall=RecallId("RCL-1"), kind=RecallKind.RECALL)
    withdrawn = LotRecalled(recall=RecallId("RCL-1"), kind=RecallKind.WITHDRAWAL)
    assert codes(part(held)) == ["on_hold"]
    assert codes(part(recalled)) == ["recalled"]
    assert codes(part(withdrawn)) == ["withdrawn"]
    assert codes(part(LotRejected(explanation=Text("x")))) == ["not_released", "rejected"]


def test_r3_an_expired_lot_stays() -> None:
    filled = part(lot_stories.fill())
    assert filled.lot.expires_on is not None
    assert codes(replace(filled, today=filled.lot.expires_on)) == []
    assert codes(replace(filled, today=date(2030, 1, 1))) == ["expired"]


def test_d9_consent_is_checked_at_shipment() -> None:
    donation = DONATION.replay([donors.recorded(donors.COLLECTED, 0)])
    assert donation is not None
    assert codes(part(donations=(donation,))) == [
        reason.code for reason in donation.decision_reasons(Purpose.CLINICAL)
    ]


def test_r3_every_vial_must_be_at_hand_and_without_doubt() -> None:
    other = VialRef(lot=LOT, serial=SERIALS[1])
    doubtful = replace(received(), doubts=(Doubt.WAS_LOST,))
    assert codes(part(wanted=(REF, other), found=(doubtful,), short=2)) == [
        "too_few_in_stock", "unknown_vial", "doubtful", "not_in_stock",
    ]  # fmt: skip


def test_r3_a_received_vial_is_sent_on_by_who_holds_it() -> None:
    assert ready(vial(), OWNER)
    assert ready(received(), CLINIC)
    assert not ready(received(), OWNER)


def test_p9_a_logger_must_stay_within_one_storage_condition() -> None:
    cold = LoggerReading(min=Decimal(-85), max=Decimal(-72), unit=Line("Cel"))
    assert kept(cold, product())
    assert not kept(replace(cold, max=Decimal(-60)), product())
    assert not kept(replace(cold, min=Decimal(-95)), product())
    assert not kept(replace(cold, unit=Line("K")), product())


def shipped(*bodies: Body) -> Shipment:
    folded = SHIPMENT.replay([told(sent(), by=OWNER), *(told(body, hours=24) for body in bodies)])
    assert folded is not None
    return folded


def test_r3_a_shipment_stands_as_its_receipts_leave_it() -> None:
    damaged = arrived(ok=(), exceptions=(Arrival(**ONE, condition=Condition.DAMAGED),))
    assert shipped().status is ShipmentStatus.IN_TRANSIT
    assert shipped(arrived()).status is ShipmentStatus.RECEIVED
    assert shipped(arrived(), damaged).status is ShipmentStatus.RECEIVED_WITH_EXCEPTIONS
    there = shipped(arrived(), damaged)
    assert (there.organisation, there.recipient, there.vials) == (OWNER, CLINIC, (REF,))
    assert len(there.receipts) == 2


def test_p9_an_excursion_waits_until_it_is_judged_harmless() -> None:
    warm = arrived(out_of_range=(LOT,))
    judged = ShipmentExcursionAssessed(shipment=sent().shipment, contents=sent().contents, acceptable=False)
    assert shipped(warm).excursion == (LOT,)
    assert shipped(warm, judged).excursion == (LOT,)
    assert shipped(warm, replace(judged, acceptable=True)).excursion == ()


def test_the_records_stand_on_lots_and_organisations() -> None:
    assert sent().cites() == (f"lot/{LOT}", f"organisation/{OWNER}", f"organisation/{CLINIC}")
    assert arrived(unexpected=(REF,)).cites() == (f"lot/{LOT}",)
    assert after(vial(), told(sent(), by=OWNER)).lot == LotNumber(LOT)
