"""The wire's products: definition, storage, and the footing on which they are offered."""

from __future__ import annotations

from schemas.members import (
    Strict,
    count,
    day,
    decimal,
    fixed,
    line,
    name,
    parts,
    some,
    term,
    truth,
    words,
)
from schemas.specifications import ListedVersionSchema, SpecificationSchema
from schemas.stability import SupportingStudySchema
from schemas.storage import StorageConditionSchema
from schemas.terms import ROUTES, STEP_KINDS, TISSUES

BASES = ("ind", "clinical_trial", "licence", "cosmetic", "none")


class LabelClaimSchema(Strict):
    """One thing that a vial's label says it holds."""

    what = line("What is claimed, for example fill_volume or particle_count.", required=True)
    value = decimal("How much.", required=True)
    unit = line("The unit.", required=True)


class RecordBasisSchema(Strict):
    """The footing on which a product is offered in a country by a route; it replaces the one before."""

    country = fixed(2, "A country by its two letters (ISO 3166-1).", required=True)
    route = term(("injection", "topical"), "By which route.", required=True)
    kind = term(BASES, "On what footing; none of them is an approval by itself.", required=True)
    reference = line("The IND number, trial id or licence number.")
    since = day("Since when; for an IND, the day of FDA's acknowledgement.", required=True)


class ProductDefinitionSchema(Strict):
    """What a product is, how it is made and how it may be used."""

    name = line("Its name.", required=True)
    source_tissues = some(TISSUES, "The tissues it is made from.", required=True)
    routes_allowed = some(ROUTES, "How it may reach a patient; none stands alone.", required=True)
    storage = parts(StorageConditionSchema, "Every way to keep it.", least=1, most=10, required=True)
    dose_form = line("Its dose form, for example frozen_suspension.", required=True)
    process = some(
        STEP_KINDS, "The steps of its process, in order; empty for one not laid down.", required=True
    )
    country = fixed(2, "The country whose label rules it follows.", required=True)
    zone = line("The IANA time zone in which its days end.", required=True, longest=64)
    gtin = fixed(14, "Its GTIN, 14 digits; no other product may have it.")
    label_claims = parts(LabelClaimSchema, "What its labels claim.", most=20)
    pooling_reference = line("The exemption or IND under which donors may be pooled.")
    doses_per_vial = count("How many doses a vial holds; 1 unless said.", none=False)
    hours_after_thaw = count("How long a vial may be used after thaw.")
    hours_after_reconstitution = count("How long after reconstitution.")
    hours_after_puncture = count("How long after the first puncture.")
    administration_window_minutes = count("From preparing a vial to giving it; 60 unless said.", none=False)
    refreeze_forbidden = truth("True unless said.")


class RegisterProductSchema(ProductDefinitionSchema):
    """A product, or an in-house material with a definition of its own."""

    code = name("What it goes by: capital letters, digits and hyphens.", required=True)
    bases = parts(RecordBasisSchema, "On what footing it is offered, where and how.", most=500)


class BasisSchema(RecordBasisSchema):
    """The footing on which a product is offered."""

    in_words = words("The same, said plainly.")


class ProductSchema(ProductDefinitionSchema):
    """A product as it stands, with every approved version of its specification."""

    code = name("What it goes by.", required=True)
    organisation = name("Whose product it is.", required=True)
    bases = parts(BasisSchema, "On what footing it is offered, where and how.", most=500, required=True)
    specifications = parts(SpecificationSchema, "Every approved version.", most=1000, required=True)
    versions = parts(ListedVersionSchema, "Every version, drafts as well.", most=1000, required=True)
    stability = parts(
        SupportingStudySchema, "The concluded studies behind its shelf life.", most=1000, required=True
    )
