"""The wire's specifications: versions with their criteria."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import Strict, count, day, decimal, line, parts, term, truth, words

KINDS = ("numeric", "qualitative", "presence", "growth")
ROUNDINGS = ("half_up", "half_even", "none")


class CriterionSchema(Strict):
    """One line of a specification: limits for a number, or the finding that passes."""

    assay = line("The assay, for example particle_concentration or sterility.", required=True)
    kind = term(KINDS, "What it looks at.", required=True)
    method = line("How it is measured.", required=True)
    required = truth("Whether a lot must pass it; true unless said.")
    unit = line("The unit of the limits, for a number.")
    low = decimal("The low limit.")
    high = decimal("The high limit.")
    low_comparator = term(
        (">=", ">"), "How a value stands to the low limit to pass; >= unless said.", none=False
    )
    high_comparator = term(("<=", "<"), "How it stands to the high limit; <= unless said.", none=False)
    expected = line("The finding that passes, for one in words.")
    rounding = term(
        ROUNDINGS, "Which way a 5 goes; half_up unless said, none compares the value as stated.", none=False
    )
    decimals = count("Places a value is rounded to before it is compared; each limit's own unless said.")
    significant_digits = count("Significant digits it is rounded to, instead of decimals.")
    replicates = count("How many values a result rests on at least.")
    highest_cv = decimal("The highest coefficient of variation of the replicates, in percent.")
    method_version = line("The version of the method; any unless said.")
    method_binding = truth("Whether a result by another method or version does not count; false unless said.")
    basis = line("Where the limit comes from; for endotoxin K/M, with its K.")


class ApproveSpecificationSchema(Strict):
    """The next version of a product's specification."""

    effective_from = day("The first day on which it is in effect.", required=True)
    criteria = parts(CriterionSchema, "One for each assay.", least=1, required=True)


class StatedCriterionSchema(CriterionSchema):
    """A criterion as it was approved."""

    in_words = words("Its limits in words.")
    terms_in_words = words("How a result is judged by them: rounding, replicates and spread, the method.")


class SpecificationSchema(Schema):
    """One approved version."""

    version = count("Its number, from 1.", required=True)
    effective_from = day("The first day on which it is in effect.", required=True)
    criteria = parts(StatedCriterionSchema, "One for each assay.", required=True)
