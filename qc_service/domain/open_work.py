"""What of a lot waits for somebody: who must do what, until when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from qc_service.domain.capa_acts import Effectiveness
from qc_service.domain.capas import Action, Capa
from qc_service.domain.identifiers import LotNumber, PersonId
from qc_service.domain.investigations import Investigation
from qc_service.domain.lots import Lot
from qc_service.domain.processing import Deviation, Severity
from qc_service.domain.tasks import Arranged, Task, TaskKind

INVESTIGATION_DAYS = 30
"""How long an investigation may take unless another day was said: FDA's guidance on OOS results names 30 business
days, and these are calendar days."""
DEVIATION_DAYS: Mapping[Severity, int] = MappingProxyType(
    {Severity.MINOR: 30, Severity.MAJOR: 15, Severity.CRITICAL: 5}
)
"""How many calendar days quality may take to decide on a deviation unless another day was said."""


@dataclass(frozen=True, kw_only=True)
class OpenWork:
    """One thing that waits: what it is and its number in its lot or CAPA, what about, for whom, by which day.

    Without a ``who`` nobody was asked yet, and it is for quality; a hold has no day.
    """

    kind: TaskKind
    number: int
    what: str
    who: PersonId | None
    due_on: date | None
    about: str

    def overdue(self, day: date) -> bool:
        """Whether its day was before this one."""
        return self.due_on is not None and self.due_on < day


def open_work(
    lot: Lot, arranged: Arranged = MappingProxyType({}), capas: Iterable[Capa] = ()
) -> tuple[OpenWork, ...]:
    """Everything of a lot that waits for somebody, what is due first before the rest, what has no day last.

    ``arranged`` is what was assigned for the lot, ``capas`` are those that name it: of them only actions that must be
    done before this lot is released are its work.
    """
    found = (
        *(_of_investigation(lot, one, arranged) for one in lot.quality.open_investigations()),
        *(_of_deviation(lot, one, arranged) for one in lot.processing.open_deviations()),
        *_holds(lot),
        *(work for capa in capas for work in _before_release(capa, lot.number)),
    )
    return in_order_of_days(found)


def in_order_of_days(work: Iterable[OpenWork]) -> tuple[OpenWork, ...]:
    """The same, earliest day first, and what has no day at the end."""
    return tuple(sorted(work, key=lambda one: (one.due_on or date.max, one.about, one.kind, one.number)))


def due_day_of_investigation(investigation: Investigation, task: Task | None = None) -> date:
    """By when an investigation is to be concluded: as assigned, or ``INVESTIGATION_DAYS`` after it was opened."""
    return _due(task, investigation.opened_at, INVESTIGATION_DAYS)


def due_day_of_deviation(deviation: Deviation, task: Task | None = None) -> date:
    """By when quality is to decide: as assigned, or by the deviation's severity after it was opened."""
    return _due(task, deviation.opened_at, DEVIATION_DAYS[deviation.severity])


def _due(task: Task | None, opened_at: datetime, days: int) -> date:
    return task.latest.due_on if task and task.latest else opened_at.date() + timedelta(days=days)


def _who(task: Task | None) -> PersonId | None:
    return task.latest.assignee if task and task.latest else None


def _of_investigation(lot: Lot, one: Investigation, arranged: Arranged) -> OpenWork:
    task = arranged.get((TaskKind.INVESTIGATION, one.number))
    return OpenWork(
        kind=TaskKind.INVESTIGATION, number=one.number, what=str(one.description), who=_who(task),
        due_on=due_day_of_investigation(one, task), about=f"lot/{lot.number}",
    )  # fmt: skip


def _of_deviation(lot: Lot, one: Deviation, arranged: Arranged) -> OpenWork:
    task = arranged.get((TaskKind.DEVIATION, one.number))
    return OpenWork(
        kind=TaskKind.DEVIATION, number=one.number, what=str(one.description), who=_who(task),
        due_on=due_day_of_deviation(one, task), about=f"lot/{lot.number}",
    )  # fmt: skip


def _holds(lot: Lot) -> Iterator[OpenWork]:
    for hold in lot.disposition.open_holds():
        yield OpenWork(
            kind=TaskKind.HOLD, number=hold.number, what=str(hold.explanation), who=None, due_on=None,
            about=f"lot/{lot.number}",
        )  # fmt: skip


def work_of_capa(capa: Capa) -> tuple[OpenWork, ...]:
    """Everything of a CAPA that waits for somebody, in the order of ``open_work``; nothing once it is closed."""
    if capa.closed is not None:
        return ()
    about = f"capa/{capa.id}"
    actions = [work_of_action(capa, action) for action in capa.open_actions()]
    checks = [
        OpenWork(
            kind=TaskKind.EFFECTIVENESS, number=len(capa.checks) + 1, what=str(check.method), who=check.owner,
            due_on=check.due_on, about=about,
        )
        for check in (capa.check,) if check
    ]  # fmt: skip
    if actions or checks:
        return in_order_of_days((*actions, *checks))
    what, who = _next_step(capa)
    step = OpenWork(kind=TaskKind.CLOSURE, number=1, what=what, who=who, due_on=None, about=about)
    return (step,)


def _next_step(capa: Capa) -> tuple[str, PersonId | None]:
    """What an open CAPA waits for where nothing of it is under way; its closing is for a second person."""
    if capa.to_be_closed:
        return "Close it, as a second person.", None
    if capa.checks and capa.checks[-1].outcome is Effectiveness.INEFFECTIVE:
        return "It did not help: plan further actions.", capa.opened_by.id
    if capa.actions:
        return "Plan the check of effectiveness.", capa.opened_by.id
    return "Plan its actions.", capa.opened_by.id


def work_of_action(capa: Capa, action: Action) -> OpenWork:
    """An action as the work it is, or was until it was done."""
    return OpenWork(
        kind=TaskKind.ACTION, number=action.number, what=str(action.planned.description), who=action.owner,
        due_on=action.due_on, about=f"capa/{capa.id}",
    )  # fmt: skip


def _before_release(capa: Capa, lot: LotNumber) -> Iterator[OpenWork]:
    yield from (work_of_action(capa, action) for action in capa.blocking(lot))
