"""When a study's vials are to be pulled, and what is due or overdue on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qc_service.domain.identifiers import LotNumber
from qc_service.domain.stability.studies import Study


class PullStatus(StrEnum):
    """How a planned pull stands on a day."""

    PLANNED = "planned"
    DUE = "due"
    OVERDUE = "overdue"
    PULLED = "pulled"


@dataclass(frozen=True, kw_only=True)
class PlannedPull:
    """One lot's pull for one time point: from which day to which, and on which it is due."""

    point: int
    months: int
    lot: LotNumber
    due_from: date
    due_on: date
    due_until: date
    pulled: bool

    def status(self, today: date) -> PullStatus:
        """How it stands today."""
        if self.pulled:
            return PullStatus.PULLED
        if today > self.due_until:
            return PullStatus.OVERDUE
        return PullStatus.DUE if today >= self.due_from else PullStatus.PLANNED


def schedule(study: Study) -> tuple[PlannedPull, ...]:
    """Every pull that the plan wants, in the order of their days."""
    return tuple(sorted(_pulls(study), key=lambda pull: (pull.due_on, pull.lot)))


def outstanding(study: Study) -> tuple[PlannedPull, ...]:
    """The next pull of each lot that has one left; none once the study is concluded."""
    if study.conclusion is not None:
        return ()
    following: dict[LotNumber, PlannedPull] = {}
    for pull in schedule(study):
        if not pull.pulled:
            following.setdefault(pull.lot, pull)
    return tuple(following.values())


def _pulls(study: Study) -> Iterator[PlannedPull]:
    for lot in study.plan.lots:
        for number, point in enumerate(study.plan.time_points, start=1):
            due_from, due_on, due_until = point.window(lot.placed_on)
            yield PlannedPull(
                point=number,
                months=point.months,
                lot=lot.lot,
                due_from=due_from,
                due_on=due_on,
                due_until=due_until,
                pulled=bool(study.pulls_of(number, lot.lot)),
            )
