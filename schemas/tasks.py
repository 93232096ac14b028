"""The wire's work: who looks after an investigation or deviation, notes on the way, and the work lists."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import (
    Strict,
    count,
    day,
    fixed,
    moment,
    name,
    parts,
    several,
    term,
    text,
    truth,
    varying,
    words,
)

TASKS = ("investigation", "deviation", "hold", "action", "effectiveness", "closure", "pull")
WHOSE = ("me", "organisation")


class AssignSchema(Strict):
    """Who is to see to it, until when."""

    assignee = name("A person of yours who may report on a task.", required=True)
    due_on = day("By which day.", required=True)
    reason = text("Why it is put off or given to somebody else; wanted then.")


class TakeNoteSchema(Strict):
    """What was found or done meanwhile; it stays with your organisation and its auditors."""

    note = text("What was found.", required=True)
    documents = several(fixed(64, "A SHA-256.", required=True), "Files attached before.")


class AssignmentSchema(Schema):
    """An assignment as it was made."""

    assignee = name("Who.", required=True)
    due_on = day("By when.", required=True)
    by = words("The printed name of who assigned it.")
    at = moment("When.", required=True)
    reason = text("Why it was changed.", required=True, none=True)


class NoteSchema(Schema):
    """A note as it was made."""

    note = text("What was noted.", required=True)
    by = words("The printed name of who noted it.")
    at = moment("When.", required=True)
    documents = several(fixed(64, "A SHA-256."), "The files that go with it.", required=True)


class MatterSchema(Schema):
    """An investigation or deviation with everything that was arranged and noted."""

    lot = name("The lot.", required=True)
    number = count("Its number in the lot.", least=1, required=True)
    status = words("open or concluded; of a deviation open, justified or not_justified.")
    assignee = name("Who was asked to look after it.", required=True, none=True)
    due_on = day(
        "By when it is to be concluded: as assigned, or counted from when it was opened.", required=True
    )
    overdue = truth("Whether it is open and that day is past.", required=True)
    assignments = parts(AssignmentSchema, "Every assignment, the latest last.", required=True)
    notes = parts(NoteSchema, "Every note, the latest last.", most=10_000, required=True)
    said = varying("The investigation or deviation as it stands.")
    results = several(varying("A result."), "The result looked into and every test again.", required=True)


class WorkSchema(Schema):
    """One thing that waits."""

    task = term(TASKS, "What kind of thing.", required=True)
    about = words("The stream that it is about: a lot, a CAPA or a stability study.")
    number = count("Its number there; of a pull its time point's.", least=1, required=True)
    title = words("What it is called.")
    what = words("What it is about, in words.")
    assignee = name("Who was asked; nobody yet where it is null.", required=True, none=True)
    due_on = day("By when; a hold and a next step have no day.", required=True, none=True)
    overdue = truth("Whether that day is past.", required=True)
    opened_at = moment("Since when.", required=True)
    organisation = name("Whose it is.", required=True)


class WorkListSchema(Schema):
    """A page of what waits: the earliest day first, what has no day last."""

    items = parts(WorkSchema, "What waits.", most=200, required=True)
    next = words("Go on with this as `after`; null at the end.", none=True)
    today = day("The day, in UTC, by which it is judged what is overdue.", required=True)
