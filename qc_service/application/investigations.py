"""Investigations: opened by hand where the service did not, led through their phases, and concluded by quality."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.application.access import own
from qc_service.application.actor import Occasion
from qc_service.application.specification_holds import held_where_failed
from qc_service.application.view import View
from qc_service.domain.identifiers import LotNumber, PersonId, Text
from qc_service.domain.investigations import (
    Conclusion,
    Investigation,
    InvestigationCause,
    InvestigationConcluded,
    InvestigationOpened,
    ProposedDisposition,
)
from qc_service.domain.lots import LOT
from qc_service.domain.permissions import Permission
from qc_service.domain.phases import (
    AssignableCause,
    InvestigationPhase,
    InvestigationPhaseBegun,
    InvestigationPhaseConcluded,
)
from qc_service.domain.quality import Quality
from qc_service.domain.records import Meaning, New
from qc_service.domain.stability import STABILITY


@dataclass(frozen=True, kw_only=True)
class OpenInvestigation:
    """Quality looks into something, such as a result that it doubts."""

    lot: LotNumber
    cause: InvestigationCause
    description: Text
    result: int | None = None


@dataclass(frozen=True, kw_only=True)
class BeginPhase:
    """Quality orders a phase by a plan; a retest phase says how many tests there will be."""

    lot: LotNumber
    investigation: int
    phase: InvestigationPhase
    plan: Text
    retests: int = 0
    resamples: int = 0


@dataclass(frozen=True, kw_only=True)
class ConcludePhase:
    """Quality says what a phase found."""

    lot: LotNumber
    investigation: int
    phase: InvestigationPhase
    finding: Text
    cause: AssignableCause


@dataclass(frozen=True, kw_only=True)
class ConcludeInvestigation:
    """Quality concludes an investigation, and proposes what becomes of the lot."""

    lot: LotNumber
    investigation: int
    phase: InvestigationPhase
    root_cause: Text
    conclusion: Conclusion
    disposition: ProposedDisposition | None = None


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


def begin_phase(view: View, occasion: Occasion, intent: BeginPhase) -> tuple[New, ...]:
    """Order a phase, each once (FDA guidance on OOS results). Raises ``PhaseRefused``, ``PhaseBegunBefore``."""
    occasion.actor.must(Permission.INVESTIGATE)
    lot = own(view, occasion.actor, LOT, intent.lot)
    lot.quality.investigation(intent.investigation).must_begin(intent.phase)
    body = InvestigationPhaseBegun(
        investigation=intent.investigation,
        phase=intent.phase,
        plan=intent.plan,
        retests=intent.retests,
        resamples=intent.resamples,
    )
    return (New(name=lot.number, body=body, meaning=Meaning.RESPONSIBILITY),)


def conclude_phase(view: View, occasion: Occasion, intent: ConcludePhase) -> tuple[New, ...]:
    """Say what a phase found, once. Raises ``NotFound`` where it was not begun, ``PhaseConcludedBefore``."""
    occasion.actor.must(Permission.INVESTIGATE)
    lot = own(view, occasion.actor, LOT, intent.lot)
    lot.quality.investigation(intent.investigation).must_conclude_phase(intent.phase)
    body = InvestigationPhaseConcluded(
        investigation=intent.investigation, phase=intent.phase, finding=intent.finding, cause=intent.cause
    )
    return (New(name=lot.number, body=body, meaning=Meaning.REVIEW),)


def conclude_investigation(view: View, occasion: Occasion, intent: ConcludeInvestigation) -> tuple[New, ...]:
    """Conclude it, once (rule Q4; 21 CFR 610.1).

    A released lot of which the product failed is held in the same act, with every lot made of it. Raises
    ``InvestigationConcludedBefore``, and ``ConclusionRefused`` where its phases do not bear the conclusion out.
    """
    occasion.actor.must(Permission.INVESTIGATE)
    lot = own(view, occasion.actor, LOT, intent.lot)
    quality = lot.quality
    investigation = quality.investigation(intent.investigation)
    body = InvestigationConcluded(
        investigation=intent.investigation,
        phase=intent.phase,
        root_cause=intent.root_cause,
        conclusion=intent.conclusion,
        disposition=intent.disposition,
    )
    investigation.must_accept(body, occasion.actor.person, _analyst(view, quality, investigation))
    concluded = New(name=intent.lot, body=body, meaning=Meaning.REVIEW)
    return (concluded, *held_where_failed(view, lot, intent.conclusion))


def _analyst(view: View, quality: Quality, investigation: Investigation) -> PersonId | None:
    """Who recorded the result that is looked into, if it is about one."""
    if investigation.result is not None:
        return quality.result(investigation.result).analyst.id
    of = investigation.study_result
    return view.get(STABILITY, of.study).result(of.result).analyst.id if of else None
