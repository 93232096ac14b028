"""Recording how a lot was stored: a temperature outside of its product's conditions holds it until quality decides."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.application.access import own
from qc_service.application.actor import Occasion
from qc_service.application.days import must_have_come
from qc_service.application.references import known
from qc_service.application.view import View
from qc_service.domain.dispatch import kept
from qc_service.domain.disposition import HoldCause, LotHeld
from qc_service.domain.facilities import FACILITY
from qc_service.domain.identifiers import FacilityId, Line, LotNumber, Text
from qc_service.domain.lots import LOT
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT
from qc_service.domain.records import New
from qc_service.domain.shipments import LoggerReading
from qc_service.domain.storage import StorageTemperatureRecorded


@dataclass(frozen=True, kw_only=True)
class RecordStorage:
    """What a logger or a person read in the storage of a lot, from the beginning to the end of that time."""

    lot: LotNumber
    facility: FacilityId
    began_at: ZonedTime
    ended_at: ZonedTime
    temperature: LoggerReading
    location: Line | None = None
    reason: Text | None = None


def record_storage(view: View, occasion: Occasion, intent: RecordStorage) -> tuple[New, ...]:
    """Record a storage temperature; an excursion holds the lot in the same act, until quality lifts it (rule P9)."""
    occasion.actor.must(Permission.RECORD_STORAGE)
    lot = own(view, occasion.actor, LOT, intent.lot)
    must_have_come(intent.ended_at, occasion.at, "/ended_at")
    known(view, FACILITY, intent.facility, "/facility")
    within = kept(intent.temperature, view.get(PRODUCT, lot.product))
    body = StorageTemperatureRecorded(
        facility=intent.facility,
        location=intent.location,
        began_at=intent.began_at,
        ended_at=intent.ended_at,
        temperature=intent.temperature,
        out_of_range=not within,
    )
    stored = New(name=lot.number, body=body, occurred_at=intent.ended_at, reason=intent.reason)
    if within:
        return (stored,)
    reading = intent.temperature
    held = LotHeld(
        hold=len(lot.disposition.holds) + 1,
        cause=HoldCause.TEMPERATURE_EXCURSION,
        explanation=Text(
            f"Stored between {reading.min} and {reading.max} {reading.unit}, which keeps no condition of its product."
        ),
    )
    return stored, New(name=lot.number, body=held)
