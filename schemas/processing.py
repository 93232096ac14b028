"""The wire's processing: steps as they were performed, deviations, and quality's decisions on them."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import (
    QuantitySchema,
    Strict,
    count,
    decimal,
    fixed,
    line,
    moment,
    name,
    part,
    parts,
    several,
    term,
    text,
    truth,
    words,
)
from schemas.terms import STEP_KINDS

SERA = ("serum_free", "ev_depleted", "serum")
SEVERITIES = ("minor", "major", "critical")
DEVIATION_OUTCOMES = ("justified", "not_justified")
CAUSES = (
    "step_skipped", "step_repeated", "step_reordered", "step_not_planned", "facility_not_certified",
    "calibration_expired", "reagent_expired", "reagent_not_accepted", "parent_not_released",
    "more_consumed_than_made", "fill_counts_disagree", "expiry_beyond_shelf_life",
    "specimen_out_of_limits", "method_not_specified", "other",
)  # fmt: skip


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
    value = decimal("The number, 0.22.")
    unit = line("Its unit; 1 for a ratio.")
    observation = line("What was seen, where it is no number.")


class StepAccountSchema(Strict):
    """What is said of a step of any kind."""

    facility = name("Where it was performed.", required=True)
    started_at = moment("When it began, with its zone.", required=True)
    ended_at = moment("When it ended, with its zone.", required=True)
    procedure = part(ProcedureSchema, "The written procedure that was followed.", required=True)
    performed_by = name("Who did it; the sender unless said.")
    equipment = several(name("An instrument.", required=True), "From the register of equipment.")
    reagents = several(name("A reagent lot.", required=True), "From the register of reagents.")
    medium = part(MediumSchema, "The culture medium.")
    input = part(QuantitySchema, "What went in.")
    output = part(QuantitySchema, "What came out.")
    yield_percent = decimal("What the step yielded, in per cent.")
    parameters = parts(ParameterSchema, "What was set, measured or seen.")
    location = line("Where what was made is kept.")
    documents = several(fixed(64, "A SHA-256.", required=True), "Files attached before.")
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

    type = words("What kind of statement it is.")
    scheme = words("Under which scheme it was given.")
    number = words("Its number.")
    in_words = words("What it means, and what it does not.")


class StepSchema(Schema):
    """A step on record."""

    step = count("Its number in the lot, from 1.", required=True)
    kind = term(STEP_KINDS, "What was done.", required=True)
    facility = name("Where.", required=True)
    performed_by = name("Who did it.", required=True)
    started_at = moment("When it began.", required=True)
    ended_at = moment("When it ended.", required=True)
    procedure = part(ProcedureSchema, "The written procedure that was followed.", required=True)
    equipment = several(name("An instrument."), "What it was done with.", required=True)
    reagents = several(name("A reagent lot."), "What was used up.", required=True)
    medium = part(MediumSchema, "The culture medium.", required=True, none=True)
    input = part(QuantitySchema, "What went in.", required=True, none=True)
    output = part(QuantitySchema, "What came out.", required=True, none=True)
    yield_percent = decimal("What the step yielded, in per cent.", required=True, none=True)
    parameters = parts(ParameterSchema, "What was set, measured or seen.", required=True)
    location = line("Where what was made is kept.", required=True, none=True)
    documents = several(fixed(64, "A SHA-256."), "The files that go with it.", required=True)
    notes = text("Whatever else matters.", required=True, none=True)
    certification = part(
        StepCertificationSchema,
        "None where nothing in force covered it: a deviation says so.",
        required=True,
        none=True,
    )
    late = truth("Entered more than 24 hours after it ended.", required=True)


class DeviationDecisionSchema(DecideDeviationSchema):
    """What quality decided on a deviation."""

    by = name("Who decided.", required=True)
    printed_name = line("Their name.", required=True)
    at = moment("When it was signed.", required=True)


class DeviationSchema(Schema):
    """A departure and what became of it."""

    number = count("Its number in the lot, from 1.", required=True)
    cause = term(CAUSES, "What departed, by kind.", required=True)
    severity = term(SEVERITIES, "How much it may matter.", required=True)
    description = words("What departed.")
    step = count("The step, if it is about one.", required=True, none=True)
    clearable = truth("Whether quality may justify it.", required=True)
    opened_at = moment("Since when it is on record.", required=True)
    decision = part(DeviationDecisionSchema, "What quality decided, once it has.", required=True, none=True)
    in_words = words("The deviation in a sentence.")
