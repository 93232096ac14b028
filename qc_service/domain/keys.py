"""Signing keys as the records know them: introduced, retired, compromised since a size of the log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from qc_service.domain.errors import Conflict
from qc_service.domain.identifiers import Line, OrganisationId, Text
from qc_service.domain.records import Body, Fold, Recorded, record


class KeyRole(StrEnum):
    """What a key may sign; no key signs for two purposes."""

    RECORD = "record"
    CHECKPOINT = "checkpoint"
    LABEL = "label"
    SEAL = "seal"


@record("key")
@dataclass(frozen=True, kw_only=True)
class KeyIntroduced(Body):
    """A key may sign from here on; ``public`` is the raw public key in base64, the stream's name its RFC 7638 keyid."""

    role: KeyRole
    algorithm: Line
    public: Line


@record("key")
@dataclass(frozen=True, kw_only=True)
class KeyRetired(Body):
    """The key signs nothing from here on; what it signed before stays valid."""

    explanation: Text


@record("key")
@dataclass(frozen=True, kw_only=True)
class KeyCompromised(Body):
    """Somebody else may hold the key: what it signed at or after this size of the log is suspect."""

    since_size: int
    explanation: Text


class KeyRetiredBefore(Conflict):
    """The key is retired already."""


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A key as its records make it."""

    keyid: Line
    role: KeyRole
    algorithm: Line
    public: Line
    organisation: OrganisationId
    introduced: int
    retired: int | None = None
    compromised_since: int | None = None

    @property
    def withdrawn(self) -> bool:
        """Whether it may sign nothing more."""
        return self.retired is not None or self.compromised_since is not None


KEY: Fold[SigningKey] = Fold("key")


@KEY.begins(KeyIntroduced)
def _introduced(recorded: Recorded, body: KeyIntroduced) -> SigningKey:
    return SigningKey(
        keyid=Line(recorded.name), role=body.role, algorithm=body.algorithm, public=body.public,
        organisation=recorded.signer.organisation, introduced=recorded.index,
    )  # fmt: skip


@KEY.on(KeyRetired)
def _retired(state: SigningKey, recorded: Recorded, _: KeyRetired) -> SigningKey:
    return replace(state, retired=recorded.index)


@KEY.on(KeyCompromised)
def _compromised(state: SigningKey, _: Recorded, body: KeyCompromised) -> SigningKey:
    earlier = state.compromised_since
    return replace(
        state, compromised_since=body.since_size if earlier is None else min(earlier, body.since_size)
    )
