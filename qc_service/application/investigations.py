"""Investigations: opened by hand where the service did not, and concluded by quality."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.application.access import own
from qc_service.application.actor import Occasion
from qc_service.application.view import View
from qc_service.domain.identifiers import LotNumber, Text
from qc_service.domain.investigations import (
    Conclusion,
    InvestigationCause,
    InvestigationConcluded,
    InvestigationOpened,
    InvestigationPhase,
)
from qc_service.domain.lots import LOT
from qc_service.domain.permissions import Permission
from qc_service.domain.records import Meaning, New


@dataclass(frozen=True, kw_only=True)
class OpenInvestigation:
    """Quality looks into something, such as a result that it doubts."""

    lot: LotNumber
    cause: InvestigationCause
    description: Text
    result: int | None = None


@dataclass(frozen=True, kw_only=True)
class ConcludeInvestigation:
    """Quality concludes an investigation."""

    lot: LotNumber
    investigation: int
    phase: InvestigationPhase
    root_cause: Text
    conclusion: Conclusion


def open_investigation(view: View, occasion: Occasion, intent: OpenInvestigation) -> tuple[New, ...]:
    """Open an investigation of the lot or of one of its results; while it is open the lot stays."""
    occasion.actor.must(Permission.INVESTIGATE)
    lot = own(view, occasion.actor, LOT, intent.lot)
    if intent.result is not None:
        lot.quality.result(intent.result)
    body = InvestigationOpened(
        investigation=len(lot.quality.investigations) + 1,
        cause=intent.cause,
        description=intent.description,
        result=intent.result,
    )
    return (New(name=lot.number, body=body),)


def conclude_investigation(view: View, occasion: Occasion, intent: ConcludeInvestigation) -> tuple[New, ...]:
    """Conclude it, once (rule Q4; 21 CFR 610.1). Raises ``InvestigationConcludedBefore``."""
    occasion.actor.must(Permission.INVESTIGATE)
    lot = own(view, occasion.actor, LOT, intent.lot)
    lot.quality.investigation(intent.investigation).must_accept(intent.conclusion)
    body = InvestigationConcluded(
        investigation=intent.investigation,
        phase=intent.phase,
        root_cause=intent.root_cause,
        conclusion=intent.conclusion,
    )
    return (New(name=lot.number, body=body, meaning=Meaning.REVIEW),)
