"""The wire's adverse reactions: report, follow-up, submission, and what the reporter and the manufacturer
read."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.shapes import Strict, VialRefSchema, day, line, moment, term, text

OUTCOMES = ("recovered", "recovering", "not_recovered", "recovered_with_sequelae", "fatal", "unknown")
SEVERITIES = ("mild", "moderate", "severe")
CRITERIA = (
    "death", "life_threatening", "hospitalisation", "disability", "congenital_anomaly", "important_medical_event",
)  # fmt: skip
RELATEDNESS = ("unrelated", "unlikely", "possible", "probable", "definite", "not_assessed")
BASES = ("ind", "hctp_361", "other")
STATUSES = ("submitted", "due", "recorded")


class ClinicalSchema(Strict):
    """What is known of a reaction."""

    onset = moment("When it began.", required=True)
    outcome = term(OUTCOMES, "How the patient fared.", required=True)
    severity = term(SEVERITIES, "How intense it was.", required=True)
    criteria = fields.List(
        fields.String(validate=validate.OneOf(CRITERIA)),
        required=True,
        validate=validate.Length(0, len(CRITERIA)),
        metadata={"description": "What makes it serious; none where it is not."},
    )
    expected = fields.Boolean(
        required=True, truthy={True}, falsy={False}, metadata={"description": "Whether it was foreseen."}
    )
    relatedness = term(RELATEDNESS, "Whether the vial may have caused it.", required=True)
    narrative = text("What happened, without anything that names the patient.", required=True)


class ReportReactionSchema(ClinicalSchema):
    """A reaction after these vials."""

    reaction = line("The reaction's number, yours to choose.", required=True, longest=30)
    vials = fields.List(fields.Nested(VialRefSchema), required=True, validate=validate.Length(1, 20))
    first_received = day("The day anybody first heard of it.", required=True)
    patient = line("Your pseudonym for the patient.", longest=19)


class FollowUpReactionSchema(ClinicalSchema):
    """All that is known now."""


class SubmitReactionSchema(Strict):
    """The authority was told."""

    authority = line("Which authority.", required=True)
    submitted_on = day("The day.", required=True)
    reference = line("The authority's number.")


class SubmissionSchema(SubmitReactionSchema):
    """A submission as recorded."""

    reaction = fields.String(required=True)


class ReactionSchema(Schema):
    """A reaction for its reporter and the manufacturer."""

    reaction = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    organisation = fields.String(required=True)
    manufacturer = fields.String(required=True)
    vials = fields.List(fields.Nested(VialRefSchema), required=True)
    patient = fields.String(required=True, allow_none=True)
    first_received = fields.String(required=True, metadata={"format": "date"})
    basis = fields.String(required=True, validate=validate.OneOf(BASES))
    due_on = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    clinical = fields.Nested(ClinicalSchema, required=True)
    serious = fields.Boolean(required=True)
    submissions = fields.List(fields.Nested(SubmissionSchema), required=True)
