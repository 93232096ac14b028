"""The wire's decisions on a lot: assessment, release, rejection, hold and lift."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

PURPOSES = ("further_processing", "clinical")
HOLD_CAUSES = (
    "quality_decision", "donor_lookback", "temperature_excursion", "certification_withdrawn", "adverse_reaction",
    "complaint",
)  # fmt: skip
TEXT = validate.Length(1, 4000)


class DecisionRequest(Schema):
    """A request; a member that is not described is refused."""

    class Meta:
        """Unknown members are refused."""

        unknown = RAISE


class AssessLotSchema(DecisionRequest):
    """The lot is judged by what is on record: nothing is stated."""


class ReleaseLotSchema(DecisionRequest):
    """Quality releases the lot."""

    purpose = fields.String(
        required=True,
        validate=validate.OneOf(PURPOSES),
        metadata={"description": "To be made into something else, or for use on patients."},
    )


class RejectLotSchema(DecisionRequest):
    """Quality rejects the lot for good."""

    explanation = fields.String(required=True, validate=TEXT, metadata={"description": "Why."})


class HoldLotSchema(DecisionRequest):
    """Quality holds the lot."""

    explanation = fields.String(required=True, validate=TEXT, metadata={"description": "Why."})
    cause = fields.String(
        validate=validate.OneOf(HOLD_CAUSES), metadata={"description": "quality_decision unless said."}
    )


class LiftHoldSchema(DecisionRequest):
    """Quality lifts a hold."""

    explanation = fields.String(required=True, validate=TEXT, metadata={"description": "Why that is right."})
