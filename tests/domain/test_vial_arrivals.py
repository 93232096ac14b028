"""How vials travel, arrive and are seen: receipts, excursions, copies (R3, P9, V10)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qc_service.domain.identifiers import OrganisationId, ShipmentId
from qc_service.domain.shipments import (
    Arrival,
    Condition,
    LotVials,
    ShipmentExcursionAssessed,
)
from qc_service.domain.vial_states import VialState
from qc_service.domain.vials import Doubt
from tests.domain.vial_stories import (
    CLINIC,
    LOT,
    ONE,
    OTHER,
    OWNER,
    REF,
    SERIAL,
    SHIPMENT,
    after,
    arrived,
    received,
    sent,
    told,
    vial,
)


def test_r3_a_vial_travels_and_arrives() -> None:
    travelling = after(vial(), told(sent(), by=OWNER))
    assert (travelling.state, travelling.custody, travelling.consigned_to) == (
        VialState.IN_TRANSIT,
        None,
        CLINIC,
    )
    assert travelling.is_in_hands_of(CLINIC)
    assert not travelling.is_in_hands_of(OTHER)
    there = after(travelling, told(arrived(), hours=24))
    assert (there.state, there.custody, there.version) == (VialState.RECEIVED, CLINIC, 2)
    assert there.concerns(CLINIC)
    assert there.concerns(OWNER)
    assert not there.concerns(OTHER)


@pytest.mark.parametrize(
    ("condition", "state", "custody", "doubts"),
    [
        (Condition.DAMAGED, VialState.RECEIVED_DAMAGED, CLINIC, (Doubt.DAMAGED,)),
        (Condition.MISSING, VialState.LOST, None, ()),
        (Condition.REFUSED, VialState.RETURNED, OWNER, ()),
    ],
)
def test_r3_a_receipt_tells_of_each_vial(
    condition: Condition, state: VialState, custody: OrganisationId | None, doubts: tuple[Doubt, ...]
) -> None:
    receipt = arrived(ok=(), exceptions=(Arrival(**ONE, condition=condition),))
    there = after(vial(), told(sent(), by=OWNER), told(receipt, hours=24))
    assert (there.state, there.custody, there.doubts) == (state, custody, doubts)


def test_r3_a_missing_vial_that_turns_up_is_received_later() -> None:
    missing = arrived(ok=(), exceptions=(Arrival(**ONE, condition=Condition.MISSING),))
    there = after(vial(), told(sent(), by=OWNER), told(missing, hours=24), told(arrived(), hours=48))
    assert (there.state, there.custody, there.doubts) == (VialState.RECEIVED, CLINIC, ())


def test_r3_a_vial_on_hand_without_a_list_waits_for_quality() -> None:
    receipt = arrived(ok=(), unexpected=(REF,))
    there = after(vial(), told(receipt))
    assert (there.state, there.custody, there.doubts) == (VialState.SET_ASIDE, CLINIC, (Doubt.UNLISTED,))


def test_v10_a_vial_found_where_another_clinic_holds_it_is_suspected_a_copy() -> None:
    receipt = arrived(recipient=OTHER, ok=(), unexpected=(REF,))
    there = after(received(), told(receipt, by=OTHER, hours=72))
    assert (there.state, there.custody, there.doubts) == (VialState.RECEIVED, CLINIC, (Doubt.SUSPECTED_COPY,))


def test_a_receipt_of_another_shipment_contradicts_and_moves_nothing() -> None:
    travelling = after(vial(), told(sent(), by=OWNER))
    there = after(travelling, told(arrived(shipment=ShipmentId("SHP-2"))))
    assert (there.state, there.doubts) == (VialState.IN_TRANSIT, (Doubt.CONTRADICTED,))


def test_a_second_receipt_changes_nothing() -> None:
    again = after(received(), told(arrived(), hours=48))
    assert (again.state, again.doubts, again.custody) == (VialState.RECEIVED, (), CLINIC)


def test_p9_an_excursion_blocks_until_quality_judges_it() -> None:
    warm = after(vial(), told(sent(), by=OWNER), told(arrived(out_of_range=(LOT,))))
    assert warm.doubts == (Doubt.TEMPERATURE_EXCURSION,)
    contents = (LotVials(lot=LOT, serials=(SERIAL,)),)
    harmful = ShipmentExcursionAssessed(shipment=SHIPMENT, contents=contents, acceptable=False)
    assert after(warm, told(harmful, by=OWNER)).doubts == warm.doubts
    elsewhere = replace(harmful, shipment=ShipmentId("SHP-2"), acceptable=True)
    assert after(warm, told(elsewhere, by=OWNER)).doubts == warm.doubts
    assert after(warm, told(replace(harmful, acceptable=True), by=OWNER)).doubts == ()
