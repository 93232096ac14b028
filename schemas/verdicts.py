"""The wire's answer: does anything on record forbid using this vial now?"""

from __future__ import annotations

from marshmallow import Schema, fields, validate

DECISIONS = ("in_order", "do_not_use", "cannot_verify")


def _said(description: str) -> fields.String:
    return fields.String(allow_none=True, metadata={"description": description})


class ReasonSchema(Schema):
    """Why the answer is not ``in_order``, and what to do now."""

    code = fields.String(required=True, metadata={"description": "Stable, to act on and to quote."})
    detail = fields.String(required=True)
    blocks = fields.Boolean(required=True)
    alert = fields.Boolean(required=True, metadata={"description": "Set the vial aside and call."})
    next_step = fields.String(required=True)


class NoticeSchema(Schema):
    """Something to know that does not block."""

    code = fields.String(required=True)
    detail = fields.String(required=True)


class AnsweredVialSchema(Schema):
    """Which vial was answered about; members that the code does not carry are null."""

    gtin = _said("The GTIN, 14 digits.")
    lot = _said("The lot's number.")
    serial = _said("The serial.")
    expires_on = _said("The expiry day on record.")
    use_before = _said("The earliest of expiry and the clocks of its preparation.")
    state = _said("Where the vial stands.")


class StorageSchema(Schema):
    """One way of storing it, with the shelf life that goes with it."""

    min = fields.String()
    max = fields.String()
    unit = fields.String(metadata={"description": "UCUM, such as Cel."})
    shelf_life_days = fields.Integer()


class AnsweredProductSchema(Schema):
    """What it is."""

    name = fields.String()
    source_tissue = fields.String()
    routes_allowed = fields.List(fields.String())
    storage = fields.List(fields.Nested(StorageSchema))


class ContactSchema(Schema):
    """Whom to call."""

    organisation = fields.String()
    phone = _said("The quality unit's telephone.")


class AnsweredReleaseSchema(Schema):
    """By whom and for what the lot was released."""

    released_at = fields.String()
    by = fields.String()
    meaning = fields.String()
    purpose = fields.String()


class SourcingSchema(Schema):
    """Donations, steps and results in plain words; consignees and auditors get DINs, days and names as well."""

    donations = fields.List(fields.Dict())
    steps = fields.List(fields.Dict())
    results = fields.List(fields.Dict())


class FootingSchema(Schema):
    """On what footing the product is offered in one country by one route."""

    country = fields.String()
    route = fields.String()
    kind = fields.String()
    reference = _said("An IND number, a trial id, a licence.")
    in_words = fields.String()


class AskedForSchema(Schema):
    """The country and route that the answer is for."""

    country = fields.String()
    route = fields.String()


class RegulatorySchema(Schema):
    """The product's footing, and the regulator's dated sentence."""

    bases = fields.List(fields.Nested(FootingSchema))
    statement = fields.String(required=True)
    asked_for = fields.Nested(AskedForSchema)


class EvidenceSchema(Schema):
    """What to verify the answer with."""

    release_record = _said("The digest of the release record.")
    log_index = fields.Integer(allow_none=True)
    tree_size = fields.Integer()
    bundle = _said("The path of the lot's provenance bundle.")


class VerdictSchema(Schema):
    """The answer; the members from ``product`` to ``sourcing`` are there where a lot is on record."""

    decision = fields.String(required=True, validate=validate.OneOf(DECISIONS))
    as_of = fields.String(required=True, metadata={"format": "date-time"})
    vial = fields.Nested(AnsweredVialSchema, required=True)
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    notices = fields.List(fields.Nested(NoticeSchema), required=True)
    regulatory = fields.Nested(RegulatorySchema, required=True)
    evidence = fields.Nested(EvidenceSchema, required=True)
    product = fields.Nested(AnsweredProductSchema)
    contact = fields.Nested(ContactSchema)
    release = fields.Nested(AnsweredReleaseSchema, allow_none=True)
    sourcing = fields.Nested(SourcingSchema)
