"""What the wire answers to acts, lists and refusals, whatever the noun."""

from __future__ import annotations

from marshmallow import Schema, fields


class FaultSchema(Schema):
    """One thing wrong with a request."""

    pointer = fields.String(
        required=True, metadata={"description": "A JSON pointer into the body, or empty."}
    )
    detail = fields.String(required=True)


class RefusalReasonSchema(Schema):
    """One reason why a decision was refused, and the rule it comes from."""

    code = fields.String(required=True)
    detail = fields.String(required=True)
    source = fields.String(required=True)


class ProblemSchema(Schema):
    """A request that could not be answered (RFC 9457); a refusal lists every reason at once."""

    type = fields.String(
        required=True, metadata={"description": "urn:qc-service:problem: and the rule's name."}
    )
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    errors = fields.List(fields.Nested(FaultSchema))
    reasons = fields.List(fields.Nested(RefusalReasonSchema))
    log_id = fields.String(metadata={"description": "To find an unexpected failure by."})


class AlsoRecordedSchema(Schema):
    """A further record of the same act."""

    log_index = fields.Integer(required=True)
    stream = fields.String(required=True)
    seq = fields.Integer(required=True)
    kind = fields.String(required=True)


class RecordedSchema(Schema):
    """The reply to an act: its record as signed, its place in the log, and the proof of it."""

    record = fields.Dict(required=True, metadata={"description": "The DSSE envelope."})
    stream = fields.String(required=True)
    seq = fields.Integer(required=True)
    kind = fields.String(required=True)
    log_index = fields.Integer(required=True)
    also = fields.List(
        fields.Integer(), required=True, metadata={"description": "Places of the further records."}
    )
    also_recorded = fields.List(fields.Nested(AlsoRecordedSchema), required=True)
    proof = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "c2sp.org/tlog-proof@v1, or null while no checkpoint can be signed."},
    )
    proof_url = fields.String(metadata={"description": "Where the proof will be, if it is null."})
    subject = fields.Dict(metadata={"description": "What the act was about, as lists show it now."})


class ListingSchema(Schema):
    """A page of a list, in the order of names."""

    items = fields.List(fields.Dict(), required=True)
    next = fields.String(
        required=True, allow_none=True, metadata={"description": "Send as `after` for the next page."}
    )
