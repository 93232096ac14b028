"""What a reader is told of a CAPA: what gave rise to it, what was done, whether it helped, and what it waits for."""

from __future__ import annotations

from qc_service.application.access import readable
from qc_service.application.actor import Actor
from qc_service.application.view import View
from qc_service.domain.capas import CAPA, Action, Capa, Check
from qc_service.domain.codec import to_plain
from qc_service.domain.open_work import work_of_capa
from qc_service.domain.permissions import Permission

Plain = dict[str, object]


def read_capa(view: View, actor: Actor, capa: str) -> Plain:
    """One CAPA with everything that became of it, for its organisation and auditors. Raises ``NotFound``."""
    actor.must(Permission.READ_RECORDS)
    state = readable(view, actor, CAPA, capa)
    return {
        "capa": str(state.id),
        "status": state.status,
        "organisation": str(state.organisation),
        **to_plain(state.opened),
        "opened_by": str(state.opened_by.printed_name),
        "opened_at": to_plain(state.opened_at),
        "actions": [_action(action) for action in state.actions],
        "check": to_plain(state.check),
        "checks": [_check(check) for check in state.checks],
        "statement": str(state.closed.statement) if state.closed else None,
        "closed_by": str(state.closed_by.printed_name) if state.closed_by else None,
        "closed_at": to_plain(state.closed_at),
        "waits_for": [to_plain(work) for work in work_of_capa(state)],
    }


def _action(action: Action) -> Plain:
    return {
        **to_plain(action.planned),
        "owner": str(action.owner),
        "due_on": to_plain(action.due_on),
        "evidence": str(action.done.evidence) if action.done else None,
        "documents": list(action.files),
        "done_by": str(action.done_by.printed_name) if action.done_by else None,
        "done_at": to_plain(action.done_at),
    }


def _check(check: Check) -> Plain:
    return {
        "outcome": check.outcome.value,
        "evidence": str(check.evidence),
        "documents": list(check.files),
        "by": str(check.by.printed_name),
        "at": to_plain(check.at),
    }


def summary(capa: Capa) -> Plain:
    """What lists and searches show of a CAPA."""
    days = [work.due_on for work in work_of_capa(capa) if work.due_on is not None]
    return {
        "status": capa.status,
        "title": str(capa.opened.title),
        "actions": len(capa.actions),
        "open_actions": len(capa.open_actions()),
        "due_on": to_plain(min(days, default=None)),
    }
