"""The wire's donations: registration, correction, consent withdrawal, and what its owner reads."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import (
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
    some,
    term,
    text,
    truth,
    words,
)
from schemas.replies import RefusalReasonSchema
from schemas.terms import TISSUES

USES = ("manufacturing", "clinical_use", "research")
STANDINGS = ("quarantined", "eligible", "ineligible", "incomplete")
DETERMINATIONS = ("eligible", "ineligible", "incomplete")


class ConsentSchema(Strict):
    """The donor's consent, by the number of the signed form."""

    reference = line(
        "The form's number, never a name, SSN or medical record number.", required=True, longest=30
    )
    version = line("The form's version.", required=True)
    given_on = day("The day on which it was signed.", required=True)
    uses = some(USES, "Every use that the donor agreed to.", least=1, required=True)


class RegisterDonationSchema(Strict):
    """A donation as it was collected; the service mints the donor code."""

    din = fixed(13, "The donation identification number (ISBT 128), without flags.", required=True)
    check_character = fixed(1, "The keyboard check character; it comes with a number that was typed.")
    tissue = term(TISSUES, "What was donated.", required=True)
    collected_at = moment("Time of recovery with its zone, in whole seconds.", required=True)
    facility = name("Where it was recovered; country and zone follow from it.", required=True)
    collector = name("The person who collected it; the sender unless said.")
    consent = part(ConsentSchema, "The donor's consent.", required=True)
    infant_age_days = count("Where the donor is an infant: its age at donation in whole days.")
    reason = text("Where it is entered late: why.")


class CorrectDonationSchema(Strict):
    """What was mistyped, as it should have been; the donation returns to quarantine."""

    tissue = term(TISSUES, "What was donated.")
    collected_at = moment("The time of recovery.")
    facility = name("Where it was recovered.")
    reason = text("How the mistake came about.", required=True)


class WithdrawConsentSchema(Strict):
    """The donor withdrew; every released lot that stands on the donation goes on hold."""

    withdrawn_on = day("The day of the withdrawal.", required=True)
    reason = text("For quality and auditors only.")


class DonationBlocksSchema(Schema):
    """Every reason against releasing or shipping what stands on the donation, for each purpose."""

    further_processing = parts(RefusalReasonSchema, "Against making something of it.", required=True)
    clinical = parts(RefusalReasonSchema, "Against use on patients.", required=True)


class EligibilitySignerSchema(Schema):
    """Who signed the determination, as they were then."""

    id = name("The person.", required=True)
    printed_name = line("Their name.", required=True)
    role = words("What they acted as.")
    organisation = name("For which organisation.", required=True)


class EligibilitySchema(Schema):
    """A responsible person's determination."""

    standing = term(DETERMINATIONS, "What was determined.", required=True)
    suggested = term(DETERMINATIONS, "What the service suggested then.", required=True)
    panel = day("Since when the panel of tests applies.", required=True)
    screenings = several(count("A number."), "The screenings that it rests on, by number.", required=True)
    reports = several(count("A number."), "The reports that it rests on, by number.", required=True)
    statement = text("What the signer added.", required=True, none=True)
    by = part(EligibilitySignerSchema, "Who determined it.", required=True)
    at = moment("When it was signed.", required=True)
    meaning = words("What the signature means.")


class DonationLookbackSchema(Schema):
    """That a later result came, and how it ended, without the finding."""

    lookback = count("Its number, from 1.", required=True)
    received_on = day("When the result came.", required=True)
    conclusion = words("How it ended, once it has.", none=True)


class DonationSchema(Schema):
    """A donation for its owner and for auditors, without any screening value."""

    din = fixed(13, "The donation identification number.", required=True)
    check_character = fixed(1, "Its keyboard check character.", required=True)
    donor_code = line("A pseudonym; it says nothing.", required=True)
    tissue = term(TISSUES, "What was donated.", required=True)
    collected_at = moment("When it was recovered.", required=True)
    zone = line("The time zone of the site.", required=True)
    facility = name("Where it was recovered.", required=True)
    country = fixed(2, "The country of the site.", required=True)
    organisation = name("Whose donation it is.", required=True)
    collector = name("Who collected it.", required=True)
    consent = part(ConsentSchema, "The donor's consent.", required=True)
    consent_withdrawn = truth("Whether the donor withdrew it.", required=True)
    infant_age_days = count("An infant donor's age in days.", required=True, none=True)
    registered_by = name("Who registered it.", required=True)
    registered_at = moment("When it was registered.", required=True)
    standing = term(STANDINGS, "Where it stands.", required=True)
    in_words = words("The standing in plain words, quarantine above all.")
    eligibility = part(EligibilitySchema, "The determination, if there is one.", required=True, none=True)
    screenings = count("How many are on record.", required=True)
    reports = count("How many are on record.", required=True)
    lookbacks = parts(DonationLookbackSchema, "Every later adverse result.", required=True)
    blocks = part(DonationBlocksSchema, "What forbids using it.", required=True)
