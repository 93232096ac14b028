"""The wire's figures of a stability study: regressions, how far they carry a shelf life, and what is missing."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import count, decimal, line, name, part, parts, several, term, truth, words

MODELS = ("single_lot", "one_line", "parallel_lines", "separate_lines")
LEFT_OUT = ("shown_invalid", "corrected", "no_exact_value", "other_unit", "after_excursion", "shows_nothing")
BOUNDS = (
    "confidence_bound", "failed_result", "twice_the_data", "data_plus_12_months", "data_and_a_half",
    "data_plus_6_months", "data_frozen", "data_deep_frozen", "data_unsupported", "data_few_lots",
)  # fmt: skip
DIRECTIONS = ("decreases", "increases", "either")
STUDY_KINDS = ("long_term", "intermediate", "accelerated")


class FittedLineSchema(Schema):
    """A line of least squares; of natural logarithms where those were asked."""

    lot = line("The lot; null for all lots together.")
    points = count("How many results.", required=True)
    intercept = decimal("Its value at the start.", required=True)
    slope = decimal("Its change in a month.", required=True)
    crosses = decimal("When its confidence bound meets a limit, in months; null where it never does.")
    limit = line("Which limit: low or high.")


class RegressionSchema(Schema):
    """A regression over time (ICH Q1E)."""

    model = term(MODELS, "What the lots have in common.", required=True)
    lines = parts(FittedLineSchema, "The lines.", required=True)
    mean_square = decimal("The mean square error.", required=True)
    degrees = count("Its degrees of freedom.", required=True)
    quantile = decimal("Student's t, by which the bound lies off the line.", required=True)
    sides = count("1 where the direction is known, else 2.", required=True)
    slopes_p = decimal("The probability of so different slopes; pooled from 0.25 on.")
    intercepts_p = decimal("The same of intercepts; null where slopes differ.")


class ReachSchema(Schema):
    """How far an assay carries a shelf life."""

    months = decimal("In months.", required=True)
    bounded = term(BOUNDS, "What bounded it.", required=True)


class LeftOutSchema(Schema):
    """A result that is no point of the line."""

    result = count("Its number in the study.", required=True)
    because = term(LEFT_OUT, "Why.", required=True)


class AssayEvaluatedSchema(Schema):
    """An assay as it is evaluated; figures have six significant digits."""

    assay = words("The assay.")
    limits = words("Its limits in words.")
    direction = term(DIRECTIONS, "How it changes.", required=True)
    log = truth("Whether logarithms were fitted.", required=True)
    counted = several(count("A number."), "The results counted.", most=10_000, required=True)
    failed = several(count("A number."), "The results out of their limits.", most=10_000, required=True)
    left_out = parts(LeftOutSchema, "The results not counted.", most=10_000, required=True)
    covered = decimal("For how many months every lot has results.", required=True)
    regression = part(
        RegressionSchema, "The regression; null for an assay in words, and where it lacks something."
    )
    missing = words("What is missing for a figure.", none=True)
    reach = part(ReachSchema, "How far it carries.")


class AssayProjectedSchema(AssayEvaluatedSchema):
    """The same with what bounded it in words."""

    reach_in_words = words("What bounded it, in a sentence.", none=True)


class SoftwareSchema(Schema):
    """A library that worked figures out."""

    name = words("Its name.")
    version = words("Its version.")


class ProjectionSchema(Schema):
    """What a study supports as its results stand; nothing is decided by it."""

    study = name("The study.", required=True)
    product = name("The product.", required=True)
    kind = term(STUDY_KINDS, "What it is for.", required=True)
    condition = words("How the vials are kept.")
    supported_months = decimal("How many months are supported; null while something is missing.")
    whole_months = count("The whole months of them.", none=True)
    bounded = term(BOUNDS, "What bounded them.")
    bounded_in_words = words("The same in a sentence.", none=True)
    bounded_by = words("The assay that bounded them.", none=True)
    unverified = several(
        count("A number."), "Results counted that nobody verified.", most=10_000, required=True
    )
    missing = several(words("What."), "What is missing for a figure.", required=True)
    assays = parts(AssayProjectedSchema, "Each assay.", required=True)
