"""The wire's facilities and their certifications."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import (
    Strict,
    count,
    day,
    fixed,
    line,
    name,
    part,
    parts,
    some,
    term,
    text,
    words,
)

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


class SiteSchema(Strict):
    """What a site is and where."""

    id = name("What it goes by in paths: lower-case letters, digits and hyphens.", required=True)
    name = line("Its name.", required=True)
    address = text("Its postal address.", required=True)
    kind = term(KINDS, "What it is for, in the main.", required=True)
    country = fixed(2, "A country by its two letters (ISO 3166-1).", required=True)
    zone = line("An IANA time zone, for example Europe/Berlin.", required=True, longest=64)


class RegisterFacilitySchema(SiteSchema):
    """A site where donations are recovered, lots are made or assays are run."""

    identifiers = part(FacilityIdentifiersSchema, "What others call it.", none=False)


class ChangeFacilityIdentifiersSchema(Strict):
    """All the identifiers that a site has from a day on; the former ones stay known."""

    identifiers = part(FacilityIdentifiersSchema, "All of them.", required=True)
    since = day("The day from which they hold.", required=True)
    explanation = text("Why they changed.", required=True)


class CertifyFacilitySchema(Strict):
    """A registration, accreditation, certificate, inspection outcome or licence of a site."""

    type = term(TYPES, "What kind of statement it is.", required=True)
    scheme = term(SCHEMES, "Under which scheme it was given.", required=True)
    number = line("Its number.", required=True)
    issuer = line("Who gave it.", required=True)
    scope = some(OPERATIONS, "The operations that it names, each once.", required=True)
    valid_from = day("The first day on which it holds.", required=True)
    valid_until = day("The last day on which it holds, if it has one.")
    document = fixed(64, "A file attached before, by its SHA-256.")


class ChangeCertificationStatusSchema(Strict):
    """What became of a certification; steps that it reaches back to get a deviation."""

    status = term(STATUSES, "What it is from the effective date on.", required=True)
    effective_on = day("The day from which the status holds, also one that is over.", required=True)
    explanation = text("Who decided it, and why.", required=True)


class CertificationChangeSchema(ChangeCertificationStatusSchema):
    """One change of a certification's status."""

    certification = count("The certification's number.", required=True)


class FacilityCertificationSchema(CertifyFacilitySchema):
    """A certification with its history."""

    number_in_stream = count("Its number at this site, from 1.", required=True)
    history = parts(CertificationChangeSchema, "Every change of its status.", required=True)
    in_words = words("What it means, and what it does not.")


class FormerIdentifiersSchema(Schema):
    """What a site was called before a day."""

    identifiers = part(FacilityIdentifiersSchema, "What others called it.", required=True)
    until = day("Until which day.", required=True)


class FacilitySchema(SiteSchema):
    """A site as it stands."""

    identifiers = part(FacilityIdentifiersSchema, "What others call it.", required=True)
    former_identifiers = parts(FormerIdentifiersSchema, "What they called it before.", required=True)
    certifications = parts(FacilityCertificationSchema, "What it has been granted.", required=True)
    organisation = name("Whose site it is.", required=True)
