"""Whose records these are: an organisation sees its own and what was consigned to it, and is not told of others."""

from __future__ import annotations

from typing import Protocol, TypeVar

from qc_service.application.actor import Actor
from qc_service.application.view import View
from qc_service.domain.errors import NotFound
from qc_service.domain.identifiers import OrganisationId
from qc_service.domain.records import Fold


class Owned(Protocol):
    """A state that belongs to an organisation."""

    @property
    def organisation(self) -> OrganisationId:
        """The owner."""


S = TypeVar("S", bound=Owned)


def own(view: View, actor: Actor, fold: Fold[S], name: str) -> S:
    """The state to act upon: the actor's organisation's own, for seeing everything is no leave to act on it.

    Raises ``NotFound`` alike whether or not it exists.
    """
    state = view.find(fold, name)
    if state is None or state.organisation != actor.organisation:
        raise _not_theirs(fold, name)
    return state


def readable(view: View, actor: Actor, fold: Fold[S], name: str) -> S:
    """The state to read: the organisation's own, and any for auditors. Raises ``NotFound`` likewise."""
    state = view.find(fold, name)
    if state is None or not actor.sees(state.organisation):
        raise _not_theirs(fold, name)
    return state


def visible(view: View, actor: Actor, fold: Fold[S], name: str) -> S:
    """The same, or where something of it was consigned to the organisation. Raises ``NotFound`` likewise."""
    state = view.find(fold, name)
    if state is not None and view.consigned(actor.organisation, f"{fold.room}/{name}"):
        return state
    return readable(view, actor, fold, name)


def _not_theirs(fold: Fold[S], name: str) -> NotFound:
    return NotFound(f"No {fold.called} {name} of yours is on record.")
