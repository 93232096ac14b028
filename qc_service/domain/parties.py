"""Who takes part: organisations, and the persons who act for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import CountryCode, Gln, Line, OrganisationId, PersonId, Text
from qc_service.domain.permissions import Role
from qc_service.domain.records import Body, File, Fold, Recorded, record


class OrganisationKind(StrEnum):
    """What an organisation does in the chain from donor to patient."""

    MANUFACTURER = "manufacturer"
    PROCUREMENT = "procurement"
    LABORATORY = "laboratory"
    CLINIC = "clinic"


@record("organisation")
@dataclass(frozen=True, kw_only=True)
class OrganisationRegistered(Body):
    """An organisation takes part; ``zone`` is an IANA name, ``quality_phone`` is who answers a clinic."""

    name: Line
    kind: OrganisationKind
    country: CountryCode
    zone: Line
    quality_phone: Line | None = None
    gln: Gln | None = None


@record("organisation")
@dataclass(frozen=True, kw_only=True)
class FileAttached(Body):
    """A file was put on record so that later records can name it by its digest; ``size`` is in bytes."""

    file: File
    media_type: Line
    size: int
    description: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """An organisation as it stands."""

    id: OrganisationId
    name: Line
    kind: OrganisationKind
    country: CountryCode
    zone: Line
    quality_phone: Line | None
    gln: Gln | None

    @property
    def organisation(self) -> OrganisationId:
        """An organisation's records are its own."""
        return self.id


ORGANISATION: Fold[Organisation] = Fold("organisation")


@ORGANISATION.begins(OrganisationRegistered)
def _organisation(recorded: Recorded, body: OrganisationRegistered) -> Organisation:
    return Organisation(
        id=OrganisationId(recorded.name),
        name=body.name,
        kind=body.kind,
        country=body.country,
        zone=body.zone,
        quality_phone=body.quality_phone,
        gln=body.gln,
    )


@ORGANISATION.on(FileAttached)
def _unchanged(organisation: Organisation, _recorded: Recorded, _body: FileAttached) -> Organisation:
    return organisation


@record("person")
@dataclass(frozen=True, kw_only=True)
class PersonRegistered(Body):
    """A person may act for an organisation and signs under the name as printed here (21 CFR 11.50(a)(1))."""

    printed_name: Line
    roles: tuple[Role, ...]
    organisation: OrganisationId

    def __post_init__(self) -> None:
        """Raise ``Malformed`` unless there is a role and each stands once."""
        must_be_roles(self.roles)

    def cites(self) -> tuple[str, ...]:
        """The organisation the person acts for."""
        return (f"organisation/{self.organisation}",)


@record("person")
@dataclass(frozen=True, kw_only=True)
class PersonChanged(Body):
    """A person's roles from now on, and whether they may act at all; earlier signatures stay as they were."""

    roles: tuple[Role, ...]
    active: bool

    def __post_init__(self) -> None:
        """Raise ``Malformed`` unless there is a role and each stands once."""
        must_be_roles(self.roles)


def must_be_roles(roles: tuple[Role, ...]) -> None:
    """Raise ``Malformed`` unless there is at least one role and each stands once."""
    if not roles:
        raise Malformed("name at least one role", field="roles")
    if len(set(roles)) < len(roles):
        raise Malformed("name each role once", field="roles")


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person as they stand; whoever is not ``active`` signs nothing."""

    id: PersonId
    printed_name: Line
    roles: tuple[Role, ...]
    organisation: OrganisationId
    active: bool


PERSON: Fold[Person] = Fold("person")


@PERSON.begins(PersonRegistered)
def _person(recorded: Recorded, body: PersonRegistered) -> Person:
    return Person(
        id=PersonId(recorded.name),
        printed_name=body.printed_name,
        roles=body.roles,
        organisation=body.organisation,
        active=True,
    )


@PERSON.on(PersonChanged)
def _changed(person: Person, _: Recorded, body: PersonChanged) -> Person:
    return replace(person, roles=body.roles, active=body.active)
