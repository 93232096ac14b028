"""Tasks: quality asks somebody to look after an investigation or a deviation by a day, and they note what they find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from qc_service.application.access import own
from qc_service.application.actor import Actor, Occasion
from qc_service.application.attachments import documents
from qc_service.application.view import View
from qc_service.domain.capas import CAPA
from qc_service.domain.errors import Forbidden, Malformed
from qc_service.domain.identifiers import LotNumber, PersonId, Sha256, Text
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.open_work import (
    OpenWork,
    due_day_of_deviation,
    due_day_of_investigation,
    open_work,
)
from qc_service.domain.parties import PERSON
from qc_service.domain.permissions import ROLE_PERMISSIONS, Permission
from qc_service.domain.records import New
from qc_service.domain.tasks import (
    TASK,
    Arranged,
    TaskAssigned,
    TaskDone,
    TaskKind,
    TaskNoted,
    must_say_why,
    task_name,
)

LATEST_ZONE = timedelta(hours=12)
"""A calendar day ends 12 hours after it does in UTC, in the latest zone there is."""


@dataclass(frozen=True, kw_only=True)
class Assign:
    """Who is to see to it, until when; a later day or another person wants a ``reason``."""

    lot: LotNumber
    assignee: PersonId
    due_on: date
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class AssignInvestigation(Assign):
    """Quality asks somebody to look after an investigation."""

    investigation: int


@dataclass(frozen=True, kw_only=True)
class AssignDeviation(Assign):
    """Quality asks somebody to look after a deviation."""

    deviation: int


@dataclass(frozen=True, kw_only=True)
class TakeNote:
    """What was found or done meanwhile, with files attached before."""

    lot: LotNumber
    note: Text
    documents: tuple[Sha256, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NoteOnInvestigation(TakeNote):
    """A note on an investigation."""

    investigation: int


@dataclass(frozen=True, kw_only=True)
class NoteOnDeviation(TakeNote):
    """A note on a deviation."""

    deviation: int


def assign_investigation(view: View, occasion: Occasion, intent: AssignInvestigation) -> tuple[New, ...]:
    """Assign it, give it to somebody else or put its day off. Raises ``TaskDone`` once it is concluded."""
    occasion.actor.must(Permission.ASSIGN_TASK)
    lot = own(view, occasion.actor, LOT, intent.lot)
    investigation = lot.quality.investigation(intent.investigation)
    if not investigation.is_open:
        raise TaskDone(f"Investigation {investigation.number} is concluded; there is nothing left to assign.")
    name = task_name(lot.number, TaskKind.INVESTIGATION, investigation.number)
    due = due_day_of_investigation(investigation, view.find(TASK, name))
    return _assigned(view, occasion, intent, name, due)


def assign_deviation(view: View, occasion: Occasion, intent: AssignDeviation) -> tuple[New, ...]:
    """The same for a deviation. Raises ``TaskDone`` once quality has decided."""
    occasion.actor.must(Permission.ASSIGN_TASK)
    lot = own(view, occasion.actor, LOT, intent.lot)
    deviation = lot.processing.deviation(intent.deviation)
    if not deviation.is_open:
        raise TaskDone(f"Deviation {deviation.number} is decided; there is nothing left to assign.")
    name = task_name(lot.number, TaskKind.DEVIATION, deviation.number)
    due = due_day_of_deviation(deviation, view.find(TASK, name))
    return _assigned(view, occasion, intent, name, due)


def _assigned(view: View, occasion: Occasion, intent: Assign, name: str, due: date) -> tuple[New, ...]:
    must_be_asked(view, occasion, intent.assignee, intent.due_on, "assignee")
    task = view.find(TASK, name)
    changed = task is not None and task.latest is not None and task.latest.assignee != intent.assignee
    must_say_why(intent.due_on, due, intent.reason, changed=changed)
    return (
        New(
            name=name,
            body=TaskAssigned(assignee=intent.assignee, due_on=intent.due_on),
            reason=intent.reason,
            stands_on=(f"{LOT.room}/{intent.lot}",),
        ),
    )


def note_on_investigation(view: View, occasion: Occasion, intent: NoteOnInvestigation) -> tuple[New, ...]:
    """Whoever is asked to, or quality, notes what was found; what comes after the conclusion is noted, too."""
    occasion.actor.must(Permission.REPORT_TASK)
    lot = own(view, occasion.actor, LOT, intent.lot)
    number = lot.quality.investigation(intent.investigation).number
    return _noted(view, occasion, intent, TaskKind.INVESTIGATION, number)


def note_on_deviation(view: View, occasion: Occasion, intent: NoteOnDeviation) -> tuple[New, ...]:
    """The same for a deviation."""
    occasion.actor.must(Permission.REPORT_TASK)
    lot = own(view, occasion.actor, LOT, intent.lot)
    number = lot.processing.deviation(intent.deviation).number
    return _noted(view, occasion, intent, TaskKind.DEVIATION, number)


def _noted(view: View, occasion: Occasion, intent: TakeNote, kind: TaskKind, number: int) -> tuple[New, ...]:
    name = task_name(intent.lot, kind, number)
    task = view.find(TASK, name)
    must_be_theirs(
        occasion.actor, task.latest.assignee if task and task.latest else None, Permission.ASSIGN_TASK
    )
    files = documents(view, occasion.actor, intent.documents)
    return (New(name=name, body=TaskNoted(note=intent.note), files=files),)


def must_be_theirs(actor: Actor, assignee: PersonId | None, leave: Permission) -> None:
    """Raise ``Forbidden`` unless the actor was asked to, or may see to all such tasks anyway."""
    if actor.person != assignee and not actor.may(leave):
        raise Forbidden("You were not asked to look after this: let quality assign it to you.")


def must_be_asked(view: View, occasion: Occasion, person: PersonId, due_on: date, member: str) -> None:
    """Raise ``Malformed`` unless a person of the actor's own organisation can take this on, for a day to come."""
    found = view.find(PERSON, person)
    if found is None or found.organisation != occasion.actor.organisation:
        raise Malformed(f"no person {person} of yours is on record: register them first", field=member)
    able = any(Permission.REPORT_TASK in ROLE_PERMISSIONS[role] for role in found.roles)
    if not (found.active and able):
        detail = f"{found.printed_name} may not report on a task: choose somebody whose role includes it"
        raise Malformed(detail, field=member)
    if due_on < (occasion.at - LATEST_ZONE).date():
        raise Malformed(f"{due_on} is past: name a day to come", field="due_on")


def arranged(view: View, lot: Lot) -> Arranged:
    """What was arranged for the lot's investigations and deviations."""
    wanted = (
        *((TaskKind.INVESTIGATION, one.number) for one in lot.quality.investigations),
        *((TaskKind.DEVIATION, one.number) for one in lot.processing.deviations),
    )
    found = {what: view.find(TASK, task_name(lot.number, *what)) for what in wanted}
    return {what: task for what, task in found.items() if task is not None}


def open_work_of(view: View, lot: Lot) -> tuple[OpenWork, ...]:
    """Everything of a lot that waits for somebody, with who was asked: what is due first before the rest."""
    capas = (view.get(CAPA, name) for name in view.citing(f"{LOT.room}/{lot.number}", CAPA.room))
    return open_work(lot, arranged(view, lot), capas)
