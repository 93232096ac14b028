"""Recalls and market withdrawals from their preview to their end; one act reaches every lot (rule R4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qc_service.application.access import own
from qc_service.application.actor import Actor, Occasion
from qc_service.application.days import must_have_come
from qc_service.application.reach import reached
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.disposition import LotRecalled, LotRecallRescinded, RecallKind
from qc_service.domain.errors import NotFound, Reason
from qc_service.domain.identifiers import Line, OrganisationId, RecallId, Text
from qc_service.domain.permissions import Permission
from qc_service.domain.recall_decisions import (
    RecallExists,
    RecallReachesNothing,
    RescissionRefused,
    TerminationRefused,
    proposal_reasons,
    rescission_reasons,
    termination_reasons,
)
from qc_service.domain.recalls import (
    RECALL,
    Recall,
    RecallAcknowledged,
    RecallClass,
    RecallClassified,
    RecallDepth,
    RecallInitiated,
    RecallRescinded,
    RecallRescissionProposed,
    RecallScope,
    RecallTerminated,
)
from qc_service.domain.records import Body, Meaning, New


@dataclass(frozen=True, kw_only=True)
class InitiateRecall:
    """Quality calls back everything that came of the scope."""

    recall: RecallId
    kind: RecallKind
    depth: RecallDepth
    explanation: Text
    scope: RecallScope


@dataclass(frozen=True, kw_only=True)
class ClassifyRecall:
    """The class that the authority set, and when."""

    recall: RecallId
    recall_class: RecallClass
    authority: Line
    classified_on: date


@dataclass(frozen=True, kw_only=True)
class AcknowledgeRecall:
    """A consignee's answer, in counts of its vials."""

    recall: RecallId
    set_aside: int
    used: int
    missing: int
    note: Text | None = None


