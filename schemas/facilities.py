"""The wire's facilities and their certifications."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.members import country, digest, name, several, zone
from schemas.shapes import Strict, day, line, term, text

KINDS = ("recovery_site", "manufacturing_site", "testing_laboratory", "storage_site")
TYPES = ("registration", "accreditation", "certificate", "inspection_outcome", "licence")
SCHEMES = (
    "fda_hctp_registration", "drug_establishment_registration", "cgmp_inspection", "iso_13485", "iso_iec_17025",
    "iso_15189", "iso_20387", "aabb", "aatb", "fact", "clia", "state_licence", "foreign_gmp",
)  # fmt: skip
OPERATIONS = (
    "donor_recovery", "donor_testing", "tissue_processing", "cell_processing", "ev_processing", "fill", "storage",
    "qc_assay", "sterility_testing",
)  # fmt: skip
STATUSES = ("active", "suspended", "withdrawn", "lapsed")


class FacilityIdentifiersSchema(Strict):
    """What authorities and standards bodies call a site."""

    fei = line("FDA's establishment identifier, 7 to 10 digits.")
    duns = line("Its DUNS number, 9 digits.")
    gln = line("Its global location number, 13 digits.")
    clia = line("The number of its CLIA certificate, for example 05D9999999.")
    fin = line("Its ICCBBA facility identification number, 5 characters.")


class RegisterFacilitySchema(Strict):
    """A site where donations are recovered, lots are made or assays are run."""

    id = name("What it goes by in paths: lower-case letters, digits and hyphens.")
    name = line("Its name.", required=True)
    address = text("Its postal address.", required=True)
    kind = term(KINDS, "What it is for, in the main.", required=True)
    country = country()
    zone = zone()
    identifiers = fields.Nested(FacilityIdentifiersSchema)


class ChangeFacilityIdentifiersSchema(Strict):
    """All the identifiers that a site has from a day on; the former ones stay known."""

    identifiers = fields.Nested(FacilityIdentifiersSchema, required=True)
    since = day("The day from which they hold.", required=True)
    explanation = text("Why they changed.", required=True)


class CertifyFacilitySchema(Strict):
    """A registration, accreditation, certificate, inspection outcome or licence of a site."""

    type = term(TYPES, "What kind of statement it is.", required=True)
    scheme = term(SCHEMES, "Under which scheme it was given.", required=True)
    number = line("Its number.", required=True)
    issuer = line("Who gave it.", required=True)
    scope = several(OPERATIONS, "The operations that it names, each once.")
    valid_from = day("The first day on which it holds.", required=True)
    valid_until = day("The last day on which it holds, if it has one.")
    document = digest()


class ChangeCertificationStatusSchema(Strict):
    """What became of a certification; steps that it reaches back to get a deviation."""

    status = term(STATUSES, "What it is from the effective date on.", required=True)
    effective_on = day("The day from which the status holds, also one that is over.", required=True)
    explanation = text("Who decided it, and why.", required=True)


class CertificationChangeSchema(Schema):
    """One change of a certification's status."""

    certification = fields.Integer(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    effective_on = day("From which day.", required=True)
    explanation = fields.String(required=True)


class FacilityCertificationSchema(Schema):
    """A certification with its history; ``in_words`` says what it means and what it does not."""

    number_in_stream = fields.Integer(required=True)
    type = fields.String(required=True, validate=validate.OneOf(TYPES))
    scheme = fields.String(required=True, validate=validate.OneOf(SCHEMES))
    number = fields.String(required=True)
    issuer = fields.String(required=True)
    scope = fields.List(fields.String(validate=validate.OneOf(OPERATIONS)), required=True)
    valid_from = day("The first day.", required=True)
    valid_until = day("The last day, if it has one.")
    document = fields.String(required=True, allow_none=True)
    history = fields.List(fields.Nested(CertificationChangeSchema), required=True)
    in_words = fields.String(required=True)


class FormerIdentifiersSchema(Schema):
    """What a site was called before a day."""

    identifiers = fields.Nested(FacilityIdentifiersSchema, required=True)
    until = day("Until which day.", required=True)


class FacilitySchema(Schema):
    """A site as it stands."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    country = fields.String(required=True)
    zone = fields.String(required=True)
    identifiers = fields.Nested(FacilityIdentifiersSchema, required=True)
    former_identifiers = fields.List(fields.Nested(FormerIdentifiersSchema), required=True)
    certifications = fields.List(fields.Nested(FacilityCertificationSchema), required=True)
    organisation = fields.String(required=True)
