"""The wire's donor screening: what was found, what it suggests, determination and lookback."""

from __future__ import annotations

from marshmallow import Schema

from schemas.donations import DETERMINATIONS
from schemas.members import (
    MILLION,
    Strict,
    count,
    day,
    fixed,
    line,
    name,
    part,
    parts,
    several,
    term,
    text,
    words,
)
from schemas.replies import RefusalReasonSchema

FINDINGS = ("no_risk_found", "risk_found", "not_finished")
ASSAY_STATUSES = ("fda_donor_screening", "national_donor_screening", "diagnostic", "research")
OUTCOMES = ("non_reactive", "negative", "reactive", "positive", "indeterminate", "invalid", "not_done")
CONCLUSIONS = ("confirmed", "not_confirmed")
EFFECTS = ("ineligible", "by_sop", "confirmatory")
LONGEST_SLUG = 48


class ScreeningPartSchema(Strict):
    """The interview, the physical examination or the review of records."""

    by = line("Who did it.", required=True)
    on = day("On which day.", required=True)
    finding = term(FINDINGS, "What it found.", required=True)


class PlasmaDilutionSchema(Strict):
    """Transfusion and infusion at delivery: both volumes, or a stated conclusion, or all of it."""

    blood_and_colloids_ml = count("In millilitres; 0 for none.")
    crystalloids_ml = count("In millilitres; 0 for none.")
    conclusion = term(("acceptable", "suspected"), "What somebody responsible concluded.")


class ScreeningSchema(Strict):
    """The screening as far as it has come."""

    interview = part(ScreeningPartSchema, "The interview about the donor's history.")
    physical_examination = part(ScreeningPartSchema, "The physical examination.")
    records_review = part(ScreeningPartSchema, "The review of medical records.")
    plasma_dilution = part(PlasmaDilutionSchema, "Whether tests may have been diluted.")
    supersedes = count("The number of a screening that it corrects.")


class AssayResultSchema(Strict):
    """One assay of a laboratory's report."""

    assay = line("The panel's name of the test: hiv_1_nat.", required=True, longest=LONGEST_SLUG)
    kit = line("The assay used.", required=True)
    status = term(
        ASSAY_STATUSES, "What the assay is authorised for; only donor screening counts.", required=True
    )
    result_on = day("The day of the result.", required=True)
    outcome = term(OUTCOMES, "What was reported.", required=True)


class ReportSchema(Strict):
    """One laboratory's report on one specimen."""

    laboratory = name("A facility's id.", required=True)
    laboratory_number = line("The CLIA number, or the equivalent abroad.", required=True, longest=40)
    specimen_of = term(
        ("donor", "birth_mother"),
        "Whose specimen it is; for an infant of one month or less, the mother's.",
        required=True,
    )
    specimen_on = day("The day it was taken.", required=True)
    results = parts(AssayResultSchema, "Every assay of the report.", least=1, required=True)
    supersedes = count("The number of a report that it corrects.")


class RecordScreeningSchema(Strict):
    """What was found about a donor: a screening, laboratory reports, or both."""

    screening = part(ScreeningSchema, "The screening as far as it has come.")
    reports = parts(ReportSchema, "Laboratories' reports.", most=20)
    reason = text("Where something is corrected: why.")


class DetermineEligibilitySchema(Strict):
    """A responsible person's determination; ``eligible`` is refused with every reason against it."""

    standing = term(DETERMINATIONS, "What is determined.", required=True)
    statement = text("What the signer adds; no screening value belongs here.")


class ReportLookbackSchema(Strict):
    """A later finding that speaks against a donor; every lot below goes on hold and is investigated."""

    findings = several(
        line("One of them.", required=True, longest=LONGEST_SLUG),
        "The tests or findings that are adverse.",
        least=1,
        required=True,
    )
    reported_by = line("Who said so.", required=True)
    received_on = day("When it came.", required=True)
    explanation = text("What is known.", required=True)


class ConcludeLookbackSchema(Strict):
    """What the investigation of a later finding came to; the holds below stay for quality."""

    conclusion = term(CONCLUSIONS, "What was found.", required=True)
    explanation = text("On what grounds.", required=True)


class RecordedScreeningSchema(ScreeningSchema):
    """A screening on record."""

    screening = count("Its number, from 1.", required=True)


class RecordedReportSchema(ReportSchema):
    """A laboratory report on record."""

    report = count("Its number, from 1.", required=True)


class ReportedLookbackSchema(ReportLookbackSchema):
    """A lookback as it was reported."""

    lookback = count("Its number, from 1.", required=True)


class LookbackSchema(Schema):
    """A lookback as it stands."""

    reported = part(ReportedLookbackSchema, "What was reported.", required=True)
    conclusion = term(CONCLUSIONS, "What it came to, once it has.", required=True, none=True)


class RequiredAssaySchema(Schema):
    """A test that this donation needs."""

    assay = words("The panel's name of the test.")
    name = words("What it is called in full.")
    effect = term(EFFECTS, "What a positive result means.", required=True)


class PanelSchema(Schema):
    """The panel of the day of recovery."""

    since = day("Since when it applies.", required=True)
    reference = words("Where it comes from.")
    required = parts(RequiredAssaySchema, "Every test that is needed.", required=True)


class SuggestionSchema(Schema):
    """What the service suggests; somebody responsible determines."""

    standing = term(DETERMINATIONS, "What is suggested.", required=True)
    reasons = parts(RefusalReasonSchema, "What speaks against eligible.", required=True)
    notices = parts(RefusalReasonSchema, "What to know besides.", required=True)


class ScreeningsSchema(Schema):
    """Every screening value of a donation and what they suggest; for quality and auditors."""

    din = fixed(13, "The donation.", required=True)
    screenings = parts(RecordedScreeningSchema, "Every screening.", most=MILLION, required=True)
    reports = parts(RecordedReportSchema, "Every laboratory report.", most=MILLION, required=True)
    lookbacks = parts(LookbackSchema, "Every later adverse result.", most=MILLION, required=True)
    panel = part(PanelSchema, "The tests that apply.", required=True)
    suggestion = part(SuggestionSchema, "What the service suggests.", required=True)