@dataclass(frozen=True, kw_only=True)
class TerminateRecall:
    """Everything reasonable was done; ``excused`` never answered, and ``reason`` says what was tried."""

    recall: RecallId
    reason: Text
    excused: tuple[OrganisationId, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProposeRescission:
    """The first of two people who take a recall back."""

    recall: RecallId
    reason: Text


@dataclass(frozen=True, kw_only=True)
class RescindRecall:
    """The second of two people who take a recall back."""

    recall: RecallId
    reason: Text


def initiate_recall(view: View, occasion: Occasion, intent: InitiateRecall) -> tuple[New, ...]:
    """Recall or withdraw: one record, and one on every lot reached, in one act (R4).

    Raises ``RecallExists`` and ``RecallReachesNothing``.
    """
    occasion.actor.must(Permission.RECALL)
    if view.find(RECALL, intent.recall) is not None:
        raise RecallExists(f"A recall {intent.recall} is on record; give this one another number.")
    reach = reached(view, occasion.actor, intent.scope)
    if not reach.lots:
        detail = "No lot on record came of what the scope names."
        raise RecallReachesNothing(detail, (Reason(code="reaches_nothing", detail=detail, source="R4"),))
    body = RecallInitiated(
        recall=intent.recall,
        kind=intent.kind,
        depth=intent.depth,
        explanation=intent.explanation,
        scope=intent.scope,
        lots=reach.lots,
        consignees=reach.consignees,
    )
    first = _decided(intent.recall, body, intent.explanation)
    called_back = LotRecalled(recall=intent.recall, kind=intent.kind)
    return (first, *(_decided(lot, called_back, intent.explanation) for lot in reach.lots))


def _decided(name: str, body: Body, reason: Text | None) -> New:
    return New(name=name, body=body, meaning=Meaning.RESPONSIBILITY, reason=reason)


def classify_recall(view: View, occasion: Occasion, intent: ClassifyRecall) -> tuple[New, ...]:
    """Record the class that the authority set later (21 CFR 7.41)."""
    occasion.actor.must(Permission.RECALL)
    must_have_come(intent.classified_on, occasion.at, "/classified_on")
    recall = own(view, occasion.actor, RECALL, intent.recall)
    body = RecallClassified(
        recall=recall.id,
        recall_class=intent.recall_class,
        authority=intent.authority,
        classified_on=intent.classified_on,
    )
    return (New(name=recall.id, body=body),)


def acknowledge_recall(view: View, occasion: Occasion, intent: AcknowledgeRecall) -> tuple[New, ...]:
    """Record a consignee's answer; a later one takes its place. Raises ``NotFound`` for whom it does not
    reach.
    """
    occasion.actor.must(Permission.ACKNOWLEDGE_RECALL)
    organisation = occasion.actor.organisation
    recall = view.find(RECALL, intent.recall)
    if recall is None or not recall.reaches(organisation):
        raise NotFound(f"No recall {intent.recall} reaches you.")
    body = RecallAcknowledged(
        recall=recall.id,
        organisation=organisation,
        set_aside=intent.set_aside,
        used=intent.used,
        missing=intent.missing,
        note=intent.note,
    )
    return (New(name=recall.id, body=body),)


def terminate_recall(view: View, occasion: Occasion, intent: TerminateRecall) -> tuple[New, ...]:
    """Close the recall; its lots stay recalled. Raises ``TerminationRefused`` with every reason (21 CFR
    7.55).
    """
    occasion.actor.must(Permission.RECALL)
    recall = own(view, occasion.actor, RECALL, intent.recall)
    reasons = termination_reasons(recall, intent.excused)
    if reasons:
        raise TerminationRefused(f"Recall {recall.id} may not be closed yet.", reasons)
    return (_decided(recall.id, RecallTerminated(recall=recall.id, excused=intent.excused), intent.reason),)


def propose_rescission(view: View, occasion: Occasion, intent: ProposeRescission) -> tuple[New, ...]:
    """The first of two people who take the recall back (R4). Raises ``RescissionRefused``."""
    occasion.actor.must(Permission.RECALL)
    recall = own(view, occasion.actor, RECALL, intent.recall)
    reasons = proposal_reasons(recall)
    if reasons:
        raise RescissionRefused("The rescission may not be proposed.", reasons)
    return (_decided(recall.id, RecallRescissionProposed(recall=recall.id), intent.reason),)


def rescind_recall(view: View, occasion: Occasion, intent: RescindRecall) -> tuple[New, ...]:
    """The second person takes the recall back, with one record on every lot (R4). Raises
    ``RescissionRefused``.
    """
    occasion.actor.must(Permission.RECALL)
    recall = own(view, occasion.actor, RECALL, intent.recall)
    reasons = rescission_reasons(recall, occasion.actor.person)
    if reasons:
        raise RescissionRefused(f"Recall {recall.id} may not be rescinded.", reasons)
    freed = LotRecallRescinded(recall=recall.id)
    lots = tuple(_decided(lot, freed, intent.reason) for lot in recall.initiated.lots)
    return (_decided(recall.id, RecallRescinded(recall=recall.id), intent.reason), *lots)


def read_recall(view: View, actor: Actor, recall: str) -> dict[str, object]:
    """One recall for its owner, or for a consignee with its own part only."""
    actor.must(Permission.READ_RECORDS)
    state = view.find(RECALL, recall)
    if state is None or not (actor.sees(state.organisation) or state.reaches(actor.organisation)):
        raise NotFound(f"No recall {recall} of yours is on record.")
    whole = actor.sees(state.organisation)
    plain: dict[str, object] = to_plain(state.initiated)
    plain["consignees"] = [
        to_plain(each)
        for each in state.initiated.consignees
        if whole or each.organisation == actor.organisation
    ]
    effectiveness = state.effectiveness()
    return plain | {
        "status": state.status.value,
        "organisation": str(state.organisation),
        "initiated_at": to_plain(state.initiated_at),
        "classified": to_plain(state.classified),
        "acknowledgements": [
            to_plain(each)
            for each in state.acknowledgements
            if whole or each.organisation == actor.organisation
        ],
        "unanswered": [str(name) for name in state.unanswered() if whole or name == actor.organisation],
        "effectiveness_percent": to_plain(effectiveness) if whole else None,
        "rescission_proposed_by": state.proposed_by if whole else None,
    }


def summary(recall: Recall) -> dict[str, object]:
    """What lists and searches show of a recall."""
    return {
        "status": recall.status.value,
        "title": f"{recall.initiated.kind.value.capitalize()} {recall.id}",
        "kind": recall.initiated.kind.value,
        "lots": len(recall.initiated.lots),
    }
