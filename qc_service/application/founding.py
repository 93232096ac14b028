"""The first records of an installation: its organisation, its administrator and the keys that sign from here on."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.application.actor import Occasion
from qc_service.application.view import View
from qc_service.domain.errors import Conflict
from qc_service.domain.identifiers import CountryCode, Gln, Line, OrganisationId, PersonId
from qc_service.domain.keys import KEY, KeyIntroduced, KeyRole
from qc_service.domain.parties import (
    ORGANISATION,
    OrganisationKind,
    OrganisationRegistered,
    PersonRegistered,
)
from qc_service.domain.permissions import Permission, Role
from qc_service.domain.records import Meaning, New
from qc_service.ledger.keys import PublicKey
from qc_service.ledger.shape import to64


class AlreadyFounded(Conflict):
    """This log has its first records."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Who runs the installation, who administers it, and the public keys by purpose."""

    organisation: OrganisationId
    name: Line
    country: CountryCode
    zone: Line
    quality_phone: Line | None
    gln: Gln | None
    administrator: PersonId
    printed_name: Line
    keys: tuple[tuple[KeyRole, PublicKey], ...]


def found(view: View, occasion: Occasion, intent: Found) -> tuple[New, ...]:
    """Register the organisation and its administrator, and introduce the keys. Raises ``AlreadyFounded``."""
    occasion.actor.must(Permission.REGISTER_ORGANISATION)
    known = view.find(ORGANISATION, intent.organisation) is not None
    if known or any(view.find(KEY, key.keyid) is not None for _, key in intent.keys):
        raise AlreadyFounded("This installation was initialised before; nothing was changed.")
    organisation = OrganisationRegistered(
        name=intent.name,
        kind=OrganisationKind.MANUFACTURER,
        country=intent.country,
        zone=intent.zone,
        quality_phone=intent.quality_phone,
        gln=intent.gln,
    )
    administrator = PersonRegistered(
        printed_name=intent.printed_name, roles=(Role.ADMINISTRATOR,), organisation=intent.organisation
    )
    return (
        New(name=intent.organisation, body=organisation),
        New(name=intent.administrator, body=administrator),
        *(
            New(name=key.keyid, body=introduced(role, key), meaning=Meaning.RESPONSIBILITY)
            for role, key in intent.keys
        ),
    )


def introduced(role: KeyRole, key: PublicKey) -> KeyIntroduced:
    """The record that lets a key sign."""
    return KeyIntroduced(role=role, algorithm=Line(key.algorithm), public=Line(to64(key.raw)))
