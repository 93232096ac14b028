"""The wire's adverse reactions: report, follow-up, submission, and what the reporter and the manufacturer read."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import (
    Strict,
    VialRefSchema,
    day,
    line,
    moment,
    name,
    part,
    parts,
    some,
    term,
    text,
    truth,
)

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
    criteria = some(CRITERIA, "What makes it serious; none where it is not.", required=True)
    expected = truth("Whether it was foreseen.", required=True)
    relatedness = term(RELATEDNESS, "Whether the vial may have caused it.", required=True)
    narrative = text("What happened, without anything that names the patient.", required=True)


class ReportReactionSchema(ClinicalSchema):
    """A reaction after these vials."""

    reaction = name("The reaction's number, yours to choose.", required=True)
    vials = parts(VialRefSchema, "The vials that were given before.", least=1, most=20, required=True)
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

    reaction = name("The reaction's number.", required=True)


class ReactionSchema(Schema):
    """A reaction for its reporter and the manufacturer."""

    reaction = name("The reaction's number.", required=True)
    status = term(STATUSES, "Whether the authority is still to be told.", required=True)
    organisation = name("Who reported it.", required=True)
    manufacturer = name("Whose vials they were.", required=True)
    vials = parts(VialRefSchema, "The vials that were given before.", required=True)
    patient = line("The clinic's pseudonym, for the clinic alone.", required=True, none=True)
    first_received = day("The day anybody first heard of it.", required=True)
    basis = term(BASES, "By which rule it is to be reported.", required=True)
    due_on = day("The last day on which to tell the authority.", required=True, none=True)
    clinical = part(ClinicalSchema, "What is known.", required=True)
    serious = truth("Whether a criterion makes it serious.", required=True)
    submissions = parts(SubmissionSchema, "What the authority was told.", required=True)
