"""Access tokens: a person's key for machines, shown once, kept only as a hash, expiring and revocable.

qcs_<16 hex digits of identity>_<43 characters of secret>
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from qc_service.application.actor import Actor
from qc_service.application.ports import TokenRow, TokenStore
from qc_service.application.view import View
from qc_service.domain.errors import DomainError, NotFound
from qc_service.domain.moments import instant_text
from qc_service.domain.parties import PERSON

LONGEST = timedelta(days=366)
_TOKEN = re.compile(r"qcs_([0-9a-f]{16})_([A-Za-z0-9_-]{43})", re.ASCII)


class Unrecognised(DomainError):
    """Nobody was recognised: no token, or one that is unknown, expired or revoked."""


class PersonInactive(DomainError):
    """The person is on record but may not act."""


def issue(
    tokens: TokenStore, view: View, *, person: str, label: str, at: datetime, lasts: timedelta,
    fresh: Callable[[int], bytes],
) -> str:  # fmt: skip
    """Make a token for a person on record and return it: the only time that its secret is seen.

    Raises ``NotFound`` where no such person may act, and ``ValueError`` for a life of more than a year.
    """
    if not timedelta(0) < lasts <= LONGEST:
        raise ValueError("a token lasts from one day to 366 days")
    actor_of(view, person)
    identity, secret = fresh(8).hex(), base64.urlsafe_b64encode(fresh(32)).rstrip(b"=").decode()
    row = TokenRow(
        token_id=identity,
        secret_hash=_hashed(secret),
        person=person,
        label=label,
        created_at=instant_text(at),
        expires_at=instant_text(at + lasts),
    )
    tokens.add(row)
    return f"qcs_{identity}_{secret}"


def recognise(tokens: TokenStore, view: View, text: str, at: datetime) -> Actor:
    """Return the person behind a token, with the roles they hold now. Raises ``Unrecognised``, in one and the same
    wording whatever was wrong with it."""
    matched = _TOKEN.fullmatch(text)
    row = tokens.find(matched.group(1)) if matched else None
    given = _hashed(matched.group(2)) if matched else ""
    genuine = hmac.compare_digest(row.secret_hash if row else _hashed(""), given)
    if row is None or not genuine or row.revoked_at is not None or instant_text(at) >= row.expires_at:
        raise Unrecognised("This token is not known here, has expired or was revoked: ask for a new one.")
    return actor_of(view, row.person)


def actor_of(view: View, name: str) -> Actor:
    """A person on record as an actor. Raises ``NotFound``, and ``PersonInactive`` where they may not act."""
    person = view.find(PERSON, name)
    if person is None:
        raise NotFound(f"No person {name} is on record; register them first.")
    if not person.active:
        raise PersonInactive(f"{name} may not act any more.")
    return Actor(
        person=person.id,
        printed_name=person.printed_name,
        roles=frozenset(person.roles),
        organisation=person.organisation,
    )


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
