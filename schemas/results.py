"""The wire's quality control: results, their verification and invalidation, instrument files, investigations."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

COMPARATORS = ("=", "<", ">", "<=", ">=", "below_lod", "below_loq")
UNITS = (
    "particles/mL", "particles/µg", "particles/vial", "nm", "mV", "EU/mL", "EU/vial", "EU/kg", "EU/kg/h", "pg/mL",
    "ng/mL", "µg/mL", "mg/mL", "ng/dose", "mOsm/kg", "particles/frame", "%", "pH", "mL", "µL", "cells/mL", "cells",
    "CFU/mL", "CFU/vial", "population doublings", "passages", "particulates/container", "mbar", "copies/mL",
    "ratio", "count",
)  # fmt: skip
CAUSES = (
    "out_of_specification", "doubtful_result", "donor_lookback", "temperature_excursion", "adverse_reaction",
    "complaint",
)  # fmt: skip
PHASES = ("laboratory", "full_scale")
CONCLUSIONS = ("laboratory_error", "product_failure", "inconclusive", "no_product_impact")
LINE = validate.Length(1, 200)
TEXT = validate.Length(1, 4000)
NAME = validate.Length(2, 40)
NUMBER = validate.Length(1, 90)
SLUG = validate.Length(1, 48)
DIGEST = validate.Length(equal=64)
MANY = validate.Length(0, 1000)


class QualityRequest(Schema):
    """A request; a member that is not described is refused."""

    class Meta:
        """Unknown members are refused."""

        unknown = RAISE


class ReplicateSchema(QualityRequest):
    """One video, position or well behind a value, in the value's unit."""

    label = fields.String(required=True, validate=LINE, metadata={"description": "What it is called."})
    value = fields.String(required=True, validate=NUMBER, metadata={"format": "decimal"})


class WarningAnswerSchema(QualityRequest):
    """The analyst's answer to a warning that the instrument's file carries."""

    code = fields.String(required=True, validate=SLUG, metadata={"description": "The warning's code."})
    answer = fields.String(required=True, validate=TEXT, metadata={"description": "Why the value stands."})


class RapidMethodSchema(QualityRequest):
    """A validated rapid method for sterility."""

    days = fields.Integer(
        strict=True, required=True, validate=validate.Range(1, 60), metadata={"description": "Its own time."}
    )
    validation = fields.String(required=True, validate=LINE, metadata={"description": "What shows that."})


class TestRunSchema(QualityRequest):
    """How and when an assay was run."""

    method = fields.String(required=True, validate=LINE, metadata={"description": "The written method."})
    method_version = fields.String(required=True, validate=LINE, metadata={"description": "Its version."})
    facility = fields.String(required=True, validate=NAME, metadata={"description": "The laboratory."})
    started = fields.String(
        required=True, metadata={"format": "date-time", "description": "When it began, with its zone."}
    )
    read = fields.String(
        required=True, metadata={"format": "date-time", "description": "When it was read, with its zone."}
    )
    retests = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(min=1),
        metadata={"description": "The number of the first result, where this is a retest of it."},
    )
    reason = fields.String(
        allow_none=True, validate=TEXT, metadata={"description": "Why it is recorded as it is."}
    )


class RecordResultSchema(TestRunSchema):
    """One result: a value with its unit, a finding in words, or that the value lay below the LOD or LOQ."""

    assay = fields.String(required=True, validate=SLUG, metadata={"description": "Such as endotoxin."})
    comparator = fields.String(
        validate=validate.OneOf(COMPARATORS),
        metadata={"description": "= unless said; below_lod and below_loq have no value."},
    )
    value = fields.String(
        allow_none=True, validate=NUMBER, metadata={"format": "decimal", "description": "Exact, as text."}
    )
    unit = fields.String(
        allow_none=True,
        validate=validate.OneOf(UNITS),
        metadata={"description": "The value's unit; the one of the specification's limit."},
    )
    finding = fields.String(
        allow_none=True,
        validate=LINE,
        metadata={"description": "In words, such as growth, no_growth, detected, not_detected, positive."},
    )
    lod = fields.String(
        allow_none=True,
        validate=NUMBER,
        metadata={"format": "decimal", "description": "The limit of detection, in the same unit."},
    )
    loq = fields.String(
        allow_none=True,
        validate=NUMBER,
        metadata={"format": "decimal", "description": "The limit of quantitation, in the same unit."},
    )
    instrument = fields.String(
        allow_none=True, validate=NAME, metadata={"description": "From the register of equipment."}
    )
    raw_file = fields.String(
        allow_none=True, validate=DIGEST, metadata={"description": "An attached file by its SHA-256."}
    )
    replicates = fields.List(fields.Nested(ReplicateSchema), validate=MANY)
    warnings_answered = fields.List(fields.Nested(WarningAnswerSchema), validate=MANY)
    clouded = fields.Boolean(metadata={"description": "Whether the product clouded the sterility medium."})
    subcultured = fields.String(
        allow_none=True,
        metadata={"format": "date-time", "description": "When the clouded medium was transferred."},
    )
    rapid_method = fields.Nested(RapidMethodSchema, allow_none=True)


