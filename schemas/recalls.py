"""The wire's recalls: preview, initiation, classification, answers, termination and rescission."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import (
    Strict,
    count,
    day,
    line,
    moment,
    name,
    part,
    parts,
    several,
    tally,
    term,
    text,
    words,
)
from schemas.terms import RECALL_KINDS

DEPTHS = ("distributor", "clinic", "patient")
CLASSES = ("I", "II", "III")
STATUSES = ("open", "terminated", "rescinded")
MOST_LOTS = 100_000


class FacilityScopeSchema(Strict):
    """Work at a facility from one day through another."""

    facility = name("The facility.", required=True)
    since = day("The first day.", required=True)
    until = day("The last day.", required=True)


class RecallScopeSchema(Strict):
    """What is called back, with everything made of it; name at least one thing."""

    lots = several(name("A lot.", required=True), "Lots.", most=500)
    donations = several(name("A donation.", required=True), "Donations.", most=500)
    facilities = parts(FacilityScopeSchema, "Work at facilities.", most=50)
    reagents = several(name("A reagent lot.", required=True), "Reagent lots.", most=500)
    equipment = several(name("An instrument.", required=True), "Equipment.", most=500)


class InitiateRecallSchema(Strict):
    """A recall or market withdrawal."""

    recall = name("The recall's number, yours to choose.", required=True)
    kind = term(RECALL_KINDS, "A recall, or a market withdrawal.", required=True)
    depth = term(DEPTHS, "How far down the chain.", required=True)
    explanation = text("Why.", required=True)
    scope = part(RecallScopeSchema, "What is called back.", required=True)


class ClassifyRecallSchema(Strict):
    """The class that the authority set."""

    recall_class = term(CLASSES, "The class.", required=True)
    authority = line("Who classified it.", required=True)
    classified_on = day("The day.", required=True)


class AcknowledgeRecallSchema(Strict):
    """A consignee's answer, in counts of its vials."""

    set_aside = count("Vials set aside.", required=True)
    used = count("Vials used already.", required=True)
    missing = count("Vials that cannot be accounted for.", required=True)
    note = text("Anything else.")


class TerminateRecallSchema(Strict):
    """The end of a recall."""

    reason = text("What was done.", required=True)
    excused = several(name("A consignee.", required=True), "Consignees that never answered.", most=500)


class RescindRecallSchema(Strict):
    """One of two people's statement that the recall is taken back."""

    reason = text("Why.", required=True)


class ConsigneeSchema(Schema):
    """An organisation that was sent vials called back."""

    organisation = name("Which one.", required=True)
    vials = count("How many it was sent.", required=True)


class ReachedLotSchema(Schema):
    """A lot that a recall would reach."""

    lot = name("Its number.", required=True)
    product = name("Its product.", required=True)
    status = words("Where it stands.")
    vials = count("How many vials it has.", required=True)


class RecallPreviewSchema(Schema):
    """Exactly what a recall would reach."""

    lots = parts(ReachedLotSchema, "Every lot.", most=MOST_LOTS, required=True)
    vials = count("How many vials in all.", most=2**53 - 1, required=True)
    vials_by_state = tally("How many stand in each state.")
    consignees = parts(ConsigneeSchema, "Who was sent some.", most=MOST_LOTS, required=True)


class ClassificationSchema(ClassifyRecallSchema):
    """The class as recorded."""

    recall = name("The recall's number.", required=True)


class AcknowledgementSchema(AcknowledgeRecallSchema):
    """An answer as recorded."""

    recall = name("The recall's number.", required=True)
    organisation = name("Who answered.", required=True)


class RecallSchema(Schema):
    """A recall for its owner, or for a consignee with its own part only."""

    recall = name("Its number.", required=True)
    kind = term(RECALL_KINDS, "A recall, or a market withdrawal.", required=True)
    depth = term(DEPTHS, "How far down the chain.", required=True)
    status = term(STATUSES, "Where it stands.", required=True)
    explanation = words("Why.")
    scope = part(RecallScopeSchema, "What is called back.", required=True)
    lots = several(name("A lot."), "Every lot that it reached.", most=MOST_LOTS, required=True)
    organisation = name("Whose recall it is.", required=True)
    initiated_at = moment("When it was signed.", required=True)
    consignees = parts(ConsigneeSchema, "Who was sent some.", most=MOST_LOTS, required=True)
    classified = part(ClassificationSchema, "The class, once it is set.", required=True, none=True)
    acknowledgements = parts(AcknowledgementSchema, "Every answer.", most=MOST_LOTS, required=True)
    unanswered = several(name("A consignee."), "Who has not answered yet.", most=MOST_LOTS, required=True)
    effectiveness_percent = words("Share of consignees that answered.", none=True)
    rescission_proposed_by = name("Who proposed to take it back.", required=True, none=True)
