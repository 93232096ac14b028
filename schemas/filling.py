"""The wire's filling: a fill with its counts, the count of labels, and the vials with their serials."""

from __future__ import annotations

from marshmallow import Schema, fields

from schemas.processing import LONGEST_NUMBER, StepAccountSchema
from schemas.shapes import QuantitySchema, Strict, count, day, line, text


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

    counts = fields.Nested(FillCountsSchema, required=True)
    expires_on = day("The last day on which a vial may be used.", required=True)
    container = line("Vial and closure.", required=True)
    fill_volume = fields.Nested(QuantitySchema, required=True)
    particles_per_vial = line("As the label claims, as text: 1E+10.", longest=LONGEST_NUMBER)
    test_quantity = count("The vials that one full set of release tests needs.", least=1, required=True)


class ReconcileLabelsSchema(Strict):
    """A count of the lot's labels: issued = used + spoiled + returned."""

    issued = count("Handed out for this lot.", required=True)
    used = count("On vials.", required=True)
    spoiled = count("Damaged and destroyed.", required=True)
    returned = count("Handed back unused.", required=True)
    notes = text("Whatever else matters.")
    reason = text("Why an earlier count is superseded.")


class FillStorageSchema(Schema):
    """One way to keep the vials, with its own shelf life."""

    min = fields.String(required=True)
    max = fields.String(required=True)
    unit = fields.String(required=True)
    shelf_life_days = fields.Integer(required=True)


class LabelCountSchema(Schema):
    """The latest count of labels."""

    issued = fields.Integer(required=True)
    used = fields.Integer(required=True)
    spoiled = fields.Integer(required=True)
    returned = fields.Integer(required=True)
    notes = fields.String(required=True, allow_none=True)


class FillSchema(Schema):
    """A lot's fill on record."""

    step = fields.Integer(required=True, metadata={"description": "The step that was recorded with it."})
    counts = fields.Nested(FillCountsSchema, required=True)
    filled_at = fields.String(required=True, metadata={"format": "date-time"})
    facility = fields.String(required=True)
    expires_on = fields.String(required=True, metadata={"format": "date"})
    storage = fields.List(fields.Nested(FillStorageSchema), required=True)
    container = fields.String(required=True)
    fill_volume = fields.Nested(QuantitySchema, required=True)
    particles_per_vial = fields.String(required=True, allow_none=True)
    test_quantity = fields.Integer(required=True)
    serial_root = fields.String(required=True, metadata={"description": "Commits to every serial."})
    manifest = fields.String(required=True, metadata={"description": "The list of serials, by SHA-256."})
    labels = fields.Nested(LabelCountSchema, required=True, allow_none=True)
    reconciled = fields.Boolean(
        required=True, metadata={"description": "Whether every label is accounted for."}
    )
    retention_is_short = fields.Boolean(
        required=True, metadata={"description": "Fewer are retained than twice what the tests need."}
    )


class FilledVialSchema(Schema):
    """One vial of a lot, for labels."""

    ordinal = fields.Integer(required=True, metadata={"description": "Its place in the fill, from 0."})
    serial = fields.String(required=True)
    printed = fields.String(
        required=True, metadata={"description": "The serial in groups, as labels have it."}
    )
    state = fields.String(required=True)


class FilledVialsSchema(Schema):
    """A page of a lot's vials."""

    items = fields.List(fields.Nested(FilledVialSchema), required=True)
    count = fields.Integer(required=True, metadata={"description": "How many the lot has."})
    next = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "What to go on after; none on the last page."},
    )
