"""The wire's processing: steps as they were performed, deviations, and quality's decisions on them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.shapes import QuantitySchema, Strict, count, line, moment, term, text

STEP_KINDS = (
    "receipt", "tissue_digestion", "cell_isolation", "expansion", "banking", "thaw", "conditioning",
    "harvest", "clarification", "concentration", "ultracentrifugation", "chromatography",
    "sterile_filtration", "formulation", "fill", "inspection", "lyophilisation", "labelling", "storage",
)  # fmt: skip
SERA = ("serum_free", "ev_depleted", "serum")
SEVERITIES = ("minor", "major", "critical")
DEVIATION_OUTCOMES = ("justified", "not_justified")
CAUSES = (
    "step_skipped", "step_repeated", "step_reordered", "step_not_planned", "facility_not_certified",
    "calibration_expired", "reagent_expired", "reagent_not_accepted", "parent_not_released",
    "more_consumed_than_made", "fill_counts_disagree", "expiry_beyond_shelf_life", "other",
)  # fmt: skip
MANY = validate.Length(max=100)
LONGEST_NUMBER = 90


class ProcedureSchema(Strict):
    """The written procedure that was followed."""

    id = line("Its number.", required=True)
    version = line("The version in force.", required=True)


class MediumSchema(Strict):
    """The culture medium of a step."""

    name = line("What it is called.", required=True)
    serum = term(SERA, "Whether it had serum, which brings vesicles of its own.", required=True)
    reagent = line("Its lot in the register of reagents.", longest=40)


class ParameterSchema(Strict):
    """A number with its unit, or an observation in words."""

    name = line("For example pore_size.", required=True, longest=48)
    value = line("The number as text, 0.22.", longest=LONGEST_NUMBER)
    unit = line("Its unit; 1 for a ratio.")
    observation = line("What was seen, where it is no number.")


class StepAccountSchema(Strict):
    """What is said of a step of any kind."""

    facility = line("Where it was performed.", required=True, longest=40)
    started_at = moment("When it began, with its zone.", required=True)
    ended_at = moment("When it ended, with its zone.", required=True)
    procedure = fields.Nested(ProcedureSchema, required=True)
    performed_by = line("Who did it; the sender unless said.", longest=40)
    equipment = fields.List(line("From the register of equipment.", required=True, longest=40), validate=MANY)
    reagents = fields.List(line("From the register of reagents.", required=True, longest=40), validate=MANY)
    medium = fields.Nested(MediumSchema, allow_none=True)
    input = fields.Nested(QuantitySchema, allow_none=True)
    output = fields.Nested(QuantitySchema, allow_none=True)
    yield_percent = line("What the step yielded, in per cent, as text.", longest=LONGEST_NUMBER)
    parameters = fields.List(fields.Nested(ParameterSchema), validate=MANY)
    location = line("Where what was made is kept.")
    documents = fields.List(
        line("An attached file by its SHA-256.", required=True, longest=64), validate=MANY
    )
    notes = text("Whatever else matters.")
    reason = text("Why it is entered late; wanted more than 24 hours after it ended.")


class RecordStepSchema(StepAccountSchema):
    """A processing step as it happened; what departed in it opens deviations."""

    kind = term(STEP_KINDS, "What was done; a fill is recorded at …/fill.", required=True)


class OpenDeviationSchema(Strict):
    """A departure that a person noticed."""

    severity = term(SEVERITIES, "How much it may matter.", required=True)
    description = text("What departed.", required=True)
    step = count("The step by its number; none for the lot as a whole.", least=1)


class DecideDeviationSchema(Strict):
    """Quality's signed decision on a deviation."""

    outcome = term(DEVIATION_OUTCOMES, "Whether it adds no risk.", required=True)
    statement = text("Why it adds no risk, or that it does.", required=True)


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
    yield_percent = fields.String(required=True, allow_none=True)
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

    outcome = fields.String(required=True, validate=validate.OneOf(DEVIATION_OUTCOMES))
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
