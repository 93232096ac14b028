"""What departs when a step is performed: its order, the facility's certification, calibration and
reagents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from qc_service.domain.facilities import Facility
from qc_service.domain.identifiers import Line, Text
from qc_service.domain.processing import Cover, Departure, DeviationCause, Severity
from qc_service.domain.registers import Equipment, Reagent, ReagentStatus
from qc_service.domain.vocabulary import Operation, StepKind

NEVER_CLEARED = frozenset({Operation.FILL, Operation.STERILITY_TESTING})
"""What no statement of quality makes up for when the facility was not certified for it (domain rule P7)."""


def departures_of_order(
    planned: tuple[StepKind, ...],
    before: tuple[StepKind, ...],
    kind: StepKind,
    later: tuple[StepKind, ...] = (),
) -> tuple[Departure, ...]:
    """Whether a step of this kind keeps to the product's process definition (domain rule P3; 21 CFR
    11.10(f)).

    ``before`` are the kinds of the steps that began before it, in their order, and ``later`` those that began
    after it and were recorded first. Each step takes the first free place of its kind in the plan. The step
    departs when its kind has no place there, when there are more of the kind than places, when places before
    its own were passed over, or when its own was. Without a plan nothing departs.
    """
    if not planned:
        return ()
    taken: set[int] = set()
    for earlier in before:
        taken.update(_free(planned, taken, earlier)[:1])
    free = _free(planned, taken, kind)
    furthest = max(taken, default=-1)
    if kind not in planned:
        cause, detail = DeviationCause.STEP_NOT_PLANNED, "has no place in the process definition"
    elif len(free) <= later.count(kind):
        cause, detail = DeviationCause.STEP_REPEATED, "was performed more often than planned"
    elif free[0] < furthest:
        cause, detail = DeviationCause.STEP_REORDERED, f"should precede {_spoken(planned[furthest])}"
    elif passed := planned[furthest + 1 : free[0]]:
        cause = DeviationCause.STEP_SKIPPED
        detail = f"was performed without {', '.join(_spoken(step) for step in passed)} before it"
    else:
        return ()
    description = Text(f"The step {_spoken(kind)} {detail}.")
    return (Departure(cause=cause, severity=Severity.MAJOR, description=description),)


def steps_missing(planned: tuple[StepKind, ...], performed: tuple[StepKind, ...]) -> tuple[StepKind, ...]:
    """The planned steps that come after the last one performed and have not been: the process is not
    finished."""
    taken: set[int] = set()
    for kind in performed:
        taken.update(_free(planned, taken, kind)[:1])
    return planned[max(taken, default=-1) + 1 :]


def _free(planned: tuple[StepKind, ...], taken: set[int], kind: StepKind) -> list[int]:
    return [place for place, step in enumerate(planned) if step is kind and place not in taken]


def _spoken(kind: StepKind) -> str:
    return kind.replace("_", " ")


def cover_on(facility: Facility, operation: Operation, days: Iterable[date]) -> Cover | None:
    """The certification in force for this operation on each of these days, frozen as on the last; ``None``
    where one of them had nothing in force (domain rule P7)."""
    found = [facility.covering(operation, day) for day in sorted(set(days))]
    last = found[-1]
    if last is None or None in found:
        return None
    return Cover(type=last.type, scheme=last.scheme, number=last.number, in_words=Line(last.in_words))


def departures_of_cover(
    facility: Facility, operation: Operation, days: Iterable[date]
) -> tuple[Departure, ...]:
    """What departs when a step or an assay is run where nothing in force covered it that day (domain rule
    P7).

    Later expiry never matters. Quality may justify it, but never for a fill or for sterility testing.
    """
    wanted = tuple(days)
    if cover_on(facility, operation, wanted) is not None:
        return ()
    when = " and ".join(day.isoformat() for day in sorted(set(wanted)))
    detail = f"At {facility.name} nothing in force covered {operation.replace('_', ' ')} on {when}."
    clearable = operation not in NEVER_CLEARED
    return (
        Departure(
            cause=DeviationCause.FACILITY_NOT_CERTIFIED,
            severity=Severity.MAJOR if clearable else Severity.CRITICAL,
            description=Text(detail),
            clearable=clearable,
        ),
    )


def departures_of_equipment(equipment: Iterable[Equipment], day: date) -> tuple[Departure, ...]:
    """Equipment whose calibration had run out by the day of use (domain rule P4; 21 CFR 211.160(b)(4))."""
    return tuple(
        Departure(
            cause=DeviationCause.CALIBRATION_EXPIRED,
            severity=Severity.MAJOR,
            description=Text(f"{one.id} was due for calibration on {due}, before {day}."),
        )
        for one in equipment
        if (due := one.due_on(day)) is not None and due < day
    )


def departures_of_reagents(reagents: Iterable[Reagent], day: date) -> tuple[Departure, ...]:
    """Reagent lots used past their day or without having been accepted (domain rule P4; 21 CFR 211.80(d),
    211.84(a))."""
    found = []
    for reagent in reagents:
        if reagent.expires_on < day:
            detail = f"Reagent {reagent.id} expired on {reagent.expires_on}, before {day}."
            found.append((DeviationCause.REAGENT_EXPIRED, detail))
        if reagent.status is not ReagentStatus.ACCEPTED:
            detail = f"Reagent {reagent.id} was {reagent.status}, not accepted, when it was used."
            found.append((DeviationCause.REAGENT_NOT_ACCEPTED, detail))
    return tuple(
        Departure(cause=cause, severity=Severity.MAJOR, description=Text(detail)) for cause, detail in found
    )
