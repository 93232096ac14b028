"""CAPA: opened for what gave rise to it, its actions planned and done, looked at again, and closed by a second
person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qc_service.application.access import own
from qc_service.application.actor import Occasion
from qc_service.application.attachments import documents
from qc_service.application.naming import must_be_free
from qc_service.application.references import all_ours, known, ours
from qc_service.application.tasks import must_be_asked, must_be_theirs
from qc_service.application.view import View
from qc_service.domain.capa_acts import (
    ActionKind,
    CapaActionDone,
    CapaActionMoved,
    CapaActionPlanned,
    CapaChecked,
    CapaCheckPlanned,
    CapaClosed,
    CapaOpened,
    Effectiveness,
    LotMatter,
)
from qc_service.domain.capas import CAPA, ActionDoneBefore, Capa
from qc_service.domain.errors import Fault, Malformed
from qc_service.domain.identifiers import (
    CapaId,
    Line,
    LotNumber,
    PersonId,
    ReactionId,
    RecallId,
    Sha256,
    Text,
)
from qc_service.domain.lots import LOT
from qc_service.domain.permissions import Permission
from qc_service.domain.reactions import REACTION
from qc_service.domain.recalls import RECALL
from qc_service.domain.records import Meaning, New
from qc_service.domain.tasks import must_say_why


@dataclass(frozen=True, kw_only=True)
class OpenCapa:
    """Quality opens a CAPA for at least one investigation, deviation, reaction, recall or lot."""

    capa: CapaId
    title: Line
    description: Text
    investigations: tuple[LotMatter, ...] = ()
    deviations: tuple[LotMatter, ...] = ()
    reactions: tuple[ReactionId, ...] = ()
    recalls: tuple[RecallId, ...] = ()
    lots: tuple[LotNumber, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlanAction:
    """Somebody is to do something by a day; the lots named wait for it."""

    capa: CapaId
    kind: ActionKind
    description: Text
    owner: PersonId
    due_on: date
    before_release: tuple[LotNumber, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MoveAction:
    """Somebody else is to do it, or by another day."""

    capa: CapaId
    action: int
    owner: PersonId
    due_on: date
    reason: Text


@dataclass(frozen=True, kw_only=True)
class CompleteAction:
    """It was done, and this shows it."""

    capa: CapaId
    action: int
    evidence: Text
    documents: tuple[Sha256, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlanCheck:
    """How, by whom and by when it is looked whether the actions helped."""

    capa: CapaId
    method: Text
    owner: PersonId
    due_on: date
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class CheckCapa:
    """Whether the actions helped."""

    capa: CapaId
    outcome: Effectiveness
    evidence: Text
    documents: tuple[Sha256, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CloseCapa:
    """A second person of quality closes it."""

    capa: CapaId
    statement: Text


def open_capa(view: View, occasion: Occasion, intent: OpenCapa) -> tuple[New, ...]:
    """Open a CAPA, naming what gave rise to it. Raises ``NameTaken``, ``Malformed`` for what is not on record."""
    actor = occasion.actor
    actor.must(Permission.RUN_CAPA)
    must_be_free(view, CAPA, intent.capa)
    all_ours(view, actor, LOT, intent.lots, "/lots")
    for place, one in enumerate(intent.investigations):
        lot = ours(view, actor, LOT, one.lot, f"/investigations/{place}/lot")
        _must_number(one, len(lot.quality.investigations), f"/investigations/{place}", "investigation")
    for place, one in enumerate(intent.deviations):
        lot = ours(view, actor, LOT, one.lot, f"/deviations/{place}/lot")
        _must_number(one, len(lot.processing.deviations), f"/deviations/{place}", "deviation")
    for place, name in enumerate(intent.reactions):
        reaction = known(view, REACTION, name, f"/reactions/{place}")
        if not {reaction.organisation, reaction.reported.manufacturer} & {actor.organisation}:
            raise _no_such(
                f"/reactions/{place}", f"no reaction {name} of yours is on record: register it first"
            )
    all_ours(view, actor, RECALL, intent.recalls, "/recalls")
    body = CapaOpened(
        title=intent.title,
        description=intent.description,
        investigations=intent.investigations,
        deviations=intent.deviations,
        reactions=intent.reactions,
        recalls=intent.recalls,
        lots=intent.lots,
    )
    return (New(name=intent.capa, body=body, meaning=Meaning.RESPONSIBILITY),)


def _must_number(one: LotMatter, most: int, pointer: str, what: str) -> None:
    if not 1 <= one.number <= most:
        raise _no_such(f"{pointer}/number", f"lot {one.lot} has no {what} {one.number}")


def _no_such(pointer: str, detail: str) -> Malformed:
    return Malformed(detail, faults=(Fault(pointer=pointer, detail=detail),))


def plan_action(view: View, occasion: Occasion, intent: PlanAction) -> tuple[New, ...]:
    """Plan an action; lots that wait for it must not be released yet. Raises ``CapaClosedBefore``."""
    capa = _run(view, occasion, intent.capa)
    must_be_asked(view, occasion, intent.owner, intent.due_on, "owner")
    lots = all_ours(view, occasion.actor, LOT, intent.before_release, "/before_release")
    for place, lot in enumerate(lots):
        if lot.disposition.releases:
            detail = f"lot {lot.number} is released: hold or recall it, if it must wait"
            raise _no_such(f"/before_release/{place}", detail)
    body = CapaActionPlanned(
        action=len(capa.actions) + 1,
        kind=intent.kind,
        description=intent.description,
        owner=intent.owner,
        due_on=intent.due_on,
        before_release=intent.before_release,
    )
    return (New(name=capa.id, body=body, meaning=Meaning.RESPONSIBILITY),)


def move_action(view: View, occasion: Occasion, intent: MoveAction) -> tuple[New, ...]:
    """Give an action to somebody else or another day, saying why. Raises ``ActionDoneBefore``."""
    capa = _run(view, occasion, intent.capa)
    if capa.action(intent.action).done:
        raise ActionDoneBefore(f"action {intent.action} is done already")
    must_be_asked(view, occasion, intent.owner, intent.due_on, "owner")
    body = CapaActionMoved(action=intent.action, owner=intent.owner, due_on=intent.due_on)
    return (New(name=capa.id, body=body, meaning=Meaning.RESPONSIBILITY, reason=intent.reason),)


def complete_action(view: View, occasion: Occasion, intent: CompleteAction) -> tuple[New, ...]:
    """Its owner, or quality, says that it is done and what shows it. Raises ``ActionDoneBefore``."""
    occasion.actor.must(Permission.REPORT_TASK)
    capa = own(view, occasion.actor, CAPA, intent.capa)
    action = capa.action(intent.action)
    must_be_theirs(occasion.actor, action.owner, Permission.RUN_CAPA)
    if action.done:
        raise ActionDoneBefore(f"action {intent.action} is done already")
    files = documents(view, occasion.actor, intent.documents)
    return (
        New(name=capa.id, body=CapaActionDone(action=intent.action, evidence=intent.evidence), files=files),
    )


def plan_check(view: View, occasion: Occasion, intent: PlanCheck) -> tuple[New, ...]:
    """Plan the check of effectiveness, or plan it anew saying why."""
    capa = _run(view, occasion, intent.capa)
    must_be_asked(view, occasion, intent.owner, intent.due_on, "owner")
    if capa.check:
        changed = capa.check.owner != intent.owner
        must_say_why(intent.due_on, capa.check.due_on, intent.reason, changed=changed)
    body = CapaCheckPlanned(method=intent.method, owner=intent.owner, due_on=intent.due_on)
    return (New(name=capa.id, body=body, meaning=Meaning.RESPONSIBILITY, reason=intent.reason),)


def check_capa(view: View, occasion: Occasion, intent: CheckCapa) -> tuple[New, ...]:
    """Say whether the actions helped: whoever was asked to look, or quality.

    That they did not is a fact, and opens a closed CAPA again.
    """
    occasion.actor.must(Permission.REPORT_TASK)
    capa = own(view, occasion.actor, CAPA, intent.capa)
    must_be_theirs(occasion.actor, capa.check.owner if capa.check else None, Permission.RUN_CAPA)
    files = documents(view, occasion.actor, intent.documents)
    body = CapaChecked(outcome=intent.outcome, evidence=intent.evidence)
    return (New(name=capa.id, body=body, meaning=Meaning.REVIEW, files=files),)


def close_capa(view: View, occasion: Occasion, intent: CloseCapa) -> tuple[New, ...]:
    """Close it, as a second person. Raises ``CapaClosedBefore``, ``ClosureRefused`` with every reason."""
    occasion.actor.must(Permission.RUN_CAPA)
    capa = own(view, occasion.actor, CAPA, intent.capa)
    capa.must_close(occasion.actor.person)
    return (New(name=capa.id, body=CapaClosed(statement=intent.statement), meaning=Meaning.REVIEW),)


def _run(view: View, occasion: Occasion, name: CapaId) -> Capa:
    occasion.actor.must(Permission.RUN_CAPA)
    capa = own(view, occasion.actor, CAPA, name)
    capa.must_be_open()
    return capa
