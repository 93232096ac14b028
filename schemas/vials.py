"""The wire's vials: recorded checks, preparation, administration, what became of one, and its history."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.shapes import ROUTES, QuantitySchema, Strict, VialRefSchema, count, day, line, moment, term, text

CLOCKS = ("thaw", "reconstitution", "puncture")
KINDS = ("set_aside", "put_back", "return", "reissue", "waste", "destroy", "stolen", "lost", "undo")
STATEMENTS = ("nothing_given", "wrong_vial")


class RecordCheckSchema(Strict):
    """The code as it was scanned, or what it said, field by field."""

    code = line("The code exactly as it was scanned.", longest=2048)
    gtin = line("The GTIN, 14 digits.", longest=14)
    lot = line("The lot as read.")
    serial = line("The serial as read.")
    expires_on = day("The expiry day as read.")
    country = line("The country of use; your organisation's unless named.", longest=2)
    route = term(ROUTES, "The route of use.")
    checked_at = moment("When it was asked, if not now.")


class PrepareVialSchema(Strict):
    """What was done to the vial, for which use."""

    starts = fields.List(
        fields.String(validate=validate.OneOf(CLOCKS)),
        required=True,
        validate=validate.Length(1, len(CLOCKS)),
        metadata={"description": "What was done: each starts a clock."},
    )
    route = term(ROUTES, "The route it is prepared for.", required=True)
    country = line("The country of use; your organisation's unless named.", longest=2)
    prepared_at = moment("When it was done, if not now.")


class VialGivenSchema(Strict):
    """A further vial of the same administration."""

    lot = line("The lot's number.", required=True, longest=20)
    serial = line("The serial.", required=True, longest=12)
    given = fields.Nested(QuantitySchema, required=True)
    wasted = fields.Nested(QuantitySchema, allow_none=True)
    doses = count("How many doses were taken.", least=1)


class AdministerVialSchema(Strict):
    """What a patient was given; it is recorded whatever the records say of the vial."""

    patient = line("Your pseudonym, PT- and 4 to 16 letters or digits.", required=True, longest=19)
    route = term(ROUTES, "The route.", required=True)
    site = line("Where on the body.", required=True)
    session = count("Which session of the treatment, from 1.", least=1, required=True)
    given = fields.Nested(QuantitySchema, required=True)
    wasted = fields.Nested(QuantitySchema, allow_none=True)
    doses = count("How many doses were taken.", least=1)
    device = line("The device used, for example for microneedling.")
    country = line("The country of use; your organisation's unless named.", longest=2)
    also = fields.List(fields.Nested(VialGivenSchema), validate=validate.Length(0, 20))
    given_at = moment("When it was given, if not now.")
    reason = text("Why it was given without a clear answer.")


class DisposeVialSchema(Strict):
    """What became of a vial."""

    kind = term(KINDS, "What became of it.", required=True)
    reason = text("Why.", required=True)
    happened_at = moment("When, if not now.")
    amount = fields.Nested(QuantitySchema, allow_none=True, metadata={"description": "How much was wasted."})
    statement = term(STATEMENTS, "What you state in order to undo.")
    right_vial = fields.Nested(VialRefSchema, allow_none=True)
    cold_chain_evidence = line("On what a reissue stands.")


class InUseSchema(Schema):
    """Since when a vial is in use and until when it may be given."""

    claimed_by = fields.String(required=True)
    prepared_at = fields.String(required=True, metadata={"format": "date-time"})
    thawed_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    reconstituted_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    punctured_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    use_before = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})


class VialEventSchema(Schema):
    """One record about a vial."""

    kind = fields.String(required=True)
    in_words = fields.String(required=True)
    occurred_at = fields.String(required=True, metadata={"format": "date-time"})
    recorded_at = fields.String(required=True, metadata={"format": "date-time"})
    by = fields.String(required=True, metadata={"description": "The signer's printed name."})
    organisation = fields.String(required=True)
    meaning = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    body = fields.Dict(required=True)
    log_index = fields.Integer(required=True)


class VialSchema(Schema):
    """A vial for those it concerns."""

    lot = fields.String(required=True)
    serial = fields.String(required=True)
    product = fields.String(required=True)
    state = fields.String(required=True)
    in_words = fields.String(required=True)
    organisation = fields.String(required=True)
    custody = fields.String(required=True, allow_none=True)
    consigned_to = fields.String(required=True, allow_none=True)
    shipment = fields.String(required=True, allow_none=True)
    expires_on = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    in_use = fields.Nested(InUseSchema, required=True, allow_none=True)
    doses_left = fields.Integer(required=True, allow_none=True)
    doubts = fields.List(fields.String(), required=True)
    retention_until = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    history = fields.List(fields.Nested(VialEventSchema), required=True)
