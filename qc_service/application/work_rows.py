"""Investigations, deviations, holds and what a CAPA waits for as rows in lists: about records, not streams of their
own.

A row is written again by every record that changes it, so ``open`` ones are found without reading a lot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from qc_service.application.ports import CatalogueRow
from qc_service.application.view import View
from qc_service.domain.capas import CAPA, Capa
from qc_service.domain.codec import to_plain
from qc_service.domain.disposition import HoldLifted, LotHeld
from qc_service.domain.investigations import InvestigationConcluded, InvestigationOpened
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.open_work import (
    OpenWork,
    due_day_of_deviation,
    due_day_of_investigation,
    work_of_action,
    work_of_capa,
)
from qc_service.domain.phases import InvestigationPhaseBegun, InvestigationPhaseConcluded
from qc_service.domain.processing import DeviationClosed, DeviationOpened
from qc_service.domain.records import Body, Recorded
from qc_service.domain.tasks import TASK, Task, TaskKind, task_name

WORK_ROOMS = (TaskKind.INVESTIGATION, TaskKind.DEVIATION, TaskKind.HOLD, TaskKind.ACTION)
"""The rooms of these rows in the catalogue; whatever a CAPA waits for is in the last."""
_OF_INVESTIGATIONS = (
    InvestigationOpened | InvestigationPhaseBegun | InvestigationPhaseConcluded | InvestigationConcluded
)


def work_rows(view: View, records: Iterable[Recorded]) -> Iterator[CatalogueRow]:
    """The rows that these records change, as they are after all of them."""
    changed = dict.fromkeys(what for recorded in records for what in _changed(recorded))
    for room, name, number in changed:
        if room == CAPA.room:
            yield from _of_capa(view.get(CAPA, name))
        else:
            yield _ROWS[TaskKind(room)](view, view.get(LOT, name), number)


def _changed(recorded: Recorded) -> Iterator[tuple[str, str, int]]:
    """The room, name and number of what a record changes the row of."""
    room = recorded.stream.partition("/")[0]
    if room == CAPA.room:
        yield CAPA.room, recorded.name, 0
    if room == TASK.room:
        lot, kind, number = recorded.name.split("/")
        yield kind, lot, int(number)
    if room == LOT.room:
        yield from ((kind, recorded.name, number) for kind, number in _of_lot(recorded.body))


def _of_lot(body: Body) -> Iterator[tuple[TaskKind, int]]:
    if isinstance(body, _OF_INVESTIGATIONS):
        yield TaskKind.INVESTIGATION, body.investigation
    if isinstance(body, DeviationOpened | DeviationClosed):
        yield TaskKind.DEVIATION, body.deviation
    if isinstance(body, LotHeld | HoldLifted):
        yield TaskKind.HOLD, body.hold


def _investigation(view: View, lot: Lot, number: int) -> CatalogueRow:
    one = lot.quality.investigation(number)
    task = view.find(TASK, task_name(lot.number, TaskKind.INVESTIGATION, number))
    return _row(
        lot, TaskKind.INVESTIGATION, number, "open" if one.is_open else "concluded", one.description,
        task=task, due_on=due_day_of_investigation(one, task), kind=one.cause.value,
        opened_at=to_plain(one.opened_at), phase=one.phases[-1].kind.value if one.phases else None,
        conclusion=to_plain(one.conclusion),
        disposition=to_plain(one.concluded.disposition if one.concluded else None),
    )  # fmt: skip


def _deviation(view: View, lot: Lot, number: int) -> CatalogueRow:
    one = lot.processing.deviation(number)
    task = view.find(TASK, task_name(lot.number, TaskKind.DEVIATION, number))
    return _row(
        lot, TaskKind.DEVIATION, number, "open" if one.decision is None else one.decision.outcome.value,
        one.description, task=task, due_on=due_day_of_deviation(one, task), kind=one.cause.value,
        opened_at=to_plain(one.opened_at), severity=one.severity.value,
    )  # fmt: skip


def _hold(_: View, lot: Lot, number: int) -> CatalogueRow:
    one = lot.disposition.hold(number)
    return _row(
        lot, TaskKind.HOLD, number, "open" if one.is_open else "lifted", one.explanation,
        kind=one.cause.value, opened_at=to_plain(one.at),
    )  # fmt: skip


_ROWS = {TaskKind.INVESTIGATION: _investigation, TaskKind.DEVIATION: _deviation, TaskKind.HOLD: _hold}


def _row(
    lot: Lot,
    room: TaskKind,
    number: int,
    status: str,
    what: str,
    *,
    task: Task | None = None,
    due_on: date | None = None,
    **more: object,
) -> CatalogueRow:
    return CatalogueRow(
        stream=f"{room}/{lot.number}/{number}",
        organisation=lot.organisation,
        status=status,
        title=f"{room.capitalize()} {number} of lot {lot.number}",
        seq=0,
        summary={
            "task": room.value,
            "about": f"{LOT.room}/{lot.number}",
            "number": number,
            "what": str(what),
            "assignee": to_plain(task.latest.assignee if task and task.latest else None),
            "due_on": to_plain(due_on),
            "lot": str(lot.number),
            "product": str(lot.product),
            **more,
        },
    )


def _of_capa(capa: Capa) -> Iterator[CatalogueRow]:
    """A row for each action, for its check and for its next step; what waits no longer is ``done``."""
    waiting = {work.kind.value: work for work in work_of_capa(capa) if work.kind is not TaskKind.ACTION}
    for action in capa.actions:
        work, title = work_of_action(capa, action), f"Action {action.number} of CAPA {capa.id}"
        yield _step(work, f"{capa.id}/action-{action.number}", title, capa, is_open=action.done is None)
    for kind, title in (
        (TaskKind.EFFECTIVENESS, f"Check of effectiveness of CAPA {capa.id}"),
        (TaskKind.CLOSURE, f"Next step of CAPA {capa.id}"),
    ):
        nothing = OpenWork(
            kind=kind, number=1, what=title, who=None, due_on=None, about=f"{CAPA.room}/{capa.id}"
        )
        work = waiting.get(kind.value, nothing)
        yield _step(work, f"{capa.id}/{kind}", title, capa, is_open=kind.value in waiting)


def _step(work: OpenWork, name: str, title: str, capa: Capa, *, is_open: bool) -> CatalogueRow:
    return CatalogueRow(
        stream=f"{TaskKind.ACTION}/{name}",
        organisation=capa.organisation,
        status="open" if is_open else "done",
        title=title,
        seq=0,
        summary={
            "task": work.kind.value,
            "about": work.about,
            "number": work.number,
            "what": work.what,
            "assignee": to_plain(work.who),
            "due_on": to_plain(work.due_on),
            "opened_at": to_plain(capa.opened_at),
        },
    )
