"""The wire's vials: recorded checks, preparation, administration, what became of one, and its history."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import (
    QuantitySchema,
    Strict,
    VialRefSchema,
    count,
    day,
    line,
    moment,
    name,
    part,
    parts,
    several,
    some,
    term,
    text,
    varying,
    words,
)
from schemas.terms import ROUTES

CLOCKS = ("thaw", "reconstitution", "puncture")
KINDS = (
    "set_aside",
    "put_back",
    "return",
    "reissue",
    "waste",
    "destroy",
    "stolen",
    "lost",
    "refreeze",
    "undo",
)
STATEMENTS = ("nothing_given", "wrong_vial")
COUNTRY = "The country of use; your organisation's unless named."


class RecordCheckSchema(Strict):
    """The code as it was scanned, or what it said, field by field."""

    code = line("The code exactly as it was scanned.", longest=2048)
    gtin = line("The GTIN, 14 digits.", longest=14)
    lot = line("The lot as read.")
    serial = line("The serial as read.")
    expires_on = day("The expiry day as read.")
    country = line(COUNTRY, longest=2)
    route = term(ROUTES, "The route of use.")
    checked_at = moment("When it was asked, if not now.")


class PrepareVialSchema(Strict):
    """What was done to the vial, for which use."""

    starts = some(CLOCKS, "What was done: each starts a clock.", least=1, required=True)
    route = term(ROUTES, "The route it is prepared for.", required=True)
    country = line(COUNTRY, longest=2)
    prepared_at = moment("When it was done, if not now.")


class StartClockSchema(Strict):
    """What was done to a vial after its preparation."""

    starts = some(CLOCKS, "What was done: each starts a clock, the first time.", least=1, required=True)
    started_at = moment("When it was done, if not now.")


class DoseSchema(Strict):
    """How much of a vial a patient was given."""

    given = part(QuantitySchema, "How much was given.", required=True)
    wasted = part(QuantitySchema, "How much was wasted.")
    doses = count("How many doses were taken; 1 unless said.", least=1, none=False)


class VialGivenSchema(DoseSchema):
    """A further vial of the same administration."""

    lot = line("The lot on its label.")
    serial = line("The serial on its label.")


class AdministerVialSchema(DoseSchema):
    """What a patient was given; it is recorded whatever the records say of the vial."""

    patient = line("Your pseudonym, PT- and 4 to 16 letters or digits.", required=True, longest=19)
    route = term(ROUTES, "The route.", required=True)
    site = line("Where on the body.", required=True)
    session = count("Which session of the treatment, from 1.", least=1, required=True)
    device = line("The device used, for example for microneedling.")
    country = line(COUNTRY, longest=2)
    also = parts(VialGivenSchema, "Further vials given with it.", most=20)
    given_at = moment("When it was given, if not now.")
    reason = text("Why it was given without a clear answer.")


class AdministerByLabelSchema(AdministerVialSchema):
    """The same, of a vial whose lot or serial may be unreadable or not on record."""

    lot = line("The lot on its label, as far as it can be read.")
    serial = line("The serial on its label, as far as it can be read.")


class DisposeVialSchema(Strict):
    """What became of a vial."""

    kind = term(KINDS, "What became of it.", required=True)
    reason = text("Why.", required=True)
    happened_at = moment("When, if not now.")
    amount = part(QuantitySchema, "How much was wasted.")
    statement = term(STATEMENTS, "What you state in order to undo.")
    right_vial = part(VialRefSchema, "The vial that it should have been.")
    cold_chain_evidence = line("On what a reissue stands.")


class InUseSchema(Schema):
    """Since when a vial is in use and until when it may be given."""

    claimed_by = name("The organisation that prepared it.", required=True)
    prepared_at = moment("When.", required=True)
    thawed_at = moment("When it was thawed.", required=True, none=True)
    reconstituted_at = moment("When it was reconstituted.", required=True, none=True)
    punctured_at = moment("When it was first punctured.", required=True, none=True)
    use_before = moment("Until when it may be given.", required=True, none=True)


class VialEventSchema(Schema):
    """One record about a vial."""

    kind = words("What happened.")
    in_words = words("The same in a sentence.")
    occurred_at = moment("When it happened.", required=True)
    recorded_at = moment("When it was recorded.", required=True)
    by = words("The signer's printed name.")
    organisation = name("For which organisation.", required=True)
    meaning = words("What the signature means.")
    reason = words("Why, where one was given.", none=True)
    body = varying("What was recorded.")
    log_index = count("Its place in the log.", most=2**53 - 1, required=True)


class VialSchema(Schema):
    """A vial for those it concerns."""

    lot = name("The lot's number.", required=True)
    serial = line("The serial.", required=True)
    product = name("Its product.", required=True)
    state = words("Where it stands.")
    in_words = words("The same in a sentence.")
    organisation = name("Who made it.", required=True)
    custody = name("Who has it.", required=True, none=True)
    consigned_to = name("Whom it was last sent to.", required=True, none=True)
    shipment = name("With which shipment.", required=True, none=True)
    expires_on = day("The last day on which it may be used.", required=True, none=True)
    in_use = part(InUseSchema, "Its clocks, once it is prepared.", required=True, none=True)
    doses_left = count("How many doses are left in it.", required=True, none=True)
    doubts = several(words("A doubt."), "What speaks against using it, in words.", required=True)
    retention_until = day("Until when its records are kept at the least.", required=True, none=True)
    history = parts(VialEventSchema, "Every record about it.", most=10_000, required=True)
