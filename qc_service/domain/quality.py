"""A lot's quality control: its results, investigations and latest assessment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from qc_service.domain.assessment import Assessment, LotAssessed, product_day, with_conversions
from qc_service.domain.comparison import compare, is_unwelcome
from qc_service.domain.conversion import ResultConverted
from qc_service.domain.correcting import must_be_correctable, must_be_disregardable
from qc_service.domain.errors import NotFound, Reason
from qc_service.domain.identifiers import PersonId
from qc_service.domain.investigations import (
    Conclusion,
    Investigation,
    InvestigationCause,
    InvestigationConcluded,
    InvestigationOpened,
)
from qc_service.domain.measurements import Measurement
from qc_service.domain.phases import InvestigationPhaseBegun, InvestigationPhaseConcluded, Phase
from qc_service.domain.products import Product
from qc_service.domain.records import Fold, Recorded
from qc_service.domain.results import (
    Result,
    ResultInvalidated,
    ResultRecorded,
    ResultVerified,
    VerificationRefused,
    analysts_of,
    chain_of,
    not_counting,
    with_result,
)
from qc_service.domain.specifications import Judgement, Specification

__all__ = [
    "QUALITY",
    "Assessment",
    "Investigation",
    "InvestigationCause",
    "InvestigationConcluded",
    "InvestigationOpened",
    "LotAssessed",
    "Quality",
    "Result",
    "ResultInvalidated",
    "ResultRecorded",
    "ResultVerified",
]


@dataclass(frozen=True, kw_only=True)
class Quality:
    """What quality control knows of one lot."""

    results: tuple[Result, ...] = ()
    investigations: tuple[Investigation, ...] = ()
    assessment: Assessment | None = None
    frozen_at: datetime | None = None

    def analysts(self) -> frozenset[PersonId]:
        """Everyone who recorded a result of this lot (rule R1: none of them releases it)."""
        return analysts_of(self.results)

    def result(self, number: int) -> Result:
        """The result of this number; raises ``NotFound``."""
        if not 1 <= number <= len(self.results):
            raise NotFound(f"this lot has no result {number}")
        return self.results[number - 1]

    def investigation(self, number: int) -> Investigation:
        """The investigation of this number; raises ``NotFound``."""
        if not 1 <= number <= len(self.investigations):
            raise NotFound(f"this lot has no investigation {number}")
        return self.investigations[number - 1]

    def investigations_of(self, measured: Measurement) -> tuple[Investigation, ...]:
        """The open investigations of an earlier result of the same assay."""
        return tuple(
            one
            for one in self.open_investigations()
            if one.result is not None and self.result(one.result).recorded.assay == measured.assay
        )

    def must_verify(self, number: int, person: PersonId) -> None:
        """Whether this person may verify the result (rule Q5); raises ``VerificationRefused``.

        Nobody verifies what they recorded (21 CFR 211.194(a)(8)); whoever analysed any test for sterility of
        the lot verifies none of them.
        """
        result = self.result(number)
        reasons = []
        if result.verified_by:
            reasons.append(Reason(code="verified_before", detail=f"Result {number} is verified already."))
        reasons += not_counting(result)
        if person in analysts_of(chain_of(self.results, result)):
            detail = "You recorded this result, or the one that it corrects; somebody else verifies it."
            reasons.append(Reason(code="verifier_is_analyst", detail=detail, source="21 CFR 211.194(a)(8)"))
        elif result.recorded.is_sterility and person in analysts_of(self._sterility_results()):
            detail = "You analysed sterility of this lot; under any policy somebody else verifies it."
            reasons.append(Reason(code="verifier_analysed_sterility", detail=detail, source="Q5"))
        if reasons:
            raise VerificationRefused(f"You may not verify result {number}.", tuple(reasons))

    def barred_from_verifying(self, result: Result) -> frozenset[PersonId]:
        """Who may not verify a result, whatever else stands (rule Q5)."""
        sterile = analysts_of(self._sterility_results()) if result.recorded.is_sterility else frozenset()
        return sterile | analysts_of(chain_of(self.results, result))

    def must_invalidate(self, number: int, investigation_number: int) -> None:
        """Whether the result may be disregarded (rule Q3; 21 CFR 610.1); raises ``InvalidationRefused``."""
        investigation = self.investigation(investigation_number)
        must_be_disregardable(self.result(number), investigation, of_it=investigation.result == number)

    def must_correct(
        self,
        number: int,
        specification: Specification | None,
        conversions: tuple[ResultConverted, ...] = (),
    ) -> None:
        """Whether the result may be corrected; raises ``CorrectionRefused``. Its limit may be in a newer unit.

        One that is out of specification, or that an investigation is or was about, stands until an investigation
        has found the laboratory's error, and none about it is open: else a correction would be a way past rules
        Q3 and Q4 (21 CFR 610.1).
        """
        result = self.result(number)
        (converted,) = with_conversions((result,), conversions)
        criterion = specification.criterion(result.recorded.assay) if specification else None
        about = (one for one in self.investigations if one.result == number)
        must_be_correctable(result, about, fails=is_unwelcome(criterion, converted.recorded))

    def specification(self, product: Product, at: datetime) -> Specification | None:
        """The one the lot's first assessment fixed (rule Q2); before that the one in force then."""
        return (
            self.assessment.specification
            if self.assessment
            else product.specification_on(product_day(product, at))
        )

    def failed_before(self, product: Product) -> tuple[Result, ...]:
        """The results that were out of a specification of their own day, and that no later version lets pass.

        Each failed a required criterion of the version in force when it was recorded, before the lot's first
        assessment froze one, and was neither shown invalid nor corrected (rule Q3; 21 CFR 610.1).
        """
        failed = {
            one.result for one in self.investigations if one.cause is InvestigationCause.OUT_OF_SPECIFICATION
        }
        return tuple(
            result
            for result in self.results
            if result.number in failed and result.valid and self._failed_then(product, result)
        )

    def _failed_then(self, product: Product, result: Result) -> bool:
        """Also where it is no longer known in the unit of that limit."""
        if self.frozen_at is not None and result.recorded_at > self.frozen_at:
            return False
        then = product.specification_known(product_day(product, result.recorded_at), result.recorded_at)
        criterion = then.criterion(result.recorded.assay) if then else None
        return (
            criterion is not None
            and criterion.required
            and compare(criterion, result.recorded) is not Judgement.PASS
        )

    @property
    def product_failed(self) -> bool:
        """Whether an investigation concluded that the product failed, whatever its results say (21 CFR 610.1)."""
        return any(one.conclusion is Conclusion.PRODUCT_FAILURE for one in self.investigations)

    def _sterility_results(self) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.recorded.is_sterility)

    def open_investigations(self) -> tuple[Investigation, ...]:
        """Those that still wait for a conclusion; while there is one the lot is not released."""
        return tuple(investigation for investigation in self.investigations if investigation.is_open)


