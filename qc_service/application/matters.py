"""One investigation or deviation as a reader is told of it: its phases or decision, who was asked, what was noted."""

from __future__ import annotations

from datetime import date

from qc_service.application.access import readable
from qc_service.application.actor import Actor
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.identifiers import LotNumber
from qc_service.domain.lots import LOT
from qc_service.domain.open_work import due_day_of_deviation, due_day_of_investigation
from qc_service.domain.permissions import Permission
from qc_service.domain.results import Result
from qc_service.domain.tasks import TASK, Task, TaskKind, task_name

Plain = dict[str, object]


def read_investigation(view: View, actor: Actor, lot: str, number: int, *, today: date) -> Plain:
    """An investigation of a lot with the result that it is about, and every test again, before and beyond its plan.

    For the lot's own organisation and auditors. Raises ``NotFound``.
    """
    actor.must(Permission.READ_RECORDS)
    state = readable(view, actor, LOT, lot)
    one = state.quality.investigation(number)
    task = view.find(TASK, task_name(state.number, TaskKind.INVESTIGATION, number))
    concerned = [
        result
        for result in state.quality.results
        if one.result is not None
        and one.result in (result.number, result.recorded.retests, result.recorded.resamples)
    ]
    return {
        **_arranged(
            state.number, number, task, due_day_of_investigation(one, task), today, is_open=one.is_open
        ),
        "status": "open" if one.is_open else "concluded",
        "said": to_plain(one),
        "results": [_result(result) for result in concerned],
    }


def read_deviation(view: View, actor: Actor, lot: str, number: int, *, today: date) -> Plain:
    """A deviation of a lot, likewise."""
    actor.must(Permission.READ_RECORDS)
    state = readable(view, actor, LOT, lot)
    one = state.processing.deviation(number)
    task = view.find(TASK, task_name(state.number, TaskKind.DEVIATION, number))
    return {
        **_arranged(state.number, number, task, due_day_of_deviation(one, task), today, is_open=one.is_open),
        "status": "open" if one.decision is None else one.decision.outcome.value,
        "said": to_plain(one),
        "results": [],
    }


def _arranged(
    lot: LotNumber, number: int, task: Task | None, due_on: date, today: date, *, is_open: bool
) -> Plain:
    return {
        "lot": str(lot),
        "number": number,
        "assignee": to_plain(task.latest.assignee if task and task.latest else None),
        "due_on": due_on.isoformat(),
        "overdue": is_open and due_on < today,
        "assignments": [
            {**to_plain(one), "by": str(one.by.printed_name)} for one in (task.assignments if task else ())
        ],
        "notes": [
            {
                "note": str(one.note),
                "by": str(one.by.printed_name),
                "at": to_plain(one.at),
                "documents": list(one.files),
            }
            for one in (task.notes if task else ())
        ],
    }


def _result(result: Result) -> Plain:
    return {
        "result": result.number,
        "assay": str(result.recorded.assay),
        "in_words": result.recorded.in_words,
        "retests": result.recorded.retests,
        "resamples": result.recorded.resamples,
        "beyond_plan": result.beyond_plan,
        "valid": result.valid,
        "analyst": str(result.analyst.printed_name),
        "verified_by": str(result.verified_by.printed_name) if result.verified_by else None,
        "recorded_at": to_plain(result.recorded_at),
    }
