"""The wire's shipments: dispatch, receipt, a temperature excursion's judgement, and what both sides read."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import (
    Strict,
    VialRefSchema,
    count,
    day,
    decimal,
    fixed,
    line,
    moment,
    name,
    part,
    parts,
    several,
    term,
    text,
    truth,
    words,
)

CONDITIONS = ("ok", "damaged", "missing", "refused")
STATUSES = ("in_transit", "received", "received_with_exceptions")
MOST_VIALS = 10_000


class LotWantedSchema(Strict):
    """Vials of one lot: either these serials, or the first ``count`` in stock."""

    lot = name("The lot's number.", required=True)
    serials = several(
        line("A serial.", required=True, longest=12), "The vials by serial.", least=1, most=MOST_VIALS
    )
    count = count("How many of those in stock, the first filled first.", least=1)


class CartonWantedSchema(Strict):
    """A carton of the shipment."""

    sscc = fixed(18, "Its SSCC, 18 digits.", required=True)
    contents = parts(LotWantedSchema, "What is in it; nothing said is all that no other carton has.")


class DispatchShipmentSchema(Strict):
    """A consignment; what accompanies it is made from the records."""

    shipment = name("The shipment's number, yours to choose.", required=True)
    recipient = name("The organisation it goes to.", required=True)
    contents = parts(LotWantedSchema, "Which vials, lot by lot.", least=1, required=True)
    packed_by = line("Who packed it.", required=True)
    courier = line("Who carries it.", required=True)
    tracking = line("The courier's number.")
    logger = line("The temperature logger in the box.")
    cartons = parts(CartonWantedSchema, "Which of the vials are in which carton.", most=1000)
    dispatched_at = moment("When it left, if not now.")


class ArrivalSchema(VialRefSchema):
    """How one vial arrived."""

    condition = term(CONDITIONS, "How it arrived.", required=True)
    note = line("What was seen.")


class LoggerReadingSchema(Strict):
    """The lowest and highest temperature on the way."""

    min = decimal("The lowest.", required=True)
    max = decimal("The highest.", required=True)
    unit = term(("Cel",), "Degrees Celsius.", required=True)


class ReceiveShipmentSchema(Strict):
    """A receipt: vials that it does not name arrived well."""

    vials = parts(
        ArrivalSchema,
        "Vials that arrived otherwise, and vials on hand that nobody listed.",
        most=MOST_VIALS,
    )
    cartons_ok = several(
        fixed(18, "A carton's SSCC.", required=True),
        "Cartons that arrived well; where any is named, the others are still on their way.",
        most=1000,
    )
    temperature = part(LoggerReadingSchema, "What the logger in the box says.")
    received_at = moment("When it arrived, if not now.")


class AssessExcursionSchema(Strict):
    """Quality's judgement of a temperature excursion."""

    acceptable = truth("Whether it did no harm.", required=True)
    reason = text("On what the judgement stands.", required=True)


class LotVialsSchema(Schema):
    """Vials of one lot."""

    lot = name("The lot's number.", required=True)
    serials = several(line("A serial."), "Its vials by serial.", most=MOST_VIALS, required=True)


class DonorStatementSchema(Schema):
    """A donation's determination and tests (21 CFR 1271.55)."""

    donation = fixed(13, "The donation.", required=True)
    statement = words("What was determined, in words.")
    tests = several(words("A test."), "Every test that was done.", required=True)
    laboratories = several(words("A laboratory."), "Who did them.", required=True)
    establishment = words("Who determined it.")


class AccompanyingRecordSchema(Schema):
    """What travels with a lot's vials."""

    lot = name("The lot's number.", required=True)
    product = name("Its product.", required=True)
    expires_on = day("The last day on which a vial may be used.", required=True, none=True)
    donors = parts(DonorStatementSchema, "Every donation behind it.", required=True)


class ReceiptSchema(Schema):
    """One receipt as recorded."""

    shipment = name("The shipment's number.", required=True)
    recipient = name("Who received it.", required=True)
    ok = parts(LotVialsSchema, "Vials that arrived well.", required=True)
    exceptions = parts(ArrivalSchema, "Vials that did not.", most=MOST_VIALS, required=True)
    unexpected = parts(VialRefSchema, "Vials that nobody had listed.", most=MOST_VIALS, required=True)
    not_on_record = parts(VialRefSchema, "Vials that are not known here.", most=MOST_VIALS, required=True)
    temperature = part(LoggerReadingSchema, "What the logger said.", required=True, none=True)
    out_of_range = several(name("A lot."), "Lots that were too cold or too warm.", required=True)


class CartonSchema(Schema):
    """A carton and the vials that were packed into it."""

    sscc = fixed(18, "Its SSCC.", required=True)
    contents = parts(LotVialsSchema, "The vials in it.", required=True)


class ShipmentSchema(Schema):
    """A shipment for its sender and its consignee."""

    shipment = name("Its number.", required=True)
    status = term(STATUSES, "Where it stands.", required=True)
    sender = name("Who sent it.", required=True)
    recipient = name("Whom it went to.", required=True)
    contents = parts(LotVialsSchema, "The vials in it.", required=True)
    packed_by = line("Who packed it.", required=True)
    courier = line("Who carried it.", required=True)
    tracking = line("The courier's number.", required=True, none=True)
    logger = line("The temperature logger in the box.", required=True, none=True)
    accompanying = parts(AccompanyingRecordSchema, "What travelled with it.", required=True)
    dispatched_at = moment("When it left.", required=True)
    received_at = moment("When it arrived.", required=True, none=True)
    receipts = parts(ReceiptSchema, "Every receipt.", required=True)
    excursion = several(name("A lot."), "Lots whose excursion is not judged yet.", required=True)
    cartons = parts(CartonSchema, "Which vials were packed into which carton.", most=1000, required=True)
