"""The wire's specifications: versions with their criteria."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import Strict, count, day, decimal, line, parts, term, truth, words

KINDS = ("numeric", "qualitative", "presence", "growth")


class CriterionSchema(Strict):
    """One line of a specification: limits for a number, or the finding that passes."""

    assay = line("The assay, for example particle_concentration or sterility.", required=True)
    kind = term(KINDS, "What it looks at.", required=True)
    method = line("How it is measured.", required=True)
    required = truth("Whether a lot must pass it; true unless said.")
    unit = line("The unit of the limits, for a number.")
    low = decimal("The lowest value that passes.")
    high = decimal("The highest value that passes.")
    expected = line("The finding that passes, for one in words.")
    decimals = count("Places a value is rounded to before it is compared; each limit's own unless said.")
    basis = line("Where the limit comes from; for endotoxin K/M, with its K.")


class ApproveSpecificationSchema(Strict):
    """The next version of a product's specification."""

    effective_from = day("The first day on which it is in effect.", required=True)
    criteria = parts(CriterionSchema, "One for each assay.", least=1, required=True)


class StatedCriterionSchema(CriterionSchema):
    """A criterion as it was approved."""

    in_words = words("Its limits in words.")


class SpecificationSchema(Schema):
    """One approved version."""

    version = count("Its number, from 1.", required=True)
    effective_from = day("The first day on which it is in effect.", required=True)
    criteria = parts(StatedCriterionSchema, "One for each assay.", required=True)
