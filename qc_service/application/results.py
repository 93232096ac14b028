"""Recording, verifying and invalidating results; an unwelcome one has its consequence in the same act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qc_service.application.access import own
from qc_service.application.actor import Actor, Occasion
from qc_service.application.attachments import document
from qc_service.application.days import must_have_come
from qc_service.application.specification_holds import held_where_short
from qc_service.application.stating import Bench, conversions_for, members
from qc_service.application.view import View
from qc_service.domain.errors import Fault, Malformed, Reason
from qc_service.domain.identifiers import LotNumber, Sha256, Text
from qc_service.domain.investigations import opened_for
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.measurements import Measurement
from qc_service.domain.permissions import Permission
from qc_service.domain.processing import opened
from qc_service.domain.products import PRODUCT
from qc_service.domain.records import Enclosure, File, Meaning, New
from qc_service.domain.results import (
    Result,
    ResultInvalidated,
    ResultRecorded,
    ResultVerified,
    VerificationRefused,
    with_result,
)


@dataclass(frozen=True, kw_only=True)
class RecordResult(Measurement):
    """A result as the analyst types it; its ``raw_file``, if any, is an attachment on record."""

    lot: LotNumber
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class CorrectResult(Measurement):
    """A result recorded wrongly, stated anew and whole; it stays on record, and says by which it was superseded."""

    lot: LotNumber
    result: int
    reason: Text


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
    return results_of(view, occasion, lot, (Measurement(**members(intent)),), reason=intent.reason)


def correct_result(view: View, occasion: Occasion, intent: CorrectResult) -> tuple[New, ...]:
    """Record the result anew (rule Q4; 21 CFR 11.10(e)): it counts in place of the first, once it is verified.

    Raises ``CorrectionRefused`` for one that fails or is looked into, unless the laboratory's error was found.
    """
    occasion.actor.must(Permission.CORRECT_RESULT)
    lot = own(view, occasion.actor, LOT, intent.lot)
    corrected = lot.quality.result(intent.result)
    specification = lot.quality.specification(view.get(PRODUCT, lot.product), occasion.at)
    conversions = conversions_for(specification, (corrected,), occasion.convert) if specification else ()
    lot.quality.must_correct(intent.result, specification, conversions)
    if intent.assay != corrected.recorded.assay:
        detail = f"result {intent.result} is of {corrected.recorded.assay}: record another assay by itself"
        raise Malformed(detail, field="assay")
    anew = Measurement(**members(intent))
    return results_of(view, occasion, lot, (anew,), reason=intent.reason, corrects=intent.result)


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
    corrects: int | None = None,
) -> tuple[New, ...]:
    """The records of one act's results, and of the deviations and investigations they open.

    A laboratory that nothing in force covered, an instrument out of calibration, a specimen kept out of limits and
    another method than is laid down open a deviation (rules P7, P9), a result that fails its criterion an
    investigation (rule Q4). ``enclosed`` is the one raw file that comes along; without it a raw file is an
    attachment. ``corrects`` is the result that this one supersedes. Raises ``Malformed``.
    """
    product = view.get(PRODUCT, lot.product)
    bench = Bench(product=product, specification=lot.quality.specification(product, occasion.at))
    stated = []
    for number, measurement in enumerate(measurements, start=len(lot.quality.results) + 1):
        must_have_come(measurement.read, occasion.at, "/read")
        _must_retest(lot, measurement)
        stated.append(bench.stated(view, occasion, number, measurement, corrects))
    bodies = [one.body for one in stated]
    departures = dict.fromkeys(departure for one in stated for departure in one.departures)
    failing = tuple(one.body for one in stated if one.fails)
    raw = () if enclosed else raw_file(view, occasion.actor, bodies[0].raw_file)
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
        *held_where_short(view, lot, _with_all(occasion, lot.quality.results, bodies)),
    )


def _with_all(
    occasion: Occasion, results: tuple[Result, ...], bodies: Sequence[ResultRecorded]
) -> tuple[Result, ...]:
    """The results as they will stand, for what follows from them in the same act."""
    for body in bodies:
        new = Result(recorded=body, analyst=occasion.actor.signer(), recorded_at=occasion.at, digest="")
        results = with_result(results, new)
    return results


def _must_retest(lot: Lot, measurement: Measurement) -> None:
    """A retest or resample is linked to an earlier result of the same assay (rule Q4; 21 CFR 11.10(e))."""
    earlier = {one.number for one in lot.quality.results if one.recorded.assay == measurement.assay}
    for member in ("retests", "resamples"):
        first = getattr(measurement, member)
        if first is not None and first not in earlier:
            raise Malformed(f"this lot has no result {first} of {measurement.assay}", field=member)


def raw_file(view: View, actor: Actor, sha256: Sha256 | None) -> tuple[File, ...]:
    """The attached file that a result names; raises ``Malformed``, which names the member."""
    try:
        return document(view, actor, sha256)
    except Malformed as error:
        raise Malformed(error.detail, field="raw_file") from error
