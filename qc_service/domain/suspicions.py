"""Suspected copies on record: what was seen that cannot all be of one vial, and how quality settled it (V10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qc_service.domain.errors import Refused
from qc_service.domain.identifiers import OrganisationId, Sha256, ShipmentId
from qc_service.domain.records import Body, record
from qc_service.domain.vial_acts import VialBody, VialPutBack, VialReissued


class SettlementRefused(Refused):
    """Nothing about the vial waits to be settled."""


class CopyRule(StrEnum):
    """Why sightings cannot all be of one vial."""

    TWO_PLACES = "two_places"
    UNRECORDED_MOVES = "unrecorded_moves"
    BEFORE_SHIPMENT = "before_shipment"
    WHILE_IN_TRANSIT = "while_in_transit"
    AFTER_USE = "after_use"
    HELD_ELSEWHERE = "held_elsewhere"

    @property
    def in_words(self) -> str:
        """The same in a sentence."""
        return _WORDS[self]


_WORDS = {
    CopyRule.TWO_PLACES: "It was seen at two places within a time in which it cannot travel.",
    CopyRule.UNRECORDED_MOVES: "It went from hand to hand and back without a shipment.",
    CopyRule.BEFORE_SHIPMENT: "It was seen at a clinic while its maker held it.",
    CopyRule.WHILE_IN_TRANSIT: "It was seen at one place while it was on its way to another.",
    CopyRule.AFTER_USE: "It was seen where it cannot be after it was used.",
    CopyRule.HELD_ELSEWHERE: "It arrived, unlisted, while another held it or had used it.",
}


class Act(StrEnum):
    """What showed that the vial was there."""

    CHECKED = "checked"
    PREPARED = "prepared"
    ADMINISTERED = "administered"
    DISCARDED = "discarded"
    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, kw_only=True)
class Observation:
    """The vial was there then: shown by a record of its own stream, named by digest, or by one of a shipment's.

    Neither is named of the act that is recorded together with the suspicion: it is the record that precedes it.
    """

    act: Act
    organisation: OrganisationId
    at: datetime
    record: Sha256 | None = None
    shipment: ShipmentId | None = None


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """One rule that was broken, and what the new sighting cannot be true together with."""

    rule: CopyRule
    against: tuple[Observation, ...]


@record("vial")
@dataclass(frozen=True, kw_only=True)
class CopySuspected(VialBody):
    """What the act recorded just before showed: there may be more than one vial of this serial (V10)."""

    seen: Observation
    contradictions: tuple[Contradiction, ...]

    def cites(self) -> tuple[str, ...]:
        """The lot, and the shipments that the evidence names."""
        named = (self.seen, *(one for each in self.contradictions for one in each.against))
        shipments = dict.fromkeys(f"shipment/{one.shipment}" for one in named if one.shipment)
        return (*super().cites(), *shipments)


class SuspicionOutcome(StrEnum):
    """What quality found."""

    FALSE_ALARM = "false_alarm"
    COPY = "copy"


@record("vial")
@dataclass(frozen=True, kw_only=True)
class CopySuspicionSettled(VialBody):
    """Quality looked into what was suspected so far; a false alarm lifts it, and the same evidence raises no other."""

    outcome: SuspicionOutcome


def settles(body: Body) -> bool:
    """Whether the record ends every suspicion before it: what was seen until then is accounted for."""
    match body:
        case CopySuspicionSettled():
            return body.outcome is SuspicionOutcome.FALSE_ALARM
        case VialPutBack():
            return body.settles_doubts
        case _:
            return isinstance(body, VialReissued)
