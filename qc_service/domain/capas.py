"""CAPA: what is done so that a fault does not come back, by whom, until when, and whether it helped (21 CFR 820.100).

A CAPA is about the way of working, so an open one holds no lot up by itself; an action may be marked as wanted before
named lots are released, and then it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from qc_service.domain.capa_acts import (
    CapaActionDone,
    CapaActionMoved,
    CapaActionPlanned,
    CapaChecked,
    CapaCheckPlanned,
    CapaClosed,
    CapaOpened,
    Effectiveness,
)
from qc_service.domain.errors import Conflict, NotFound, Reason, Refused
from qc_service.domain.identifiers import CapaId, LotNumber, OrganisationId, PersonId, Text
from qc_service.domain.records import Fold, Recorded, Signer


@dataclass(frozen=True, kw_only=True)
class Action:
    """An action as it stands."""

    planned: CapaActionPlanned
    owner: PersonId
    due_on: date
    done: CapaActionDone | None = None
    done_by: Signer | None = None
    done_at: datetime | None = None
    files: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """Its number in the CAPA, from 1."""
        return self.planned.action


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check of effectiveness that was made, and who made it."""

    outcome: Effectiveness
    evidence: Text
    by: Signer
    at: datetime
    files: tuple[str, ...]
    after_actions: int
    """How many actions there were then: further ones want a check of their own."""


@dataclass(frozen=True, kw_only=True)
class Capa:
    """A CAPA as it stands; ``check`` is the plan of the effectiveness check that is still to be made."""

    id: CapaId
    organisation: OrganisationId
    opened: CapaOpened
    opened_by: Signer
    opened_at: datetime
    actions: tuple[Action, ...] = ()
    check: CapaCheckPlanned | None = None
    checks: tuple[Check, ...] = ()
    closed: CapaClosed | None = None
    closed_by: Signer | None = None
    closed_at: datetime | None = None

    @property
    def status(self) -> str:
        """``open`` or ``closed``."""
        return "open" if self.closed is None else "closed"

    def action(self, number: int) -> Action:
        """The action of this number; raises ``NotFound``."""
        if not 1 <= number <= len(self.actions):
            raise NotFound(f"this CAPA has no action {number}")
        return self.actions[number - 1]

    def open_actions(self) -> tuple[Action, ...]:
        """The actions that are still to be done."""
        return tuple(action for action in self.actions if action.done is None)

    def concerning(self, lot: LotNumber) -> tuple[Action, ...]:
        """The actions that are wanted before this lot is released, done or not."""
        return tuple(action for action in self.actions if lot in action.planned.before_release)

    def blocking(self, lot: LotNumber) -> tuple[Action, ...]:
        """Those of them that are still to be done."""
        return tuple(action for action in self.concerning(lot) if action.done is None)

    @property
    def effective(self) -> bool:
        """Whether the latest check found every action there is to have helped."""
        last = self.checks[-1] if self.checks else None
        return (
            last is not None
            and last.outcome is Effectiveness.EFFECTIVE
            and last.after_actions == len(self.actions)
        )

    @property
    def to_be_closed(self) -> bool:
        """Whether all is done and found effective, so that it waits for a second person."""
        return self.closed is None and bool(self.actions) and not self.open_actions() and self.effective

    def must_be_open(self) -> None:
        """Raise ``CapaClosedBefore`` where it is closed."""
        if self.closed is not None:
            raise CapaClosedBefore(f"CAPA {self.id} is closed; open another, naming what came up since.")

    def must_close(self, person: PersonId) -> None:
        """Whether this person may close it; raises ``ClosureRefused`` with every reason."""
        self.must_be_open()
        reasons = tuple(self._against_closure(person))
        if reasons:
            raise ClosureRefused(f"CAPA {self.id} may not be closed.", reasons)

    def _against_closure(self, person: PersonId) -> Iterator[Reason]:
        source = "21 CFR 820.100"
        if not self.actions:
            yield Reason(code="no_action", detail="No action was planned.", source=source)
        for action in self.open_actions():
            detail = f"Action {action.number} is not done: {action.planned.description}"
            yield Reason(code="action_open", detail=detail, source=source)
        if not self.effective:
            detail = "No check has found all of its actions effective."
            yield Reason(code="effectiveness_not_shown", detail=detail, source=source)
        checkers = {check.by.id for check in self.checks[-1:]}
        if person in {self.opened_by.id} | checkers:
            detail = "You opened it or judged its effectiveness; a second person of quality closes it."
            yield Reason(code="closer_is_not_second", detail=detail, source="E1")


class CapaClosedBefore(Conflict):
    """The CAPA is closed; only a check that finds it ineffective opens it again."""


class ActionDoneBefore(Conflict):
    """The action was recorded as done."""


class ClosureRefused(Refused):
    """The CAPA may not be closed yet, or not by this person."""


CAPA: Fold[Capa] = Fold("capa")


@CAPA.begins(CapaOpened)
def _opened(recorded: Recorded, body: CapaOpened) -> Capa:
    return Capa(
        id=CapaId(recorded.name),
        organisation=recorded.signer.organisation,
        opened=body,
        opened_by=recorded.signer,
        opened_at=recorded.recorded_at,
    )


@CAPA.on(CapaActionPlanned)
def _planned(capa: Capa, _: Recorded, body: CapaActionPlanned) -> Capa:
    action = Action(planned=body, owner=body.owner, due_on=body.due_on)
    return replace(capa, actions=(*capa.actions, action))


@CAPA.on(CapaActionMoved)
def _moved(capa: Capa, _: Recorded, body: CapaActionMoved) -> Capa:
    return _with(capa, replace(capa.action(body.action), owner=body.owner, due_on=body.due_on))


@CAPA.on(CapaActionDone)
def _done(capa: Capa, recorded: Recorded, body: CapaActionDone) -> Capa:
    action = replace(
        capa.action(body.action),
        done=body,
        done_by=recorded.signer,
        done_at=recorded.recorded_at,
        files=_files(recorded),
    )
    return _with(capa, action)


@CAPA.on(CapaCheckPlanned)
def _check_planned(capa: Capa, _: Recorded, body: CapaCheckPlanned) -> Capa:
    return replace(capa, check=body)


@CAPA.on(CapaChecked)
def _checked(capa: Capa, recorded: Recorded, body: CapaChecked) -> Capa:
    check = Check(
        outcome=body.outcome,
        evidence=body.evidence,
        by=recorded.signer,
        at=recorded.recorded_at,
        files=_files(recorded),
        after_actions=len(capa.actions),
    )
    checked = replace(capa, check=None, checks=(*capa.checks, check))
    if body.outcome is Effectiveness.INEFFECTIVE:
        return replace(checked, closed=None, closed_by=None, closed_at=None)
    return checked


@CAPA.on(CapaClosed)
def _closed(capa: Capa, recorded: Recorded, body: CapaClosed) -> Capa:
    return replace(capa, closed=body, closed_by=recorded.signer, closed_at=recorded.recorded_at)


def _with(capa: Capa, action: Action) -> Capa:
    actions = capa.actions
    return replace(capa, actions=(*actions[: action.number - 1], action, *actions[action.number :]))


def _files(recorded: Recorded) -> tuple[str, ...]:
    return tuple(str(file.sha256) for file in recorded.files)
