"""Adverse reactions: what happened to a patient after which vials, and when an authority must hear (R6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from qc_service.domain.errors import Conflict, Malformed
from qc_service.domain.identifiers import Line, OrganisationId, PatientCode, ReactionId, Text
from qc_service.domain.moments import ZonedTime
from qc_service.domain.records import Body, Fold, Recorded, record
from qc_service.domain.vial_acts import VialRef


class ReactionExists(Conflict):
    """A reaction of this number is on record."""


class ReactionOutcome(StrEnum):
    """How the patient fared (ICH E2B)."""

    RECOVERED = "recovered"
    RECOVERING = "recovering"
    NOT_RECOVERED = "not_recovered"
    RECOVERED_WITH_SEQUELAE = "recovered_with_sequelae"
    FATAL = "fatal"
    UNKNOWN = "unknown"


class ReactionSeverity(StrEnum):
    """How intense it was, which is not the same as serious."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Criterion(StrEnum):
    """What makes a reaction serious (21 CFR 312.32(a))."""

    DEATH = "death"
    LIFE_THREATENING = "life_threatening"
    HOSPITALISATION = "hospitalisation"
    DISABILITY = "disability"
    CONGENITAL_ANOMALY = "congenital_anomaly"
    IMPORTANT_MEDICAL_EVENT = "important_medical_event"


class Relatedness(StrEnum):
    """Whether the vial may have caused it; what nobody assessed counts as possible."""

    UNRELATED = "unrelated"
    UNLIKELY = "unlikely"
    POSSIBLE = "possible"
    PROBABLE = "probable"
    DEFINITE = "definite"
    NOT_ASSESSED = "not_assessed"

    @property
    def suspected(self) -> bool:
        """Whether there is a reasonable possibility (21 CFR 312.32(a), "suspected adverse reaction")."""
        return self not in {Relatedness.UNRELATED, Relatedness.UNLIKELY}


class ReportingBasis(StrEnum):
    """Under which rule the authority must hear: an investigational drug, a 361 product, or neither."""

    IND = "ind"
    HCTP_361 = "hctp_361"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Clinical:
    """What is known of a reaction; a follow-up states all of it anew."""

    onset: ZonedTime
    outcome: ReactionOutcome
    severity: ReactionSeverity
    criteria: tuple[Criterion, ...]
    expected: bool
    relatedness: Relatedness
    narrative: Text

    @property
    def fatal_or_life_threatening(self) -> bool:
        """Whether the patient died or was in danger of it."""
        grave = {Criterion.DEATH, Criterion.LIFE_THREATENING} & set(self.criteria)
        return bool(grave) or self.outcome is ReactionOutcome.FATAL

    @property
    def serious(self) -> bool:
        """Whether any criterion is met (21 CFR 312.32(a))."""
        return bool(self.criteria) or self.fatal_or_life_threatening


def due_on(basis: ReportingBasis, clinical: Clinical, first_received: date) -> date | None:
    """By which day the authority must hear of it; ``None`` where no rule sets a day.

    IND: serious, unexpected and suspected within 15 calendar days, fatal or life-threatening within 7
    [21 CFR 312.32(c)]; a 361 product: serious and suspected within 15 [21 CFR 1271.350(a)].
    """
    if not (clinical.serious and clinical.relatedness.suspected):
        return None
    if basis is ReportingBasis.HCTP_361:
        return first_received + timedelta(days=15)
    if basis is ReportingBasis.IND and not clinical.expected:
        return first_received + timedelta(days=7 if clinical.fatal_or_life_threatening else 15)
    return None


@record("reaction")
@dataclass(frozen=True, kw_only=True)
class ReactionReported(Body):
    """A reaction was reported (R6); ``due_on`` is when the authority must have heard, by ``basis``."""

    reaction: ReactionId
    vials: tuple[VialRef, ...]
    manufacturer: OrganisationId
    patient: PatientCode | None
    first_received: date
    basis: ReportingBasis
    due_on: date | None
    clinical: Clinical

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where no vial is named."""
        if not self.vials:
            raise Malformed("name the vials that were given", field="vials")

    def cites(self) -> tuple[str, ...]:
        """The vials and their lots."""
        lots = dict.fromkeys(f"lot/{vial.lot}" for vial in self.vials)
        return (*lots, *(f"vial/{vial.name}" for vial in self.vials))


@record("reaction")
@dataclass(frozen=True, kw_only=True)
class ReactionFollowedUp(Body):
    """More became known; the clock may change with it, and still runs from the first report."""

    reaction: ReactionId
    due_on: date | None
    clinical: Clinical


@record("reaction")
@dataclass(frozen=True, kw_only=True)
class ReactionSubmitted(Body):
    """The authority was told, which stops the clock."""

    reaction: ReactionId
    authority: Line
    reference: Line | None
    submitted_on: date


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """One adverse reaction as it stands; it belongs to whoever reported it, and the manufacturer sees it."""

    id: ReactionId
    organisation: OrganisationId
    reported: ReactionReported
    clinical: Clinical
    due_on: date | None
    submissions: tuple[ReactionSubmitted, ...] = ()

    @property
    def status(self) -> str:
        """Submitted, due by a day, or recorded where no rule sets one."""
        if self.submissions:
            return "submitted"
        return "due" if self.due_on else "recorded"


REACTION: Fold[Reaction] = Fold("reaction")


@REACTION.begins(ReactionReported)
def _reported(recorded: Recorded, body: ReactionReported) -> Reaction:
    return Reaction(
        id=body.reaction,
        organisation=recorded.signer.organisation,
        reported=body,
        clinical=body.clinical,
        due_on=body.due_on,
    )


@REACTION.on(ReactionFollowedUp)
def _followed_up(reaction: Reaction, _: Recorded, body: ReactionFollowedUp) -> Reaction:
    return replace(reaction, clinical=body.clinical, due_on=body.due_on)


@REACTION.on(ReactionSubmitted)
def _submitted(reaction: Reaction, _: Recorded, body: ReactionSubmitted) -> Reaction:
    return replace(reaction, submissions=(*reaction.submissions, body))
