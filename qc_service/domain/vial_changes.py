"""How each record changes the vials it touches: pure and total, so that a replay reaches the same vial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from qc_service.domain.records import Body, Recorded
from qc_service.domain.shipments import (
    Condition,
    ShipmentDispatched,
    ShipmentExcursionAssessed,
    ShipmentReceived,
    one_by_one,
)
from qc_service.domain.suspicions import CopySuspected, CopySuspicionSettled, SuspicionOutcome
from qc_service.domain.vial_acts import (
    Clock,
    VialActUndone,
    VialAdministered,
    VialBody,
    VialChecked,
    VialDestroyed,
    VialLost,
    VialPrepared,
    VialPreparedUncleared,
    VialPutBack,
    VialRef,
    VialReissued,
    VialReturned,
    VialSetAside,
    VialStolen,
    VialWasted,
)
from qc_service.domain.vial_clocks import (
    VialClockStarted,
    VialRefrozen,
    clock_started,
    refrozen,
    running,
)
from qc_service.domain.vial_states import VialAct, VialState, moved, usual_end
from qc_service.domain.vials import Doubt, InUse, Journey, Sighting, Undoable, Vial


def touched(body: Body) -> tuple[VialRef, ...]:
    """The vials that a record speaks of, each once; none for kinds that are not about vials."""
    match body:
        case VialBody():
            return (body.vial,)
        case ShipmentDispatched() | ShipmentExcursionAssessed():
            return one_by_one(body.contents)
        case ShipmentReceived():
            listed = (*one_by_one(body.ok), *(arrival.vial for arrival in body.exceptions))
            return (*listed, *body.unexpected)
        case _:
            return ()


def apply(vial: Vial, recorded: Recorded) -> Vial:
    """The vial after a record that touches it. A record that does not fit leaves a doubt, never an error.

    What happened before the vial's newest act, and only says where it was then, is on record and moves it no more: it
    was written down where there was no network, and arrives late (V11). What uses a vial up counts whenever it arrives.
    """
    body, at = recorded.body, recorded.occurred_at.instant
    late = vial.acted_at is not None and at < vial.acted_at
    changed = vial if late and isinstance(body, _OVERTAKEN) else _CHANGES[type(body)](vial, recorded, body)
    is_act = isinstance(body, VialBody) and not isinstance(body, _NO_ACTS)
    return replace(changed, acted_at=at if is_act and not late else vial.acted_at, version=vial.version + 1)


_NO_ACTS = (VialChecked, CopySuspected, CopySuspicionSettled)
_OVERTAKEN = (VialSetAside, VialPutBack, VialReturned, VialReissued, VialLost)


def _moving(vial: Vial, act: VialAct) -> Vial:
    state = moved(vial.state, act)
    if state is not None:
        return replace(vial, state=state, undoable=None, undoable_then=None)
    return vial if vial.state is usual_end(act) else vial.doubting(Doubt.CONTRADICTED)


def _undoably(vial: Vial, recorded: Recorded, act: VialAct) -> Vial:
    before = Undoable(
        act=act,
        at=recorded.occurred_at.instant,
        by=recorded.signer.organisation,
        state=vial.state,
        custody=vial.custody,
        in_use=vial.in_use,
        doses_left=vial.doses_left,
    )
    after = _moving(vial, act)
    then = (*(vial.undoable_then or ()), vial.undoable) if vial.undoable else None
    return replace(after, undoable=before, undoable_then=then) if moved(vial.state, act) else after


def _sighted(vial: Vial, recorded: Recorded) -> Vial:
    now = Sighting(organisation=recorded.signer.organisation, at=recorded.occurred_at.instant)
    last = vial.seen
    return vial if last and now.at < last.at else replace(vial, seen=now)


def _dispatched(vial: Vial, recorded: Recorded, body: ShipmentDispatched) -> Vial:
    sent = _moving(vial, VialAct.DISPATCH)
    journey = Journey(
        shipment=body.shipment,
        sender=body.sender,
        recipient=body.recipient,
        left_at=recorded.occurred_at.instant,
    )
    return replace(
        sent,
        custody=None,
        shipment=body.shipment,
        consignees=(*vial.consignees, body.recipient),
        journeys=(*vial.journeys, journey),
        seen=None,
    )


def _arrived(vial: Vial, at: datetime) -> tuple[Journey, ...]:
    """The journeys once the last has ended."""
    return (*vial.journeys[:-1], *(replace(last, arrived_at=at) for last in vial.journeys[-1:]))


_ARRIVALS = {
    Condition.OK: VialAct.RECEIVE,
    Condition.DAMAGED: VialAct.RECEIVE_DAMAGED,
    Condition.MISSING: VialAct.REPORT_MISSING,
    Condition.REFUSED: VialAct.REFUSE_DELIVERY,
}


def _received(vial: Vial, recorded: Recorded, body: ShipmentReceived) -> Vial:
    condition = body.condition_of(vial.ref)
    if condition is None:
        return _found_unlisted(vial, recorded, body)
    if vial.shipment != body.shipment:
        return vial.doubting(Doubt.CONTRADICTED)
    arrived = moved(vial.state, _ARRIVALS[condition]) is not None
    after = _moving(vial, _ARRIVALS[condition])
    if not arrived or condition is Condition.MISSING:
        return after
    if condition is Condition.REFUSED:
        return replace(after, custody=vial.organisation)
    journeys = _arrived(vial, recorded.occurred_at.instant)
    held = replace(_sighted(after, recorded), custody=body.recipient, journeys=journeys)
    held = held.doubting(Doubt.DAMAGED) if condition is Condition.DAMAGED else held
    return held.doubting(Doubt.TEMPERATURE_EXCURSION) if vial.lot in body.out_of_range else held


def _found_unlisted(vial: Vial, recorded: Recorded, body: ShipmentReceived) -> Vial:
    """A vial on hand without a list waits for quality; one held or used elsewhere is suspected a copy."""
    if moved(vial.state, VialAct.FIND_UNLISTED) is None:
        return vial.doubting(Doubt.SUSPECTED_COPY)
    found = _sighted(_moving(vial, VialAct.FIND_UNLISTED), recorded)
    at = recorded.occurred_at.instant
    journey = Journey(
        shipment=body.shipment,
        sender=vial.custody or vial.organisation,
        recipient=body.recipient,
        left_at=at,
        arrived_at=at,
    )
    held = replace(
        found,
        custody=body.recipient,
        consignees=(*vial.consignees, body.recipient),
        journeys=(*vial.journeys, journey),
    )
    return held.doubting(Doubt.UNLISTED)


def _excursion_assessed(vial: Vial, _: Recorded, body: ShipmentExcursionAssessed) -> Vial:
    if not body.acceptable or vial.shipment != body.shipment:
        return vial
    return replace(
        vial, doubts=tuple(doubt for doubt in vial.doubts if doubt is not Doubt.TEMPERATURE_EXCURSION)
    )


def _checked(vial: Vial, recorded: Recorded, _: VialChecked) -> Vial:
    return _sighted(vial, recorded)


def _prepared(vial: Vial, recorded: Recorded, body: VialPrepared) -> Vial:
    claimed = replace(_undoably(vial, recorded, VialAct.PREPARE), in_use=_clocks(recorded, body))
    return _sighted(claimed, recorded)


_OPENED_WHERE_IT_IS = {VialState.SET_ASIDE, VialState.RECEIVED_DAMAGED}


def _prepared_uncleared(vial: Vial, recorded: Recorded, body: VialPreparedUncleared) -> Vial:
    """It was opened all the same: a clinic that holds it has it in use, and no clock that runs is set back. A vial that
    another holds or has claimed cannot be the one that was opened."""
    in_use = _clocks(recorded, body)
    if vial.in_use is not None and vial.claimed_by == body.clinic:
        ends = [end for end in (vial.use_before, body.use_before) if end is not None]
        opened = running(vial.in_use, body.starts, recorded.occurred_at.instant)
        after = replace(vial, in_use=replace(opened, use_before=min(ends, default=None)))
    elif vial.in_use is not None or vial.custody != body.clinic:
        after = vial.doubting(Doubt.CONTRADICTED)
    elif vial.state in _OPENED_WHERE_IT_IS:
        after = replace(vial, in_use=in_use)
    else:
        after = replace(_undoably(vial, recorded, VialAct.PREPARE), in_use=in_use)
    return _sighted(after, recorded)


def _clocks(recorded: Recorded, body: VialPrepared | VialPreparedUncleared) -> InUse:
    at = recorded.occurred_at.instant
    return running(InUse(claimed_by=body.clinic, prepared_at=at, use_before=body.use_before), body.starts, at)


def _administered(vial: Vial, recorded: Recorded, body: VialAdministered) -> Vial:
    """A dose given without a clear answer ends the vial, whatever it still holds."""
    in_part = body.doses_left > 0 and not body.given_without_clear_answer
    after = _undoably(vial, recorded, VialAct.ADMINISTER_PART if in_part else VialAct.ADMINISTER)
    at = recorded.occurred_at.instant
    in_use = vial.in_use or InUse(claimed_by=body.clinic, prepared_at=at)
    opened = replace(running(in_use, (Clock.PUNCTURE,), at), use_before=body.use_before or in_use.use_before)
    return _sighted(replace(after, in_use=opened, doses_left=body.doses_left), recorded)


def _clock_started(vial: Vial, recorded: Recorded, body: VialClockStarted) -> Vial:
    return _sighted(clock_started(vial, recorded, body), recorded)


def _set_aside(vial: Vial, _recorded: Recorded, _body: VialSetAside) -> Vial:
    after = _moving(vial, VialAct.SET_ASIDE)
    return after.doubting(Doubt.WAS_LOST) if vial.state is VialState.LOST else after


def _put_back(vial: Vial, _: Recorded, body: VialPutBack) -> Vial:
    at_home = vial.custody == vial.organisation
    after = _moving(vial, VialAct.PUT_BACK_IN_STOCK if at_home else VialAct.PUT_BACK)
    return replace(after, doubts=(), seen=None) if body.settles_doubts else after


def _returned(vial: Vial, recorded: Recorded, body: VialReturned) -> Vial:
    fits = moved(vial.state, VialAct.RETURN) is not None
    after = _undoably(vial, recorded, VialAct.RETURN)
    return replace(after, custody=body.to) if fits else after


def _reissued(vial: Vial, _recorded: Recorded, _body: VialReissued) -> Vial:
    return replace(_moving(vial, VialAct.REISSUE), doubts=(), shipment=None, seen=None)


def _wasted(vial: Vial, recorded: Recorded, _: VialWasted) -> Vial:
    return vial if vial.state is VialState.ADMINISTERED else _undoably(vial, recorded, VialAct.WASTE)


def _lost(vial: Vial, recorded: Recorded, _: VialLost) -> Vial:
    return _undoably(vial, recorded, VialAct.REPORT_LOST)


def _ended(act: VialAct) -> Callable[[Vial, Recorded, Any], Vial]:
    def end(vial: Vial, _recorded: Recorded, _body: Body) -> Vial:
        return vial if vial.state is VialState.ADMINISTERED else _moving(vial, act)

    return end


def _undone(vial: Vial, _recorded: Recorded, _body: VialActUndone) -> Vial:
    before = vial.undoable
    if before is None:
        return vial.doubting(Doubt.CONTRADICTED)
    *then, last = vial.undoable_then or (None,)
    return replace(
        vial,
        state=before.state,
        custody=before.custody,
        in_use=before.in_use,
        doses_left=before.doses_left,
        undoable=last,
        undoable_then=tuple(then) or None,
    )


def _suspected(vial: Vial, _recorded: Recorded, _body: CopySuspected) -> Vial:
    return vial.doubting(Doubt.SUSPECTED_COPY)


def _settled(vial: Vial, _recorded: Recorded, body: CopySuspicionSettled) -> Vial:
    if body.outcome is SuspicionOutcome.COPY:
        return vial
    settled = {Doubt.SUSPECTED_COPY, Doubt.CONTRADICTED}
    return replace(vial, doubts=tuple(doubt for doubt in vial.doubts if doubt not in settled))


_CHANGES: dict[type[Body], Callable[[Vial, Recorded, Any], Vial]] = {
    ShipmentDispatched: _dispatched,
    ShipmentReceived: _received,
    ShipmentExcursionAssessed: _excursion_assessed,
    VialChecked: _checked,
    VialPrepared: _prepared,
    VialPreparedUncleared: _prepared_uncleared,
    VialAdministered: _administered,
    VialClockStarted: _clock_started,
    VialRefrozen: refrozen,
    VialSetAside: _set_aside,
    VialPutBack: _put_back,
    VialReturned: _returned,
    VialReissued: _reissued,
    VialWasted: _wasted,
    VialDestroyed: _ended(VialAct.DESTROY),
    VialStolen: _ended(VialAct.REPORT_STOLEN),
    VialLost: _lost,
    VialActUndone: _undone,
    CopySuspected: _suspected,
    CopySuspicionSettled: _settled,
}
CHANGING_KINDS = frozenset(kind.__name__ for kind in _CHANGES)
"""The names of the record kinds that change vials; a fill mints them."""
