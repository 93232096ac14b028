"""The wire's donations: registration, correction, consent withdrawal, and what its owner reads."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

TISSUES = ("placenta", "amniotic_membrane", "umbilical_cord", "whartons_jelly", "cord_blood")
USES = ("manufacturing", "clinical_use", "research")
STANDINGS = ("quarantined", "eligible", "ineligible", "incomplete")
DETERMINATIONS = ("eligible", "ineligible", "incomplete")
LINE = validate.Length(1, 200)
TEXT = validate.Length(1, 4000)
NAME = validate.Length(3, 40)


class Strict(Schema):
    """A request: a member that is not described is refused."""

    class Meta:
        """Unknown members are refused."""

        unknown = RAISE


class ConsentSchema(Strict):
    """The donor's consent, by the number of the signed form."""

    reference = fields.String(
        required=True,
        validate=validate.Length(3, 30),
        metadata={"description": "The form's number, never a name, SSN or medical record number."},
    )
    version = fields.String(required=True, validate=LINE, metadata={"description": "The form's version."})
    given_on = fields.String(
        required=True, metadata={"format": "date", "description": "The day on which it was signed."}
    )
    uses = fields.List(
        fields.String(validate=validate.OneOf(USES)),
        required=True,
        validate=validate.Length(1, len(USES)),
        metadata={"description": "Every use that the donor agreed to."},
    )


class RegisterDonationSchema(Strict):
    """A donation as it was collected; the service mints the donor code."""

    din = fields.String(
        required=True,
        validate=validate.Length(equal=13),
        metadata={"description": "The donation identification number (ISBT 128), without flags."},
    )
    check_character = fields.String(
        validate=validate.Length(equal=1),
        metadata={"description": "The keyboard check character; it comes with a number that was typed."},
    )
    tissue = fields.String(
        required=True,
        validate=validate.OneOf(TISSUES),
        metadata={"description": "What was donated."},
    )
    collected_at = fields.String(
        required=True,
        metadata={"format": "date-time", "description": "Time of recovery with its zone, in whole seconds."},
    )
    facility = fields.String(
        required=True,
        validate=NAME,
        metadata={"description": "Where it was recovered; country and zone follow from it."},
    )
    collector = fields.String(
        validate=NAME, metadata={"description": "The person who collected it; the sender unless said."}
    )
    consent = fields.Nested(ConsentSchema, required=True)
    infant_age_days = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(min=0),
        metadata={"description": "Where the donor is an infant: its age at donation in whole days."},
    )
    reason = fields.String(validate=TEXT, metadata={"description": "Where it is entered late: why."})


class CorrectDonationSchema(Strict):
    """What was mistyped, as it should have been; the donation returns to quarantine."""

    tissue = fields.String(validate=validate.OneOf(TISSUES), metadata={"description": "What was donated."})
    collected_at = fields.String(metadata={"format": "date-time", "description": "The time of recovery."})
    facility = fields.String(validate=NAME, metadata={"description": "Where it was recovered."})
    reason = fields.String(
        required=True, validate=TEXT, metadata={"description": "How the mistake came about."}
    )


class WithdrawConsentSchema(Strict):
    """The donor withdrew; every released lot that stands on the donation goes on hold."""

    withdrawn_on = fields.String(
        required=True, metadata={"format": "date", "description": "The day of the withdrawal."}
    )
    reason = fields.String(validate=TEXT, metadata={"description": "For quality and auditors only."})


class DonationReasonSchema(Schema):
    """One reason against a decision."""

    code = fields.String(required=True)
    detail = fields.String(required=True)
    source = fields.String(required=True)


class DonationBlocksSchema(Schema):
    """Every reason against releasing or shipping what stands on the donation, for each purpose."""

    further_processing = fields.List(fields.Nested(DonationReasonSchema), required=True)
    clinical = fields.List(fields.Nested(DonationReasonSchema), required=True)


class EligibilitySignerSchema(Schema):
    """Who signed the determination, as they were then."""

    id = fields.String(required=True)
    printed_name = fields.String(required=True)
    role = fields.String(required=True)
    organisation = fields.String(required=True)


class EligibilitySchema(Schema):
    """A responsible person's determination."""

    standing = fields.String(required=True, validate=validate.OneOf(DETERMINATIONS))
    suggested = fields.String(required=True, validate=validate.OneOf(DETERMINATIONS))
    panel = fields.String(
        required=True, metadata={"format": "date", "description": "Since when the panel applies."}
    )
    screenings = fields.List(fields.Integer(), required=True)
    reports = fields.List(fields.Integer(), required=True)
    statement = fields.String(required=True, allow_none=True)
    by = fields.Nested(EligibilitySignerSchema, required=True)
    at = fields.String(required=True, metadata={"format": "date-time"})
    meaning = fields.String(required=True)


class DonationLookbackSchema(Schema):
    """That a later result came, and how it ended, without the finding."""

    lookback = fields.Integer(required=True)
    received_on = fields.String(required=True, metadata={"format": "date"})
    conclusion = fields.String(required=True, allow_none=True)


class DonationSchema(Schema):
    """A donation for its owner and for auditors, without any screening value."""

    din = fields.String(required=True)
    check_character = fields.String(required=True)
    donor_code = fields.String(required=True, metadata={"description": "A pseudonym; it says nothing."})
    tissue = fields.String(required=True, validate=validate.OneOf(TISSUES))
    collected_at = fields.String(required=True, metadata={"format": "date-time"})
    zone = fields.String(required=True)
    facility = fields.String(required=True)
    country = fields.String(required=True)
    organisation = fields.String(required=True)
    collector = fields.String(required=True)
    consent = fields.Nested(ConsentSchema, required=True)
    consent_withdrawn = fields.Boolean(required=True)
    infant_age_days = fields.Integer(required=True, allow_none=True)
    registered_by = fields.String(required=True)
    registered_at = fields.String(required=True, metadata={"format": "date-time"})
    standing = fields.String(required=True, validate=validate.OneOf(STANDINGS))
    in_words = fields.String(
        required=True, metadata={"description": "The standing in plain words, quarantine above all."}
    )
    eligibility = fields.Nested(EligibilitySchema, required=True, allow_none=True)
    screenings = fields.Integer(required=True, metadata={"description": "How many are on record."})
    reports = fields.Integer(required=True, metadata={"description": "How many are on record."})
    lookbacks = fields.List(fields.Nested(DonationLookbackSchema), required=True)
    blocks = fields.Nested(DonationBlocksSchema, required=True)
