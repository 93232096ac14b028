"""The wire's answer: does anything on record forbid using this vial now?"""

from __future__ import annotations

from marshmallow import Schema, fields

from schemas.members import count, moment, part, parts, several, tally, term, truth, varying, words
from schemas.storage import StorageConditionSchema

DECISIONS = ("in_order", "do_not_use", "cannot_verify")
MOST = 2**53 - 1


class ReasonSchema(Schema):
    """Why the answer is not ``in_order``, and what to do now."""

    code = words("Stable, to act on and to quote.")
    detail = words("The reason in a sentence.")
    blocks = truth("Whether it forbids using the vial.", required=True)
    alert = truth("Set the vial aside and call.", required=True)
    next_step = words("What to do now.")


class NoticeSchema(Schema):
    """Something to know that does not block."""

    code = words("Stable, to act on and to quote.")
    detail = words("The notice in a sentence.")


class AnsweredVialSchema(Schema):
    """Which vial was answered about; members that the code does not carry are null."""

    gtin = words("The GTIN, 14 digits.", none=True)
    lot = words("The lot's number.", none=True)
    serial = words("The serial.", none=True)
    expires_on = words("The expiry day on record.", none=True)
    use_before = words("The earliest of expiry and the clocks of its preparation.", none=True)
    state = words("Where the vial stands.", none=True)


class AnsweredProductSchema(Schema):
    """What it is."""

    name = words("Its name.")
    source_tissue = words("The tissue it is made from.")
    routes_allowed = several(words("A route."), "How it may reach a patient.", required=True)
    storage = parts(StorageConditionSchema, "Every way to keep it.", required=True)


class ContactSchema(Schema):
    """Whom to call."""

    organisation = words("Who made it.")
    phone = words("The quality unit's telephone.", none=True)


class AnsweredReleaseSchema(Schema):
    """By whom and for what the lot was released."""

    released_at = moment("When it was signed.", required=True)
    by = words("The signer's printed name.")
    meaning = words("What the signature means.")
    purpose = words("For what.")


class AnsweredCertificateSchema(Schema):
    """The lot's newest certificate of analysis; every one with a smaller number is superseded by it."""

    number = count("Its number within the lot.", most=MOST, required=True)
    standing = term(("current", "outdated"), "Whether it still says what is on record.", required=True)
    in_words = words("The same in a sentence.")
    issued_at = moment("When it was issued.", required=True)
    page = words("The path of its own live answer.")


class SourcingSchema(Schema):
    """Donations, steps and results in plain words; consignees and auditors get DINs, days and names as well."""

    donations = several(varying("A donation."), "What it was made from.", most=MOST, required=True)
    steps = several(varying("A step."), "How it was made.", most=MOST, required=True)
    results = several(varying("A result."), "How it was tested.", most=MOST, required=True)


class FootingSchema(Schema):
    """On what footing the product is offered in one country by one route."""

    country = words("The country.")
    route = words("The route.")
    kind = words("The footing; none of them is an approval by itself.")
    reference = words("An IND number, a trial id, a licence.", none=True)
    in_words = words("The same, said plainly.")


class AskedForSchema(Schema):
    """The country and route that the answer is for."""

    country = words("The country.")
    route = words("The route.")


class RegulatorySchema(Schema):
    """The product's footing, and the regulator's dated sentence."""

    bases = parts(FootingSchema, "On what footing it is offered, where and how.", most=500)
    statement = words("What regulators say of such products, and what this answer does not mean.")
    asked_for = part(AskedForSchema, "Where and how it is to be used, if that was said.", none=False)


class EvidenceSchema(Schema):
    """What to verify the answer with."""

    release_record = words("The digest of the release record.", none=True)
    log_index = count("The release record's place in the log.", most=MOST, required=True, none=True)
    tree_size = count("How many entries the log had.", most=MOST, required=True)
    bundle = words("The path of the lot's provenance bundle.", none=True)


class AnsweredCartonSchema(Schema):
    """Which carton was answered about, and the shipment that it was in."""

    sscc = words("Its SSCC, 18 digits.")
    shipment = words("The shipment's number.")
    sender = words("Who sent it.")
    recipient = words("Whom it went to.")
    status = words("Where the shipment stands.")


class OneOfManySchema(Schema):
    """The answer to one of several vials, in short."""

    position = count("Its place in the carton or on the tray, from 0.", most=MOST, required=True)
    code = words(
        "The code as it was sent; null for a vial in a carton that was asked about alone.", none=True
    )
    carton = words("The SSCC of the carton that it was answered with.", none=True)
    decision = term(DECISIONS, "The answer in one word.", required=True)
    vial = part(AnsweredVialSchema, "Which vial.", required=True)
    reasons = parts(ReasonSchema, "Why it is not in_order, the gravest first.", required=True)
    notices = parts(NoticeSchema, "What to know besides.", required=True)


class TrayVerdictSchema(Schema):
    """The answers to the codes on a tray, the worst first; the decision is the worst of them."""

    decision = term(DECISIONS, "The worst answer.", required=True)
    as_of = moment("When it was answered.", required=True)
    counts = tally("How many vials by decision.")
    reasons = parts(ReasonSchema, "Every reason, and of how many vials.", required=True)
    notices = parts(NoticeSchema, "What to know besides.", required=True)
    answers = parts(OneOfManySchema, "One for each vial, the worst first.", most=1000, required=True)


class VerdictSchema(Schema):
    """The answer; the members from ``product`` to ``sourcing`` are there where a lot is on record, those from
    ``carton`` on where the code is a carton's."""

    decision = term(DECISIONS, "The answer in one word.", required=True)
    as_of = moment("When it was answered.", required=True)
    vial = part(AnsweredVialSchema, "Which vial.", required=True)
    reasons = parts(ReasonSchema, "Why it is not in_order, the gravest first.", required=True)
    notices = parts(NoticeSchema, "What to know besides.", required=True)
    regulatory = part(RegulatorySchema, "The product's footing.", required=True)
    evidence = part(EvidenceSchema, "What to verify the answer with.", required=True)
    product = part(AnsweredProductSchema, "What it is.", none=False)
    contact = part(ContactSchema, "Whom to call.", none=False)
    release = part(AnsweredReleaseSchema, "Its release, if there is one.", none=True)
    certificate = part(AnsweredCertificateSchema, "Its newest certificate, if there is one.", none=False)
    sourcing = part(SourcingSchema, "What it was made from, and how.", none=False)
    carton = part(AnsweredCartonSchema, "Which carton.", none=False)
    counts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata={"description": "How many of its vials by decision."},
    )
    answers = parts(OneOfManySchema, "One for each vial in it, the worst first.", most=MOST)


class ServiceLevelSchema(Schema):
    """How fast the service answers, by its own clock."""

    since = moment("Since when it counts.", required=True)
    answers = count("How many answers.", most=2**53 - 1, required=True)
    in_time = count("How many of them in time.", most=2**53 - 1, required=True)
    milliseconds = count("What in time means.", required=True)
    share_percent = words("The share in time, rounded down; null before the first.", none=True)
    target_percent = count("The share that is aimed at.", required=True)
    source = words("Whose measure that is.")
    counted_by = words("Which process counted, and since when.")
