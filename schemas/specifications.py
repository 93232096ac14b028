"""The wire's specifications: versions with their criteria."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.members import decimal
from schemas.shapes import Strict, count, day, line, term

KINDS = ("numeric", "qualitative", "presence", "growth")


class CriterionSchema(Strict):
    """One line of a specification: limits for a number, or the finding that passes."""

    assay = line("The assay, for example particle_concentration or sterility.", required=True)
    kind = term(KINDS, "What it looks at.", required=True)
    method = line("How it is measured.", required=True)
    required = fields.Boolean(
        truthy={True},
        falsy={False},
        metadata={"description": "Whether a lot must pass it; true unless said."},
    )
    unit = line("The unit of the limits, for a number.")
    low = decimal("The lowest value that passes.")
    high = decimal("The highest value that passes.")
    expected = line("The finding that passes, for one in words.")
    decimals = count(
        "Decimal places a value is rounded to before it is compared; each limit's own unless said.",
    )
    basis = line("Where the limit comes from; for endotoxin K/M, with its K.")


class ApproveSpecificationSchema(Strict):
    """The next version of a product's specification."""

    effective_from = day("The first day on which it is in effect.", required=True)
    criteria = fields.List(
        fields.Nested(CriterionSchema),
        required=True,
        validate=validate.Length(1, 100),
        metadata={"description": "One for each assay."},
    )


class StatedCriterionSchema(CriterionSchema):
    """A criterion as it was approved; ``in_words`` states its limits."""

    in_words = fields.String(required=True)


class SpecificationSchema(Schema):
    """One approved version."""

    version = fields.Integer(required=True)
    effective_from = day("The first day on which it is in effect.", required=True)
    criteria = fields.List(fields.Nested(StatedCriterionSchema), required=True)
