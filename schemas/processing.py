"""The wire's processing: steps as they were performed, deviations, and quality's decisions on them."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

STEP_KINDS = (
    "receipt", "tissue_digestion", "cell_isolation", "expansion", "banking", "thaw", "conditioning",
    "harvest", "clarification", "concentration", "ultracentrifugation", "chromatography",
    "sterile_filtration", "formulation", "fill", "inspection", "lyophilisation", "labelling",
    "storage",
)  # fmt: skip
UNITS = ("L", "mL", "µL", "kg", "g", "mg", "µg", "cells", "particles", "vials", "pieces")
SERA = ("serum_free", "ev_depleted", "serum")
SEVERITIES = ("minor", "major", "critical")
OUTCOMES = ("justified", "not_justified")
CAUSES = (
    "step_skipped", "step_repeated", "step_reordered", "step_not_planned", "facility_not_certified",
    "calibration_expired", "reagent_expired", "reagent_not_accepted", "parent_not_released",
    "more_consumed_than_made", "fill_counts_disagree", "expiry_beyond_shelf_life", "other",
)  # fmt: skip
LINE = validate.Length(1, 200)
TEXT = validate.Length(1, 4000)
NAME = validate.Length(3, 40)
NUMBER = validate.Length(1, 84)
DIGEST = validate.Length(equal=64)
MANY = validate.Length(max=100)


class ProcessingRequest(Schema):
    """A request: a member that is not described is refused."""

    class Meta:
        """Unknown members are refused."""

        unknown = RAISE


class QuantitySchema(ProcessingRequest):
    """How much of something, exactly."""

    amount = fields.String(
        required=True,
        validate=NUMBER,
        metadata={"format": "decimal", "description": "Zero or more, written as text: 12.50 or 1.2E+8."},
    )
    unit = fields.String(
        required=True,
        validate=validate.OneOf(UNITS),
        metadata={"description": "What is counted or measured."},
    )


class ProcedureSchema(ProcessingRequest):
    """The written procedure that was followed."""

    id = fields.String(required=True, validate=LINE, metadata={"description": "Its number."})
    version = fields.String(required=True, validate=LINE, metadata={"description": "The version in force."})


class MediumSchema(ProcessingRequest):
    """The culture medium of a step."""

    name = fields.String(required=True, validate=LINE, metadata={"description": "What it is called."})
    serum = fields.String(
        required=True,
        validate=validate.OneOf(SERA),
        metadata={"description": "Whether it had serum, which brings vesicles of its own."},
    )
    reagent = fields.String(
        allow_none=True, validate=NAME, metadata={"description": "Its lot in the register of reagents."}
    )


class ParameterSchema(ProcessingRequest):
    """A number with its unit, or an observation in words."""

    name = fields.String(
        required=True, validate=validate.Length(1, 48), metadata={"description": "For example pore_size."}
    )
    value = fields.String(
        allow_none=True, validate=NUMBER, metadata={"format": "decimal", "description": "The number as text."}
    )
    unit = fields.String(allow_none=True, validate=LINE, metadata={"description": "Its unit; 1 for a ratio."})
    observation = fields.String(
        allow_none=True, validate=LINE, metadata={"description": "What was seen, where it is no number."}
    )


class StepAccountSchema(ProcessingRequest):
    """What is said of a step of any kind."""

    facility = fields.String(
        required=True, validate=NAME, metadata={"description": "Where it was performed."}
    )
    started_at = fields.String(
        required=True, metadata={"format": "date-time", "description": "When it began, with its zone."}
    )
    ended_at = fields.String(
        required=True, metadata={"format": "date-time", "description": "When it ended, with its zone."}
    )
    procedure = fields.Nested(ProcedureSchema, required=True)
    performed_by = fields.String(
        allow_none=True, validate=NAME, metadata={"description": "Who did it; the sender unless said."}
    )
    equipment = fields.List(
        fields.String(validate=NAME),
        validate=MANY,
        metadata={"description": "From the register of equipment."},
    )
    reagents = fields.List(
        fields.String(validate=NAME),
        validate=MANY,
        metadata={"description": "From the register of reagents."},
    )
    medium = fields.Nested(MediumSchema, allow_none=True)
    input = fields.Nested(QuantitySchema, allow_none=True)
    output = fields.Nested(QuantitySchema, allow_none=True)
    yield_percent = fields.String(
        allow_none=True,
        validate=NUMBER,
        metadata={"format": "decimal", "description": "What the step yielded, in per cent."},
    )
    parameters = fields.List(fields.Nested(ParameterSchema), validate=MANY)
    location = fields.String(allow_none=True, validate=LINE, metadata={"description": "Where it is kept."})
    documents = fields.List(
        fields.String(validate=DIGEST), validate=MANY, metadata={"description": "Attached files by SHA-256."}
    )
    notes = fields.String(allow_none=True, validate=TEXT, metadata={"description": "Whatever else matters."})
    reason = fields.String(
        allow_none=True,
        validate=TEXT,
        metadata={"description": "Why it is entered late; wanted more than 24 hours after it ended."},
    )


class RecordStepSchema(StepAccountSchema):
    """A processing step as it happened; what departed in it opens deviations."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(STEP_KINDS),
        metadata={"description": "What was done; a fill is recorded at …/fill."},
    )


