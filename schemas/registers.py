"""The wire's equipment and reagent lots."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.members import digest, name
from schemas.shapes import Strict, day, line, term, text

STATUSES = ("quarantined", "accepted", "rejected")


class RegisterEquipmentSchema(Strict):
    """An instrument or a piece of process equipment."""

    id = name("What it goes by: capital letters, digits and hyphens.")
    name = line("What it is.", required=True)
    model = line("Maker and model.")
    serial_number = line("The maker's serial number.")
    calibration_due = day("The last day of its calibration; none if it needs none.")


class RecordCalibrationSchema(Strict):
    """A calibration that was performed."""

    performed_on = day("The day on which it was done.", required=True)
    due = day("The last day on which it holds.", required=True)
    reference = line("The number of its report.")
    document = digest()


class CalibrationSchema(Schema):
    """One calibration."""

    performed_on = day("When it was done.", required=True)
    due = day("How long it holds.", required=True)
    reference = fields.String(required=True, allow_none=True)
    document = fields.String(required=True, allow_none=True)


class EquipmentSchema(Schema):
    """Equipment as it stands."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    model = fields.String(required=True, allow_none=True)
    serial_number = fields.String(required=True, allow_none=True)
    calibration_due = day("The last day of its calibration.")
    calibrations = fields.List(fields.Nested(CalibrationSchema), required=True)
    organisation = fields.String(required=True)


class RegisterReagentSchema(Strict):
    """A lot of a reagent or medium that came in; it is in quarantine until quality accepts it."""

    id = name("What the laboratory calls the lot: capital letters, digits and hyphens.")
    name = line("What it is.", required=True)
    supplier = line("Who made it.", required=True)
    supplier_lot = line("The supplier's lot number.", required=True)
    expires_on = day("The last day on which it may be used.", required=True)


class ChangeReagentStatusSchema(Strict):
    """Quality's decision on a reagent lot."""

    status = term(STATUSES, "What it is from now on.", required=True)
    explanation = text("What the decision rests on.", required=True)


class ReagentSchema(Schema):
    """A reagent lot as it stands."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    supplier = fields.String(required=True)
    supplier_lot = fields.String(required=True)
    expires_on = day("The last day on which it may be used.", required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    organisation = fields.String(required=True)
