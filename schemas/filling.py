"""The wire's filling: a fill with its counts, the count of labels, and the vials with their serials."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import (
    QuantitySchema,
    Strict,
    count,
    day,
    decimal,
    fixed,
    line,
    moment,
    name,
    part,
    parts,
    text,
    truth,
    words,
)
from schemas.processing import StepAccountSchema
from schemas.storage import StorageConditionSchema


class FillCountsSchema(Strict):
    """How many vials were filled, and where each of them went; 10,000 at most."""

    filled = count("What the machine counted; more than 10,000 are another lot.", least=1, required=True)
    rejected_at_inspection = count("Sorted out by visual inspection.", required=True)
    qc_samples = count("Taken for release tests.", required=True)
    retention = count("Kept back as retention samples.", required=True)
    stability = count("Kept back for stability tests.", required=True)
    stock = count("For use.", required=True)


class RecordFillSchema(StepAccountSchema):
    """A fill and its step in one; the service mints a serial for every vial."""

    counts = part(FillCountsSchema, "Where the vials went.", required=True)
    expires_on = day("The last day on which a vial may be used.", required=True)
    container = line("Vial and closure.", required=True)
    fill_volume = part(QuantitySchema, "What is in each vial.", required=True)
    particles_per_vial = decimal("As the label claims: 1E+10.")
    test_quantity = count("The vials that one full set of release tests needs.", least=1, required=True)


class LabelCountSchema(Strict):
    """A count of the lot's labels: issued = used + spoiled + returned."""

    issued = count("Handed out for this lot.", required=True)
    used = count("On vials.", required=True)
    spoiled = count("Damaged and destroyed.", required=True)
    returned = count("Handed back unused.", required=True)
    notes = text("Whatever else matters.")


class ReconcileLabelsSchema(LabelCountSchema):
    """A new count of the lot's labels."""

    reason = text("Why an earlier count is superseded.")


class FillSchema(Schema):
    """A lot's fill on record."""

    step = count("The step that was recorded with it.", required=True)
    counts = part(FillCountsSchema, "Where the vials went.", required=True)
    filled_at = moment("When the fill ended.", required=True)
    facility = name("Where it was filled.", required=True)
    expires_on = day("The last day on which a vial may be used.", required=True)
    storage = parts(StorageConditionSchema, "Every way to keep the vials.", required=True)
    container = line("Vial and closure.", required=True)
    fill_volume = part(QuantitySchema, "What is in each vial.", required=True)
    particles_per_vial = decimal("As the label claims.", required=True, none=True)
    test_quantity = count("The vials that one full set of release tests needs.", required=True)
    serial_root = fixed(64, "Commits to every serial.", required=True)
    manifest = fixed(64, "The list of serials, by SHA-256.", required=True)
    labels = part(LabelCountSchema, "The latest count of labels.", required=True, none=True)
    labels_printed = count("How many labels were printed here for vials, reprints among them.", required=True)
    reconciled = truth("Whether every label is accounted for.", required=True)
    retention_is_short = truth("Fewer are retained than twice what the tests need.", required=True)


class FilledVialSchema(Schema):
    """One vial of a lot, for labels."""

    ordinal = count("Its place in the fill, from 0.", required=True)
    serial = line("The serial.", required=True, longest=12)
    printed = line("The serial in groups, as labels have it.", required=True)
    state = words("Where the vial stands.")


class FilledVialsSchema(Schema):
    """A page of a lot's vials."""

    items = parts(FilledVialSchema, "The vials in the order of filling.", most=1000, required=True)
    next = count("What to go on after; none on the last page.", required=True, none=True)
    count = count("How many the lot has.", required=True)
