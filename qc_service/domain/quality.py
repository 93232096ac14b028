"""A lot's quality control: its results, investigations and latest assessment."""

from __future__ import annotations

from dataclasses import dataclass, replace

from qc_service.domain.errors import NotFound
from qc_service.domain.identifiers import PersonId
from qc_service.domain.investigations import (
    Investigation,
    InvestigationCause,
    InvestigationConcluded,
    InvestigationOpened,
)
from qc_service.domain.records import Fold, Recorded
from qc_service.domain.results import Result, ResultInvalidated, ResultRecorded, ResultVerified, analysts_of

__all__ = [
    "QUALITY",
    "Investigation",
    "InvestigationCause",
    "InvestigationConcluded",
    "InvestigationOpened",
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

    def open_investigations(self) -> tuple[Investigation, ...]:
        """Those that still wait for a conclusion; while there is one the lot is not released."""
        return tuple(investigation for investigation in self.investigations if investigation.is_open)


QUALITY: Fold[Quality] = Fold("lot")


@QUALITY.on(ResultRecorded)
def _recorded(quality: Quality, recorded: Recorded, body: ResultRecorded) -> Quality:
    result = Result(
        recorded=body, analyst=recorded.signer, recorded_at=recorded.recorded_at, digest=recorded.digest
    )
    return replace(quality, results=(*quality.results, result))


@QUALITY.on(ResultVerified)
def _verified(quality: Quality, recorded: Recorded, body: ResultVerified) -> Quality:
    result = replace(
        quality.result(body.result), verified_by=recorded.signer, verified_at=recorded.recorded_at
    )
    return _with_result(quality, result)


@QUALITY.on(ResultInvalidated)
def _invalidated(quality: Quality, _: Recorded, body: ResultInvalidated) -> Quality:
    return _with_result(quality, replace(quality.result(body.result), invalidated=body))


@QUALITY.on(InvestigationOpened)
def _opened(quality: Quality, _: Recorded, body: InvestigationOpened) -> Quality:
    investigation = Investigation(
        number=body.investigation, cause=body.cause, description=body.description, result=body.result
    )
    return replace(quality, investigations=(*quality.investigations, investigation))


@QUALITY.on(InvestigationConcluded)
def _concluded(quality: Quality, recorded: Recorded, body: InvestigationConcluded) -> Quality:
    concluded = replace(
        quality.investigation(body.investigation), concluded=body, concluded_by=recorded.signer
    )
    others = quality.investigations
    return replace(
        quality, investigations=(*others[: concluded.number - 1], concluded, *others[concluded.number :])
    )


def _with_result(quality: Quality, result: Result) -> Quality:
    others = quality.results
    return replace(quality, results=(*others[: result.number - 1], result, *others[result.number :]))
