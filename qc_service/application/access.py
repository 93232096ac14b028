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
    """The state, if it is the actor's organisation's. Raises ``NotFound`` alike whether or not it exists."""
    state = view.find(fold, name)
    if state is None or not actor.sees(state.organisation):
        raise NotFound(f"No {fold.room} {name} of yours is on record.")
    return state


def visible(view: View, actor: Actor, fold: Fold[S], name: str) -> S:
    """The state, if it is the organisation's own or something of it was consigned there. Raises ``NotFound``."""
    state = view.find(fold, name)
    if state is not None and view.consigned(actor.organisation, f"{fold.room}/{name}"):
        return state
    return own(view, actor, fold, name)
