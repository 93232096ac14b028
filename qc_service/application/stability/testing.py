"""Results of a stability study: recorded, verified, doubted, shown invalid; one out of its limits reaches the lot."""

from __future__ import annotations

from dataclasses import dataclass, replace

from qc_service.application.access import own
from qc_service.application.actor import Occasion
from qc_service.application.days import must_have_come
from qc_service.application.results import raw_file
from qc_service.application.specification_holds import held
from qc_service.application.stating import Bench, members
from qc_service.application.view import View
from qc_service.domain.correcting import must_be_disregardable
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import LotNumber, StudyId, Text
from qc_service.domain.investigations import (
    InvestigationCause,
    InvestigationOpened,
    StudyResult,
)
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.measurements import Measurement
from qc_service.domain.permissions import Permission
from qc_service.domain.processing import opened
from qc_service.domain.products import PRODUCT, StorageCondition
from qc_service.domain.records import Meaning, New
from qc_service.domain.specifications import Specification
from qc_service.domain.stability import (
    STABILITY,
    StabilityResultInvalidated,
    StabilityResultRecorded,
    StabilityResultVerified,
    Study,
    StudyKind,
)


@dataclass(frozen=True, kw_only=True)
class RecordStabilityResult(Measurement):
    """A result of a lot at a time point; without a ``pull`` it is of the vials pulled last for that time point."""

    study: StudyId
    lot: LotNumber
    point: int
    pull: int | None = None
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class VerifyStabilityResult:
    """A second person compared the result with its raw record."""

    study: StudyId
    result: int
    remark: Text | None = None


@dataclass(frozen=True, kw_only=True)
class DoubtStabilityResult:
    """Quality looks into a result that it doubts; one out of its limits is looked into without this."""

    study: StudyId
    result: int
    description: Text


@dataclass(frozen=True, kw_only=True)
class InvalidateStabilityResult:
    """Quality disregards a result because its lot's ``investigation`` found the laboratory's error."""

    study: StudyId
    result: int
    investigation: int
    cause: Text


def record_stability_result(view: View, occasion: Occasion, intent: RecordStabilityResult) -> tuple[New, ...]:
    """Record one result and its consequences; raises ``Malformed`` for what cannot be understood only.

    What departed in the laboratory opens a deviation of the lot (rule P7). A result out of its limits opens an
    investigation of the lot (rule Q4), unless the condition is an accelerated one, and alerts quality. Where the study
    keeps the lot as it is labelled, a released lot is held in the same act with all that was made of it, since what
    clinics have of it may fail like this (21 CFR 211.166, 314.81(b)(1)).
    """
    occasion.actor.must(Permission.RECORD_RESULT)
    return result_of(view, occasion, own(view, occasion.actor, STABILITY, intent.study), intent)


def result_of(
    view: View, occasion: Occasion, study: Study, intent: RecordStabilityResult, corrects: int | None = None
) -> tuple[New, ...]:
    """The records of one result, and of what it opens; ``corrects`` is the result that it supersedes."""
    must_have_come(intent.read, occasion.at, "/read")
    if study.plan.lot(intent.lot) is None:
        raise Malformed(f"lot {intent.lot} is not in study {study.id}", field="lot")
    pull = _pull(study, intent)
    if study.plan.assay(intent.assay) is None:
        raise Malformed(f"{intent.assay} is not under study here", field="assay")
    _must_retest(study, intent)
    number, measurement = len(study.results) + 1, Measurement(**members(intent))
    stated = _bench(view, study).stated(view, occasion, number, measurement, corrects)
    body = StabilityResultRecorded(
        lot=intent.lot, point=intent.point, pull=pull, out_of_specification=stated.fails, **vars(stated.body)
    )
    files = raw_file(view, occasion.actor, intent.raw_file)
    recorded = New(name=study.id, body=body, occurred_at=intent.read, reason=intent.reason, files=files)
    lot = view.get(LOT, intent.lot)
    deviations = opened(stated.departures, after=len(lot.processing.deviations))
    return (
        recorded,
        *(New(name=lot.number, body=one) for one in deviations),
        *(_consequences(view, study, lot, body) if stated.fails else ()),
    )


def _bench(view: View, study: Study) -> Bench:
    """What a study's results are recorded against: its frozen criteria, and its condition in place of the product's."""
    plan = study.plan
    kept = StorageCondition(
        min=plan.condition.min, max=plan.condition.max, unit=plan.condition.unit, shelf_life_days=1
    )
    return Bench(
        product=replace(view.get(PRODUCT, plan.product), storage=(kept,)),
        specification=Specification(
            version=plan.specification,
            effective_from=min(lot.placed_on for lot in plan.lots),
            criteria=tuple(assay.criterion for assay in plan.assays),
        ),
    )


