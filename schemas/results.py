"""The wire's quality control: results, their verification and invalidation, instrument files, investigations."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import (
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
    several,
    term,
    text,
    truth,
    upload,
    varying,
    words,
)

COMPARATORS = ("=", "<", ">", "<=", ">=", "below_lod", "below_loq")
UNITS = (
    "particles/mL", "particles/µL", "particles/L", "particles/µg", "particles/mg", "particles/vial",
    "particles/dose", "nm", "µm", "mV", "V", "EU/mL", "IU/mL", "EU/vial", "EU/kg", "EU/kg/h", "pg/mL", "ng/mL",
    "µg/mL", "mg/mL", "g/L", "pg/dose", "ng/dose", "µg/dose", "ng/vial", "µg/vial", "mOsm/kg", "Osm/kg",
    "particles/frame", "%", "pH", "mL", "µL", "L", "cells/mL", "cells/µL", "cells", "CFU/mL", "CFU/vial",
    "population doublings", "passages", "particulates/container", "mbar", "bar", "kPa", "psi", "copies/mL",
    "copies/µL", "ratio", "count",
)  # fmt: skip
DOSE_UNITS = ("mL/kg", "mL/kg/h", "mL", "vials")
CAUSES = (
    "out_of_specification", "doubtful_result", "donor_review", "temperature_excursion", "adverse_reaction",
    "complaint",
)  # fmt: skip
PHASES = ("laboratory", "retest", "full_scale")
ASSIGNABLE_CAUSES = ("laboratory", "process", "none")
CONCLUSIONS = ("laboratory_error", "product_failure", "inconclusive", "no_product_impact")
PROPOSALS = ("release", "retest", "rework", "reject")
LONGEST_SLUG = 48


class ReplicateSchema(Strict):
    """One video, position or well behind a value, in the value's unit."""

    label = line("What it is called.", required=True)
    value = decimal("What it gave.", required=True)


class WarningAnswerSchema(Strict):
    """The analyst's answer to a warning that the instrument's file carries."""

    code = line("The warning's code.", required=True, longest=LONGEST_SLUG)
    answer = text("Why the value stands.", required=True)


class RapidMethodSchema(Strict):
    """A validated rapid method for sterility."""

    days = count("Its own time.", least=1, most=60, required=True)
    validation = line("What shows that.", required=True)


class TestRunSchema(Strict):
    """How and when an assay was run."""

    method = line("The written method.", required=True)
    method_version = line("Its version.", required=True)
    facility = name("The laboratory.", required=True)
    started = moment("When it began, with its zone.", required=True)
    read = moment("When it was read, with its zone.", required=True)
    retests = count("The number of the first result, where this is a retest of it.", least=1)
    resamples = count("The number of the first result, where this is of a new sample in its place.", least=1)
    reason = text("Why it is recorded as it is.")


class DilutionSchema(Strict):
    """How far the specimen was diluted; the value is that of the undiluted specimen."""

    factor = decimal("How many times, 1 or more.", required=True)
    measured = decimal("What was read in the diluted specimen; left out where the instrument multiplied.")


class StatedDoseSchema(Strict):
    """The dose by which a content per mL or per vial becomes one per kilogram of body mass, or per dose."""

    amount = decimal("How much is given.", required=True)
    unit = term(DOSE_UNITS, "What that is measured in.", required=True)
    body_mass = decimal("Of whom it is given to, in kg; a dose per kg has none.")
    hours = decimal("Over how many hours it is given.")
    vial_volume = decimal("How many mL a vial holds.")


class SpecimenStorageSchema(Strict):
    """How a specimen was kept until the assay, in degrees Celsius."""

    condition = line("Where and how, such as freezer F-2.", required=True)
    stored_from = moment("From when, with its zone.", required=True)
    stored_until = moment("Until when, with its zone.", required=True)
    min = decimal("The lowest temperature seen.", required=True)
    max = decimal("The highest temperature seen.", required=True)


class SpecimenSchema(Strict):
    """What was taken for the assay."""

    id = line("What it is called.", required=True)
    taken_at = moment("When it was taken, with its zone.", required=True)
    storage = part(SpecimenStorageSchema, "How it was kept, where it was not tested at once.")


