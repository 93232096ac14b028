"""The wire's shipments: dispatch, receipt, a temperature excursion's judgement, and what both sides read."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.shapes import Strict, VialRefSchema, count, line, moment, term, text

CONDITIONS = ("ok", "damaged", "missing", "refused")
STATUSES = ("in_transit", "received", "received_with_exceptions")


class LotWantedSchema(Strict):
    """Vials of one lot: either these serials, or the first ``count`` in stock."""

    lot = line("The lot's number.", required=True, longest=20)
    serials = fields.List(
        line("A serial.", required=True, longest=12),
        validate=validate.Length(1, 10_000),
        metadata={"description": "The vials by serial."},
    )
    count = count("How many of those in stock, the first filled first.", least=1)


class DispatchShipmentSchema(Strict):
    """A consignment; what accompanies it is made from the records."""

    shipment = line("The shipment's number, yours to choose.", required=True, longest=30)
    recipient = line("The organisation it goes to.", required=True, longest=40)
    contents = fields.List(fields.Nested(LotWantedSchema), required=True, validate=validate.Length(1, 100))
    packed_by = line("Who packed it.", required=True)
    courier = line("Who carries it.", required=True)
    tracking = line("The courier's number.")
    logger = line("The temperature logger in the box.")
    dispatched_at = moment("When it left, if not now.")


class ArrivalSchema(Strict):
    """How one vial arrived."""

    lot = line("The lot's number.", required=True, longest=20)
    serial = line("The serial.", required=True, longest=12)
    condition = term(CONDITIONS, "How it arrived.", required=True)
    note = line("What was seen.")


class LoggerReadingSchema(Strict):
    """The lowest and highest temperature on the way."""

    min = line("A decimal as text.", required=True, longest=40)
    max = line("A decimal as text.", required=True, longest=40)
    unit = line("Cel.", required=True, longest=20)


class ReceiveShipmentSchema(Strict):
    """A receipt: vials that it does not name arrived well."""

    vials = fields.List(
        fields.Nested(ArrivalSchema),
        validate=validate.Length(0, 10_000),
        metadata={"description": "Vials that arrived otherwise, and vials on hand that nobody listed."},
    )
    temperature = fields.Nested(LoggerReadingSchema, allow_none=True)
    received_at = moment("When it arrived, if not now.")


class AssessExcursionSchema(Strict):
    """Quality's judgement of a temperature excursion."""

    acceptable = fields.Boolean(
        required=True, truthy={True}, falsy={False}, metadata={"description": "Whether it did no harm."}
    )
    reason = text("On what the judgement stands.", required=True)


class LotVialsSchema(Schema):
    """Vials of one lot."""

    lot = fields.String(required=True)
    serials = fields.List(fields.String(), required=True)


class DonorStatementSchema(Schema):
    """A donation's determination and tests (21 CFR 1271.55)."""

    donation = fields.String(required=True)
    statement = fields.String(required=True)
    tests = fields.List(fields.String(), required=True)
    laboratories = fields.List(fields.String(), required=True)
    establishment = fields.String(required=True)


class AccompanyingRecordSchema(Schema):
    """What travels with a lot's vials."""

    lot = fields.String(required=True)
    product = fields.String(required=True)
    expires_on = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    donors = fields.List(fields.Nested(DonorStatementSchema), required=True)


class ReceiptSchema(Schema):
    """One receipt as recorded."""

    shipment = fields.String(required=True)
    recipient = fields.String(required=True)
    ok = fields.List(fields.Nested(LotVialsSchema), required=True)
    exceptions = fields.List(fields.Nested(ArrivalSchema), required=True)
    unexpected = fields.List(fields.Nested(VialRefSchema), required=True)
    not_on_record = fields.List(fields.Nested(VialRefSchema), required=True)
    temperature = fields.Nested(LoggerReadingSchema, required=True, allow_none=True)
    out_of_range = fields.List(fields.String(), required=True)


class ShipmentSchema(Schema):
    """A shipment for its sender and its consignee."""

    shipment = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    sender = fields.String(required=True)
    recipient = fields.String(required=True)
    contents = fields.List(fields.Nested(LotVialsSchema), required=True)
    packed_by = fields.String(required=True)
    courier = fields.String(required=True)
    tracking = fields.String(required=True, allow_none=True)
    logger = fields.String(required=True, allow_none=True)
    accompanying = fields.List(fields.Nested(AccompanyingRecordSchema), required=True)
    dispatched_at = fields.String(required=True, metadata={"format": "date-time"})
    received_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    receipts = fields.List(fields.Nested(ReceiptSchema), required=True)
    excursion = fields.List(
        fields.String(), required=True, metadata={"description": "Lots whose excursion is not judged yet."}
    )