QUALITY: Fold[Quality] = Fold("lot")


@QUALITY.on(ResultRecorded)
def _recorded(quality: Quality, recorded: Recorded, body: ResultRecorded) -> Quality:
    """A correction is no further test: it takes no place in a plan, and is beyond one where the first was."""
    looking = () if body.corrects else quality.investigations_of(body)
    beyond = bool(looking) and not any(one.takes(body) for one in looking)
    result = Result(
        recorded=body,
        analyst=recorded.signer,
        recorded_at=recorded.recorded_at,
        digest=recorded.digest,
        beyond_plan=quality.result(body.corrects).beyond_plan if body.corrects else beyond,
    )
    for one in looking:
        if body.final and one.takes(body):
            quality = _with_investigation(quality, one.with_test(body))
    return _with_results(quality, with_result(quality.results, result))


@QUALITY.on(ResultVerified)
def _verified(quality: Quality, recorded: Recorded, body: ResultVerified) -> Quality:
    result = replace(
        quality.result(body.result), verified_by=recorded.signer, verified_at=recorded.recorded_at
    )
    return _with_result(quality, result)


@QUALITY.on(ResultInvalidated)
def _invalidated(quality: Quality, _: Recorded, body: ResultInvalidated) -> Quality:
    return _with_result(quality, replace(quality.result(body.result), invalidated=body))


@QUALITY.on(LotAssessed)
def _assessed(quality: Quality, recorded: Recorded, body: LotAssessed) -> Quality:
    assessment = Assessment(stated=body, at=recorded.recorded_at, signer=recorded.signer)
    results = with_conversions(quality.results, body.conversions)
    frozen_at = quality.frozen_at or recorded.recorded_at
    return replace(quality, results=results, assessment=assessment, frozen_at=frozen_at)


@QUALITY.on(InvestigationOpened)
def _opened(quality: Quality, recorded: Recorded, body: InvestigationOpened) -> Quality:
    investigation = Investigation(
        number=body.investigation,
        cause=body.cause,
        description=body.description,
        result=body.result,
        study_result=body.study_result,
        opened_at=recorded.recorded_at,
    )
    return replace(quality, investigations=(*quality.investigations, investigation))


@QUALITY.on(InvestigationConcluded)
def _concluded(quality: Quality, recorded: Recorded, body: InvestigationConcluded) -> Quality:
    concluded = replace(
        quality.investigation(body.investigation),
        concluded=body,
        concluded_by=recorded.signer,
        concluded_at=recorded.recorded_at,
    )
    return _with_investigation(quality, concluded)


@QUALITY.on(InvestigationPhaseBegun)
def _phase_begun(quality: Quality, recorded: Recorded, body: InvestigationPhaseBegun) -> Quality:
    investigation = quality.investigation(body.investigation)
    phase = Phase(begun=body, ordered_by=recorded.signer, ordered_at=recorded.recorded_at)
    return _with_investigation(quality, replace(investigation, phases=(*investigation.phases, phase)))


@QUALITY.on(InvestigationPhaseConcluded)
def _phase_concluded(quality: Quality, recorded: Recorded, body: InvestigationPhaseConcluded) -> Quality:
    investigation = quality.investigation(body.investigation)
    said = {"concluded": body, "concluded_by": recorded.signer, "concluded_at": recorded.recorded_at}
    phases = (
        replace(one, **said) if one.kind is body.phase else one  # type: ignore[arg-type]
        for one in investigation.phases
    )
    return _with_investigation(quality, replace(investigation, phases=tuple(phases)))


def _with_investigation(quality: Quality, investigation: Investigation) -> Quality:
    others, number = quality.investigations, investigation.number
    return replace(quality, investigations=(*others[: number - 1], investigation, *others[number:]))


def _with_result(quality: Quality, result: Result) -> Quality:
    others = quality.results
    return _with_results(quality, (*others[: result.number - 1], result, *others[result.number :]))


def _with_results(quality: Quality, results: tuple[Result, ...]) -> Quality:
    """With other results, whatever was assessed is outdated."""
    assessment = quality.assessment and replace(quality.assessment, outdated=True)
    return replace(quality, results=results, assessment=assessment)
