"""The wire's organisations and persons."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.members import country, name, several, zone
from schemas.shapes import Strict, line, term

ROLES = ("technician", "analyst", "quality", "logistics", "clinician", "auditor", "administrator")
KINDS = ("manufacturer", "procurement", "laboratory", "clinic")
GLN = "Its global location number, 13 digits with a right check digit."


class RegisterOrganisationSchema(Strict):
    """An organisation that is to take part."""

    id = name("What it goes by in paths: lower-case letters, digits and hyphens.")
    name = line("Its name in full.", required=True)
    kind = term(KINDS, "What it does in the chain from donor to patient.", required=True)
    country = country()
    zone = zone()
    quality_phone = line("Who answers when a clinic calls about quality.")
    gln = fields.String(validate=validate.Length(equal=13), allow_none=True, metadata={"description": GLN})


class OrganisationSchema(Schema):
    """An organisation as it stands."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    country = fields.String(required=True)
    zone = fields.String(required=True)
    quality_phone = fields.String(required=True, allow_none=True)
    gln = fields.String(required=True, allow_none=True)


class RegisterPersonSchema(Strict):
    """A person who is to act for an organisation."""

    id = name("What they go by: lower-case letters, digits, hyphens and full stops.")
    printed_name = line("The name under which they sign.", required=True)
    roles = several(ROLES, "What they are trusted with: at least one role, each once.")
    organisation = name("The organisation they act for.")


class ChangePersonSchema(Strict):
    """All the roles that a person is to hold, and whether they may act at all."""

    roles = several(ROLES, "All their roles from now on.")
    active = fields.Boolean(
        required=True,
        truthy={True},
        falsy={False},
        metadata={"description": "False: they sign nothing from now on."},
    )


class PersonSchema(Schema):
    """A person as they stand."""

    id = fields.String(required=True)
    printed_name = fields.String(required=True)
    roles = fields.List(fields.String(validate=validate.OneOf(ROLES)), required=True)
    organisation = fields.String(required=True)
    active = fields.Boolean(required=True)
