"""Recording, verifying and invalidating results; an unwelcome one has its consequence in the same act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from qc_service.application.access import own, readable
from qc_service.application.actor import Actor, Occasion
from qc_service.application.attachments import document
from qc_service.application.days import must_have_come
from qc_service.application.references import known, ours
from qc_service.application.specification_holds import held_where_short
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.comparison import compare, must_be_stated_for
from qc_service.domain.departures import cover_on, departures_of_cover, departures_of_equipment
from qc_service.domain.errors import Fault, Malformed, Reason
from qc_service.domain.facilities import FACILITY
from qc_service.domain.identifiers import LotNumber, Sha256, Text
from qc_service.domain.investigations import opened_for
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.measurements import Measurement
from qc_service.domain.permissions import Permission
from qc_service.domain.processing import Departure, opened
from qc_service.domain.products import PRODUCT
from qc_service.domain.records import Enclosure, File, Meaning, New
from qc_service.domain.registers import EQUIPMENT
from qc_service.domain.results import (
    Result,
    ResultInvalidated,
    ResultRecorded,
    ResultVerified,
    VerificationRefused,
)
from qc_service.domain.specifications import Judgement, Specification


@dataclass(frozen=True, kw_only=True)
class RecordResult(Measurement):
    """A result as the analyst types it; its ``raw_file``, if any, is an attachment on record."""

    lot: LotNumber
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class VerifyResult:
    """A second person compared the result with its raw record."""

    lot: LotNumber
    result: int
    remark: Text | None = None


@dataclass(frozen=True, kw_only=True)
class VerifyResults:
    """A second person compared several results of a lot with their raw records."""

    lot: LotNumber
    results: tuple[int, ...]
    remark: Text | None = None


@dataclass(frozen=True, kw_only=True)
class InvalidateResult:
    """Quality disregards a result because its ``investigation`` found the laboratory's error."""

    lot: LotNumber
    result: int
    investigation: int
    cause: Text


def record_result(view: View, occasion: Occasion, intent: RecordResult) -> tuple[New, ...]:
    """Record one result and its consequences; raises ``Malformed`` for what cannot be understood only."""
    occasion.actor.must(Permission.RECORD_RESULT)
    lot = own(view, occasion.actor, LOT, intent.lot)
    return results_of(view, occasion, lot, (Measurement(**_members(intent)),), reason=intent.reason)


def verify_result(view: View, occasion: Occasion, intent: VerifyResult) -> tuple[New, ...]:
    """A second person's verification (rule Q5; 21 CFR 211.194(a)(8)). Raises ``VerificationRefused``."""
    occasion.actor.must(Permission.VERIFY_RESULT)
    lot = own(view, occasion.actor, LOT, intent.lot)
    lot.quality.must_verify(intent.result, occasion.actor.person)
    body = ResultVerified(result=intent.result, remark=intent.remark)
    return (New(name=lot.number, body=body, meaning=Meaning.REVIEW),)


def verify_results(view: View, occasion: Occasion, intent: VerifyResults) -> tuple[New, ...]:
    """A second person's verification of several results, each a record of its own: all of them or none (rule Q5).

    Raises ``VerificationRefused`` with the reasons of every one, and ``Malformed`` for a number that the lot does
    not have or that is named twice.
    """
    occasion.actor.must(Permission.VERIFY_RESULT)
    quality = own(view, occasion.actor, LOT, intent.lot).quality
    faults = tuple(
        Fault(pointer=f"/results/{place}", detail=detail)
        for place, number in enumerate(intent.results)
        for detail, wrong in (
            (f"this lot has no result {number}", not 1 <= number <= len(quality.results)),
            (f"result {number} is named twice", number in intent.results[:place]),
        )
        if wrong
    )
    if faults:
        raise Malformed("; ".join(fault.detail for fault in faults), faults=faults)
    reasons: list[Reason] = []
    for number in intent.results:
        try:
            quality.must_verify(number, occasion.actor.person)
        except VerificationRefused as refused:
            reasons += [replace(one, detail=_of_result(number, one.detail)) for one in refused.reasons]
    if reasons:
        raise VerificationRefused(
            "You may not verify all of these results; none was verified.", tuple(reasons)
        )
    return tuple(
        New(
            name=intent.lot,
            body=ResultVerified(result=number, remark=intent.remark),
            meaning=Meaning.REVIEW,
        )
        for number in intent.results
    )


def _of_result(number: int, detail: str) -> str:
    """A reason that says of which of several results it speaks."""
    named = f"Result {number}"
    return detail if detail.startswith(f"{named} ") else f"{named}: {detail}"


def invalidate_result(view: View, occasion: Occasion, intent: InvalidateResult) -> tuple[New, ...]:
    """Disregard a result shown invalid (rule Q3; 21 CFR 610.1). Raises ``InvalidationRefused``."""
    occasion.actor.must(Permission.INVESTIGATE)
    lot = own(view, occasion.actor, LOT, intent.lot)
    lot.quality.must_invalidate(intent.result, intent.investigation)
    body = ResultInvalidated(result=intent.result, investigation=intent.investigation, cause=intent.cause)
    left = tuple(
        replace(one, invalidated=body) if one.number == intent.result else one for one in lot.quality.results
    )
    return (
        New(name=lot.number, body=body, meaning=Meaning.REVIEW, reason=intent.cause),
        *held_where_short(view, lot, left),
    )


