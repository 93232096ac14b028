"""What quality decided about a lot: released for a purpose, rejected, on hold, recalled or withdrawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from qc_service.domain.errors import Conflict, NotFound, Refused
from qc_service.domain.identifiers import RecallId, Text
from qc_service.domain.records import Body, Fold, Meaning, Recorded, Signer, record
from qc_service.domain.vocabulary import Purpose


class HoldCause(StrEnum):
    """Why a lot is on hold. A lot's records reach clinics, so a question about a donor has one name whatever it is: a
    later result and a withdrawn consent read alike (domain rule D9).
    """

    QUALITY_DECISION = "quality_decision"
    DONOR_REVIEW = "donor_review"
    TEMPERATURE_EXCURSION = "temperature_excursion"
    CERTIFICATION_WITHDRAWN = "certification_withdrawn"
    ADVERSE_REACTION = "adverse_reaction"
    COMPLAINT = "complaint"
    OUT_OF_SPECIFICATION = "out_of_specification"


class RecallKind(StrEnum):
    """A recall answers a violation or a danger; a market withdrawal a lesser fault (21 CFR 7.3(g), (j))."""

    RECALL = "recall"
    WITHDRAWAL = "withdrawal"


@record("lot")
@dataclass(frozen=True, kw_only=True)
class LotReleased(Body):
    """Quality released the lot for a purpose (rule R1; 21 CFR 1271.265(c)(1))."""

    purpose: Purpose


@record("lot")
@dataclass(frozen=True, kw_only=True)
class LotRejected(Body):
    """Quality rejected the lot; there is no way back."""

    explanation: Text


@record("lot")
@dataclass(frozen=True, kw_only=True)
class LotHeld(Body):
    """The lot may not be used, shipped or released until quality lifts this hold (rule R4)."""

    hold: int
    cause: HoldCause
    explanation: Text


@record("lot")
@dataclass(frozen=True, kw_only=True)
class HoldLifted(Body):
    """Quality lifted a hold, saying why that is right."""

    hold: int
    explanation: Text


@record("lot")
@dataclass(frozen=True, kw_only=True)
class LotRecalled(Body):
    """A recall or market withdrawal reaches this lot."""

    recall: RecallId
    kind: RecallKind

    def cites(self) -> tuple[str, ...]:
        """The recall whose scope reaches the lot."""
        return (f"recall/{self.recall}",)


@record("lot")
@dataclass(frozen=True, kw_only=True)
class LotRecallRescinded(Body):
    """The recall no longer stands against this lot."""

    recall: RecallId

    def cites(self) -> tuple[str, ...]:
        """The recall that was rescinded."""
        return (f"recall/{self.recall}",)


@dataclass(frozen=True, kw_only=True)
class Release:
    """One release, with who signed it, when and with which meaning (21 CFR 11.50)."""

    purpose: Purpose
    at: datetime
    signer: Signer
    meaning: Meaning
    digest: str
    index: int


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """The rejection, with who signed it and when."""

    at: datetime
    signer: Signer
    explanation: Text


@dataclass(frozen=True, kw_only=True)
class Hold:
    """One hold as it stands; ``lifted_at`` is None while it is in force."""

    number: int
    cause: HoldCause
    explanation: Text
    at: datetime
    signer: Signer
    lifted_at: datetime | None = None
    lifted_by: Signer | None = None

    @property
    def is_open(self) -> bool:
        """Whether the hold is in force."""
        return self.lifted_at is None


@dataclass(frozen=True, kw_only=True)
class ActiveRecall:
    """A recall or market withdrawal that stands against the lot."""

    recall: RecallId
    kind: RecallKind
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Disposition:
    """Everything quality decided about one lot; what follows for its status is the lot's to say."""

    releases: tuple[Release, ...] = ()
    rejected: Rejection | None = None
    holds: tuple[Hold, ...] = ()
    recalls: tuple[ActiveRecall, ...] = ()

    def open_holds(self) -> tuple[Hold, ...]:
        """The holds in force."""
        return tuple(hold for hold in self.holds if hold.is_open)

    def release_for(self, purpose: Purpose) -> Release | None:
        """The release for this purpose, if there is one."""
        return next((release for release in self.releases if release.purpose is purpose), None)

    def hold(self, number: int) -> Hold:
        """The hold of this number; raises ``NotFound``."""
        if not 1 <= number <= len(self.holds):
            raise NotFound(f"this lot has no hold {number}")
        return self.holds[number - 1]


class HoldLiftedBefore(Conflict):
    """The hold was lifted already."""


class LiftRefused(Refused):
    """What the lot is on hold for has not changed: it does not meet its specification (rule Q3)."""


class RejectionRefused(Refused):
    """The lot cannot be rejected as it stands."""


DISPOSITION: Fold[Disposition] = Fold("lot")


@DISPOSITION.on(LotReleased)
def _released(disposition: Disposition, recorded: Recorded, body: LotReleased) -> Disposition:
    release = Release(
        purpose=body.purpose,
        at=recorded.recorded_at,
        signer=recorded.signer,
        meaning=recorded.meaning,
        digest=recorded.digest,
        index=recorded.index,
    )
    return replace(disposition, releases=(*disposition.releases, release))


@DISPOSITION.on(LotRejected)
def _rejected(disposition: Disposition, recorded: Recorded, body: LotRejected) -> Disposition:
    rejection = Rejection(at=recorded.recorded_at, signer=recorded.signer, explanation=body.explanation)
    return replace(disposition, rejected=rejection)


@DISPOSITION.on(LotHeld)
def _held(disposition: Disposition, recorded: Recorded, body: LotHeld) -> Disposition:
    hold = Hold(
        number=body.hold,
        cause=body.cause,
        explanation=body.explanation,
        at=recorded.recorded_at,
        signer=recorded.signer,
    )
    return replace(disposition, holds=(*disposition.holds, hold))


@DISPOSITION.on(HoldLifted)
def _lifted(disposition: Disposition, recorded: Recorded, body: HoldLifted) -> Disposition:
    lifted = replace(disposition.hold(body.hold), lifted_at=recorded.recorded_at, lifted_by=recorded.signer)
    holds = disposition.holds
    return replace(disposition, holds=(*holds[: lifted.number - 1], lifted, *holds[lifted.number :]))


@DISPOSITION.on(LotRecalled)
def _recalled(disposition: Disposition, recorded: Recorded, body: LotRecalled) -> Disposition:
    recall = ActiveRecall(recall=body.recall, kind=body.kind, at=recorded.recorded_at)
    return replace(disposition, recalls=(*disposition.recalls, recall))


@DISPOSITION.on(LotRecallRescinded)
def _rescinded(disposition: Disposition, _: Recorded, body: LotRecallRescinded) -> Disposition:
    return replace(disposition, recalls=tuple(r for r in disposition.recalls if r.recall != body.recall))
