"""A stability study as its records make it: its plan, pulls, results, excursions and conclusion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from qc_service.domain.correcting import must_be_correctable
from qc_service.domain.errors import NotFound
from qc_service.domain.expiry import months_of
from qc_service.domain.identifiers import LotNumber, OrganisationId, PersonId, StudyId
from qc_service.domain.investigations import Investigation, StudyResult
from qc_service.domain.quality import Quality
from qc_service.domain.records import Fold, Recorded, Signer
from qc_service.domain.results import Result, with_result
from qc_service.domain.stability.facts import (
    StabilityExcursionDecided,
    StabilityPlanAmended,
    StabilityResultInvalidated,
    StabilityResultRecorded,
    StabilityResultVerified,
    StabilityStudyConcluded,
    StabilityStudyStarted,
    StabilityTemperatureRecorded,
    TimePointPulled,
)
from qc_service.domain.stability.plans import StudyLot, TimePoint


@dataclass(frozen=True, kw_only=True)
class Excursion:
    """A temperature of the condition as it stands; one out of range waits for quality's decision."""

    recorded: StabilityTemperatureRecorded
    decided: StabilityExcursionDecided | None = None
    decided_by: Signer | None = None

    @property
    def is_open(self) -> bool:
        """Whether quality has yet to decide."""
        return self.recorded.out_of_range and self.decided is None

    @property
    def spoils(self) -> bool:
        """Whether what was pulled since does not count."""
        return self.decided is not None and not self.decided.acceptable


@dataclass(frozen=True, kw_only=True)
class Concluded:
    """A conclusion with who signed it and when."""

    stated: StabilityStudyConcluded
    at: datetime
    signer: Signer
    digest: str


@dataclass(frozen=True, kw_only=True)
class Study:
    """A study as its records make it; ``plan`` is as amended last, ``conclusion`` the last one."""

    id: StudyId
    organisation: OrganisationId
    plan: StabilityStudyStarted
    amendments: int = 0
    pulls: tuple[TimePointPulled, ...] = ()
    results: tuple[Result, ...] = ()
    excursions: tuple[Excursion, ...] = ()
    conclusion: Concluded | None = None

    def time_point(self, number: int) -> TimePoint:
        """The time point of this number, from 1; raises ``NotFound``."""
        if not 1 <= number <= len(self.plan.time_points):
            raise NotFound(f"study {self.id} has no time point {number}")
        return self.plan.time_points[number - 1]

    def result(self, number: int) -> Result:
        """The result of this number, from 1; raises ``NotFound``."""
        if not 1 <= number <= len(self.results):
            raise NotFound(f"study {self.id} has no result {number}")
        return self.results[number - 1]

    def body(self, number: int) -> StabilityResultRecorded:
        """What was recorded as the result of this number; raises ``NotFound``."""
        recorded = self.result(number).recorded
        if not isinstance(recorded, StabilityResultRecorded):
            raise TypeError("a study holds results of time points")
        return recorded

    def bodies(self) -> tuple[StabilityResultRecorded, ...]:
        """What was recorded as each result, in their order."""
        return tuple(self.body(number) for number in range(1, len(self.results) + 1))

    def excursion(self, number: int) -> Excursion:
        """The temperature of this number, from 1; raises ``NotFound``."""
        if not 1 <= number <= len(self.excursions):
            raise NotFound(f"study {self.id} has no excursion {number}")
        return self.excursions[number - 1]

    def must_verify(self, number: int, person: PersonId) -> None:
        """Whether this person may verify the result, as for a lot's (rule Q5); raises ``VerificationRefused``."""
        self.result(number)
        Quality(results=self.results).must_verify(number, person)

    def must_correct(self, number: int, investigations: Iterable[Investigation]) -> None:
        """Whether the result may be corrected, as a lot's may (rule Q4), with the investigations of its lot.

        Its limit is the one frozen in the study. Raises ``CorrectionRefused``.
        """
        body, this = self.body(number), StudyResult(study=self.id, result=number)
        about = (one for one in investigations if one.study_result == this)
        must_be_correctable(self.result(number), about, fails=body.out_of_specification)

    def pulls_of(self, point: int, lot: LotNumber) -> tuple[TimePointPulled, ...]:
        """Every time that vials of the lot were pulled for a time point."""
        return tuple(
            one for one in self.pulls if one.point == point and any(each.lot == lot for each in one.samples)
        )

    def left(self, lot: StudyLot) -> int:
        """How many vials of a lot are in the condition still; below zero where more were pulled than placed."""
        return lot.vials - sum(
            each.vials for pull in self.pulls for each in pull.samples if each.lot == lot.lot
        )

    def days(self, body: StabilityResultRecorded) -> int:
        """How many days its vial had been in the condition when it was pulled."""
        return max(0, (self.pulls[body.pull - 1].pulled_at.day - self._placed_on(body)).days)

    def carries(self, body: StabilityResultRecorded) -> Decimal:
        """For how many months it shows anything: its time point's, or less where it was pulled before the window."""
        point = self.time_point(body.point)
        placed = self._placed_on(body)
        if placed + timedelta(days=self.days(body)) < point.window(placed)[0]:
            return months_of(self.days(body))
        return Decimal(point.months)

    def _placed_on(self, body: StabilityResultRecorded) -> date:
        return next(lot.placed_on for lot in self.plan.lots if lot.lot == body.lot)

    def spoilt(self, body: StabilityResultRecorded) -> bool:
        """Whether its vial was pulled after an excursion began that quality did not accept."""
        pulled = self.pulls[body.pull - 1].pulled_at.instant
        return any(one.spoils and one.recorded.began_at.instant <= pulled for one in self.excursions)


