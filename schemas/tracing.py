"""The wire's trace: everything that one thing has to do with, in both directions."""

from __future__ import annotations

from marshmallow import Schema, fields

from schemas.members import (
    VialRefSchema,
    count,
    day,
    fixed,
    line,
    moment,
    name,
    parts,
    several,
    tally,
    term,
    truth,
    words,
)

DIRECTIONS = ("up", "start", "down")
MOST = 2**53 - 1


class TracedDonationSchema(Schema):
    """A donation on the way."""

    din = fixed(13, "Its number.", required=True)
    donor_code = line("The donor's pseudonym, for those who may see it.", required=True, none=True)
    tissue = words("What was donated.")
    country = fixed(2, "Where.", required=True)
    collected_at = moment("When it was recovered.", required=True)
    facility = name("At which site.", required=True)
    standing = words("Where it stands.")


class TracedLotSchema(Schema):
    """A lot on the way, with its vials by state."""

    lot = name("Its number.", required=True)
    direction = term(DIRECTIONS, "Whether it lies above the start, is it, or lies below.", required=True)
    kind = words("What the lot is of.")
    product = name("Its product.", required=True)
    status = words("Where it stands.")
    organisation = name("Whose lot it is.", required=True)
    expires_on = day("The last day on which a vial may be used.", required=True, none=True)
    made_from_lots = several(name("A lot."), "The lots that went into it.", most=MOST, required=True)
    made_from_donations = several(
        fixed(13, "A donation."), "The donations that went into it.", most=MOST, required=True
    )
    vials = count("How many vials it has.", required=True)
    vials_by_state = tally("How many stand in each state.")


class TracedShipmentSchema(Schema):
    """A shipment on the way, with its vials by lot."""

    shipment = name("Its number.", required=True)
    sender = name("Who sent it.", required=True)
    recipient = name("Whom it went to.", required=True)
    status = words("Where it stands.")
    dispatched_at = moment("When it left.", required=True)
    received_at = moment("When it arrived.", required=True, none=True)
    vials = tally("How many vials of each lot.")


class TracedAdministrationSchema(Schema):
    """An administration; the patient's code is the clinic's alone."""

    lot = name("The lot.", required=True)
    serial = line("The vial's serial.", required=True, none=True)
    clinic = name("Who gave it.", required=True)
    given_at = moment("When.", required=True)
    route = words("By which route.")
    session = count("Which session of the treatment.", required=True)
    patient = line("The clinic's pseudonym for the patient.", required=True, none=True)
    given_without_clear_answer = truth("Whether the answer was not in order.", required=True)
    undone = truth("Whether it was taken back.", required=True)
    log_index = count("Its place in the log.", most=MOST, required=True)


class TracedReactionSchema(Schema):
    """An adverse reaction after a vial on the way."""

    reaction = name("Its number.", required=True)
    status = words("Where it stands.")
    serious = truth("Whether it is serious.", required=True)
    vials = parts(VialRefSchema, "The vials that were given before.", required=True)


class TracedRecallSchema(Schema):
    """A recall that stands against a lot on the way."""

    recall = name("Its number.", required=True)
    kind = words("A recall, or a market withdrawal.")
    status = words("Where it stands.")


class TraceSchema(Schema):
    """A trace."""

    origin = fields.String(
        required=True, data_key="from", metadata={"description": "Where the trace starts, as it was asked."}
    )
    donations = parts(TracedDonationSchema, "Every donation.", most=MOST, required=True)
    lots = parts(TracedLotSchema, "Every lot.", most=MOST, required=True)
    shipments = parts(TracedShipmentSchema, "Every shipment.", most=MOST, required=True)
    organisations = several(name("One of them."), "Everybody who had some.", most=MOST, required=True)
    administrations = parts(TracedAdministrationSchema, "Every use.", most=MOST, required=True)
    reactions = parts(TracedReactionSchema, "Every adverse reaction.", most=MOST, required=True)
    recalls = parts(TracedRecallSchema, "Every recall that stands.", most=MOST, required=True)
