"""How vials leave the manufacturer and arrive at a clinic in the story."""

from __future__ import annotations

from zlib import crc32

from qc_service.application.shipments import (
    DispatchShipment,
    ReceiveShipment,
    dispatch_shipment,
    receive_shipment,
)
from qc_service.cli.demo.network import HARBOUR, LAKESIDE
from qc_service.cli.demo.stage import Plain, Stage
from qc_service.domain.vial_states import VialState
from qc_service.domain.vials import Vial

CLINICIANS = {LAKESIDE: "clinician", HARBOUR: "other_clinician"}


def consignment(lot: str, clinic: str, count: int) -> Plain:
    """What Lara Sample hands to the courier: the first so many vials in stock, in one carton."""
    shipment = f"SHP-{lot}-{clinic.partition('-')[0].upper()}"
    return {
        "shipment": shipment, "recipient": clinic, "contents": [{"lot": lot, "count": count}],
        "packed_by": "Lara Sample", "courier": "Demonstration Courier", "logger": "LOG-0042",
        "cartons": [{"sscc": carton_of(shipment)}],
    }  # fmt: skip


def carton_of(shipment: str) -> str:
    """The number on the only carton of a shipment: below the demonstration prefix, made from the shipment's name."""
    digits = f"09506000{crc32(shipment.encode()) % 10**9:09}"
    weighted = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-weighted % 10}"


def shipped(stage: Stage, lot: str, *clinics: str, count: int = 6, leaves: int) -> None:
    """Vials of a lot leave on a day and are received on the next, each clinic its own."""
    stage.clock.on(leaves)
    names = " and ".join(clinic.replace("-", " ") for clinic in clinics)
    with stage.telling(
        f"Lara Sample of logistics sends {count} vials of {lot} to {names}; they arrive cold."
    ):
        for clinic in clinics:
            stage.act("logistics", dispatch_shipment, DispatchShipment, **consignment(lot, clinic, count))
        stage.clock.on(leaves - 1)
        for clinic in clinics:
            stage.act(
                CLINICIANS[clinic], receive_shipment, ReceiveShipment,
                shipment=consignment(lot, clinic, count)["shipment"],
                temperature={"min": "-79.5", "max": "-72.1", "unit": "Cel"},
            )  # fmt: skip


def on_hand(stage: Stage, lot: str, organisation: str) -> tuple[Vial, ...]:
    """The lot's vials that the organisation received and has not touched."""
    return tuple(
        vial
        for vial in stage.view.vials(lot)
        if vial.custody == organisation and vial.state is VialState.RECEIVED and not vial.doubts
    )
