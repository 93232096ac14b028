"""What falls short of its specification after its release is held in the same act, with every lot made of it."""

from __future__ import annotations

from dataclasses import replace

from qc_service.application.lineage import descendants
from qc_service.application.view import View
from qc_service.domain.disposition import HoldCause, LotHeld
from qc_service.domain.identifiers import Text
from qc_service.domain.investigations import Conclusion
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.records import New
from qc_service.domain.results import Result


def held_where_short(view: View, lot: Lot, results: tuple[Result, ...]) -> tuple[New, ...]:
    """A hold on a released lot that these results leave short of its specification, and on every lot made of it.

    So lists, recall lists and shipments stop it as well as every answer does; one that is held for this
    already is not held again. ``results`` are all of the lot's, as they will be after the act.
    """
    short = replace(lot, quality=replace(lot.quality, results=results)).unmet
    if not (lot.disposition.releases and short):
        return ()
    words = f"lot {lot.number} no longer has a verified result that passes for {', '.join(short)}"
    return held(view, lot, words)


def held_where_failed(view: View, lot: Lot, conclusion: Conclusion) -> tuple[New, ...]:
    """The same for a released lot of which an investigation concludes that the product failed."""
    if not (lot.disposition.releases and conclusion is Conclusion.PRODUCT_FAILURE):
        return ()
    return held(view, lot, f"an investigation of lot {lot.number} found that the product failed")


def held(view: View, lot: Lot, words: str) -> tuple[New, ...]:
    """A hold on the lot and on every lot made of it, for the words that say what it falls short of."""
    below = (view.get(LOT, name) for name in descendants(view, f"{LOT.room}/{lot.number}"))
    return (*_held(lot, Text(f"Held: {words}.")), *(new for one in below for new in _held(one, _made(words))))


def _made(words: str) -> Text:
    return Text(f"Held with what it was made from: {words}.")


def _held(lot: Lot, explanation: Text) -> tuple[New, ...]:
    cause = HoldCause.OUT_OF_SPECIFICATION
    if any(hold.cause is cause for hold in lot.disposition.open_holds()):
        return ()
    body = LotHeld(hold=len(lot.disposition.holds) + 1, cause=cause, explanation=explanation)
    return (New(name=lot.number, body=body),)