def results_of(
    view: View,
    occasion: Occasion,
    lot: Lot,
    measurements: Sequence[Measurement],
    *,
    enclosed: Enclosure | None = None,
    reason: Text | None = None,
) -> tuple[New, ...]:
    """The records of one act's results, and of the deviations and investigations they open.

    A laboratory that nothing in force covered and an instrument out of calibration open a deviation (rule P7),
    a result that fails its criterion an investigation (rule Q4). ``enclosed`` is the one raw file that comes
    along; without it a raw file is an attachment. Raises ``Malformed``.
    """
    specification = lot.quality.specification(view.get(PRODUCT, lot.product), occasion.at)
    bodies: list[ResultRecorded] = []
    departures: dict[Departure, None] = {}
    for number, measurement in enumerate(measurements, start=len(lot.quality.results) + 1):
        must_have_come(measurement.read, occasion.at, "/read")
        _must_retest(lot, measurement)
        body, found = _judged(view, occasion.actor, number, measurement)
        bodies.append(body)
        departures |= dict.fromkeys(found)
    failing = tuple(body for body in bodies if _fails(specification, body))
    new = tuple(_as_read(occasion, body) for body in bodies)
    raw = () if enclosed else _raw_file(view, occasion.actor, bodies[0].raw_file)
    first = New(name=lot.number, body=bodies[0], occurred_at=bodies[0].read, reason=reason, files=raw)
    others = (enclosed.file,) if enclosed else ()
    return (
        replace(first, enclosed=(enclosed,) if enclosed else ()),
        *(replace(first, body=body, files=others) for body in bodies[1:]),
        *(
            New(name=lot.number, body=body)
            for body in opened(departures, after=len(lot.processing.deviations))
        ),
        *(
            New(name=lot.number, body=body)
            for body in opened_for(failing, after=len(lot.quality.investigations))
        ),
        *held_where_short(view, lot, (*lot.quality.results, *new)),
    )


def _judged(
    view: View, actor: Actor, number: int, measurement: Measurement
) -> tuple[ResultRecorded, tuple[Departure, ...]]:
    """The result with its laboratory's cover and its instrument's calibration frozen, and what departed."""
    laboratory = known(view, FACILITY, measurement.facility, "/facility")
    name = measurement.instrument
    equipment = () if name is None else (ours(view, actor, EQUIPMENT, name, "/instrument"),)
    days = (measurement.started.day, measurement.read.day)
    body = ResultRecorded(
        result=number,
        calibration_due=next((one.calibration_due for one in equipment), None),
        covered_by=cover_on(laboratory, measurement.operation, days),
        **_members(measurement),
    )
    return body, (
        *departures_of_cover(laboratory, measurement.operation, days),
        *departures_of_equipment(equipment, measurement.read.day),
    )


def _as_read(occasion: Occasion, body: ResultRecorded) -> Result:
    """The result as it will stand, for what follows from it in the same act."""
    return Result(recorded=body, analyst=occasion.actor.signer(), recorded_at=occasion.at, digest="")


def _members(measurement: Measurement) -> dict[str, Any]:
    return {field.name: getattr(measurement, field.name) for field in fields(Measurement)}


def _fails(specification: Specification | None, measurement: Measurement) -> bool:
    """Whether it is out of specification; raises ``Malformed`` where it is not stated as that asks."""
    criterion = specification.criterion(measurement.assay) if specification else None
    if criterion is None:
        return False
    must_be_stated_for(criterion, measurement)
    return compare(criterion, measurement) is Judgement.FAIL


def _must_retest(lot: Lot, measurement: Measurement) -> None:
    """A retest or resample is linked to an earlier result of the same assay (rule Q4; 21 CFR 11.10(e))."""
    earlier = {one.number for one in lot.quality.results if one.recorded.assay == measurement.assay}
    for member in ("retests", "resamples"):
        first = getattr(measurement, member)
        if first is not None and first not in earlier:
            raise Malformed(f"this lot has no result {first} of {measurement.assay}", field=member)


def _raw_file(view: View, actor: Actor, sha256: Sha256 | None) -> tuple[File, ...]:
    try:
        return document(view, actor, sha256)
    except Malformed as error:
        raise Malformed(error.detail, field="raw_file") from error


def read_results(view: View, actor: Actor, lot: str) -> dict[str, object]:
    """Every result of a lot with its standing, and every investigation."""
    actor.must(Permission.READ_RECORDS)
    quality = readable(view, actor, LOT, lot).quality
    return {
        "results": [_result_shown(result) for result in quality.results],
        "investigations": [to_plain(investigation) for investigation in quality.investigations],
    }


def _result_shown(result: Result) -> dict[str, object]:
    measurement = result.recorded
    return {
        **to_plain(measurement),
        "stated": measurement.in_words,
        "final": measurement.final,
        "analyst": result.analyst.printed_name,
        "recorded_at": to_plain(result.recorded_at),
        "verified_by": result.verified_by.printed_name if result.verified_by else None,
        "verified_at": to_plain(result.verified_at),
        "valid": result.valid,
        "beyond_plan": result.beyond_plan,
        "invalidated": to_plain(result.invalidated),
    }