STABILITY: Fold[Study] = Fold("stability", called="study")


@STABILITY.begins(StabilityStudyStarted)
def _started(recorded: Recorded, body: StabilityStudyStarted) -> Study:
    return Study(id=StudyId(recorded.name), organisation=recorded.signer.organisation, plan=body)


@STABILITY.on(StabilityPlanAmended)
def _amended(study: Study, _: Recorded, body: StabilityPlanAmended) -> Study:
    plan = replace(study.plan, time_points=body.time_points, supporting=body.supporting)
    return replace(study, plan=plan, amendments=study.amendments + 1)


@STABILITY.on(TimePointPulled)
def _pulled(study: Study, _: Recorded, body: TimePointPulled) -> Study:
    return replace(study, pulls=(*study.pulls, body))


@STABILITY.on(StabilityResultRecorded)
def _recorded(study: Study, recorded: Recorded, body: StabilityResultRecorded) -> Study:
    result = Result(
        recorded=body, analyst=recorded.signer, recorded_at=recorded.recorded_at, digest=recorded.digest
    )
    return replace(study, results=with_result(study.results, result))


@STABILITY.on(StabilityResultVerified)
def _verified(study: Study, recorded: Recorded, body: StabilityResultVerified) -> Study:
    verified = replace(
        study.result(body.result), verified_by=recorded.signer, verified_at=recorded.recorded_at
    )
    return _with_result(study, verified)


@STABILITY.on(StabilityResultInvalidated)
def _invalidated(study: Study, _: Recorded, body: StabilityResultInvalidated) -> Study:
    return _with_result(study, replace(study.result(body.result), invalidated=body))


@STABILITY.on(StabilityTemperatureRecorded)
def _kept(study: Study, _: Recorded, body: StabilityTemperatureRecorded) -> Study:
    return replace(study, excursions=(*study.excursions, Excursion(recorded=body)))


@STABILITY.on(StabilityExcursionDecided)
def _decided(study: Study, recorded: Recorded, body: StabilityExcursionDecided) -> Study:
    decided = replace(study.excursion(body.excursion), decided=body, decided_by=recorded.signer)
    before, later = study.excursions[: body.excursion - 1], study.excursions[body.excursion :]
    return replace(study, excursions=(*before, decided, *later))


@STABILITY.on(StabilityStudyConcluded)
def _concluded(study: Study, recorded: Recorded, body: StabilityStudyConcluded) -> Study:
    conclusion = Concluded(
        stated=body, at=recorded.recorded_at, signer=recorded.signer, digest=recorded.digest
    )
    return replace(study, conclusion=conclusion)


def _with_result(study: Study, result: Result) -> Study:
    before, later = study.results[: result.number - 1], study.results[result.number :]
    return replace(study, results=(*before, result, *later))
