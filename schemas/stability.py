"""The wire's stability studies: plans, pulls, results, excursions, conclusions, and what the results support."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import (
    Strict,
    count,
    day,
    decimal,
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
from schemas.results import LONGEST_SLUG, CorrectResultSchema, RecordResultSchema, ResultSchema
from schemas.shipments import LoggerReadingSchema
from schemas.specifications import CriterionSchema
from schemas.stability_figures import BOUNDS, DIRECTIONS, STUDY_KINDS, AssayEvaluatedSchema, SoftwareSchema

PULL_STATUSES = ("planned", "due", "overdue", "pulled")
DEPARTURES = ("before_window", "after_window", "vials_not_placed", "more_than_left")
STATUSES = ("running", "concluded")
SERIAL_LENGTH = 12


class KeptAtSchema(Strict):
    """The condition of a study, both ends of each range within it."""

    min = decimal("The lowest temperature.", required=True)
    max = decimal("The highest temperature.", required=True)
    unit = term(("Cel",), "Degrees Celsius.", none=False)
    humidity_min = decimal("The lowest relative humidity in %.")
    humidity_max = decimal("The highest relative humidity in %.")


class StudyLotSchema(Strict):
    """A lot in a study."""

    lot = name("The lot's number.", required=True)
    placed_on = day("The day on which its vials were placed in the condition.", required=True)
    vials = count("How many of its vials were placed.", least=1, required=True)
    serials = several(
        line("A serial.", required=True, longest=SERIAL_LENGTH), "Each of them, or none.", most=10_000
    )


class TimePointSchema(Strict):
    """When vials are to be pulled."""

    months = count("Calendar months after the vials were placed.", most=240, required=True)
    window_days = count("How many days sooner or later will do.", most=90, required=True)


class PlannedAssaySchema(Strict):
    """An assay to put under study; its limits come from the lots' specification."""

    assay = line("Such as particle_concentration.", required=True, longest=LONGEST_SLUG)
    direction = term(DIRECTIONS, "How it changes with time; what its limits suggest unless said.")
    log = truth("Whether its logarithm is what changes evenly.")


class StartStudySchema(Strict):
    """A stability study as quality lays it down."""

    study = name("What it goes by: capital letters, digits and hyphens.", required=True)
    product = name("The product.", required=True)
    kind = term(STUDY_KINDS, "Only long_term shows a shelf life.", required=True)
    condition = part(KeptAtSchema, "How the vials are kept.", required=True)
    container = line("The container and its closure.", required=True)
    facility = name("Where they are kept.", required=True)
    location = line("The chamber or freezer.")
    lots = parts(
        StudyLotSchema, "The lots; three primary batches to propose a shelf life.", least=1, required=True
    )
    time_points = parts(
        TimePointSchema, "In rising order; their numbers count from 1.", least=1, required=True
    )
    assays = parts(PlannedAssaySchema, "What is tested.", least=1, required=True)
    protocol = line("The protocol and its version.", required=True)
    supporting = text("The data that allow an expiry beyond the results, such as an accelerated study.")


class AmendPlanSchema(Strict):
    """Other time points or supporting data from now on."""

    time_points = parts(
        TimePointSchema,
        "All of them; those of which vials were pulled stay as they are.",
        least=1,
        required=True,
    )
    supporting = text("The data that allow an expiry beyond the results.")
    reason = text("Why the plan changes.", required=True)


class SampleSchema(Strict):
    """The vials of one lot that were pulled."""

    lot = name("The lot's number.", required=True)
    vials = count("How many.", least=1, required=True)
    serials = several(
        line("A serial.", required=True, longest=SERIAL_LENGTH), "Each of them, or none.", most=10_000
    )


class PullTimePointSchema(Strict):
    """Vials taken out of the condition for a time point."""

    pulled_at = moment("When, with its zone.", required=True)
    samples = parts(SampleSchema, "What was pulled, lot by lot.", least=1, required=True)
    pulled_by = name("Who pulled them, if not the signer.")
    reason = text("Why it is recorded as it is.")


class RecordStabilityResultSchema(RecordResultSchema):
    """A result of one lot at a time point, stated as any result is."""

    lot = name("The lot's number.", required=True)
    point = count("The time point's number, from 1.", least=1, required=True)
    pull = count("Of which pull, by its number; the lot's last for this time point unless said.", least=1)


class CorrectStabilityResultSchema(CorrectResultSchema):
    """A result anew and whole, for the same lot and time point."""

    pull = count("Of which pull, by its number; the same as before unless said.", least=1)


class VerifyStabilityResultSchema(Strict):
    """A second person's verification against the raw record."""

    remark = text("Whatever was noted.")


class DoubtStabilityResultSchema(Strict):
    """Quality looks into a result; one out of specification is looked into without this."""

    description = text("What is doubted.", required=True)


class InvalidateStabilityResultSchema(Strict):
    """A result is disregarded for a cause unrelated to the product; the original stays on record."""

    investigation = count("The lot's concluded investigation that found the error.", least=1, required=True)
    cause = text("What went wrong.", required=True)


