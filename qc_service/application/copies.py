"""Copies found in the act that shows them: the answer already says so, and the finding is a record of its own (V10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial

from qc_service.application.actor import Actor, Occasion
from qc_service.application.view import View
from qc_service.domain.code_checks import CodeChecked, burst, names_unknown
from qc_service.domain.copies import Course, contradictions, course_of, on_arrival
from qc_service.domain.errors import NotFound, Reason
from qc_service.domain.identifiers import LotNumber, OrganisationId, Text, VialSerial
from qc_service.domain.lots import LOT
from qc_service.domain.parties import ORGANISATION
from qc_service.domain.permissions import Permission
from qc_service.domain.policies import DEFAULTS, POLICY, CopyThresholds
from qc_service.domain.products import PRODUCT
from qc_service.domain.records import Meaning, New
from qc_service.domain.shipments import Condition, ShipmentReceived, one_by_one
from qc_service.domain.suspicions import (
    Act,
    Contradiction,
    CopySuspected,
    CopySuspicionSettled,
    Observation,
    SettlementRefused,
    SuspicionOutcome,
)
from qc_service.domain.vial_acts import VialRef
from qc_service.domain.vials import Doubt, Vial

DOUBTS = frozenset({Doubt.SUSPECTED_COPY, Doubt.CONTRADICTED})
"""What an answer calls ``suspected_copy``."""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What a sighting shows: the view in which the vial is doubted already, and the records that say so."""

    view: View
    found: tuple[New, ...] = ()


def limits(view: View, organisation: OrganisationId) -> CopyThresholds:
    """The thresholds that an organisation has laid down, else the defaults."""
    policy = view.find(POLICY, organisation)
    return DEFAULTS if policy is None else policy.copies


def watched(view: View, occasion: Occasion, vial: Vial | None, act: Act, at: datetime) -> Watched:
    """What this sighting shows beside the vial's earlier ones; its owner's thresholds decide."""
    if vial is None:
        return Watched(view=view)
    now = Observation(act=act, organisation=occasion.actor.organisation, at=at)
    found = contradictions(vial, _course(view, vial), now, limits(view, vial.organisation))
    if not found:
        return Watched(view=view)
    doubted = replace(vial, doubts=tuple(sorted({*vial.doubts, Doubt.SUSPECTED_COPY})))
    return Watched(view=view.after((), (doubted,)), found=(_suspected(vial, now, found),))


def watched_arrivals(view: View, body: ShipmentReceived, at: datetime) -> tuple[New, ...]:
    """What a receipt shows: vials that arrived though they were used, or though another holds them."""
    return tuple(_arrived_twice(view, body, at))


def _arrived_twice(view: View, body: ShipmentReceived, at: datetime) -> Iterator[New]:
    now = Observation(act=Act.RECEIVED, organisation=body.recipient, at=at, shipment=body.shipment)
    damaged = (one.vial for one in body.exceptions if one.condition is Condition.DAMAGED)
    listed = (*one_by_one(body.ok), *damaged)
    for refs, expected in ((listed, True), (body.unexpected, False)):
        for vial in _vials(view, refs):
            if expected and vial.in_use is None:
                continue  # whatever else may be wrong, the record of the shipment accounts for it
            found = on_arrival(
                vial, _course(view, vial), now, limits(view, vial.organisation), listed=expected
            )
            if found:
                yield _suspected(vial, now, found)


def _vials(view: View, refs: Iterable[VialRef]) -> Iterator[Vial]:
    by_lot: dict[str, list[str]] = {}
    for ref in refs:
        by_lot.setdefault(ref.lot, []).append(ref.serial)
    for lot, serials in by_lot.items():
        yield from view.vials(lot, serials)


def _course(view: View, vial: Vial) -> Course:
    return course_of(view.history(f"vial/{vial.ref.name}"))


def _suspected(vial: Vial, now: Observation, found: tuple[Contradiction, ...]) -> New:
    body = CopySuspected(lot=vial.lot, serial=vial.serial, seen=now, contradictions=found)
    return New(name=vial.ref.name, body=body, stands_on=(f"{POLICY.room}/{vial.organisation}",))


def watched_codes(view: View, actor: Actor, body: CodeChecked, at: datetime) -> tuple[New, ...]:
    """What the check of a code shows together with the clinic's earlier ones: a burst of unknown serials.

    The thresholds are those of the maker whose lots or products the codes name, else the clinic's own.
    """
    if not names_unknown(body):
        return ()
    maker_of = cache(partial(_maker, view))
    theirs = limits(view, maker_of(body) or actor.organisation)
    found = burst(view.history(f"{ORGANISATION.room}/{actor.organisation}"), body, at, maker_of, theirs)
    return () if found is None else (New(name=actor.organisation, body=found),)


def _maker(view: View, checked: CodeChecked) -> OrganisationId | None:
    """Whose lot, else whose product the code names."""
    lot = view.find(LOT, checked.lot) if checked.lot else None
    if lot is not None:
        return lot.organisation
    products = view.citing(f"gtin/{checked.asked.gtin}", PRODUCT.room) if checked.asked.gtin else ()
    return view.get(PRODUCT, products[0]).organisation if products else None


@dataclass(frozen=True, kw_only=True)
class SettleSuspicion:
    """What quality found when it looked into a suspected copy, and on what that rests."""

    lot: LotNumber
    serial: VialSerial
    outcome: SuspicionOutcome
    reason: Text

    @property
    def name(self) -> str:
        """The name of the vial's stream within its room."""
        return f"{self.lot}/{self.serial}"


def settle_suspicion(view: View, occasion: Occasion, intent: SettleSuspicion) -> tuple[New, ...]:
    """Settle what is suspected of a vial, wherever it stands. Raises ``SettlementRefused``, and ``NotFound`` for all
    but the owner's quality unit.
    """
    occasion.actor.must(Permission.SETTLE_SUSPICION)
    vial = _own_vial(view, occasion.actor, intent)
    if not DOUBTS & set(vial.doubts):
        detail = "Nothing is suspected of this vial that was not settled."
        raise SettlementRefused(detail, (Reason(code="nothing_to_settle", detail=detail, source="V10"),))
    body = CopySuspicionSettled(lot=vial.lot, serial=vial.serial, outcome=intent.outcome)
    return (New(name=vial.ref.name, body=body, meaning=Meaning.RESPONSIBILITY, reason=intent.reason),)


def _own_vial(view: View, actor: Actor, intent: SettleSuspicion) -> Vial:
    vial = view.find_vial(intent.lot, intent.serial)
    if vial is None or vial.organisation != actor.organisation:
        raise NotFound(f"No vial {intent.serial} of lot {intent.lot} is yours.")
    return vial
