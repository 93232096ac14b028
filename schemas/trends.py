"""The wire's trends: control charts of an assay over the lots of a product."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import count, decimal, line, moment, part, parts, several, term, truth, words

MOST = 10_000
"""Lots on one chart."""
OUTCOMES = ("pass", "fail", "not_shown")
COMPARATORS = ("=", "<", ">", "<=", ">=", "below_lod", "below_loq")
STANDINGS = ("repeated", "invalidated", "superseded")


class TrendRuleSchema(Schema):
    """A rule that was looked for."""

    rule = words("Its name.")
    source = words("Who set it up, and where.")
    words = words("What it looks for.")


class PointOfChartSchema(Schema):
    """One result on a chart."""

    lot = words("The lot.")
    result = count("The result's number in its lot.", required=True)
    href = words("Where the lot's results are.")
    read_at = moment("When it was read, in UTC.", required=True)
    comparator = term(COMPARATORS, "Whether it is a value, or a bound of one.", required=True)
    value = decimal("The value or the bound.", required=True)
    unit = words("Its unit.")
    outcome = term(
        OUTCOMES, "By the limits frozen for its lot, else those in force.", required=True, none=True
    )


class CountedPointSchema(PointOfChartSchema):
    """The result of a lot that counts."""

    judged = truth(
        "Whether rules look at it: a bound, and a value in another unit, they leave out.", required=True
    )
    breaks = several(words("A rule."), "The rules whose pattern it completes.")


class PointBesideSchema(PointOfChartSchema):
    """A retest, or a result that was shown invalid or corrected."""

    standing = term(STANDINGS, "Why it does not count.", required=True)


class TrendSpecificationSchema(Schema):
    """The limits in force."""

    version = count("The specification's version.", required=True)
    low = decimal("The low limit.", required=True, none=True)
    high = decimal("The high limit.", required=True, none=True)
    in_words = words("Both, said plainly.")
    required = truth("Whether a lot must meet them.", required=True)


class BaselineSchema(Schema):
    """The time whose values the limits come from."""

    since = line("From this day or moment on.", required=True, none=True)
    until = line("Until this day, or before this moment.", required=True, none=True)


class ControlLimitsSchema(Schema):
    """Where values usually lie."""

    centre = decimal("Their mean.", required=True)
    sigma = decimal("The mean difference of neighbours, divided by 1.128.", required=True)
    lower = decimal("Three sigma below the centre.", required=True)
    upper = decimal("Three sigma above it.", required=True)
    values = count("From how many values.", required=True)
    provisional = truth("Whether that is too few to trust them.", required=True)
    baseline = part(
        BaselineSchema, "The time they come from; null for the points shown.", required=True, none=True
    )


class NamedResultSchema(Schema):
    """A result of a lot."""

    lot = words("The lot.")
    result = count("The result's number in its lot.", required=True)


class ViolationSchema(Schema):
    """A pattern that is unlikely to be chance."""

    rule = words("The rule it breaks.")
    points = parts(NamedResultSchema, "What takes part in it.", most=MOST, required=True)
    completed_by = parts(NamedResultSchema, "What completes it.", most=MOST, required=True)
    words = words("What was seen.")


class TrendSchema(Schema):
    """A control chart."""

    product = words("The product.")
    assay = words("The assay.")
    unit = words("The chart's unit.", none=True)
    in_words = words("What there is to see.")
    specification = part(TrendSpecificationSchema, "The limits in force.", required=True, none=True)
    limits = part(ControlLimitsSchema, "Null where too few values are known.", required=True, none=True)
    rules = parts(TrendRuleSchema, "The rules that were looked for.", required=True)
    points = parts(
        CountedPointSchema,
        "One for each lot, in the order in which they were read.",
        most=MOST,
        required=True,
    )
    beside = parts(PointBesideSchema, "What does not count.", most=MOST, required=True)
    violations = parts(ViolationSchema, "The patterns.", most=MOST, required=True)
    broken_now = several(words("A rule."), "The rules that the newest value breaks.")
    earlier_before = moment("Ask for what is before this moment: there is more.", required=True, none=True)


class TrendOfProductSchema(Schema):
    """One assay's chart in the overview."""

    assay = words("The assay.")
    unit = words("The chart's unit.", none=True)
    lots = count("How many lots were looked at.", required=True)
    more = truth("Whether there are more.", required=True)
    newest = part(PointOfChartSchema, "The newest value.", required=True, none=True)
    broken_now = parts(TrendRuleSchema, "The rules that it breaks.", required=True)
    in_words = words("What there is to see.")
    href = words("Where the chart is.")


class TrendsSchema(Schema):
    """The charts of a product."""

    items = parts(TrendOfProductSchema, "One for each assay that is a number.", required=True)
    broken_now = several(words("An assay."), "Those whose newest value breaks a rule.")
