"""The wire's review of a lot by exception: what stands out of it, and who must do what next."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import count, day, decimal, line, part, parts, several, term, truth, words
from schemas.trends import COMPARATORS

MOST = 10_000
"""Things that one lot may show."""
ROLES = ("technician", "analyst", "quality", "logistics", "clinician", "auditor", "administrator")
PURPOSES = ("further_processing", "clinical")
WORK = ("investigation", "deviation", "hold", "action", "effectiveness", "closure")


class CheckedSchema(Schema):
    """How much was looked at."""

    specification = count("The version by which the lot is judged.", required=True, none=True)
    criteria = count("How many criteria it has.", required=True)
    results = count("How many results the lot has.", required=True)
    compared = count("How many of them were compared with the lots before.", required=True)
    lots_before = count("With how many lots at most.", required=True)
    steps = count("How many steps are recorded.", required=True)
    deviations = count("How many deviations there are, open or decided.", required=True)
    investigations = count("How many investigations there are, open or concluded.", required=True)


class MissingSchema(Schema):
    """Something that is not on record."""

    code = words("What kind of thing, such as assay_missing, result_unverified or step_missing.")
    detail = words("What it is, in a sentence.")
    required = truth("Whether the lot is not released without it.", required=True)
    assay = line("The assay.", required=True, none=True)
    results = several(count("A number."), "The results it is about.", most=MOST)


class OutSchema(Schema):
    """A result beyond its limits."""

    assay = words("The assay.")
    result = count("The result's number.", required=True)
    stated = words("The result.")
    limit = words("Its limits.")
    required = truth("Whether the lot must meet them.", required=True)
    verified = truth("Whether a second person verified it.", required=True)
    investigations = several(count("Its number."), "The investigations of it.", most=MOST)


class OdditySchema(Schema):
    """What is odd."""

    code = words("The trend rule, first_value or bound.")
    words = words("What was seen.")


class OddSchema(Schema):
    """A result that is odd beside the lots before it, within its limits or not."""

    assay = words("The assay.")
    result = count("The result's number.", required=True)
    comparator = term(COMPARATORS, "Whether it is a value, or a bound of one.", required=True)
    value = decimal("The value or the bound.", required=True)
    unit = words("Its unit.")
    lots = count("With how many lots it was compared.", required=True)
    centre = decimal("Their mean.", required=True, none=True)
    lower = decimal("Three sigma below it.", required=True, none=True)
    upper = decimal("Three sigma above it.", required=True, none=True)
    why = parts(OdditySchema, "What is odd.", required=True)
    trend = words("Where the chart is.")


class NotComparedSchema(Schema):
    """A result that could not be compared."""

    assay = words("The assay.")
    result = count("The result's number.", required=True)
    why = words("What kept it from being compared.")


class OpenWorkSchema(Schema):
    """What waits for somebody."""

    kind = term(WORK, "What it is.", required=True)
    number = count("Its number.", required=True)
    what = words("What about.")
    who = line("For whom; null where nobody was asked, and it is for quality.", required=True, none=True)
    due_on = day("By which day.", required=True, none=True)
    about = words("The stream it is about.")
    overdue = truth("Whether its day has passed.", required=True)


class NextStepSchema(Schema):
    """What somebody must do."""

    detail = words("What, in a sentence.")
    act = line("The act that it is; null for what is in open.", required=True, none=True)
    roles = several(term(ROLES, "A role."), "Who may do it.")
    not_by = several(words("A name."), "Who may not.", most=MOST)
    results = several(count("A number."), "The results it is about.", most=MOST)
    who = line("Who was asked to.", required=True, none=True)
    due_on = day("By which day.", required=True, none=True)


class AgainstReleaseSchema(Schema):
    """A reason against a release."""

    code = words("Its code.")
    detail = words("What it is.")
    source = words("The rule.")
    purposes = several(term(PURPOSES, "A purpose."), "The releases that it is against.")


class ReadySchema(Schema):
    """Whether the reader may release the lot now, by purpose."""

    further_processing = truth("To be made into another lot.", required=True)
    clinical = truth("For patients.", required=True)


class ReviewSchema(Schema):
    """A lot's review by exception."""

    lot = words("The lot.")
    product = words("Its product.")
    status = words("Its status.")
    in_words = words("What stands out, counted.")
    nothing_stands_out = truth("Whether nothing does.", required=True)
    checked = part(CheckedSchema, "How much was looked at.", required=True)
    missing = parts(MissingSchema, "What is not on record.", most=MOST, required=True)
    out = parts(OutSchema, "Results beyond their limits.", most=MOST, required=True)
    odd = parts(OddSchema, "Results that are odd beside the twenty lots before.", most=MOST, required=True)
    not_compared = parts(NotComparedSchema, "Results that could not be compared.", most=MOST, required=True)
    open = parts(OpenWorkSchema, "What waits for somebody.", most=MOST, required=True)
    next = parts(NextStepSchema, "Who must do what.", most=MOST, required=True)
    ready = part(ReadySchema, "Whether the reader may release it now.", required=True)
    against_release = parts(AgainstReleaseSchema, "Every reason against a release.", most=MOST, required=True)
