"""The wire's recalls: preview, initiation, classification, answers, termination and rescission."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from schemas.shapes import Strict, count, day, line, term, text

KINDS = ("recall", "withdrawal")
DEPTHS = ("distributor", "clinic", "patient")
CLASSES = ("I", "II", "III")
STATUSES = ("open", "terminated", "rescinded")


def _names(description: str) -> fields.List[Any]:
    return fields.List(
        line("A name.", required=True, longest=40),
        validate=validate.Length(0, 500),
        metadata={"description": description},
    )


class FacilityScopeSchema(Strict):
    """Work at a facility from one day through another."""

    facility = line("The facility.", required=True, longest=40)
    since = day("The first day.", required=True)
    until = day("The last day.", required=True)


class RecallScopeSchema(Strict):
    """What is called back, with everything made of it; name at least one thing."""

    lots = _names("Lots.")
    donations = _names("Donations.")
    facilities = fields.List(fields.Nested(FacilityScopeSchema), validate=validate.Length(0, 50))
    reagents = _names("Reagent lots.")
    equipment = _names("Equipment.")


class InitiateRecallSchema(Strict):
    """A recall or market withdrawal."""

    recall = line("The recall's number, yours to choose.", required=True, longest=30)
    kind = term(KINDS, "A recall, or a market withdrawal.", required=True)
    depth = term(DEPTHS, "How far down the chain.", required=True)
    explanation = text("Why.", required=True)
    scope = fields.Nested(RecallScopeSchema, required=True)


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
    excused = _names("Consignees that never answered.")


class RescindRecallSchema(Strict):
    """One of two people's statement that the recall is taken back."""

    reason = text("Why.", required=True)


class ConsigneeSchema(Schema):
    """An organisation that was sent vials called back."""

    organisation = fields.String(required=True)
    vials = fields.Integer(required=True)


class ReachedLotSchema(Schema):
    """A lot that a recall would reach."""

    lot = fields.String(required=True)
    product = fields.String(required=True)
    status = fields.String(required=True)
    vials = fields.Integer(required=True)


class RecallPreviewSchema(Schema):
    """Exactly what a recall would reach."""

    lots = fields.List(fields.Nested(ReachedLotSchema), required=True)
    vials = fields.Integer(required=True)
    vials_by_state = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    consignees = fields.List(fields.Nested(ConsigneeSchema), required=True)


class ClassificationSchema(ClassifyRecallSchema):
    """The class as recorded."""

    recall = fields.String(required=True)


class AcknowledgementSchema(AcknowledgeRecallSchema):
    """An answer as recorded."""

    recall = fields.String(required=True)
    organisation = fields.String(required=True)


class RecallSchema(Schema):
    """A recall for its owner, or for a consignee with its own part only."""

    recall = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    depth = fields.String(required=True, validate=validate.OneOf(DEPTHS))
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    explanation = fields.String(required=True)
    scope = fields.Nested(RecallScopeSchema, required=True)
    lots = fields.List(fields.String(), required=True)
    organisation = fields.String(required=True)
    initiated_at = fields.String(required=True, metadata={"format": "date-time"})
    consignees = fields.List(fields.Nested(ConsigneeSchema), required=True)
    classified = fields.Nested(ClassificationSchema, required=True, allow_none=True)
    acknowledgements = fields.List(fields.Nested(AcknowledgementSchema), required=True)
    unanswered = fields.List(fields.String(), required=True)
    effectiveness_percent = fields.String(
        required=True, allow_none=True, metadata={"description": "Share of consignees that answered."}
    )
    rescission_proposed_by = fields.String(required=True, allow_none=True)
