"""Names that a sender chooses: each is given once in its room."""

from __future__ import annotations

from typing import Any

from qc_service.application.view import View
from qc_service.domain.errors import Conflict
from qc_service.domain.records import Fold


class NameTaken(Conflict):
    """Something of this name is on record already."""


def must_be_free(view: View, fold: Fold[Any], name: str) -> None:
    """Raise ``NameTaken`` where the room has a stream of this name, whoever owns it."""
    if view.find(fold, name) is not None:
        raise NameTaken(f"{fold.called.capitalize()} {name} is on record already: choose another name.")
