"""The wire's lots: registration, and everything a reader is told of one."""

from __future__ import annotations

from marshmallow import Schema

from schemas.certificates import CertificateSchema
from schemas.filling import FillSchema
from schemas.members import (
    QuantitySchema,
    Strict,
    count,
    day,
    fixed,
    line,
    moment,
    name,
    part,
    parts,
    several,
    tally,
    term,
    text,
    truth,
    words,
)
from schemas.processing import DeviationSchema, StepSchema
from schemas.replies import RefusalReasonSchema
from schemas.terms import PURPOSES, RECALL_KINDS

LOT_KINDS = ("cell_bank", "intermediate", "bulk", "finished")
LOT_STATUSES = ("quarantined", "released", "on_hold", "rejected", "recalled", "withdrawn")
ADDITIVES = ("peptide", "vitamin", "carrier", "other")


class ParentSchema(QuantitySchema):
    """A lot that went into this one, and how much of it."""

    lot = name("Its number.", required=True)


class AdditiveSchema(QuantitySchema):
    """Something added, how much, and from which reagent lot."""

    name = line("What it is.", required=True)
    kind = term(ADDITIVES, "What kind of thing.", required=True)
    reagent = line("Its lot in the register of reagents.", longest=40)


class RegisterLotSchema(Strict):
    """A lot that was made from donations, from other lots, or from both."""

    number = name("Unique here: capitals, digits, hyphens.", required=True)
    kind = term(LOT_KINDS, "What the lot is of.", required=True)
    product = name("Its product by code.", required=True)
    quantity = part(QuantitySchema, "How much was made.", required=True)
    donations = several(
        fixed(13, "A donation by its number.", required=True),
        "What it was made from; several donors want a pooling reference.",
    )
    parents = parts(ParentSchema, "The lots that went into it.")
    additives = parts(AdditiveSchema, "What was added: such a lot is of a product of its own.")
    notes = text("Whatever else matters.")
    made_at = moment("When it was made, with its zone; now unless said.")
    reason = text("Why it is entered late; wanted more than 24 hours after.")


class ConsumptionSchema(Schema):
    """What was taken from a lot, and which lot it went into."""

    into = name("The lot that it went into.", required=True)
    consumed = part(QuantitySchema, "How much.", required=True)


class LotResultSchema(Schema):
    """One result in words."""

    number = count("Its number in the lot, from 1.", required=True)
    assay = line("What was measured.", required=True)
    in_words = words("The result with its unit.")
    verified = truth("Whether a second person verified it.", required=True)
    valid = truth("False once it was shown invalid.", required=True)


class LotSpecificationSchema(Schema):
    """The version of the product's specification that a lot is judged by."""

    version = count("Its number.", required=True)
    effective_from = day("The first day on which it was in effect.", required=True)
    frozen = truth("Whether it was fixed by the lot's first assessment.", required=True)
    in_words = words("Which version, and why.")


class LotQualitySchema(Schema):
    """What quality control found."""

    results = parts(LotResultSchema, "Every result, in order of record.", most=10_000, required=True)
    open_investigations = several(count("A number."), "Those that are not concluded.", required=True)
    in_words = words("What the latest assessment found.")
    specification = part(
        LotSpecificationSchema, "What it is judged by; none while none is in force.", required=True, none=True
    )


class LotReleaseSchema(Schema):
    """A release."""

    purpose = term(PURPOSES, "For what.", required=True)
    at = moment("When it was signed.", required=True)
    by = line("The signer's printed name.", required=True)
    meaning = words("What the signature means.")


class LotRejectionSchema(Schema):
    """The rejection."""

    at = moment("When it was signed.", required=True)
    by = line("The signer's printed name.", required=True)


class LotHoldSchema(Schema):
    """A hold; its cause is for the lot's owner and auditors."""

    number = count("Its number in the lot, from 1.", required=True)
    at = moment("Since when.", required=True)
    lifted_at = moment("Until when, once it is lifted.", required=True, none=True)
    cause = words("What led to it.", none=True)
    explanation = words("Why.", none=True)


class LotRecallSchema(Schema):
    """A recall or market withdrawal that stands against the lot."""

    recall = name("Its number.", required=True)
    kind = term(RECALL_KINDS, "Which of both.", required=True)
    at = moment("When it reached the lot.", required=True)


class LotDispositionSchema(Schema):
    """What quality decided."""

    releases = parts(LotReleaseSchema, "Every release.", required=True)
    rejection = part(LotRejectionSchema, "The rejection, if there is one.", required=True, none=True)
    holds = parts(LotHoldSchema, "Every hold, also those lifted.", most=1000, required=True)
    recalls = parts(LotRecallSchema, "Every recall that stands.", required=True)


class NextReleaseSchema(Schema):
    """The release that comes next, and every reason against it if the reader signed it now."""

    purpose = term(PURPOSES, "For what.", required=True)
    blocked_by = parts(RefusalReasonSchema, "Every reason against it.", most=1000, required=True)


class LotSchema(Schema):
    """A lot: where it comes from, what was done to it, what was decided about it."""

    number = name("Its number.", required=True)
    status = term(LOT_STATUSES, "Where it stands.", required=True)
    kind = term(LOT_KINDS, "What the lot is of.", required=True)
    product = name("Its product by code.", required=True)
    organisation = name("Whose lot it is.", required=True)
    registered_by = name("Who registered it.", required=True)
    registered_at = moment("When it was registered.", required=True)
    donations = several(fixed(13, "A donation."), "The donations it was made from.", required=True)
    parents = parts(ParentSchema, "The lots that went into it.", required=True)
    additives = parts(AdditiveSchema, "What was added.", required=True)
    quantity = part(QuantitySchema, "How much was made.", required=True)
    consumed = parts(ConsumptionSchema, "What other lots took from it.", most=10_000, required=True)
    remaining = part(
        QuantitySchema, "What is left; below zero where more was consumed than made.", required=True
    )
    notes = text("Whatever else matters.", required=True, none=True)
    expires_on = day("The last day on which a vial may be used.", required=True, none=True)
    steps = parts(StepSchema, "Every step, in order of record.", most=10_000, required=True)
    deviations = parts(DeviationSchema, "Every departure.", most=10_000, required=True)
    fill = part(FillSchema, "The fill, once there is one.", required=True, none=True)
    vials = tally("How many vials stand in each state.")
    quality = part(LotQualitySchema, "What quality control found.", required=True)
    disposition = part(LotDispositionSchema, "What quality decided.", required=True)
    certificates = parts(
        CertificateSchema, "Every certificate of analysis, oldest first.", most=10_000, required=True
    )
    next_release = part(
        NextReleaseSchema, "For the lot's owner and auditors; none for others.", required=True, none=True
    )
    retention_until = day("Until when its records are kept at the least.", required=True, none=True)