class OpenDeviationSchema(ProcessingRequest):
    """A departure that a person noticed."""

    severity = fields.String(
        required=True,
        validate=validate.OneOf(SEVERITIES),
        metadata={"description": "How much it may matter."},
    )
    description = fields.String(required=True, validate=TEXT, metadata={"description": "What departed."})
    step = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(min=1),
        metadata={"description": "The step by its number; none for the lot as a whole."},
    )


class DecideDeviationSchema(ProcessingRequest):
    """Quality's signed decision on a deviation."""

    outcome = fields.String(
        required=True, validate=validate.OneOf(OUTCOMES), metadata={"description": "Whether it adds no risk."}
    )
    statement = fields.String(
        required=True, validate=TEXT, metadata={"description": "Why it adds no risk, or that it does."}
    )


class StepCertificationSchema(Schema):
    """The facility certification that covered a step on its day."""

    type = fields.String(required=True)
    scheme = fields.String(required=True)
    number = fields.String(required=True)
    in_words = fields.String(required=True)


class StepSchema(Schema):
    """A step on record."""

    step = fields.Integer(required=True, metadata={"description": "Its number in the lot, from 1."})
    kind = fields.String(required=True, validate=validate.OneOf(STEP_KINDS))
    facility = fields.String(required=True)
    performed_by = fields.String(required=True)
    started_at = fields.String(required=True, metadata={"format": "date-time"})
    ended_at = fields.String(required=True, metadata={"format": "date-time"})
    procedure = fields.Nested(ProcedureSchema, required=True)
    equipment = fields.List(fields.String(), required=True)
    reagents = fields.List(fields.String(), required=True)
    medium = fields.Nested(MediumSchema, required=True, allow_none=True)
    input = fields.Nested(QuantitySchema, required=True, allow_none=True)
    output = fields.Nested(QuantitySchema, required=True, allow_none=True)
    yield_percent = fields.String(required=True, allow_none=True, metadata={"format": "decimal"})
    parameters = fields.List(fields.Nested(ParameterSchema), required=True)
    location = fields.String(required=True, allow_none=True)
    documents = fields.List(fields.String(), required=True)
    notes = fields.String(required=True, allow_none=True)
    certification = fields.Nested(
        StepCertificationSchema,
        required=True,
        allow_none=True,
        metadata={"description": "None where nothing in force covered it: a deviation says so."},
    )
    late = fields.Boolean(
        required=True, metadata={"description": "Entered more than 24 hours after it ended."}
    )


class DeviationDecisionSchema(Schema):
    """What quality decided on a deviation."""

    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    statement = fields.String(required=True)
    by = fields.String(required=True)
    printed_name = fields.String(required=True)
    at = fields.String(required=True, metadata={"format": "date-time"})


class DeviationSchema(Schema):
    """A departure and what became of it."""

    number = fields.Integer(required=True)
    cause = fields.String(required=True, validate=validate.OneOf(CAUSES))
    severity = fields.String(required=True, validate=validate.OneOf(SEVERITIES))
    description = fields.String(required=True)
    step = fields.Integer(required=True, allow_none=True)
    clearable = fields.Boolean(required=True, metadata={"description": "Whether quality may justify it."})
    opened_at = fields.String(required=True, metadata={"format": "date-time"})
    decision = fields.Nested(DeviationDecisionSchema, required=True, allow_none=True)
    in_words = fields.String(required=True)
