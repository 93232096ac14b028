"""The wire's CAPAs: what gave rise to them, actions, checks of effectiveness, closure."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import (
    Strict,
    count,
    day,
    fixed,
    line,
    moment,
    name,
    part,
    parts,
    several,
    term,
    text,
    varying,
    words,
)

ACTION_KINDS = ("corrective", "preventive")
EFFECTIVENESS = ("effective", "ineffective")


class LotMatterSchema(Strict):
    """One of a lot's investigations or deviations."""

    lot = name("The lot's number.", required=True)
    number = count("The investigation's or deviation's number in it.", least=1, required=True)


class OpenCapaSchema(Strict):
    """Quality opens a CAPA for at least one of these."""

    capa = line("Its number, your own.", required=True, longest=30)
    title = line("What it is called in lists.", required=True)
    description = text("What went wrong, or might.", required=True)
    investigations = parts(LotMatterSchema, "Investigations that gave rise to it.")
    deviations = parts(LotMatterSchema, "Deviations that gave rise to it.")
    reactions = several(line("A reaction.", required=True, longest=30), "Reactions that gave rise to it.")
    recalls = several(line("A recall.", required=True, longest=30), "Recalls that gave rise to it.")
    lots = several(name("A lot.", required=True), "Other lots that gave rise to it.")


class PlanActionSchema(Strict):
    """Somebody is to do something by a day."""

    kind = term(ACTION_KINDS, "Whether it undoes a fault or keeps one from coming up.", required=True)
    description = text("What is to be done.", required=True)
    owner = name("A person of yours who may report on a task.", required=True)
    due_on = day("By which day.", required=True)
    before_release = several(name("A lot.", required=True), "Lots that are not released until it is done.")


class MoveActionSchema(Strict):
    """Somebody else is to do it, or by another day."""

    owner = name("Who.", required=True)
    due_on = day("By which day.", required=True)
    reason = text("Why it changes.", required=True)


class CompleteActionSchema(Strict):
    """It was done."""

    evidence = text("What shows that.", required=True)
    documents = several(fixed(64, "A SHA-256.", required=True), "Files attached before.")


class PlanCheckSchema(Strict):
    """How it is looked whether the actions helped."""

    method = text("What will be looked at, and what counts as effective.", required=True)
    owner = name("A person of yours who may report on a task.", required=True)
    due_on = day("By which day.", required=True)
    reason = text("Why it is put off or given to somebody else; wanted then.")


class CheckCapaSchema(Strict):
    """Whether the actions helped; where they did not, the CAPA is open again."""

    outcome = term(EFFECTIVENESS, "Whether they helped.", required=True)
    evidence = text("What shows that.", required=True)
    documents = several(fixed(64, "A SHA-256.", required=True), "Files attached before.")


class CloseCapaSchema(Strict):
    """A second person of quality closes it."""

    statement = text("Why nothing is left to do.", required=True)


class CapaActionSchema(Schema):
    """An action as it stands."""

    action = count("Its number, from 1.", least=1, required=True)
    kind = term(ACTION_KINDS, "What kind.", required=True)
    description = words("What is to be done.")
    owner = name("Who.", required=True)
    due_on = day("By when.", required=True)
    before_release = several(name("A lot."), "Lots that wait for it.", required=True)
    evidence = text("What shows that it was done.", required=True, none=True)
    documents = several(fixed(64, "A SHA-256."), "The files that go with that.", required=True)
    done_by = words("The printed name of who did it.", none=True)
    done_at = moment("When that was recorded.", required=True, none=True)


class PlannedCheckSchema(Schema):
    """A check of effectiveness that is still to be made."""

    method = words("How.")
    owner = name("By whom.", required=True)
    due_on = day("By when.", required=True)


class MadeCheckSchema(Schema):
    """A check of effectiveness that was made."""

    outcome = term(EFFECTIVENESS, "Whether the actions helped.", required=True)
    evidence = words("What shows that.")
    documents = several(fixed(64, "A SHA-256."), "The files that go with it.", required=True)
    by = words("The printed name of who looked.")
    at = moment("When.", required=True)


class CapaSchema(Schema):
    """A CAPA with everything that became of it."""

    capa = words("Its number.")
    status = words("open or closed.")
    organisation = name("Whose it is.", required=True)
    title = words("What it is called.")
    description = words("What went wrong, or might.")
    investigations = parts(LotMatterSchema, "What gave rise to it.", required=True)
    deviations = parts(LotMatterSchema, "What gave rise to it.", required=True)
    reactions = several(words("A reaction."), "What gave rise to it.", required=True)
    recalls = several(words("A recall."), "What gave rise to it.", required=True)
    lots = several(name("A lot."), "What gave rise to it.", required=True)
    opened_by = words("The printed name of who opened it.")
    opened_at = moment("When.", required=True)
    actions = parts(CapaActionSchema, "Its actions, in order of record.", most=10_000, required=True)
    check = part(PlannedCheckSchema, "The check that is to be made.", required=True, none=True)
    checks = parts(MadeCheckSchema, "The checks that were made.", most=10_000, required=True)
    statement = words("Why it was closed.", none=True)
    closed_by = words("The printed name of who closed it.", none=True)
    closed_at = moment("When.", required=True, none=True)
    waits_for = several(varying("Something that waits."), "What it waits for, and for whom.", required=True)
