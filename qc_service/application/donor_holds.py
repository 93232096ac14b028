"""What an open question about a donor does to the lots below: a hold and an investigation in the same act (D9, D10)."""

from __future__ import annotations

from collections.abc import Iterable

from qc_service.application.lineage import descendants
from qc_service.application.view import View
from qc_service.domain.disposition import HoldCause, LotHeld
from qc_service.domain.donations import DONATION
from qc_service.domain.identifiers import Din, Text
from qc_service.domain.investigations import InvestigationCause, InvestigationOpened
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.records import New

QUESTION_OPEN = Text(
    "A question about a donor is open; on hold until the manufacturer's quality has decided."
)
"""All that a lot's records say, whatever the question is: they reach clinics."""


def held_for_review(view: View, din: Din) -> tuple[New, ...]:
    """A hold and an investigation on every lot that stands on the donation (21 CFR 1271.290; rules D9, D10).

    A later result and a withdrawn consent end here both, so that nobody outside can tell one from the other by what
    becomes of the lots: not by causes or words, nor by which lots are reached or how many records there are.
    """
    return tuple(new for lot in _below(view, din) for new in _questioned(lot))


def _below(view: View, din: Din) -> Iterable[Lot]:
    return (view.get(LOT, number) for number in descendants(view, f"{DONATION.room}/{din}"))


def _questioned(lot: Lot) -> Iterable[New]:
    held = LotHeld(
        hold=len(lot.disposition.holds) + 1, cause=HoldCause.DONOR_REVIEW, explanation=QUESTION_OPEN
    )
    yield New(name=lot.number, body=held)
    opened = InvestigationOpened(
        investigation=len(lot.quality.investigations) + 1,
        cause=InvestigationCause.DONOR_REVIEW,
        description=QUESTION_OPEN,
    )
    yield New(name=lot.number, body=opened)
