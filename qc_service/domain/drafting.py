"""How a version of a specification comes into force: one person drafts it, a second approves it (21 CFR 211.160(a)).

::

    drafted ──approved──▶ in force from its day
      │  ▲
      │  └─ drafted again, by a revision
      ├─ returned with a remark ─┘
      └─ withdrawn
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from qc_service.domain.criteria import Criterion
from qc_service.domain.errors import Conflict, NotFound
from qc_service.domain.identifiers import PersonId, Text
from qc_service.domain.records import Body, Fold, Recorded, Signer, record
from qc_service.domain.specifications import Specification


@record("product")
@dataclass(frozen=True, kw_only=True)
class SpecificationDrafted(Body):
    """Somebody proposes this version of the specification; a further ``revision`` replaces the one before.

    ``change`` is the reason for the change against the version before.
    """

    version: int
    revision: int
    effective_from: date
    criteria: tuple[Criterion, ...]
    change: Text | None


@record("product")
@dataclass(frozen=True, kw_only=True)
class SpecificationReturned(Body):
    """Quality gives a revision of the draft back with a remark, to be revised."""

    version: int
    revision: int
    remark: Text


@record("product")
@dataclass(frozen=True, kw_only=True)
class SpecificationWithdrawn(Body):
    """The draft is given up; its number is not used again. The reason stands with the signature."""

    version: int


@record("product")
@dataclass(frozen=True, kw_only=True)
class SpecificationApproved(Body):
    """Quality approved one version of the product's specification.

    The criteria stand here as they were approved. A record without ``revision`` is of the time when a version was
    approved in one act, without a draft.
    """

    version: int
    effective_from: date
    criteria: tuple[Criterion, ...]
    change: Text | None = None
    revision: int | None = None


class DraftStatus(StrEnum):
    """Where a version stands on its way."""

    DRAFTED = "drafted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One thing that was done about a version: to which revision, by whom, when and why."""

    status: DraftStatus
    revision: int
    by: Signer
    at: datetime
    remark: Text | None


@dataclass(frozen=True, kw_only=True)
class SpecificationVersion:
    """One version with everything that was done about it, in its order; ``stated`` is its latest revision."""

    stated: Specification
    turns: tuple[Turn, ...]

    @property
    def number(self) -> int:
        """The version's number, from 1."""
        return self.stated.version

    @property
    def status(self) -> DraftStatus:
        """Where it stands."""
        return self.turns[-1].status

    @property
    def revision(self) -> int:
        """How often it was drafted."""
        return self.turns[-1].revision

    @property
    def authors(self) -> frozenset[PersonId]:
        """Everyone who drafted a revision of it: none of them approves it."""
        return frozenset(turn.by.id for turn in self.turns if turn.status is DraftStatus.DRAFTED)

    def must_be_open(self) -> None:
        """Refuse what is done to a draft only. Raises ``SpecificationSettled``."""
        if self.status in {DraftStatus.APPROVED, DraftStatus.WITHDRAWN}:
            raise SpecificationSettled(
                f"Version {self.number} is {self.status} and stays as it is: draft the next version."
            )


class SpecificationSettled(Conflict):
    """The version was approved or withdrawn; neither changes again."""


class SpecificationReturnedBefore(Conflict):
    """The draft was returned already and waits for its revision."""


Versions = tuple[SpecificationVersion, ...]


def version_of(versions: Versions, number: int) -> SpecificationVersion:
    """The version of this number; raises ``NotFound``."""
    for version in versions:
        if version.number == number:
            return version
    raise NotFound(f"this product has no version {number} of its specification")


def next_version(versions: Iterable[SpecificationVersion]) -> int:
    """The number that the next draft gets: none is used twice, not that of a withdrawn one."""
    return max((version.number for version in versions), default=0) + 1


VERSIONS: Fold[Versions] = Fold("product")


@VERSIONS.on(SpecificationDrafted)
def _drafted(versions: Versions, recorded: Recorded, body: SpecificationDrafted) -> Versions:
    stated = Specification(
        version=body.version, effective_from=body.effective_from, criteria=body.criteria, change=body.change
    )
    return _turned(versions, stated, _turn(recorded, DraftStatus.DRAFTED, body.revision))


@VERSIONS.on(SpecificationReturned)
def _returned(versions: Versions, recorded: Recorded, body: SpecificationReturned) -> Versions:
    turn = replace(_turn(recorded, DraftStatus.RETURNED, body.revision), remark=body.remark)
    return _turned(versions, version_of(versions, body.version).stated, turn)


@VERSIONS.on(SpecificationWithdrawn)
def _withdrawn(versions: Versions, recorded: Recorded, body: SpecificationWithdrawn) -> Versions:
    version = version_of(versions, body.version)
    return _turned(versions, version.stated, _turn(recorded, DraftStatus.WITHDRAWN, version.revision))


def after_approval(versions: Versions, recorded: Recorded, body: SpecificationApproved) -> Versions:
    """The versions once one of them is approved, with a draft before or, as it used to be, without one."""
    return _turned(versions, approved(body), _turn(recorded, DraftStatus.APPROVED, body.revision or 1))


def approved(body: SpecificationApproved) -> Specification:
    """The specification as it was approved."""
    return Specification(
        version=body.version, effective_from=body.effective_from, criteria=body.criteria, change=body.change
    )


def _turn(recorded: Recorded, status: DraftStatus, revision: int) -> Turn:
    return Turn(
        status=status,
        revision=revision,
        by=recorded.signer,
        at=recorded.recorded_at,
        remark=recorded.reason,
    )


def _turned(versions: Versions, stated: Specification, turn: Turn) -> Versions:
    before = next((one for one in versions if one.number == stated.version), None)
    turns = (*before.turns, turn) if before else (turn,)
    others = (one for one in versions if one.number != stated.version)
    changed = SpecificationVersion(stated=stated, turns=turns)
    return tuple(sorted((*others, changed), key=lambda one: one.number))