class ConfirmReadingSchema(TestRunSchema):
    """The analyst's confirmation of an instrument's file, which comes along as ``file`` in the same form."""

    confirm = fields.String(
        required=True, validate=DIGEST, metadata={"description": "The file's SHA-256 as it was shown."}
    )
    instrument = fields.String(
        required=True, validate=NAME, metadata={"description": "From the register of equipment."}
    )
    answers = fields.List(
        fields.Nested(WarningAnswerSchema),
        validate=MANY,
        metadata={"description": "One for each warning of the reading."},
    )
    assays = fields.List(
        fields.String(validate=SLUG),
        allow_none=True,
        validate=validate.Length(1, 100),
        metadata={"description": "Which of the file's values; all unless said."},
    )


class ReadingSchema(Schema):
    """What a file says, for confirmation; nothing is recorded yet."""

    file = fields.String(required=True, metadata={"description": "The file's SHA-256, to confirm it by."})
    reading = fields.Dict(required=True, metadata={"description": "Instrument, sample, values, warnings."})
    proposed = fields.List(
        fields.Dict(), required=True, metadata={"description": "The results it would become."}
    )


class VerifyResultSchema(QualityRequest):
    """A second person's verification against the raw record."""

    remark = fields.String(allow_none=True, validate=TEXT, metadata={"description": "Whatever was noted."})


class InvalidateResultSchema(QualityRequest):
    """A result is disregarded for a cause unrelated to the product; the original stays on record."""

    investigation = fields.Integer(
        strict=True,
        required=True,
        validate=validate.Range(min=1),
        metadata={"description": "The concluded investigation that found the laboratory's error."},
    )
    cause = fields.String(required=True, validate=TEXT, metadata={"description": "What went wrong."})


class OpenInvestigationSchema(QualityRequest):
    """Quality looks into something; a result out of specification is looked into without this."""

    cause = fields.String(required=True, validate=validate.OneOf(CAUSES), metadata={"description": "Why."})
    description = fields.String(required=True, validate=TEXT, metadata={"description": "What is doubted."})
    result = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(min=1),
        metadata={"description": "The result that is doubted, by its number."},
    )


class ConcludeInvestigationSchema(QualityRequest):
    """Quality's conclusion of an investigation."""

    phase = fields.String(
        required=True, validate=validate.OneOf(PHASES), metadata={"description": "How far it went."}
    )
    root_cause = fields.String(required=True, validate=TEXT, metadata={"description": "What was found."})
    conclusion = fields.String(
        required=True,
        validate=validate.OneOf(CONCLUSIONS),
        metadata={"description": "Only a laboratory_error lets a result be invalidated."},
    )


class ResultSchema(RecordResultSchema):
    """A result as it stands."""

    result = fields.Integer(required=True, metadata={"description": "Its number in the lot, from 1."})
    stated = fields.String(required=True, metadata={"description": "The result in words, with its unit."})
    final = fields.Boolean(required=True, metadata={"description": "False for an interim reading."})
    analyst = fields.String(required=True, metadata={"description": "The printed name of who recorded it."})
    recorded_at = fields.String(required=True, metadata={"format": "date-time"})
    calibration_due = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    covered_by = fields.Dict(
        required=True, allow_none=True, metadata={"description": "The laboratory's certification."}
    )
    verified_by = fields.String(required=True, allow_none=True)
    verified_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    valid = fields.Boolean(required=True, metadata={"description": "False once it was shown invalid."})
    invalidated = fields.Dict(required=True, allow_none=True)


class LotResultsSchema(Schema):
    """Every result of a lot and every investigation."""

    results = fields.List(fields.Nested(ResultSchema), required=True)
    investigations = fields.List(fields.Dict(), required=True)
