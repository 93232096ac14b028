"""The vial that somebody acts upon: one that their organisation owns, holds or is sent."""

from __future__ import annotations

from qc_service.application.actor import Actor
from qc_service.application.view import View
from qc_service.domain.errors import NotFound
from qc_service.domain.vials import Vial


def in_hand(view: View, actor: Actor, lot: str, serial: str) -> Vial:
    """The vial to act upon. Raises ``NotFound`` in the same words whether or not it exists."""
    vial = view.find_vial(lot, serial)
    if vial is None or not vial.is_in_hands_of(actor.organisation):
        raise NotFound(f"No vial {serial} of lot {lot} is in your hands.")
    return vial
