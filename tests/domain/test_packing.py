"""Cartons of a shipment: what goes into which, and every reason against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import LotNumber, Sscc, VialSerial
from qc_service.domain.packing import Packing, Wanted, reuse_reasons
from qc_service.domain.shipments import SHIPMENT, Carton, CartonsPacked, LotVials, Shipment, ShipmentStatus
from qc_service.domain.vial_acts import VialRef
from tests.domain.vial_stories import CLINIC, LOT, OWNER, SERIALS, arrived, sent, told

ONE, TWO, THREE = (Sscc(f"09506000134352{end}") for end in ("0017", "0024", "0031"))
VIALS = tuple(VialRef(lot=LOT, serial=serial) for serial in SERIALS)


@dataclass(frozen=True, kw_only=True)
class Part:
    """Vials of a lot for a carton."""

    lot: LotNumber = LOT
    serials: tuple[VialSerial, ...] = ()
    count: int | None = None


def packed(wanted: Mapping[Sscc, Sequence[Wanted]]) -> dict[Sscc, set[VialRef]]:
    packing = Packing(VIALS, wanted)
    assert packing.reasons == ()
    return {carton.sscc: set(carton.vials) for carton in packing.cartons}


def refused(wanted: Mapping[Sscc, Sequence[Wanted]]) -> list[str]:
    return [reason.code for reason in Packing(VIALS, wanted).reasons]


def test_the_only_carton_takes_everything() -> None:
    assert packed({}) == {}
    assert packed({ONE: ()}) == {ONE: set(VIALS)}


def test_named_vials_go_first_then_counted_ones_then_the_rest() -> None:
    wanted = {ONE: (), TWO: (Part(count=2),), THREE: (Part(serials=SERIALS[:1]),)}
    assert packed(wanted) == {ONE: set(VIALS[3:]), TWO: set(VIALS[1:3]), THREE: set(VIALS[:1])}


def test_not_every_vial_need_be_in_a_carton() -> None:
    assert packed({ONE: (Part(count=1), Part(serials=SERIALS[4:]))}) == {ONE: {VIALS[0], VIALS[4]}}


def test_every_reason_is_given_at_once() -> None:
    unknown = VialSerial.minted(b"unknown")
    other = LotNumber("EX261102B")
    wanted = {
        ONE: (Part(serials=(*SERIALS[:2], unknown)),),
        TWO: (Part(serials=SERIALS[1:2]), Part(lot=other, count=1)),
        THREE: (Part(count=4),),
    }
    assert refused(wanted) == [
        "not_in_shipment", "in_two_cartons", "too_few_for_carton", "too_few_for_carton", "carton_empty",
    ]  # fmt: skip
    assert refused({ONE: (Part(count=5),), TWO: ()}) == ["carton_empty"]
    assert refused({ONE: (Part(serials=SERIALS[:1] * 2),)}) == ["in_two_cartons"]


def shipment(*bodies: object) -> Shipment:
    contents = (LotVials(lot=LOT, serials=SERIALS[:1]),)
    cartons = CartonsPacked(
        shipment=sent().shipment, recipient=CLINIC, cartons=(Carton(sscc=ONE, contents=contents),)
    )
    assert cartons.cites() == (f"sscc/{ONE}",)
    state = SHIPMENT.replay([told(sent(), by=OWNER), told(cartons, by=OWNER), *map(told, bodies)])  # type: ignore[arg-type]
    assert state is not None
    return state


def test_a_shipment_knows_its_cartons() -> None:
    found = shipment().carton(ONE)
    assert found is not None
    assert found.vials == VIALS[:1]
    assert shipment().carton(TWO) is None


def test_a_cartons_number_is_not_given_again_while_it_is_on_its_way() -> None:
    assert [reason.code for reason in reuse_reasons(ONE, (shipment(),))] == ["carton_in_transit"]
    assert list(reuse_reasons(TWO, (shipment(),))) == []
    assert list(reuse_reasons(ONE, (shipment(arrived()),))) == []


def test_a_shipment_is_in_transit_until_all_of_it_was_told() -> None:
    assert (shipment().underway, shipment().status) == (VIALS[:1], ShipmentStatus.IN_TRANSIT)
    later = shipment(arrived(ok=()))
    assert (later.underway, later.status) == (VIALS[:1], ShipmentStatus.IN_TRANSIT)
    assert (shipment(arrived()).underway, shipment(arrived()).status) == ((), ShipmentStatus.RECEIVED)


@pytest.mark.parametrize("text", ["095060001343520018", "09506000134352001", "09506000134352001٧", ""])
def test_an_sscc_has_eighteen_digits_that_agree(text: str) -> None:
    with pytest.raises(Malformed):
        Sscc(text)
