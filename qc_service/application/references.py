"""Finding what a statement refers to: a name that is not on record is a fault of the statement, at its
member."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from qc_service.application.access import Owned
from qc_service.application.actor import Actor
from qc_service.application.view import View
from qc_service.domain.errors import Fault, Malformed
from qc_service.domain.records import Fold

S = TypeVar("S")
W = TypeVar("W", bound=Owned)


def known(view: View, fold: Fold[S], name: str, pointer: str) -> S:
    """The state of that name, whoever owns it. Raises ``Malformed`` at the pointer where there is none."""
    state = view.find(fold, name)
    if state is None:
        raise _unknown(fold.called, name, pointer)
    return state


def ours(view: View, actor: Actor, fold: Fold[W], name: str, pointer: str) -> W:
    """The state of that name, if it is the actor's organisation's. Raises ``Malformed`` in the same words
    whether or not it exists elsewhere."""
    state = view.find(fold, name)
    if state is None or state.organisation != actor.organisation:
        raise _unknown(fold.called, name, pointer)
    return state


def all_ours(view: View, actor: Actor, fold: Fold[W], names: Iterable[str], pointer: str) -> tuple[W, ...]:
    """The states of these names, the pointer going on with each one's place. Raises ``Malformed``."""
    return tuple(ours(view, actor, fold, name, f"{pointer}/{place}") for place, name in enumerate(names))


def _unknown(room: str, name: str, pointer: str) -> Malformed:
    detail = f"no {room} {name} of yours is on record: register it first"
    return Malformed(detail, faults=(Fault(pointer=pointer, detail=detail),))