class MeasuredSchema(TestRunSchema):
    """One result: a value with its unit, a finding in words, or that the value lay below the LOD or LOQ."""

    assay = line("Such as endotoxin.", required=True, longest=LONGEST_SLUG)
    comparator = term(COMPARATORS, "= unless said; below_lod and below_loq have no value.", none=False)
    value = decimal(
        "Exact, as text; without it the replicates' mean, or what was measured times the dilution."
    )
    unit = term(UNITS, "The value's unit: the limit's, or one that goes over into it.")
    finding = line("In words, such as growth, no_growth, detected, not_detected, positive.")
    lod = decimal("The limit of detection, in the same unit: that of the specimen before it was diluted.")
    loq = decimal("The limit of quantitation, in the same unit: that of the specimen before it was diluted.")
    instrument = name("From the register of equipment.")
    raw_file = fixed(64, "An attached file by its SHA-256.")
    replicates = parts(ReplicateSchema, "What the value was worked out from, in the value's unit.", most=1000)
    warnings_answered = parts(WarningAnswerSchema, "One for each warning of the instrument.", most=1000)
    clouded = truth("Whether the product clouded the sterility medium.")
    subcultured = moment("When the clouded medium was transferred.")
    rapid_method = part(RapidMethodSchema, "The validated rapid method, if one was used.")
    dilution = part(DilutionSchema, "How far the specimen was diluted, if it was.")
    dose = part(StatedDoseSchema, "The dose that the limit's unit speaks of, if it speaks of one.")
    specimen = part(SpecimenSchema, "What was taken for the assay.")


class RecordResultSchema(MeasuredSchema):
    """One result as the analyst states it."""


class CorrectResultSchema(MeasuredSchema):
    """A result anew and whole, in place of one that was recorded wrongly."""

    reason = text("What was wrong.", required=True)


class AssayMethodSchema(Strict):
    """The method of an assay that has another than the file's first."""

    assay = line("The assay.", required=True, longest=LONGEST_SLUG)
    method = line("The written method.", required=True)
    method_version = line("Its version.", required=True)


class ConfirmReadingSchema(TestRunSchema):
    """The analyst's confirmation of an instrument's file, which comes along as ``file`` in the same form."""

    confirm = fixed(64, "The file's SHA-256 as it was shown.", required=True)
    instrument = name("From the register of equipment.", required=True)
    answers = parts(WarningAnswerSchema, "One for each warning of the reading.", most=1000)
    assays = several(
        line("An assay.", required=True, longest=LONGEST_SLUG),
        "Which of the file's values; all unless said.",
        least=1,
        none=True,
    )
    methods = parts(AssayMethodSchema, "Where the file's assays have several methods.")


class ReadingFormSchema(Strict):
    """A multipart form with an instrument's file: alone to see what it says, with a statement to record it."""

    file = upload("The instrument's text export, unchanged.")
    statement = part(
        ConfirmReadingSchema, "The confirmation, as JSON; without it nothing is recorded.", none=False
    )


class ReadingSchema(Schema):
    """What a file says, for confirmation; nothing is recorded yet."""

    file = fixed(64, "The file's SHA-256, to confirm it by.", required=True)
    reading = varying("Instrument, sample, values, warnings.")
    proposed = several(varying("A result."), "The results it would become.", most=1000, required=True)


class VerifyResultSchema(Strict):
    """A second person's verification against the raw record."""

    remark = text("Whatever was noted.")


class VerifyResultsSchema(VerifyResultSchema):
    """The same of several results of a lot, all of them or none."""

    results = several(count("A result's number.", least=1), "The results.", least=1, most=1000, required=True)


class InvalidateResultSchema(Strict):
    """A result is disregarded for a cause unrelated to the product; the original stays on record."""

    investigation = count(
        "The concluded investigation that found the laboratory's error.", least=1, required=True
    )
    cause = text("What went wrong.", required=True)


class OpenInvestigationSchema(Strict):
    """Quality looks into something; a result out of specification is looked into without this."""

    cause = term(CAUSES, "Why.", required=True)
    description = text("What is doubted.", required=True)
    result = count("The result that is doubted, by its number.", least=1)


