"""Temperatures of a lot in the maker's own storage (rule P9; 21 CFR 1271.260(d), (e))."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import FacilityId, Line
from qc_service.domain.moments import ZonedTime
from qc_service.domain.records import Body, record
from qc_service.domain.shipments import LoggerReading


@record("lot")
@dataclass(frozen=True, kw_only=True)
class StorageTemperatureRecorded(Body):
    """The lowest and highest temperature of a lot's storage over a time, and whether that kept no condition of its
    product; then the same act holds the lot until quality has assessed it.
    """

    facility: FacilityId
    location: Line | None
    began_at: ZonedTime
    ended_at: ZonedTime
    temperature: LoggerReading
    out_of_range: bool

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where it ended before it began, or the lowest is above the highest."""
        if self.ended_at.instant < self.began_at.instant:
            raise Malformed("is before the beginning", field="ended_at")
        if self.temperature.max < self.temperature.min:
            raise Malformed("the highest is below the lowest", field="temperature")

    def cites(self) -> tuple[str, ...]:
        """Where it was stored."""
        return (f"facility/{self.facility}",)
