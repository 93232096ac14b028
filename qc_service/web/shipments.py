"""The routes of shipments: dispatch, receipt, and the judgement of an excursion."""

from __future__ import annotations

from qc_service.application.shipments import (
    AssessExcursion,
    DispatchShipment,
    ReceiveShipment,
    assess_excursion,
    dispatch_shipment,
    read_shipment,
    receive_shipment,
)
from qc_service.web.routes import Read, Write
from schemas.shipments import (
    AssessExcursionSchema,
    DispatchShipmentSchema,
    ReceiveShipmentSchema,
    ShipmentSchema,
)

SHIPMENT = ("shipment", "shipment")
"""The room, and the member that names the stream."""

ROUTES = (
    Read("/shipments", listing="shipment", summary="List shipments"),
    Write(
        "POST",
        "/shipments",
        use_case=dispatch_shipment,
        intent=DispatchShipment,
        body=DispatchShipmentSchema,
        subject=SHIPMENT,
        summary="Dispatch vials to an organisation",
    ),
    Read(
        "/shipments/<shipment>",
        answer=read_shipment,
        reply=ShipmentSchema,
        etag=SHIPMENT,
        summary="One shipment with its accompanying record",
    ),
    Write(
        "POST",
        "/shipments/<shipment>/receipt",
        use_case=receive_shipment,
        intent=ReceiveShipment,
        body=ReceiveShipmentSchema,
        subject=SHIPMENT,
        summary="Record how a shipment arrived",
    ),
    Write(
        "POST",
        "/shipments/<shipment>/excursion",
        use_case=assess_excursion,
        intent=AssessExcursion,
        body=AssessExcursionSchema,
        subject=SHIPMENT,
        summary="Judge a temperature excursion on the way",
    ),
)