class RecordConditionSchema(Strict):
    """The lowest and highest temperature of the condition over a time."""

    began_at = moment("When the time began, with its zone.", required=True)
    ended_at = moment("When it ended, with its zone.", required=True)
    temperature = part(LoggerReadingSchema, "What was read.", required=True)
    reason = text("Why it is recorded as it is.")


class DecideExcursionSchema(Strict):
    """Quality's decision on an excursion."""

    acceptable = truth("False: what was pulled since it began does not count.", required=True)
    statement = text("What the decision rests on.", required=True)


class ConcludeStudySchema(Strict):
    """Quality's conclusion."""

    shelf_life_months = count(
        "The shelf life that the study supports, in whole months; none if none.", least=1
    )
    statement = text("What the study shows.", required=True)
    justification = text("Below -20 °C: what justifies a shelf life beyond the data.")


class StudyAssaySchema(Schema):
    """An assay under study with its frozen limits."""

    criterion = part(CriterionSchema, "The limits.", required=True)
    direction = term(DIRECTIONS, "How it changes.", required=True)
    log = truth("Whether its logarithm changes evenly.", required=True)
    in_words = words("The limits in words.")


class KeptAtShownSchema(KeptAtSchema):
    """The condition as it stands."""

    in_words = words("The condition in words.")


class PlannedPullSchema(Schema):
    """One lot's pull for one time point."""

    point = count("The time point's number.", required=True)
    months = count("Its months.", required=True)
    lot = name("The lot.", required=True)
    due_from = day("The first day that will do.", required=True)
    due_on = day("The day itself.", required=True)
    due_until = day("The last day that will do.", required=True)
    status = term(PULL_STATUSES, "How it stands today, by the day in UTC.", required=True)


class PullSchema(Schema):
    """Vials that were pulled."""

    pull = count("Its number in the study.", required=True)
    point = count("The time point's number.", required=True)
    pulled_at = moment("When.", required=True)
    pulled_by = name("Who pulled them.", required=True)
    samples = parts(SampleSchema, "What was pulled.", required=True)
    departures = some(DEPARTURES, "What departed from the plan.", required=True)


class StabilityResultSchema(ResultSchema):
    """A result of a study as it stands."""

    lot = name("The lot.", required=True)
    point = count("The time point's number.", required=True)
    pull = count("The pull's number.", required=True)
    days = count("How many days the vial had been in the condition.", required=True)
    out_of_specification = truth("Whether it failed the study's limit.", required=True)


class ExcursionSchema(Schema):
    """How the condition was kept over a time."""

    excursion = count("Its number in the study.", required=True)
    began_at = moment("When the time began.", required=True)
    ended_at = moment("When it ended.", required=True)
    temperature = part(LoggerReadingSchema, "What was read.", required=True)
    out_of_range = truth("Whether that was outside of the condition.", required=True)
    open = truth("Whether it waits for quality's decision.", required=True)
    acceptable = truth("What quality decided.")
    statement = words("What that rests on.", none=True)
    decided_by = words("The printed name of who decided.", none=True)


class ConclusionSchema(ConcludeStudySchema):
    """A conclusion with the figures it stood on."""

    supported_months = decimal("What the figures supported.")
    bounded = term(BOUNDS, "What bounded it.")
    bounded_in_words = words("The same in a sentence.", none=True)
    assays = parts(AssayEvaluatedSchema, "Each assay as it was evaluated.", required=True)
    software = parts(SoftwareSchema, "What worked the figures out.", required=True)
    concluded_by = words("The printed name of who signed.")
    concluded_at = moment("When.", required=True)


class StudySchema(Schema):
    """A stability study as it stands."""

    study = name("What it goes by.", required=True)
    organisation = name("Whose it is.", required=True)
    status = term(STATUSES, "Running or concluded.", required=True)
    product = name("The product.", required=True)
    kind = term(STUDY_KINDS, "What it is for.", required=True)
    condition = part(KeptAtShownSchema, "How the vials are kept.", required=True)
    container = words("The container and its closure.")
    facility = name("Where they are kept.", required=True)
    location = words("The chamber or freezer.", none=True)
    lots = parts(StudyLotSchema, "The lots.", required=True)
    time_points = parts(TimePointSchema, "The time points.", required=True)
    assays = parts(StudyAssaySchema, "What is tested, by which limits.", required=True)
    specification = count("The version whose limits are frozen here.", required=True)
    protocol = words("The protocol.")
    supporting = words("The data that allow an expiry beyond the results.", none=True)
    amendments = count("How often the plan was amended.", required=True)
    schedule = parts(PlannedPullSchema, "Every pull that the plan wants.", most=1000, required=True)
    pulls = parts(PullSchema, "Every pull there was.", most=10_000, required=True)
    results = parts(StabilityResultSchema, "Every result.", most=10_000, required=True)
    excursions = parts(ExcursionSchema, "How the condition was kept.", most=10_000, required=True)
    conclusion = part(ConclusionSchema, "The last conclusion, if there is one.")


class SupportingStudySchema(Schema):
    """A concluded study behind a product's shelf life."""

    study = name("The study.", required=True)
    condition = words("How the vials are kept.")
    shelf_life_months = count("The shelf life stated.", none=True)
    concluded_at = moment("When.", required=True)
    lots = several(name("A lot."), "Its lots.", required=True)
