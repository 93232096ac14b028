"""The work lists: everything that waits for a person or for their organisation, what is overdue first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qc_service.application.actor import Actor
from qc_service.application.ports import CatalogueRow, Query
from qc_service.application.stability.reading import Listing, due_pulls
from qc_service.application.work_rows import WORK_ROOMS
from qc_service.domain.permissions import SEE_EVERYTHING, Permission
from qc_service.domain.tasks import TaskKind

Plain = dict[str, object]
AT_ONCE = 200


class Whose(StrEnum):
    """Whose work is asked for."""

    ME = "me"
    ORGANISATION = "organisation"


@dataclass(frozen=True, kw_only=True)
class WorkAsked:
    """What of the work is asked for, and which page of it: ``after`` is the ``next`` of the page before."""

    whose: Whose = Whose.ORGANISATION
    task: TaskKind | None = None
    overdue: bool = False
    lot: str = ""
    size: int = 50
    after: str = ""


def work_list(listing: Listing, actor: Actor, asked: WorkAsked, today: date) -> tuple[list[Plain], str]:
    """A page of what is open, the earliest day first and what has no day last; and the ``next``, '' at the end.

    It is the actor's organisation's own, and everybody's for auditors. What is asked of nobody yet is for whoever may
    assign it, and a pull that is due for whoever may pull vials. What is open is bounded by what people can do, so
    all of it is read and put in order.
    """
    actor.must(Permission.READ_RECORDS)
    rows = sorted(
        (_place(row), row)
        for row in _open(listing, actor, asked, today)
        if _asked_for(row, actor, asked, today)
    )
    following = [(place, row) for place, row in rows if place > asked.after]
    page = following[: asked.size]
    return [_told(row, today) for _, row in page], page[-1][0] if len(following) > asked.size else ""


def _open(listing: Listing, actor: Actor, asked: WorkAsked, today: date) -> Iterator[CatalogueRow]:
    yield from (row for row in due_pulls(listing, actor, today) if asked.lot in ("", row.summary["lot"]))
    seen_by = None if actor.roles & SEE_EVERYTHING else str(actor.organisation)
    filters = {"status": "open"} | ({"lot": asked.lot} if asked.lot else {})
    for room in WORK_ROOMS:
        after = ""
        while True:
            query = Query(room=room, size=AT_ONCE, after=after, filters=filters, seen_by=seen_by)
            rows, after = listing(query)
            yield from rows
            if not after:
                break


def _asked_for(row: CatalogueRow, actor: Actor, asked: WorkAsked, today: date) -> bool:
    assignee = row.summary["assignee"]
    task = row.summary["task"]
    anybody = Permission.PULL_SAMPLES if task == TaskKind.PULL else Permission.ASSIGN_TASK
    mine = assignee == actor.person or (assignee is None and actor.may(anybody))
    return (
        (asked.whose is Whose.ORGANISATION or mine)
        and asked.task in (None, task)
        and (not asked.overdue or _overdue(row, today))
    )


def _place(row: CatalogueRow) -> str:
    """Where a row stands in the list: by its day, then by its name."""
    return f"{row.summary['due_on'] or '9999-12-31'}~{row.stream}"


def _overdue(row: CatalogueRow, today: date) -> bool:
    due_on = row.summary["due_on"]
    return due_on is not None and str(due_on) < today.isoformat()


def _told(row: CatalogueRow, today: date) -> Plain:
    said = row.summary
    return {
        "task": said["task"],
        "about": said["about"],
        "number": said["number"],
        "title": row.title,
        "what": said["what"],
        "assignee": said["assignee"],
        "due_on": said["due_on"],
        "overdue": _overdue(row, today),
        "opened_at": said["opened_at"],
        "organisation": row.organisation,
    }
