"""Registering organisations and persons, changing what a person may do, and reading both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from qc_service.application.access import readable
from qc_service.application.actor import Actor, Occasion
from qc_service.application.naming import must_be_free
from qc_service.application.references import known
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.errors import Malformed, Reason, Refused
from qc_service.domain.identifiers import CountryCode, Gln, Line, OrganisationId, PersonId
from qc_service.domain.parties import (
    ORGANISATION,
    PERSON,
    Organisation,
    OrganisationKind,
    OrganisationRegistered,
    Person,
    PersonChanged,
    PersonRegistered,
)
from qc_service.domain.permissions import Permission, Role
from qc_service.domain.records import New


class OwnRolesUnchangeable(Refused):
    """Nobody changes what they themselves may do: another administrator does (21 CFR 11.10(d), (g))."""


@dataclass(frozen=True, kw_only=True)
class RegisterOrganisation:
    """An organisation as it is to be known; ``zone`` is its IANA time zone."""

    id: OrganisationId
    name: Line
    kind: OrganisationKind
    country: CountryCode
    zone: Line
    quality_phone: Line | None = None
    gln: Gln | None = None


@dataclass(frozen=True, kw_only=True)
class RegisterPerson:
    """A person who is to act for an organisation, under the name that every signature will show."""

    id: PersonId
    printed_name: Line
    roles: tuple[Role, ...]
    organisation: OrganisationId


@dataclass(frozen=True, kw_only=True)
class ChangePerson:
    """All the roles that a person is to hold from now on, and whether they may act at all."""

    person: PersonId
    roles: tuple[Role, ...]
    active: bool


def must_be_zone(zone: Line) -> None:
    """Raise ``Malformed`` unless the IANA time zone database has this name."""
    if zone not in available_timezones():
        raise Malformed(f"{zone!r} is not a time zone: write it like Europe/Berlin", field="zone")


def register_organisation(view: View, occasion: Occasion, intent: RegisterOrganisation) -> tuple[New, ...]:
    """Register an organisation; raises ``NameTaken`` and ``Malformed``."""
    occasion.actor.must(Permission.REGISTER_ORGANISATION)
    must_be_free(view, ORGANISATION, intent.id)
    must_be_zone(intent.zone)
    body = OrganisationRegistered(
        name=intent.name,
        kind=intent.kind,
        country=intent.country,
        zone=intent.zone,
        quality_phone=intent.quality_phone,
        gln=intent.gln,
    )
    return (New(name=intent.id, body=body),)


def register_person(view: View, occasion: Occasion, intent: RegisterPerson) -> tuple[New, ...]:
    """Register a person of an organisation on record; raises ``NameTaken`` and ``Malformed``."""
    occasion.actor.must(Permission.REGISTER_PERSON)
    must_be_free(view, PERSON, intent.id)
    known(view, ORGANISATION, intent.organisation, "/organisation")
    body = PersonRegistered(
        printed_name=intent.printed_name, roles=intent.roles, organisation=intent.organisation
    )
    return (New(name=intent.id, body=body),)


def change_person(view: View, occasion: Occasion, intent: ChangePerson) -> tuple[New, ...]:
    """Change another person's roles, or let them act no longer; raises ``OwnRolesUnchangeable``."""
    occasion.actor.must(Permission.REGISTER_PERSON)
    person = readable(view, occasion.actor, PERSON, intent.person)
    if person.id == occasion.actor.person:
        detail = "You cannot change your own roles: ask another administrator."
        reason = Reason(code="own_roles", detail=detail, source="21 CFR 11.10(d), (g)")
        raise OwnRolesUnchangeable(detail, (reason,))
    return (New(name=person.id, body=PersonChanged(roles=intent.roles, active=intent.active)),)


def read_organisation(view: View, actor: Actor, organisation: str) -> dict[str, Any]:
    """An organisation of the reader's."""
    actor.must(Permission.READ_RECORDS)
    plain: dict[str, Any] = to_plain(readable(view, actor, ORGANISATION, organisation))
    return plain


def read_person(view: View, actor: Actor, person: str) -> dict[str, Any]:
    """A person of the reader's organisation."""
    actor.must(Permission.READ_RECORDS)
    plain: dict[str, Any] = to_plain(readable(view, actor, PERSON, person))
    return plain


def organisation_summary(organisation: Organisation) -> dict[str, object]:
    """An organisation in a list."""
    return {
        "status": "active",
        "title": str(organisation.name),
        "kind": organisation.kind.value,
        "country": str(organisation.country),
    }


def person_summary(person: Person) -> dict[str, object]:
    """A person in a list."""
    return {
        "status": "active" if person.active else "inactive",
        "title": str(person.printed_name),
        "roles": [role.value for role in person.roles],
    }