def _consequences(view: View, study: Study, lot: Lot, body: StabilityResultRecorded) -> tuple[New, ...]:
    if study.plan.kind is StudyKind.ACCELERATED:
        return ()
    months = study.time_point(body.point).months
    words = (
        f"result {body.result} of stability study {study.id}, lot {lot.number} at {months} months, "
        f"{body.assay}: {body.in_words}, is out of specification"
    )
    opened_now = New(
        name=lot.number, body=_looked_into(study, lot, body.result, Text(f"{words[0].upper()}{words[1:]}."))
    )
    marketed = study.plan.kind is StudyKind.LONG_TERM and lot.disposition.releases
    return (opened_now, *(held(view, lot, words) if marketed else ()))


def _looked_into(
    study: Study,
    lot: Lot,
    result: int,
    description: Text,
    cause: InvestigationCause = InvestigationCause.OUT_OF_SPECIFICATION,
) -> InvestigationOpened:
    return InvestigationOpened(
        investigation=len(lot.quality.investigations) + 1,
        cause=cause,
        description=description,
        study_result=StudyResult(study=study.id, result=result),
    )


def _pull(study: Study, intent: RecordStabilityResult) -> int:
    """The number of the pull that the result is of."""
    study.time_point(intent.point)
    pulls = study.pulls_of(intent.point, intent.lot)
    if not pulls:
        detail = f"lot {intent.lot} was not pulled for time point {intent.point}: record the pull first"
        raise Malformed(detail, field="point")
    if intent.pull is None:
        return pulls[-1].pull
    if intent.pull not in {one.pull for one in pulls}:
        detail = f"pull {intent.pull} was not of lot {intent.lot} for time point {intent.point}"
        raise Malformed(detail, field="pull")
    return intent.pull


def _must_retest(study: Study, intent: RecordStabilityResult) -> None:
    """A retest or resample is linked to an earlier result of the same lot, time point and assay (rule Q4)."""
    earlier = {(one.result, one.assay, one.lot, one.point) for one in study.bodies()}
    for member, first in (("retests", intent.retests), ("resamples", intent.resamples)):
        if first is not None and (first, intent.assay, intent.lot, intent.point) not in earlier:
            detail = f"is no result of {intent.assay} of lot {intent.lot} at time point {intent.point}"
            raise Malformed(detail, field=member)


def verify_stability_result(view: View, occasion: Occasion, intent: VerifyStabilityResult) -> tuple[New, ...]:
    """A second person's verification (rule Q5; 21 CFR 211.194(a)(8)). Raises ``VerificationRefused``."""
    occasion.actor.must(Permission.VERIFY_RESULT)
    study = own(view, occasion.actor, STABILITY, intent.study)
    study.must_verify(intent.result, occasion.actor.person)
    body = StabilityResultVerified(result=intent.result, remark=intent.remark)
    return (New(name=study.id, body=body, meaning=Meaning.REVIEW),)


def doubt_stability_result(view: View, occasion: Occasion, intent: DoubtStabilityResult) -> tuple[New, ...]:
    """Open an investigation of a result, on its lot."""
    occasion.actor.must(Permission.INVESTIGATE)
    study = own(view, occasion.actor, STABILITY, intent.study)
    lot = view.get(LOT, study.body(intent.result).lot)
    body = _looked_into(study, lot, intent.result, intent.description, InvestigationCause.DOUBTFUL_RESULT)
    return (New(name=lot.number, body=body),)


def invalidate_stability_result(
    view: View, occasion: Occasion, intent: InvalidateStabilityResult
) -> tuple[New, ...]:
    """Disregard a result shown invalid (rule Q3; 21 CFR 610.1). Raises ``InvalidationRefused``."""
    occasion.actor.must(Permission.INVESTIGATE)
    study = own(view, occasion.actor, STABILITY, intent.study)
    lot = view.get(LOT, study.body(intent.result).lot)
    investigation = lot.quality.investigation(intent.investigation)
    of_it = investigation.study_result == StudyResult(study=study.id, result=intent.result)
    must_be_disregardable(study.result(intent.result), investigation, of_it=of_it)
    body = StabilityResultInvalidated(
        result=intent.result, investigation=intent.investigation, cause=intent.cause
    )
    return (New(name=study.id, body=body, meaning=Meaning.REVIEW, reason=intent.cause),)
