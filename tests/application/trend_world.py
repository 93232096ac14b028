"""A laboratory that measured many lots of one product, one a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from qc_service.application.trends import Trend, TrendAsked, trend
from qc_service.domain.identifiers import ProductCode
from qc_service.domain.permissions import Role
from tests.application.quality_world import QualityWorld
from tests.domain.lot_stories import registration
from tests.domain.quality_stories import result
from tests.fakes import actor

PRODUCT = "EXO-QC-1"
FIRST_DAY = datetime(2026, 9, 1, 9, tzinfo=UTC)
USUAL = ("0.20", "0.22", "0.21", "0.19", "0.20", "0.21", "0.23", "0.20", "0.18", "0.21")
"""Endotoxin of ten lots, in EU/mL, that break no rule."""


def read_on(day: int) -> dict[str, str]:
    """An assay that was run on the so-manieth day."""
    read = FIRST_DAY + timedelta(days=day)
    return {"started": (read - timedelta(hours=2)).isoformat(), "read": read.isoformat()}


@dataclass
class TrendWorld(QualityWorld):
    """A world in which lots come with their results, and charts are read."""

    made: list[str] = field(default_factory=list)

    def measured_lot(self, *values: str, assay: str = "endotoxin", **changes: Any) -> str:
        """A lot with results of one assay, a day after the lot before."""
        number = f"EX26T{len(self.made):03}"
        body = replace(registration(), product=ProductCode(PRODUCT))
        usual = read_on(len(self.made)) | changes
        results = (result(at, assay, value=value, **usual) for at, value in enumerate(values, start=1))
        self.lay(number, body, *results)
        self.made.append(number)
        return number

    def measured_lots(self, values: Iterable[str], **changes: Any) -> Sequence[str]:
        """One lot for each value."""
        return [self.measured_lot(value, **changes) for value in values]

    def trend(self, assay: str = "endotoxin", *, role: Role = Role.QUALITY, **asked: Any) -> Trend:
        """A chart as quality reads it."""
        now = self.world.clock()
        return trend(self.world.view, actor(role), PRODUCT, assay, TrendAsked(**asked), at=now)
