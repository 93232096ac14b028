"""What stands on what: the citation graph, up to the donations and down to the last lot (21 CFR 1271.290)."""

from __future__ import annotations

from qc_service.application.view import View
from qc_service.domain.lots import LOT


def ancestors(view: View, lot: str) -> tuple[str, ...]:
    """Every lot that this one was made from, nearest first."""
    found: dict[str, None] = {}
    waiting = [lot]
    while waiting:
        for parent in view.get(LOT, waiting.pop(0)).parents:
            if parent.lot not in found:
                found[parent.lot] = None
                waiting.append(parent.lot)
    return tuple(found)


def descendants(view: View, stream: str) -> tuple[str, ...]:
    """Every lot that stands on this stream, directly or through other lots; for a lot, without itself."""
    found: dict[str, None] = {}
    waiting = [stream]
    while waiting:
        for lot in view.citing(waiting.pop(0), LOT.room):
            if lot not in found:
                found[lot] = None
                waiting.append(f"{LOT.room}/{lot}")
    return tuple(sorted(found))


def donations_of(view: View, lot: str) -> tuple[str, ...]:
    """Every donation behind a lot, sorted."""
    lots = (lot, *ancestors(view, lot))
    return tuple(sorted({din for name in lots for din in view.get(LOT, name).donations}))
