"""Recording what was done to a lot: steps with everything that departed, deviations, and quality's
decisions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from qc_service.application.access import own
from qc_service.application.actor import Actor, Occasion
from qc_service.application.attachments import documents
from qc_service.application.references import all_ours, known
from qc_service.application.view import View
from qc_service.domain.departures import (
    cover_on,
    departures_of_cover,
    departures_of_equipment,
    departures_of_order,
    departures_of_reagents,
)
from qc_service.domain.errors import Malformed
from qc_service.domain.facilities import FACILITY
from qc_service.domain.identifiers import (
    EquipmentId,
    FacilityId,
    Line,
    LotNumber,
    PersonId,
    ReagentId,
    Sha256,
    Text,
)
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.moments import ZonedTime
from qc_service.domain.parties import PERSON
from qc_service.domain.permissions import Permission
from qc_service.domain.processing import (
    Departure,
    DeviationCause,
    DeviationOutcome,
    Medium,
    Parameter,
    Procedure,
    Severity,
    StepPerformed,
    decide,
    opened,
    recorded_late,
)
from qc_service.domain.products import PRODUCT
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import Meaning, New
from qc_service.domain.registers import EQUIPMENT, REAGENT
from qc_service.domain.vocabulary import STEP_OPERATION, StepKind


@dataclass(frozen=True, kw_only=True)
class StepAccount:
    """What a person says of a step of any kind; without ``performed_by`` they performed it themselves.

    An account more than 24 hours after ``ended_at`` wants a ``reason``.
    """

    lot: LotNumber
    facility: FacilityId
    started_at: ZonedTime
    ended_at: ZonedTime
    procedure: Procedure
    performed_by: PersonId | None = None
    equipment: tuple[EquipmentId, ...] = ()
    reagents: tuple[ReagentId, ...] = ()
    medium: Medium | None = None
    input: Quantity | None = None
    output: Quantity | None = None
    yield_percent: Decimal | None = None
    parameters: tuple[Parameter, ...] = ()
    location: Line | None = None
    documents: tuple[Sha256, ...] = ()
    notes: Text | None = None
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class RecordStep(StepAccount):
    """A step that was performed; a fill is recorded with its counts instead."""

    kind: StepKind

    def __post_init__(self) -> None:
        """Send a fill where its vials are counted, so that nothing is typed twice."""
        if self.kind is StepKind.FILL:
            raise Malformed("record the fill itself: its step is recorded with it", field="kind")


@dataclass(frozen=True, kw_only=True)
class OpenDeviation:
    """A departure that a person noticed, in a step or in the lot as a whole."""

    lot: LotNumber
    severity: Severity
    description: Text
    step: int | None = None


@dataclass(frozen=True, kw_only=True)
class DecideDeviation:
    """Quality's decision; the statement says why the departure adds no risk, or that it does."""

    lot: LotNumber
    deviation: int
    outcome: DeviationOutcome
    statement: Text


def record_step(view: View, occasion: Occasion, intent: RecordStep) -> tuple[New, ...]:
    """Record a step with whatever departed in it; a step is a fact and is never refused (rules P3, P4,
    P7)."""
    occasion.actor.must(Permission.RECORD_STEP)
    lot = own(view, occasion.actor, LOT, intent.lot)
    return performed(view, occasion, lot, intent.kind, intent)


def open_deviation(view: View, occasion: Occasion, intent: OpenDeviation) -> tuple[New, ...]:
    """Open a deviation that somebody noticed (domain rule P8); it blocks release until quality decides."""
    occasion.actor.must(Permission.OPEN_DEVIATION)
    lot = own(view, occasion.actor, LOT, intent.lot)
    if intent.step is not None and not 1 <= intent.step <= len(lot.processing.steps):
        raise Malformed(f"this lot has no step {intent.step}", field="step")
    departure = Departure(
        cause=DeviationCause.OTHER, severity=intent.severity, description=intent.description
    )
    found = opened((departure,), after=len(lot.processing.deviations), step=intent.step)
    return tuple(New(name=lot.number, body=body) for body in found)


def decide_deviation(view: View, occasion: Occasion, intent: DecideDeviation) -> tuple[New, ...]:
    """Sign quality's decision on a deviation (21 CFR 1271.265(c)(3)); raises ``DeviationNotClearable``
    (P7)."""
    occasion.actor.must(Permission.CLOSE_DEVIATION)
    lot = own(view, occasion.actor, LOT, intent.lot)
    body = decide(lot.processing.deviation(intent.deviation), intent.outcome, intent.statement)
    return (New(name=lot.number, body=body, meaning=Meaning.REVIEW),)


def performed(
    view: View,
    occasion: Occasion,
    lot: Lot,
    kind: StepKind,
    account: StepAccount,
    *,
    further: tuple[Departure, ...] = (),
) -> tuple[New, ...]:
    """The record of a step and one for each departure: of order, certification, calibration and reagents, and
    the ``further`` ones that the caller found. Raises ``Malformed`` where it cannot be understood or wants a
    reason.
    """
    step = _step(view, occasion, lot, kind, account)
    departures = (*_departures(view, occasion.actor, lot, step), *further)
    found = opened(departures, after=len(lot.processing.deviations), step=step.number)
    return (
        New(
            name=lot.number,
            body=step,
            occurred_at=account.ended_at,
            reason=account.reason,
            files=documents(view, occasion.actor, account.documents),
        ),
        *(New(name=lot.number, body=body) for body in found),
    )


def _step(view: View, occasion: Occasion, lot: Lot, kind: StepKind, account: StepAccount) -> StepPerformed:
    facility = known(view, FACILITY, account.facility, "/facility")
    performer = account.performed_by or occasion.actor.person
    known(view, PERSON, performer, "/performed_by")
    days = (account.started_at.day, account.ended_at.day)
    return StepPerformed(
        step=len(lot.processing.steps) + 1,
        kind=kind,
        facility=account.facility,
        performed_by=performer,
        started_at=account.started_at,
        ended_at=account.ended_at,
        procedure=account.procedure,
        equipment=account.equipment,
        reagents=account.reagents,
        medium=account.medium,
        input=account.input,
        output=account.output,
        yield_percent=account.yield_percent,
        parameters=account.parameters,
        location=account.location,
        documents=account.documents,
        notes=account.notes,
        certification=cover_on(facility, STEP_OPERATION[kind], days),
        late=recorded_late(account.ended_at, occasion.at, account.reason),
    )


def _departures(view: View, actor: Actor, lot: Lot, step: StepPerformed) -> tuple[Departure, ...]:
    facility = view.get(FACILITY, step.facility)
    product = view.get(PRODUCT, lot.product)
    before, later = lot.processing.around(step.started_at.instant)
    equipment = all_ours(view, actor, EQUIPMENT, step.equipment, "/equipment")
    reagents = all_ours(view, actor, REAGENT, step.all_reagents, "/reagents")
    return (
        *departures_of_order(product.process, before, step.kind, later),
        *departures_of_cover(facility, STEP_OPERATION[step.kind], (step.started_at.day, step.day)),
        *departures_of_equipment(equipment, step.day),
        *departures_of_reagents(reagents, step.day),
    )
