"""The wire's lots: registration, and everything a reader is told of one."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.filling import FillSchema
from schemas.processing import MANY, DeviationSchema, StepSchema
from schemas.shapes import QuantitySchema, Strict, line, moment, term, text

LOT_KINDS = ("cell_bank", "intermediate", "bulk", "finished")
LOT_STATUSES = ("quarantined", "released", "on_hold", "rejected", "recalled", "withdrawn")
ADDITIVES = ("peptide", "vitamin", "carrier", "other")
PURPOSES = ("further_processing", "clinical")


class ParentSchema(QuantitySchema):
    """A lot that went into this one, and how much of it."""

    lot = line("Its number.", required=True, longest=20)


class AdditiveSchema(QuantitySchema):
    """Something added, how much, and from which reagent lot."""

    name = line("What it is.", required=True)
    kind = term(ADDITIVES, "What kind of thing.", required=True)
    reagent = line("Its lot in the register of reagents.", longest=40)


class RegisterLotSchema(Strict):
    """A lot that was made from donations, from other lots, or from both."""

    number = line("Unique here: capitals, digits, hyphens.", required=True, longest=20)
    kind = term(LOT_KINDS, "What the lot is of.", required=True)
    product = line("Its product by code.", required=True, longest=40)
    quantity = fields.Nested(QuantitySchema, required=True, metadata={"description": "How much was made."})
    donations = fields.List(
        line("A donation by its number.", required=True, longest=13),
        validate=MANY,
        metadata={"description": "What it was made from; several donors want a pooling reference."},
    )
    parents = fields.List(
        fields.Nested(ParentSchema), validate=MANY, metadata={"description": "The lots that went into it."}
    )
    additives = fields.List(
        fields.Nested(AdditiveSchema),
        validate=MANY,
        metadata={"description": "What was added: such a lot is of a product of its own."},
    )
    notes = text("Whatever else matters.")
    made_at = moment("When it was made, with its zone; now unless said.")
    reason = text("Why it is entered late; wanted more than 24 hours after.")


class ConsumptionSchema(Schema):
    """What was taken from a lot, and which lot it went into."""

    into = fields.String(required=True)
    consumed = fields.Nested(QuantitySchema, required=True)


class LotResultSchema(Schema):
    """One result in words."""

    number = fields.Integer(required=True)
    assay = fields.String(required=True)
    in_words = fields.String(required=True)
    verified = fields.Boolean(required=True)
    valid = fields.Boolean(required=True)


class LotQualitySchema(Schema):
    """What quality control found."""

    results = fields.List(fields.Nested(LotResultSchema), required=True)
    open_investigations = fields.List(fields.Integer(), required=True)
    in_words = fields.String(required=True, metadata={"description": "What the latest assessment found."})


class LotReleaseSchema(Schema):
    """A release."""

    purpose = fields.String(required=True, validate=validate.OneOf(PURPOSES))
    at = fields.String(required=True, metadata={"format": "date-time"})
    by = fields.String(required=True)
    meaning = fields.String(required=True)


class LotRejectionSchema(Schema):
    """The rejection."""

    at = fields.String(required=True, metadata={"format": "date-time"})
    by = fields.String(required=True)


class LotHoldSchema(Schema):
    """A hold; its cause is for the lot's owner and auditors."""

    number = fields.Integer(required=True)
    at = fields.String(required=True, metadata={"format": "date-time"})
    lifted_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    cause = fields.String(required=True, allow_none=True)
    explanation = fields.String(required=True, allow_none=True)


class LotRecallSchema(Schema):
    """A recall or market withdrawal that stands against the lot."""

    recall = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("recall", "withdrawal")))
    at = fields.String(required=True, metadata={"format": "date-time"})


class LotDispositionSchema(Schema):
    """What quality decided."""

    releases = fields.List(fields.Nested(LotReleaseSchema), required=True)
    rejection = fields.Nested(LotRejectionSchema, required=True, allow_none=True)
    holds = fields.List(fields.Nested(LotHoldSchema), required=True)
    recalls = fields.List(fields.Nested(LotRecallSchema), required=True)


class LotReasonSchema(Schema):
    """One reason against a release."""

    code = fields.String(required=True)
    detail = fields.String(required=True)
    source = fields.String(required=True)


class NextReleaseSchema(Schema):
    """The release that comes next, and every reason against it if the reader signed it now."""

    purpose = fields.String(required=True, validate=validate.OneOf(PURPOSES))
    blocked_by = fields.List(fields.Nested(LotReasonSchema), required=True)


class LotSchema(Schema):
    """A lot: where it comes from, what was done to it, what was decided about it."""

    number = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(LOT_STATUSES))
    kind = fields.String(required=True, validate=validate.OneOf(LOT_KINDS))
    product = fields.String(required=True)
    organisation = fields.String(required=True)
    registered_by = fields.String(required=True)
    registered_at = fields.String(required=True, metadata={"format": "date-time"})
    donations = fields.List(fields.String(), required=True)
    parents = fields.List(fields.Nested(ParentSchema), required=True)
    additives = fields.List(fields.Nested(AdditiveSchema), required=True)
    quantity = fields.Nested(QuantitySchema, required=True, metadata={"description": "How much was made."})
    consumed = fields.List(fields.Nested(ConsumptionSchema), required=True)
    remaining = fields.Nested(
        QuantitySchema,
        required=True,
        metadata={"description": "What is left; below zero where more was consumed than made."},
    )
    notes = fields.String(required=True, allow_none=True)
    expires_on = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    steps = fields.List(fields.Nested(StepSchema), required=True)
    deviations = fields.List(fields.Nested(DeviationSchema), required=True)
    fill = fields.Nested(FillSchema, required=True, allow_none=True)
    vials = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "How many vials stand in each state."},
    )
    quality = fields.Nested(LotQualitySchema, required=True)
    disposition = fields.Nested(LotDispositionSchema, required=True)
    next_release = fields.Nested(
        NextReleaseSchema,
        required=True,
        allow_none=True,
        metadata={"description": "For the lot's owner and auditors; none for others."},
    )
    retention_until = fields.String(
        required=True,
        allow_none=True,
        metadata={"format": "date", "description": "Until when its records are kept at the least."},
    )
