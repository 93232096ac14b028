"""Decisions about signing keys: one takes another's place, one is retired, one may be in somebody else's hands."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.application.actor import Occasion
from qc_service.application.founding import introduced
from qc_service.application.ports import Unavailable
from qc_service.application.view import View
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line, Text
from qc_service.domain.keys import KEY, KeyCompromised, KeyRetired, KeyRetiredBefore, KeyRole, SigningKey
from qc_service.domain.permissions import Permission
from qc_service.domain.records import Meaning, New
from qc_service.ledger.keys import PublicKey


class SigningKeyWithdrawn(Unavailable):
    """The key that this process signs with may sign nothing more."""


@dataclass(frozen=True, kw_only=True)
class IntroduceKey:
    """A key signs from here on; with ``retires`` in the place of another, and why."""

    role: KeyRole
    public: PublicKey
    retires: Line | None = None
    explanation: Text


@dataclass(frozen=True, kw_only=True)
class RetireKey:
    """A key signs nothing more; what it signed stays valid."""

    keyid: Line
    explanation: Text


@dataclass(frozen=True, kw_only=True)
class ReportCompromise:
    """Somebody else may hold a key since the log had this size."""

    keyid: Line
    since_size: int
    explanation: Text


def introduce_key(view: View, occasion: Occasion, intent: IntroduceKey) -> tuple[New, ...]:
    """Introduce a key and retire the one whose place it takes, in one act; what is on record already is left out."""
    occasion.actor.must(Permission.DECIDE_KEYS)
    news = []
    if view.find(KEY, intent.public.keyid) is None:
        body = introduced(intent.role, intent.public)
        news.append(New(name=intent.public.keyid, body=body, meaning=Meaning.RESPONSIBILITY))
    if intent.retires is not None and view.get(KEY, intent.retires).retired is None:
        news.append(_retired(intent.retires, intent.explanation))
    return tuple(news)


def retire_key(view: View, occasion: Occasion, intent: RetireKey) -> tuple[New, ...]:
    """Retire a key. Raises ``NotFound`` and ``KeyRetiredBefore``."""
    occasion.actor.must(Permission.DECIDE_KEYS)
    if view.get(KEY, intent.keyid).retired is not None:
        raise KeyRetiredBefore(f"Key {intent.keyid} is retired already; nothing was changed.")
    return (_retired(intent.keyid, intent.explanation),)


def report_compromise(view: View, occasion: Occasion, intent: ReportCompromise) -> tuple[New, ...]:
    """Record that what a key signed from this size of the log on is suspect; every answer it reaches says so at once.

    The key is retired first, so that nothing it signs meanwhile escapes. Raises ``NotFound`` and ``Malformed``.
    """
    occasion.actor.must(Permission.DECIDE_KEYS)
    key = view.get(KEY, intent.keyid)
    size = view.size()
    if not 0 <= intent.since_size <= size:
        raise Malformed(f"is a size that the log has had, from 0 to {size}", field="since_size")
    body = KeyCompromised(since_size=intent.since_size, explanation=intent.explanation)
    compromised = New(name=key.keyid, body=body, meaning=Meaning.RESPONSIBILITY)
    return (
        (compromised,) if key.retired is not None else (_retired(key.keyid, intent.explanation), compromised)
    )


_ROTATE = (
    "Where no other key took its place, run 'qc-service key rotate --role {}'; then restart the service."
)
_MEND = {
    KeyRole.RECORD: _ROTATE.format("record"),
    KeyRole.LABEL: _ROTATE.format("label"),
    KeyRole.SEAL: "Run 'qc-service key seal'; then restart the service.",
    KeyRole.CHECKPOINT: "It is the log's identity and has no successor: a new log has to be founded.",
}


def must_be_usable(key: SigningKey | None) -> None:
    """Refuse to sign with a key that was retired or compromised. Raises ``SigningKeyWithdrawn``."""
    if key is not None and key.withdrawn:
        said = "may be in somebody else's hands" if key.compromised_since is not None else "is retired"
        signs_nothing = f"The {key.role} key {key.keyid} {said}, and nothing is signed with it."
        raise SigningKeyWithdrawn(f"{signs_nothing} {_MEND[key.role]}")


def _retired(keyid: str, explanation: Text) -> New:
    return New(name=keyid, body=KeyRetired(explanation=explanation), meaning=Meaning.RESPONSIBILITY)
