"""What a donor's record does to the lots below: holds and investigations, in the same act (rules D9, D10)."""

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

PENDING_DECISION = Text("On hold until the manufacturer's quality unit has decided.")
"""Neutral on purpose: a lot's records reach clinics, and none says that a donor withdrew (domain rule D9)."""

LATER_RESULT = Text("A later donor result is being looked into; on hold until quality has decided.")


def held_after_withdrawal(view: View, din: Din) -> tuple[New, ...]:
    """A hold on every released lot that stands on the donation, for quality's decision (domain rule D9).

    What is not released is blocked by the donation itself. Neither cause nor explanation says why.
    """
    return tuple(
        New(name=lot.number, body=_hold(lot, HoldCause.QUALITY_DECISION, PENDING_DECISION))
        for lot in _below(view, din)
        if lot.disposition.releases and lot.disposition.rejected is None
    )


def held_after_lookback(view: View, din: Din) -> tuple[New, ...]:
    """A hold and an investigation on every lot that stands on the donation (21 CFR 1271.290; rule D10)."""
    news: list[New] = []
    for lot in _below(view, din):
        investigation = InvestigationOpened(
            investigation=len(lot.quality.investigations) + 1,
            cause=InvestigationCause.DONOR_LOOKBACK,
            description=LATER_RESULT,
        )
        news.append(New(name=lot.number, body=_hold(lot, HoldCause.DONOR_LOOKBACK, LATER_RESULT)))
        news.append(New(name=lot.number, body=investigation))
    return tuple(news)


def _below(view: View, din: Din) -> Iterable[Lot]:
    return (view.get(LOT, number) for number in descendants(view, f"{DONATION.room}/{din}"))


def _hold(lot: Lot, cause: HoldCause, explanation: Text) -> LotHeld:
    return LotHeld(hold=len(lot.disposition.holds) + 1, cause=cause, explanation=explanation)
