"""The wire's donor screening: what was found, what it suggests, determination and lookback."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.donations import DETERMINATIONS, LINE, NAME, TEXT, DonationReasonSchema, Strict

FINDINGS = ("no_risk_found", "risk_found", "not_finished")
ASSAY_STATUSES = ("fda_donor_screening", "national_donor_screening", "diagnostic", "research")
OUTCOMES = ("non_reactive", "negative", "reactive", "positive", "indeterminate", "invalid", "not_done")
CONCLUSIONS = ("confirmed", "not_confirmed")
SLUG = validate.Length(1, 48)
VOLUME = validate.Range(min=0)


class ScreeningPartSchema(Strict):
    """The interview, the physical examination or the review of records."""

    by = fields.String(required=True, validate=LINE, metadata={"description": "Who did it."})
    on = fields.String(required=True, metadata={"format": "date", "description": "On which day."})
    finding = fields.String(
        required=True, validate=validate.OneOf(FINDINGS), metadata={"description": "What it found."}
    )


class PlasmaDilutionSchema(Strict):
    """Transfusion and infusion at delivery: both volumes, or a stated conclusion, or all of it."""

    blood_and_colloids_ml = fields.Integer(
        strict=True, allow_none=True, validate=VOLUME, metadata={"description": "In millilitres; 0 for none."}
    )
    crystalloids_ml = fields.Integer(
        strict=True, allow_none=True, validate=VOLUME, metadata={"description": "In millilitres; 0 for none."}
    )
    conclusion = fields.String(
        allow_none=True,
        validate=validate.OneOf(("acceptable", "suspected")),
        metadata={"description": "What somebody responsible concluded."},
    )


class ScreeningSchema(Strict):
    """The screening as far as it has come."""

    interview = fields.Nested(ScreeningPartSchema, allow_none=True)
    physical_examination = fields.Nested(ScreeningPartSchema, allow_none=True)
    records_review = fields.Nested(ScreeningPartSchema, allow_none=True)
    plasma_dilution = fields.Nested(PlasmaDilutionSchema, allow_none=True)
    supersedes = fields.Integer(
        strict=True, allow_none=True, metadata={"description": "The number of a screening that it corrects."}
    )


class AssayResultSchema(Strict):
    """One assay of a laboratory's report."""

    assay = fields.String(
        required=True, validate=SLUG, metadata={"description": "The panel's name of the test: hiv_1_nat."}
    )
    kit = fields.String(required=True, validate=LINE, metadata={"description": "The assay used."})
    status = fields.String(
        required=True,
        validate=validate.OneOf(ASSAY_STATUSES),
        metadata={"description": "What the assay is authorised for; only donor screening counts."},
    )
    result_on = fields.String(
        required=True, metadata={"format": "date", "description": "The day of the result."}
    )
    outcome = fields.String(
        required=True, validate=validate.OneOf(OUTCOMES), metadata={"description": "What was reported."}
    )


class ReportSchema(Strict):
    """One laboratory's report on one specimen."""

    laboratory = fields.String(required=True, validate=NAME, metadata={"description": "A facility's id."})
    laboratory_number = fields.String(
        required=True,
        validate=validate.Length(2, 40),
        metadata={"description": "The CLIA number, or the equivalent abroad."},
    )
    specimen_of = fields.String(
        required=True,
        validate=validate.OneOf(("donor", "birth_mother")),
        metadata={"description": "Whose specimen it is; for an infant of one month or less, the mother's."},
    )
    specimen_on = fields.String(
        required=True, metadata={"format": "date", "description": "The day it was taken."}
    )
    results = fields.List(fields.Nested(AssayResultSchema), required=True, validate=validate.Length(1, 100))
    supersedes = fields.Integer(
        strict=True, allow_none=True, metadata={"description": "The number of a report that it corrects."}
    )


class RecordScreeningSchema(Strict):
    """What was found about a donor: a screening, laboratory reports, or both."""

    screening = fields.Nested(ScreeningSchema, allow_none=True)
    reports = fields.List(fields.Nested(ReportSchema), validate=validate.Length(max=20))
    reason = fields.String(validate=TEXT, metadata={"description": "Where something is corrected: why."})


class DetermineEligibilitySchema(Strict):
    """A responsible person's determination; ``eligible`` is refused with every reason against it."""

    standing = fields.String(
        required=True,
        validate=validate.OneOf(DETERMINATIONS),
        metadata={"description": "What is determined."},
    )
    statement = fields.String(
        validate=TEXT, metadata={"description": "What the signer adds; no screening value belongs here."}
    )


class ReportLookbackSchema(Strict):
    """A later finding that speaks against a donor; every lot below goes on hold and is investigated."""

    findings = fields.List(
        fields.String(validate=SLUG),
        required=True,
        validate=validate.Length(1, 100),
        metadata={"description": "The tests or findings that are adverse."},
    )
    reported_by = fields.String(required=True, validate=LINE, metadata={"description": "Who said so."})
    received_on = fields.String(required=True, metadata={"format": "date", "description": "When it came."})
    explanation = fields.String(required=True, validate=TEXT, metadata={"description": "What is known."})


class ConcludeLookbackSchema(Strict):
    """What the investigation of a later finding came to; the holds below stay for quality."""

    conclusion = fields.String(
        required=True, validate=validate.OneOf(CONCLUSIONS), metadata={"description": "What was found."}
    )
    explanation = fields.String(required=True, validate=TEXT, metadata={"description": "On what grounds."})


class RecordedScreeningSchema(ScreeningSchema):
    """A screening on record."""

    screening = fields.Integer(required=True)


class RecordedReportSchema(ReportSchema):
    """A laboratory report on record."""

    report = fields.Integer(required=True)


class ReportedLookbackSchema(ReportLookbackSchema):
    """A lookback as it was reported."""

    lookback = fields.Integer(required=True)


class LookbackSchema(Schema):
    """A lookback as it stands."""

    reported = fields.Nested(ReportedLookbackSchema, required=True)
    conclusion = fields.String(required=True, allow_none=True, validate=validate.OneOf(CONCLUSIONS))


class RequiredAssaySchema(Schema):
    """A test that this donation needs."""

    assay = fields.String(required=True)
    name = fields.String(required=True)
    effect = fields.String(required=True, validate=validate.OneOf(("ineligible", "by_sop", "confirmatory")))


class PanelSchema(Schema):
    """The panel of the day of recovery."""

    since = fields.String(required=True, metadata={"format": "date"})
    reference = fields.String(required=True)
    required = fields.List(fields.Nested(RequiredAssaySchema), required=True)


class SuggestionSchema(Schema):
    """What the service suggests; somebody responsible determines."""

    standing = fields.String(required=True, validate=validate.OneOf(DETERMINATIONS))
    reasons = fields.List(fields.Nested(DonationReasonSchema), required=True)
    notices = fields.List(fields.Nested(DonationReasonSchema), required=True)


class ScreeningsSchema(Schema):
    """Every screening value of a donation and what they suggest; for quality and auditors."""

    din = fields.String(required=True)
    screenings = fields.List(fields.Nested(RecordedScreeningSchema), required=True)
    reports = fields.List(fields.Nested(RecordedReportSchema), required=True)
    lookbacks = fields.List(fields.Nested(LookbackSchema), required=True)
    panel = fields.Nested(PanelSchema, required=True)
    suggestion = fields.Nested(SuggestionSchema, required=True)
