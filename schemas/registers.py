"""The wire's equipment and reagent lots."""

from __future__ import annotations

from schemas.members import Strict, day, fixed, line, name, parts, term, text

STATUSES = ("quarantined", "accepted", "rejected")


class RegisterEquipmentSchema(Strict):
    """An instrument or a piece of process equipment."""

    id = name("What it goes by: capital letters, digits and hyphens.", required=True)
    name = line("What it is.", required=True)
    model = line("Maker and model.")
    serial_number = line("The maker's serial number.")
    calibration_due = day("The last day of its calibration; none if it needs none.")


class RecordCalibrationSchema(Strict):
    """A calibration that was performed."""

    performed_on = day("The day on which it was done.", required=True)
    due = day("The last day on which it holds.", required=True)
    reference = line("The number of its report.")
    document = fixed(64, "A file attached before, by its SHA-256.")


class EquipmentSchema(RegisterEquipmentSchema):
    """Equipment as it stands."""

    calibrations = parts(RecordCalibrationSchema, "Every calibration.", most=10_000, required=True)
    first_due = day("The last day of the calibration that it was registered with.")
    organisation = name("Whose it is.", required=True)


class RegisterReagentSchema(Strict):
    """A lot of a reagent or medium that came in; it is in quarantine until quality accepts it."""

    id = name("What the laboratory calls the lot: capital letters, digits and hyphens.", required=True)
    name = line("What it is.", required=True)
    supplier = line("Who made it.", required=True)
    supplier_lot = line("The supplier's lot number.", required=True)
    expires_on = day("The last day on which it may be used.", required=True)


class ChangeReagentStatusSchema(Strict):
    """Quality's decision on a reagent lot."""

    status = term(STATUSES, "What it is from now on.", required=True)
    explanation = text("What the decision rests on.", required=True)


class ReagentSchema(RegisterReagentSchema):
    """A reagent lot as it stands."""

    status = term(STATUSES, "What quality decided.", required=True)
    organisation = name("Whose it is.", required=True)
