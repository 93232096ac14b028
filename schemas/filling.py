"""The wire's filling: a fill with its counts, the count of labels, and the vials with their serials."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.processing import LINE, NUMBER, TEXT, ProcessingRequest, QuantitySchema, StepAccountSchema

LARGEST_FILL = 10_000
LARGEST_COUNT = 1_000_000
COUNT = validate.Range(min=0, max=LARGEST_FILL)
LABELS = validate.Range(min=0, max=LARGEST_COUNT)


class FillCountsSchema(ProcessingRequest):
    """How many vials were filled, and where each of them went."""

    filled = fields.Integer(
        strict=True,
        required=True,
        validate=validate.Range(min=1, max=LARGEST_FILL),
        metadata={"description": "What the machine counted; more than 10,000 are another lot."},
    )
    rejected_at_inspection = fields.Integer(
        strict=True,
        required=True,
        validate=COUNT,
        metadata={"description": "Sorted out by visual inspection."},
    )
    qc_samples = fields.Integer(
        strict=True, required=True, validate=COUNT, metadata={"description": "Taken for release tests."}
    )
    retention = fields.Integer(
        strict=True,
        required=True,
        validate=COUNT,
        metadata={"description": "Kept back as retention samples."},
    )
    stability = fields.Integer(
        strict=True, required=True, validate=COUNT, metadata={"description": "Kept back for stability tests."}
    )
    stock = fields.Integer(strict=True, required=True, validate=COUNT, metadata={"description": "For use."})


class RecordFillSchema(StepAccountSchema):
    """A fill and its step in one; the service mints a serial for every vial."""

    counts = fields.Nested(FillCountsSchema, required=True)
    expires_on = fields.String(
        required=True, metadata={"format": "date", "description": "The last day on which a vial may be used."}
    )
    container = fields.String(required=True, validate=LINE, metadata={"description": "Vial and closure."})
    fill_volume = fields.Nested(QuantitySchema, required=True)
    particles_per_vial = fields.String(
        allow_none=True,
        validate=NUMBER,
        metadata={"format": "decimal", "description": "As the label claims."},
    )
    test_quantity = fields.Integer(
        strict=True,
        required=True,
        validate=validate.Range(min=1, max=LARGEST_FILL),
        metadata={"description": "The vials that one full set of release tests needs."},
    )


class ReconcileLabelsSchema(ProcessingRequest):
    """A count of the lot's labels: issued = used + spoiled + returned."""

    issued = fields.Integer(
        strict=True, required=True, validate=LABELS, metadata={"description": "Handed out for this lot."}
    )
    used = fields.Integer(strict=True, required=True, validate=LABELS, metadata={"description": "On vials."})
    spoiled = fields.Integer(
        strict=True, required=True, validate=LABELS, metadata={"description": "Damaged and destroyed."}
    )
    returned = fields.Integer(
        strict=True, required=True, validate=LABELS, metadata={"description": "Handed back unused."}
    )
    notes = fields.String(allow_none=True, validate=TEXT, metadata={"description": "Whatever else matters."})
    reason = fields.String(
        allow_none=True, validate=TEXT, metadata={"description": "Why an earlier count is superseded."}
    )


class FillStorageSchema(Schema):
    """One way to keep the vials, with its own shelf life."""

    min = fields.String(required=True, metadata={"format": "decimal"})
    max = fields.String(required=True, metadata={"format": "decimal"})
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
    particles_per_vial = fields.String(required=True, allow_none=True, metadata={"format": "decimal"})
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
