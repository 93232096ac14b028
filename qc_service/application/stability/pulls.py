"""Pulling vials at a time point, and recording how their condition was kept; what departs is flagged or decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qc_service.application.access import own
from qc_service.application.actor import Occasion
from qc_service.application.days import must_have_come
from qc_service.application.references import known
from qc_service.application.view import View
from qc_service.domain.errors import Conflict, Malformed
from qc_service.domain.identifiers import PersonId, StudyId, Text
from qc_service.domain.moments import ZonedTime
from qc_service.domain.parties import PERSON
from qc_service.domain.permissions import Permission
from qc_service.domain.records import Meaning, New
from qc_service.domain.shipments import LoggerReading
from qc_service.domain.stability import (
    STABILITY,
    PullDeparture,
    Sample,
    StabilityExcursionDecided,
    StabilityTemperatureRecorded,
    Study,
    TimePointPulled,
)


class ExcursionDecidedBefore(Conflict):
    """Quality has decided on this excursion, or there was none to decide on."""


@dataclass(frozen=True, kw_only=True)
class PullTimePoint:
    """Vials taken out of the condition; without ``pulled_by`` the signer took them."""

    study: StudyId
    point: int
    pulled_at: ZonedTime
    samples: tuple[Sample, ...]
    pulled_by: PersonId | None = None
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class RecordCondition:
    """The lowest and highest temperature of the condition over a time."""

    study: StudyId
    began_at: ZonedTime
    ended_at: ZonedTime
    temperature: LoggerReading
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class DecideExcursion:
    """Quality's decision on an excursion."""

    study: StudyId
    excursion: int
    acceptable: bool
    statement: Text


def pull_time_point(view: View, occasion: Occasion, intent: PullTimePoint) -> tuple[New, ...]:
    """Record a pull, whenever it was; raises ``Malformed`` for a lot or a vial that is not there to be pulled."""
    actor = occasion.actor
    actor.must(Permission.PULL_SAMPLES)
    study = own(view, actor, STABILITY, intent.study)
    study.time_point(intent.point)
    must_have_come(intent.pulled_at, occasion.at, "/pulled_at")
    performer = intent.pulled_by or actor.person
    known(view, PERSON, performer, "/pulled_by")
    if not intent.samples or len({one.lot for one in intent.samples}) < len(intent.samples):
        raise Malformed("name the lots that were pulled, each once", field="samples")
    departures: dict[PullDeparture, None] = {}
    for place, sample in enumerate(intent.samples):
        departures |= dict.fromkeys(_departures(view, study, intent, sample, f"samples/{place}"))
    body = TimePointPulled(
        pull=len(study.pulls) + 1,
        point=intent.point,
        pulled_at=intent.pulled_at,
        pulled_by=performer,
        samples=intent.samples,
        departures=tuple(departures),
    )
    return (New(name=study.id, body=body, occurred_at=intent.pulled_at, reason=intent.reason),)


def _departures(
    view: View, study: Study, intent: PullTimePoint, sample: Sample, pointer: str
) -> Iterator[PullDeparture]:
    placed = study.plan.lot(sample.lot)
    if placed is None:
        raise Malformed(f"lot {sample.lot} is not in study {study.id}", field=f"{pointer}/lot")
    found = {vial.serial for vial in view.vials(sample.lot, sample.serials)}
    for place, serial in enumerate(sample.serials):
        if serial not in found:
            raise Malformed(f"no vial {sample.lot}/{serial} is on record", field=f"{pointer}/serials/{place}")
    due_from, _, due_until = study.time_point(intent.point).window(placed.placed_on)
    if intent.pulled_at.day < due_from:
        yield PullDeparture.BEFORE_WINDOW
    if intent.pulled_at.day > due_until:
        yield PullDeparture.AFTER_WINDOW
    if placed.serials and set(sample.serials) - set(placed.serials):
        yield PullDeparture.NOT_PLACED
    if sample.vials > study.left(placed):
        yield PullDeparture.MORE_THAN_LEFT


def record_condition(view: View, occasion: Occasion, intent: RecordCondition) -> tuple[New, ...]:
    """Record how the condition was kept; out of its range it is a deviation of the study that quality decides on."""
    occasion.actor.must(Permission.RECORD_STORAGE)
    study = own(view, occasion.actor, STABILITY, intent.study)
    must_have_come(intent.ended_at, occasion.at, "/ended_at")
    condition, reading = study.plan.condition, intent.temperature
    if reading.unit != condition.unit:
        raise Malformed(f"state temperatures in {condition.unit}", field="temperature/unit")
    body = StabilityTemperatureRecorded(
        excursion=len(study.excursions) + 1,
        began_at=intent.began_at,
        ended_at=intent.ended_at,
        temperature=reading,
        out_of_range=reading.min < condition.min or reading.max > condition.max,
    )
    return (New(name=study.id, body=body, occurred_at=intent.ended_at, reason=intent.reason),)


def decide_excursion(view: View, occasion: Occasion, intent: DecideExcursion) -> tuple[New, ...]:
    """Sign quality's decision on an excursion, once; raises ``ExcursionDecidedBefore``."""
    occasion.actor.must(Permission.CLOSE_DEVIATION)
    study = own(view, occasion.actor, STABILITY, intent.study)
    if not study.excursion(intent.excursion).is_open:
        raise ExcursionDecidedBefore(
            f"Excursion {intent.excursion} of study {study.id} waits for no decision."
        )
    body = StabilityExcursionDecided(
        excursion=intent.excursion, acceptable=intent.acceptable, statement=intent.statement
    )
    return (New(name=study.id, body=body, meaning=Meaning.REVIEW, reason=intent.statement),)
