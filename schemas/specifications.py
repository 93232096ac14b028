"""The wire's specifications: versions with their criteria."""

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
    term,
    text,
    truth,
    words,
)
from schemas.replies import RefusalReasonSchema

KINDS = ("numeric", "qualitative", "presence", "growth")
ROUNDINGS = ("half_up", "half_even", "none")
DRAFT_STATUSES = ("drafted", "returned", "withdrawn", "approved")
ALTERATIONS = ("added", "removed", "changed")
EFFECTS = ("tightened", "loosened", "both", "unclear")


class CriterionSchema(Strict):
    """One line of a specification: limits for a number, or the finding that passes."""

    assay = line("The assay, for example particle_concentration or sterility.", required=True)
    kind = term(KINDS, "What it looks at.", required=True)
    method = line("How it is measured.", required=True)
    required = truth("Whether a lot must pass it; true unless said.")
    unit = line("The unit of the limits, for a number.")
    low = decimal("The low limit.")
    high = decimal("The high limit.")
    low_comparator = term(
        (">=", ">"), "How a value stands to the low limit to pass; >= unless said.", none=False
    )
    high_comparator = term(("<=", "<"), "How it stands to the high limit; <= unless said.", none=False)
    expected = line("The finding that passes, for one in words.")
    rounding = term(
        ROUNDINGS, "Which way a 5 goes; half_up unless said, none compares the value as stated.", none=False
    )
    decimals = count("Places a value is rounded to before it is compared; each limit's own unless said.")
    significant_digits = count("Significant digits it is rounded to, instead of decimals.")
    replicates = count("How many values a result rests on at least.")
    highest_cv = decimal("The highest coefficient of variation of the replicates, in percent.")
    method_version = line("The version of the method; any unless said.")
    method_binding = truth("Whether a result by another method or version does not count; false unless said.")
    basis = line("Where the limit comes from; for endotoxin K/M, with its K.")


class DraftSpecificationSchema(Strict):
    """The next version of a product's specification, or another revision of its draft."""

    effective_from = day("The first day on which it is in effect, once it is approved.", required=True)
    criteria = parts(CriterionSchema, "One for each assay.", least=1, required=True)
    change = text("The reason for the change; without one, a version after the first is not approved.")


class ReturnSpecificationSchema(Strict):
    """A draft is given back."""

    remark = text("What is to be revised.", required=True)


class WithdrawSpecificationSchema(Strict):
    """A draft is given up."""

    reason = text("Why.", required=True)


class ApproveSpecificationSchema(Strict):
    """A draft is approved; which one, the address says, and in which revision, If-Match."""


class StatedCriterionSchema(CriterionSchema):
    """A criterion as it is on record."""

    in_words = words("Its limits in words.")
    terms_in_words = words("How a result is judged by them: rounding, replicates and spread, the method.")


class SpecificationSchema(Schema):
    """One approved version."""

    version = count("Its number, from 1.", required=True)
    effective_from = day("The first day on which it is in effect.", required=True)
    criteria = parts(StatedCriterionSchema, "One for each assay.", required=True)
    change = text("The reason for the change.", required=True, none=True)


class ListedVersionSchema(Schema):
    """Where a version stands."""

    version = count("Its number, from 1; none is used twice.", required=True)
    status = term(DRAFT_STATUSES, "Where it stands.", required=True)
    revision = count("How often it was drafted.", required=True)
    effective_from = day("The first day on which it is in effect, once it is approved.", required=True)
    change = text("The reason for the change.", required=True, none=True)


class VersionTurnSchema(Schema):
    """One thing that was done about a version."""

    status = term(DRAFT_STATUSES, "Where it stood from then on.", required=True)
    revision = count("To which revision.", required=True)
    by = line("The signer's printed name.", required=True)
    at = moment("When it was recorded.", required=True)
    remark = text("What was to be revised, or why it was given up.", required=True, none=True)


class SpecificationVersionSchema(ListedVersionSchema):
    """One version, draft or approved, with everything that was done about it."""

    product = name("Whose specification it is.", required=True)
    criteria = parts(StatedCriterionSchema, "One for each assay.", required=True)
    in_force = truth("Whether lots that are first assessed today are judged by it.", required=True)
    turns = parts(VersionTurnSchema, "What was done about it, in its order.", most=1000, required=True)
    blocked_by = several(
        part(RefusalReasonSchema, "One of them.", required=True),
        "Every reason against approving it, if the reader signed it now; none unless it is a draft.",
        required=True, none=True,
    )  # fmt: skip


class MemberChangeSchema(Schema):
    """One member of a criterion, as it was and as it is."""

    member = words("Its name.")
    before = words("As it was; null for nothing.", none=True)
    after = words("As it is; null for nothing.", none=True)
    effect = term(
        EFFECTS, "What it does to the results that pass; null for nothing.", required=True, none=True
    )
    in_words = words("The same in words.")


class AssayChangeSchema(Schema):
    """What became of one assay."""

    assay = words("Which.")
    alteration = term(ALTERATIONS, "What became of it.", required=True)
    effect = term(EFFECTS, "What it does to the lots that pass; null for nothing.", required=True, none=True)
    in_words = words("The same in words.")
    members = parts(MemberChangeSchema, "Each member that changed.", required=True)


class SpecificationChangesSchema(Schema):
    """What a version of a specification changes against another."""

    product = name("Whose specification it is.", required=True)
    version = count("The version.", required=True)
    since = count("The version it is compared with; null for the first.", required=True, none=True)
    change = text("The reason for the change.", required=True, none=True)
    effect = term(EFFECTS, "What all changes together do; null for nothing.", required=True, none=True)
    assays = parts(AssayChangeSchema, "Each assay that changed, those removed last.", most=200, required=True)
