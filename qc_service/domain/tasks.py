"""Tasks: who is to look after an investigation or a deviation of a lot, until when, and what was noted on the way.

They have streams of their own, ``task/EX261101A/investigation/1``, and not the lot's, which reaches clinics with every
bundle: who was asked to look, until when, and the notes of an unfinished inquiry are the maker's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from qc_service.domain.errors import Conflict, Malformed
from qc_service.domain.identifiers import LotNumber, OrganisationId, PersonId, Text
from qc_service.domain.records import Body, Fold, Recorded, Signer, record


class TaskKind(StrEnum):
    """What is to be looked after: something of a lot, of a CAPA, or a stability study's pull."""

    INVESTIGATION = "investigation"
    DEVIATION = "deviation"
    HOLD = "hold"
    ACTION = "action"
    EFFECTIVENESS = "effectiveness"
    CLOSURE = "closure"
    PULL = "pull"


@record("task")
@dataclass(frozen=True, kw_only=True)
class TaskAssigned(Body):
    """A person is to see to it by this day; whatever was said before is replaced."""

    assignee: PersonId
    due_on: date


@record("task")
@dataclass(frozen=True, kw_only=True)
class TaskNoted(Body):
    """What somebody found or did meanwhile; files that belong to it are named beside it."""

    note: Text


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One assignment, with who made it, when and why it was changed."""

    assignee: PersonId
    due_on: date
    by: Signer
    at: datetime
    reason: Text | None


@dataclass(frozen=True, kw_only=True)
class Note:
    """One note, with who made it, when, and the digests of its files by name."""

    note: Text
    by: Signer
    at: datetime
    files: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Task:
    """What was arranged for one investigation or deviation."""

    organisation: OrganisationId
    assignments: tuple[Assignment, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def latest(self) -> Assignment | None:
        """The assignment that holds, if there is one."""
        return self.assignments[-1] if self.assignments else None


TASK: Fold[Task] = Fold("task")
Arranged = Mapping[tuple[TaskKind, int], Task]
"""What was arranged for a lot's investigations and deviations, by kind and number."""


@TASK.begins(TaskAssigned)
def _begun_assigned(recorded: Recorded, body: TaskAssigned) -> Task:
    return _assigned(Task(organisation=recorded.signer.organisation), recorded, body)


@TASK.begins(TaskNoted)
def _begun_noted(recorded: Recorded, body: TaskNoted) -> Task:
    return _noted(Task(organisation=recorded.signer.organisation), recorded, body)


@TASK.on(TaskAssigned)
def _assigned(task: Task, recorded: Recorded, body: TaskAssigned) -> Task:
    assignment = Assignment(
        assignee=body.assignee,
        due_on=body.due_on,
        by=recorded.signer,
        at=recorded.recorded_at,
        reason=recorded.reason,
    )
    return replace(task, assignments=(*task.assignments, assignment))


@TASK.on(TaskNoted)
def _noted(task: Task, recorded: Recorded, body: TaskNoted) -> Task:
    note = Note(
        note=body.note,
        by=recorded.signer,
        at=recorded.recorded_at,
        files=tuple(str(file.sha256) for file in recorded.files),
    )
    return replace(task, notes=(*task.notes, note))


def task_name(lot: LotNumber, kind: TaskKind, number: int) -> str:
    """The name of a task's stream within its room: ``EX261101A/investigation/1``."""
    return f"{lot}/{kind}/{number}"


def must_say_why(due_on: date, before: date, reason: Text | None, *, changed: bool) -> None:
    """Raise ``Malformed`` where a day is put off, or somebody else is asked, and nobody says why."""
    if reason is None and (due_on > before or changed):
        detail = f"say why it is {'given to somebody else' if due_on <= before else f'put off from {before}'}"
        raise Malformed(detail, field="reason")


class TaskDone(Conflict):
    """There is nothing left to be assigned: it is concluded, decided or done."""
