"""The wire's products: definition, storage, and the footing on which they are offered."""

from __future__ import annotations

from marshmallow import fields, validate

from schemas.members import country, decimal, name, several, zone
from schemas.shapes import Strict, count, day, line, term
from schemas.specifications import SpecificationSchema

TISSUES = ("placenta", "amniotic_membrane", "umbilical_cord", "whartons_jelly", "cord_blood")
ROUTES = ("injection", "topical", "none")
BASES = ("ind", "clinical_trial", "licence", "cosmetic", "none")
STEPS = (
    "receipt", "tissue_digestion", "cell_isolation", "expansion", "banking", "thaw", "conditioning", "harvest",
    "clarification", "concentration", "ultracentrifugation", "chromatography", "sterile_filtration", "formulation",
    "fill", "inspection", "lyophilisation", "labelling", "storage",
)  # fmt: skip


class StorageConditionSchema(Strict):
    """One way to keep a product, with its own shelf life."""

    min = decimal("The lowest temperature.", required=True)
    max = decimal("The highest temperature.", required=True)
    unit = term(("Cel",), "Degrees Celsius.", required=True)
    shelf_life_days = count("How many days it keeps so.", required=True)


class LabelClaimSchema(Strict):
    """One thing that a vial's label says it holds."""

    what = line("What is claimed, for example fill_volume or particle_count.", required=True)
    value = decimal("How much.", required=True)
    unit = line("The unit.", required=True)


class RecordBasisSchema(Strict):
    """The footing on which a product is offered in a country by a route; it replaces the one before."""

    country = country()
    route = term(("injection", "topical"), "By which route.", required=True)
    kind = term(BASES, "On what footing; none of them is an approval by itself.", required=True)
    reference = line("The IND number, trial id or licence number.")
    since = day("Since when; for an IND, the day of FDA's acknowledgement.", required=True)


class ProductDefinitionSchema(Strict):
    """What a product is, how it is made and how it may be used."""

    name = line("Its name.", required=True)
    source_tissues = several(TISSUES, "The tissues it is made from.")
    routes_allowed = several(ROUTES, "How it may reach a patient; none stands alone.")
    storage = fields.List(
        fields.Nested(StorageConditionSchema),
        required=True,
        validate=validate.Length(1, 10),
        metadata={"description": "Every way to keep it."},
    )
    dose_form = line("Its dose form, for example frozen_suspension.", required=True)
    process = several(STEPS, "The steps of its process, in order; empty for one not laid down.")
    country = country()
    zone = zone()
    gtin = fields.String(
        validate=validate.Length(equal=14),
        allow_none=True,
        metadata={"description": "Its GTIN, 14 digits; no other product may have it."},
    )
    label_claims = fields.List(fields.Nested(LabelClaimSchema), validate=validate.Length(max=20))
    pooling_reference = line("The exemption or IND under which donors may be pooled.")
    doses_per_vial = count("How many doses a vial holds; 1 unless said.")
    hours_after_thaw = count("How long a vial may be used after thaw.")
    hours_after_reconstitution = count("How long after reconstitution.")
    hours_after_puncture = count("How long after the first puncture.")
    administration_window_minutes = count("From preparing a vial to giving it; 60 unless said.")
    refreeze_forbidden = fields.Boolean(
        truthy={True}, falsy={False}, metadata={"description": "True unless said."}
    )


class RegisterProductSchema(ProductDefinitionSchema):
    """A product, or an in-house material with a definition of its own."""

    code = name("What it goes by: capital letters, digits and hyphens.")
    bases = fields.List(fields.Nested(RecordBasisSchema), validate=validate.Length(max=500))


class BasisSchema(RecordBasisSchema):
    """The footing on which a product is offered; ``in_words`` says it plainly."""

    in_words = fields.String(required=True)


class ProductSchema(ProductDefinitionSchema):
    """A product as it stands, with every approved version of its specification."""

    code = fields.String(required=True)
    organisation = fields.String(required=True)
    bases = fields.List(fields.Nested(BasisSchema), required=True)
    specifications = fields.List(fields.Nested(SpecificationSchema), required=True)
