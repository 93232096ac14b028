"""Rule P9: what a storage temperature says, and that a lot's state follows from the hold beside it alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import FacilityId, Line
from qc_service.domain.moments import ZonedTime
from qc_service.domain.shipments import LoggerReading
from qc_service.domain.storage import StorageTemperatureRecorded
from tests.domain.lot_stories import lot

STORED = StorageTemperatureRecorded(
    facility=FacilityId("north-site"), location=Line("Freezer 2"), began_at=ZonedTime("2026-02-01T08:00:00Z"),
    ended_at=ZonedTime("2026-02-01T09:00:00Z"), out_of_range=True,
    temperature=LoggerReading(min=Decimal(-81), max=Decimal(-50), unit=Line("Cel")),
)  # fmt: skip


def test_it_cites_where_the_lot_was_stored() -> None:
    assert STORED.cites() == ("facility/north-site",)


def test_a_time_or_a_range_that_runs_backwards_is_refused() -> None:
    with pytest.raises(Malformed, match="before the beginning"):
        replace(STORED, ended_at=ZonedTime("2026-02-01T07:59:59Z"))
    with pytest.raises(Malformed, match="below the lowest"):
        replace(STORED, temperature=LoggerReading(min=Decimal(-50), max=Decimal(-81), unit=Line("Cel")))


def test_the_record_by_itself_changes_nothing_about_the_lot() -> None:
    assert lot(STORED) == lot()