class BeginPhaseSchema(Strict):
    """Quality orders a phase by a plan laid down before it."""

    phase = term(PHASES, "Which; for a result the laboratory phase comes first.", required=True)
    plan = text("What will be done; clinics may read it.", required=True)
    retests = count(
        "How many retests of the first sample there will be; in the retest phase alone.", most=20, none=False
    )
    resamples = count(
        "How many tests of new samples there will be; in the retest phase alone.", most=20, none=False
    )


class ConcludePhaseSchema(Strict):
    """What a phase found."""

    finding = text("What was found; clinics may read it.", required=True)
    cause = term(
        ASSIGNABLE_CAUSES, "Whose fault it was; the laboratory phase finds its own or none.", required=True
    )


class ConcludeInvestigationSchema(Strict):
    """Quality's conclusion of an investigation."""

    phase = term(PHASES, "How far it went.", required=True)
    root_cause = text("What was found; clinics may read it, so it names no donor's decision.", required=True)
    conclusion = term(CONCLUSIONS, "Only a laboratory_error lets a result be invalidated.", required=True)
    disposition = term(PROPOSALS, "What is proposed for the lot; no release where the result stands.")


class SpreadSchema(Strict):
    """What the replicates say together."""

    count = count("How many there are.", required=True)
    mean = decimal("Their mean.", required=True)
    cv_percent = decimal("Their coefficient of variation, to two decimals.", required=True)
    value_differs = truth("Whether the value is another than their mean; look why.", required=True)


class ConversionSchema(Strict):
    """The result's numbers in the unit of its limit."""

    unit = term(UNITS, "The limit's unit.", required=True, none=False)
    factor = decimal("One of the entered unit is so much of this one.", required=True)
    how = words("The same in words, with the dose that it takes.")
    value = decimal("The value.")
    lod = decimal("The limit of detection.")
    loq = decimal("The limit of quantitation.")
    replicates = parts(ReplicateSchema, "The replicates.", most=1000)


class ResultJudgedSchema(Strict):
    """A result beside its criterion, by the specification that judges the lot."""

    shows = term(
        ("pass", "fail", "not_shown"),
        "What it shows; not_shown where it neither passes nor fails.",
        required=True,
        none=False,
    )
    limits = words("What passes.")
    terms = words("How it is judged: rounding, replicates, method.")
    required = truth("False where the criterion is informative.", required=True)
    compared = words("The value as it was compared, rounded to the place of each limit.", none=True)
    shortfall = term(
        ("too_few_replicates", "spread_too_wide", "other_method"),
        "Why it cannot pass whatever its value is.",
        required=True,
        none=True,
    )


class ResultSchema(RecordResultSchema):
    """A result as it stands."""

    result = count("Its number in the lot, from 1.", required=True)
    stated = words("The result in words, with its unit, as it was entered.")
    derived = words("How the value was got, where nobody entered it.", none=True)
    conversion = part(ConversionSchema, "What it is in the unit of its limit, where that is another.")
    converted = words("The same in words.", none=True)
    spread = part(SpreadSchema, "What the replicates say together, if there are any.")
    corrects = count("The result that this one corrects.", none=True, required=True)
    superseded_by = count("The result that corrects this one.", none=True, required=True)
    final = truth("False for an interim reading.", required=True)
    analyst = words("The printed name of who recorded it.")
    recorded_at = moment("When it was recorded.", required=True)
    calibration_due = day("The last day of the instrument's calibration.", required=True, none=True)
    covered_by = varying("The laboratory's certification.", none=True)
    verified_by = words("The printed name of who verified it.", none=True)
    verified_at = moment("When it was verified.", required=True, none=True)
    valid = truth("False once it was shown invalid.", required=True)
    beyond_plan = truth(
        "Tested again beyond the investigation's plan: it may fail, and never passes.", required=True
    )
    invalidated = varying("Why it was shown invalid.", none=True)
    judged = part(ResultJudgedSchema, "How it compares; none where the specification has no such assay.")


class LotResultsSchema(Schema):
    """Every result of a lot and every investigation."""

    results = parts(ResultSchema, "Every result, in order of record.", most=10_000, required=True)
    investigations = several(varying("An investigation."), "Every investigation.", most=10_000, required=True)
