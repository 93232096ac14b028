"""The wire's trace: everything that one thing has to do with, in both directions."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.shapes import VialRefSchema


class TracedDonationSchema(Schema):
    """A donation on the way."""

    din = fields.String(required=True)
    donor_code = fields.String(required=True, allow_none=True)
    tissue = fields.String(required=True)
    country = fields.String(required=True)
    collected_at = fields.String(required=True, metadata={"format": "date-time"})
    facility = fields.String(required=True)
    standing = fields.String(required=True)


class TracedLotSchema(Schema):
    """A lot on the way, with its vials by state."""

    lot = fields.String(required=True)
    direction = fields.String(required=True, validate=validate.OneOf(("up", "start", "down")))
    kind = fields.String(required=True)
    product = fields.String(required=True)
    status = fields.String(required=True)
    organisation = fields.String(required=True)
    expires_on = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    made_from_lots = fields.List(fields.String(), required=True)
    made_from_donations = fields.List(fields.String(), required=True)
    vials = fields.Integer(required=True)
    vials_by_state = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class TracedShipmentSchema(Schema):
    """A shipment on the way, with its vials by lot."""

    shipment = fields.String(required=True)
    sender = fields.String(required=True)
    recipient = fields.String(required=True)
    status = fields.String(required=True)
    dispatched_at = fields.String(required=True, metadata={"format": "date-time"})
    received_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    vials = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class TracedAdministrationSchema(Schema):
    """An administration; the patient's code is the clinic's alone."""

    lot = fields.String(required=True)
    serial = fields.String(required=True)
    clinic = fields.String(required=True)
    given_at = fields.String(required=True, metadata={"format": "date-time"})
    route = fields.String(required=True)
    session = fields.Integer(required=True)
    patient = fields.String(required=True, allow_none=True)
    given_without_clear_answer = fields.Boolean(required=True)
    undone = fields.Boolean(required=True)
    log_index = fields.Integer(required=True)


class TracedReactionSchema(Schema):
    """An adverse reaction after a vial on the way."""

    reaction = fields.String(required=True)
    status = fields.String(required=True)
    serious = fields.Boolean(required=True)
    vials = fields.List(fields.Nested(VialRefSchema), required=True)


class TracedRecallSchema(Schema):
    """A recall that stands against a lot on the way."""

    recall = fields.String(required=True)
    kind = fields.String(required=True)
    status = fields.String(required=True)


class TraceSchema(Schema):
    """A trace."""

    origin = fields.String(required=True, data_key="from")
    donations = fields.List(fields.Nested(TracedDonationSchema), required=True)
    lots = fields.List(fields.Nested(TracedLotSchema), required=True)
    shipments = fields.List(fields.Nested(TracedShipmentSchema), required=True)
    organisations = fields.List(fields.String(), required=True)
    administrations = fields.List(fields.Nested(TracedAdministrationSchema), required=True)
    reactions = fields.List(fields.Nested(TracedReactionSchema), required=True)
    recalls = fields.List(fields.Nested(TracedRecallSchema), required=True)
