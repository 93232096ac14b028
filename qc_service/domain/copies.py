"""Whether sightings of one serial can all be of one vial (V10): pure, from the vial, its records and the thresholds.

Only recorded checks and acts by organisations other than the owner count. What anybody scans anonymously is not
recorded, and patients are invited to scan. Times are what people state, and clocks differ: a rule speaks up only where
no difference of clocks explains it. A shipment on record explains two places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from qc_service.domain.identifiers import Sha256
from qc_service.domain.policies import CopyThresholds
from qc_service.domain.records import Recorded
from qc_service.domain.suspicions import (
    Act,
    Contradiction,
    CopyRule,
    CopySuspected,
    Observation,
    settles,
)
from qc_service.domain.vial_acts import (
    UndoStatement,
    VialActUndone,
    VialAdministered,
    VialChecked,
    VialDestroyed,
    VialPrepared,
    VialPreparedUncleared,
    VialWasted,
)
from qc_service.domain.vial_states import VialAct, VialState, moved
from qc_service.domain.vials import Journey, Vial

MOST_EVIDENCE = 20
_SHOWN = {
    VialChecked: Act.CHECKED,
    VialPrepared: Act.PREPARED,
    VialPreparedUncleared: Act.PREPARED,
    VialAdministered: Act.ADMINISTERED,
    VialWasted: Act.DISCARDED,
    VialDestroyed: Act.DISCARDED,
}
_UNDONE = {
    VialAct.PREPARE: Act.PREPARED,
    VialAct.ADMINISTER: Act.ADMINISTERED,
    VialAct.ADMINISTER_PART: Act.ADMINISTERED,
    VialAct.WASTE: Act.DISCARDED,
}
_USES = {Act.PREPARED, Act.ADMINISTERED}
_ENDED = {VialState.ADMINISTERED, VialState.WASTED, VialState.DESTROYED}
_GONE = {VialState.LOST, VialState.STOLEN}


@dataclass(frozen=True, kw_only=True)
class Course:
    """What a vial's own stream says of where it was: ``seen`` and ``suspected`` since quality last settled it.

    ``acts`` are those on its content that stand: the first used it, the last was its end so far.
    """

    seen: tuple[Observation, ...] = ()
    acts: tuple[Observation, ...] = ()
    suspected: tuple[CopySuspected, ...] = ()
    settled_at: datetime | None = None


def course_of(history: Iterable[Recorded]) -> Course:
    """The course of a vial from the records of its stream."""
    course = Course()
    for recorded in history:
        body = recorded.body
        if settles(body):
            course = replace(course, seen=(), suspected=(), settled_at=recorded.recorded_at)
        elif isinstance(body, CopySuspected):
            course = replace(course, suspected=(*course.suspected, body))
        elif isinstance(body, VialActUndone):
            course = _taken_back(course, body)
        elif type(body) in _SHOWN:
            course = _continued(course, recorded)
    return course


def _continued(course: Course, recorded: Recorded) -> Course:
    shown = Observation(
        act=_SHOWN[type(recorded.body)],
        organisation=recorded.signer.organisation,
        at=recorded.occurred_at.instant,
        record=Sha256(recorded.digest),
    )
    acts = course.acts if shown.act is Act.CHECKED else (*course.acts, shown)
    return replace(course, seen=(*course.seen, shown), acts=acts)


def _taken_back(course: Course, undone: VialActUndone) -> Course:
    """A use taken back is none; where the wrong vial was scanned, this one was not even seen."""
    act = _UNDONE.get(VialAct(undone.act))
    last = next((one for one in reversed(course.acts) if one.act is act), None)
    scanned = undone.statement is UndoStatement.NOTHING_GIVEN
    return replace(
        course,
        seen=tuple(one for one in course.seen if scanned or one is not last),
        acts=tuple(one for one in course.acts if one is not last),
    )


def contradictions(
    vial: Vial, course: Course, now: Observation, limits: CopyThresholds
) -> tuple[Contradiction, ...]:
    """Every rule that a new sighting breaks, with its evidence; what is suspected already is not said again, and that
    it went from hand to hand is said only where nothing else is wrong.

    ``vial`` stands as it did before the sighting, and ``course`` ends before it.
    """
    if now.organisation == vial.organisation:
        return ()
    course = replace(course, seen=tuple(one for one in course.seen if one.organisation != vial.organisation))
    rules = (
        _before_it_came(vial, now, limits),
        _after_use(vial, course, now, limits),
        _two_places(vial, course, now, limits),
    )
    broken = rules if any(rules) else (_unrecorded_moves(vial, course, now, limits),)
    return tuple(one for one in broken if one is not None and not _known(course, now, one))


def on_arrival(
    vial: Vial, course: Course, now: Observation, limits: CopyThresholds, *, listed: bool
) -> tuple[Contradiction, ...]:
    """The same for a vial that a shipment brought: the receipt itself is the record that it may be there."""
    used = _after_use(vial, course, now, limits)
    held = None
    if not listed and moved(vial.state, VialAct.FIND_UNLISTED) is None and vial.custody != now.organisation:
        held = Contradiction(rule=CopyRule.HELD_ELSEWHERE, against=tuple(_arrivals(vial, course))[-1:])
    return tuple(one for one in (used, held) if one is not None and not _known(course, now, one))


def _known(course: Course, now: Observation, found: Contradiction) -> bool:
    """Whether the same rule between the same organisations is suspected already and not settled."""
    between = {now.organisation, *(one.organisation for one in found.against)}
    return any(
        found.rule is each.rule
        and between <= {body.seen.organisation, *(one.organisation for one in each.against)}
        for body in course.suspected
        for each in body.contradictions
    )


def _before_it_came(vial: Vial, now: Observation, limits: CopyThresholds) -> Contradiction | None:
    """A clinic scans what its maker still holds, or what is on its way to another."""
    if vial.state in _GONE:
        return None
    left = [one for one in vial.journeys if one.left_at <= now.at + limits.clocks]
    if not left:
        return Contradiction(rule=CopyRule.BEFORE_SHIPMENT, against=())
    last = max(left, key=lambda journey: journey.left_at)
    party = {last.sender, last.recipient}
    if any(limits.one_place(one, now.organisation) for one in party):
        return None
    if vial.custody == vial.organisation:
        known = now.organisation in vial.consignees
        return None if known else Contradiction(rule=CopyRule.BEFORE_SHIPMENT, against=())
    if last.arrived_at is None or last.arrived_at > now.at + limits.clocks:
        return Contradiction(rule=CopyRule.WHILE_IN_TRANSIT, against=(_sent(last),))
    return None


def _after_use(vial: Vial, course: Course, now: Observation, limits: CopyThresholds) -> Contradiction | None:
    """A used vial is seen elsewhere, or where it was used when it must be long gone."""
    if course.acts:
        use, end = course.acts[0], course.acts[-1]
        at_home = limits.one_place(end.organisation, now.organisation)
        if at_home and vial.state in _ENDED and now.at > end.at + limits.rescans + limits.clocks:
            return Contradiction(rule=CopyRule.AFTER_USE, against=(end,))
        if not at_home and now.at > use.at + limits.clocks:
            return Contradiction(rule=CopyRule.AFTER_USE, against=(use,))
    if now.act in _USES:
        later = tuple(
            one
            for one in course.seen
            if one.at > now.at + limits.clocks and not limits.one_place(one.organisation, now.organisation)
        )
        return Contradiction(rule=CopyRule.AFTER_USE, against=later[:MOST_EVIDENCE]) if later else None
    return None


def _two_places(vial: Vial, course: Course, now: Observation, limits: CopyThresholds) -> Contradiction | None:
    """Two clinics see it within a time in which it cannot travel, and no shipment on record took it there."""
    apart = tuple(
        one
        for one in _observed(vial, course)
        if abs(now.at - one.at) + limits.clocks < limits.between(one.organisation, now.organisation)
        and not any(_explains(journey, one, now, limits.clocks) for journey in vial.journeys)
    )
    return Contradiction(rule=CopyRule.TWO_PLACES, against=apart[:MOST_EVIDENCE]) if apart else None


def _explains(journey: Journey, one: Observation, other: Observation, clocks: timedelta) -> bool:
    first, last = sorted((one.at, other.at))
    travelled = {journey.sender, journey.recipient} == {one.organisation, other.organisation}
    return travelled and first - clocks <= journey.left_at <= last + clocks


def _unrecorded_moves(
    vial: Vial, course: Course, now: Observation, limits: CopyThresholds
) -> Contradiction | None:
    """Since it last arrived, it was in so many other hands in turn without a shipment, such as there and back."""
    last = vial.journeys[-1] if vial.journeys else None
    if last is None or last.arrived_at is None:
        return None
    arrived = last.arrived_at + limits.clocks
    since = sorted(
        (
            one
            for one in (*_observed(vial, course), now)
            if one.at > arrived or limits.one_place(one.organisation, last.recipient)
        ),
        key=lambda one: one.at,
    )
    ways = [
        (before, after)
        for before, after in pairwise(since)
        if not limits.one_place(before.organisation, after.organisation)
    ]
    if len(ways) < limits.unrecorded_moves or not any(now in way for way in ways):
        return None
    named = dict.fromkeys(one for way in ways for one in way if one is not now)
    return Contradiction(rule=CopyRule.UNRECORDED_MOVES, against=tuple(named)[-MOST_EVIDENCE:])


def _observed(vial: Vial, course: Course) -> Iterator[Observation]:
    yield from _arrivals(vial, course)
    yield from course.seen


def _arrivals(vial: Vial, course: Course) -> Iterator[Observation]:
    """Where shipments brought it, as far as quality has not accounted for it since."""
    for one in vial.journeys:
        settled = course.settled_at is not None and one.left_at <= course.settled_at
        if one.arrived_at is not None and one.recipient != vial.organisation and not settled:
            yield Observation(
                act=Act.RECEIVED, organisation=one.recipient, at=one.arrived_at, shipment=one.shipment
            )


def _sent(journey: Journey) -> Observation:
    return Observation(
        act=Act.SENT, organisation=journey.sender, at=journey.left_at, shipment=journey.shipment
    )
