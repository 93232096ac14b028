"""The wire's decisions on a lot: assessment, release, rejection, hold and lift."""

from __future__ import annotations

from schemas.members import Strict, line, moment, name, part, term, text
from schemas.shipments import LoggerReadingSchema
from schemas.terms import PURPOSES

HOLD_CAUSES = (
    "quality_decision", "donor_review", "temperature_excursion", "certification_withdrawn", "adverse_reaction",
    "complaint", "out_of_specification",
)  # fmt: skip


class AssessLotSchema(Strict):
    """The lot is judged by what is on record: nothing is stated."""


class ReleaseLotSchema(Strict):
    """Quality releases the lot."""

    purpose = term(PURPOSES, "To be made into something else, or for use on patients.", required=True)


class RejectLotSchema(Strict):
    """Quality rejects the lot for good."""

    explanation = text("Why.", required=True)


class HoldLotSchema(Strict):
    """Quality holds the lot."""

    explanation = text("Why.", required=True)
    cause = term(HOLD_CAUSES, "quality_decision unless said.", none=False)


class LiftHoldSchema(Strict):
    """Quality lifts a hold."""

    explanation = text(
        "Why that is right; clinics may read it, so it names no donor's decision.", required=True
    )


class RecordStorageSchema(Strict):
    """How a lot was stored; a temperature that keeps no condition of its product holds the lot."""

    facility = name("Where.", required=True)
    location = line("Which freezer or shelf.")
    began_at = moment("From when.", required=True)
    ended_at = moment("Until when.", required=True)
    temperature = part(LoggerReadingSchema, "The lowest and highest of that time.", required=True)
    reason = text("Why it is recorded late, or anything else to know.")
