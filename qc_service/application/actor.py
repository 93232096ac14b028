"""Who acts and when: what a use case knows of the person behind an intent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from qc_service.domain.conversion import Convert
from qc_service.domain.errors import Forbidden
from qc_service.domain.identifiers import Line, OrganisationId, PersonId
from qc_service.domain.permissions import ROLE_PERMISSIONS, SEE_EVERYTHING, Permission, Role
from qc_service.domain.records import Signer
from qc_service.domain.verdict import Finding, ScannedCode


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person who was recognised, with the roles they hold now."""

    person: PersonId
    printed_name: Line
    roles: frozenset[Role]
    organisation: OrganisationId

    def may(self, permission: Permission) -> bool:
        """Whether one of the person's roles permits this."""
        return any(permission in ROLE_PERMISSIONS[role] for role in self.roles)

    def must(self, permission: Permission) -> None:
        """Deny unless permitted (21 CFR 11.10(d), (g)); raises ``Forbidden``."""
        if not self.may(permission):
            held = ", ".join(sorted(self.roles))
            raise Forbidden(
                f"You may not {permission}: your role is {held}. Ask someone whose role includes it."
            )

    def sees(self, owner: OrganisationId) -> bool:
        """Whether records of this organisation are this person's to see."""
        return owner == self.organisation or bool(self.roles & SEE_EVERYTHING)

    def signer(self) -> Signer:
        """The person as a signature states them: with the role they hold that comes first in the table."""
        role = next(role for role in ROLE_PERMISSIONS if role in self.roles)
        return Signer(
            id=self.person, printed_name=self.printed_name, role=role, organisation=self.organisation
        )


OpenToken = Callable[[str], ScannedCode | Finding]
"""Reads the token of a label: which vial it names, once its signature holds, or what is to be said of it instead."""


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """The circumstances of one act: who, the server's time, a source of random bytes, and who can read tokens and
    convert units."""

    actor: Actor
    at: datetime
    fresh: Callable[[int], bytes]
    open_token: OpenToken | None = None
    convert: Convert | None = None
