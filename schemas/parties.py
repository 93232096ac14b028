"""The wire's organisations and persons."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import Strict, fixed, line, name, some, term, truth

ROLES = ("technician", "analyst", "quality", "logistics", "clinician", "auditor", "administrator")
KINDS = ("manufacturer", "procurement", "laboratory", "clinic")


class RegisterOrganisationSchema(Strict):
    """An organisation that is to take part."""

    id = name("What it goes by in paths: lower-case letters, digits and hyphens.", required=True)
    name = line("Its name in full.", required=True)
    kind = term(KINDS, "What it does in the chain from donor to patient.", required=True)
    country = fixed(2, "A country by its two letters (ISO 3166-1).", required=True)
    zone = line("An IANA time zone, for example Europe/Berlin.", required=True, longest=64)
    quality_phone = line("Who answers when a clinic calls about quality.")
    gln = fixed(13, "Its global location number, 13 digits with a right check digit.")


class OrganisationSchema(Schema):
    """An organisation as it stands."""

    id = name("What it goes by.", required=True)
    name = line("Its name in full.", required=True)
    kind = term(KINDS, "What it does in the chain from donor to patient.", required=True)
    country = fixed(2, "Its country.", required=True)
    zone = line("Its time zone.", required=True)
    quality_phone = line("Who answers about quality.", required=True, none=True)
    gln = fixed(13, "Its global location number.", required=True, none=True)


class RegisterPersonSchema(Strict):
    """A person who is to act for an organisation."""

    id = name("What they go by: lower-case letters, digits, hyphens and full stops.", required=True)
    printed_name = line("The name under which they sign.", required=True)
    roles = some(ROLES, "What they are trusted with: at least one role, each once.", required=True)
    organisation = name("The organisation they act for.", required=True)


class ChangePersonSchema(Strict):
    """All the roles that a person is to hold, and whether they may act at all."""

    roles = some(ROLES, "All their roles from now on.", required=True)
    active = truth("False: they sign nothing from now on.", required=True)


class PersonSchema(RegisterPersonSchema):
    """A person as they stand."""

    active = truth("Whether they may act.", required=True)
