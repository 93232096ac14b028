"""Days and times that a statement names as past: one that has not come yet is a fault of the statement."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from qc_service.application.actor import Occasion
from qc_service.domain.errors import Fault, Malformed
from qc_service.domain.moments import ZonedTime

EARLIEST_ZONE = timedelta(hours=14)
"""A calendar day begins 14 hours before it does in UTC, in the earliest zone there is."""


def when(occasion: Occasion, stated: ZonedTime | None, pointer: str) -> datetime:
    """When it happened: as stated, or now. Raises ``Malformed`` at the pointer for a time that has not come yet."""
    if stated is None:
        return occasion.at
    must_have_come(stated, occasion.at, pointer)
    return stated.instant


def must_have_come(stated: date | ZonedTime, at: datetime, pointer: str) -> None:
    """Raise ``Malformed`` at the pointer where the day has begun nowhere, or the time lies after ``at``."""
    begun = (at + EARLIEST_ZONE).date()
    if stated.instant > at if isinstance(stated, ZonedTime) else stated > begun:
        detail = f"{stated} has not come yet: record it when it has"
        raise Malformed(detail, faults=(Fault(pointer=pointer, detail=detail),))
