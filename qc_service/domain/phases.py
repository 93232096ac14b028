"""The phases of an investigation: what was ordered beforehand, and what each found (FDA, Investigating OOS Test
Results, 2022)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Text
from qc_service.domain.records import Body, Signer, record


class InvestigationPhase(StrEnum):
    """How far it went: the laboratory's own work, tests again under a plan, or production as well."""

    LABORATORY = "laboratory"
    RETEST = "retest"
    FULL_SCALE = "full_scale"


class AssignableCause(StrEnum):
    """Whose fault a phase found it to be, if anybody's."""

    LABORATORY = "laboratory"
    PROCESS = "process"
    NONE = "none"


@record("lot")
@dataclass(frozen=True, kw_only=True)
class InvestigationPhaseBegun(Body):
    """Quality ordered a phase, by a plan laid down before it; whoever signs ordered it.

    In the ``retest`` phase the plan fixes how many ``retests`` of the first sample and how many ``resamples`` are
    tested: neither is added to until one passes (testing into compliance). The other phases have none.
    """

    investigation: int
    phase: InvestigationPhase
    plan: Text
    retests: int = 0
    resamples: int = 0

    def __post_init__(self) -> None:
        """Refuse a retest phase without a number, and a number elsewhere."""
        if min(self.retests, self.resamples) < 0:
            raise Malformed("is not below 0", field="retests" if self.retests < 0 else "resamples")
        planned = self.retests + self.resamples
        if self.phase is InvestigationPhase.RETEST and not planned:
            raise Malformed("say beforehand how many retests or resamples there will be", field="retests")
        if self.phase is not InvestigationPhase.RETEST and planned:
            detail = "only the retest phase plans retests and resamples"
            raise Malformed(detail, field="retests" if self.retests else "resamples")


@record("lot")
@dataclass(frozen=True, kw_only=True)
class InvestigationPhaseConcluded(Body):
    """What a phase found, and whether it found an assignable cause."""

    investigation: int
    phase: InvestigationPhase
    finding: Text
    cause: AssignableCause

    def __post_init__(self) -> None:
        """Refuse what a laboratory cannot find by itself."""
        if self.phase is InvestigationPhase.LABORATORY and self.cause is AssignableCause.PROCESS:
            raise Malformed("the laboratory phase finds the laboratory's cause or none", field="cause")


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One phase as it stands, with who ordered it and who concluded it."""

    begun: InvestigationPhaseBegun
    ordered_by: Signer
    ordered_at: datetime
    concluded: InvestigationPhaseConcluded | None = None
    concluded_by: Signer | None = None
    concluded_at: datetime | None = None

    @property
    def kind(self) -> InvestigationPhase:
        """Which phase it is."""
        return self.begun.phase

    @property
    def is_open(self) -> bool:
        """Whether what it found is still to be said."""
        return self.concluded is None

    def found(self, cause: AssignableCause) -> bool:
        """Whether it was concluded with this cause."""
        return self.concluded is not None and self.concluded.cause is cause
