"""Results: recorded by the analyst, verified by a second person, shown invalid only by investigation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from qc_service.domain.errors import Refused
from qc_service.domain.identifiers import PersonId, Text
from qc_service.domain.measurements import Measurement
from qc_service.domain.processing import Cover
from qc_service.domain.records import Body, Signer, record


@record("lot")
@dataclass(frozen=True, kw_only=True)
class ResultRecorded(Measurement, Body):
    """What the laboratory states (rule Q1); the analyst is the signer.

    ``calibration_due`` is the instrument's and ``covered_by`` the laboratory's certification in force, both
    frozen: what happens to either later changes nothing.
    """

    result: int
    calibration_due: date | None
    covered_by: Cover | None

    def cites(self) -> tuple[str, ...]:
        """The laboratory and the instrument: a trace from either reaches the lot."""
        instrument = (f"equipment/{self.instrument}",) if self.instrument else ()
        return (f"facility/{self.facility}", *instrument)


@record("lot")
@dataclass(frozen=True, kw_only=True)
class ResultVerified(Body):
    """A second person compared the result with its raw record (rule Q5; 21 CFR 211.194(a)(8))."""

    result: int
    remark: Text | None = None


@record("lot")
@dataclass(frozen=True, kw_only=True)
class ResultInvalidated(Body):
    """A result is disregarded for a cause unrelated to the product; it stays on record (21 CFR 610.1)."""

    result: int
    investigation: int
    cause: Text


@dataclass(frozen=True, kw_only=True)
class Result:
    """One result as it stands: what was recorded and by whom, who verified it, whether it is valid.

    ``beyond_plan`` says that the assay was tested again while an investigation of it was open, and not by its plan:
    such a result can fail the lot, and never passes it.
    """

    recorded: ResultRecorded
    analyst: Signer
    recorded_at: datetime
    digest: str
    verified_by: Signer | None = None
    verified_at: datetime | None = None
    invalidated: ResultInvalidated | None = None
    beyond_plan: bool = False

    @property
    def number(self) -> int:
        """The result's number within its lot, from 1."""
        return self.recorded.result

    @property
    def valid(self) -> bool:
        """Whether it counts: every result does unless it was shown invalid."""
        return self.invalidated is None


class VerificationRefused(Refused):
    """This person may not verify this result (rule Q5; 21 CFR 211.194(a)(8))."""


class InvalidationRefused(Refused):
    """A result is disregarded only when shown invalid for a cause unrelated to the product (21 CFR 610.1)."""


def analysts_of(results: tuple[Result, ...]) -> frozenset[PersonId]:
    """Everyone who recorded one of these results, shown invalid or not."""
    return frozenset(result.analyst.id for result in results)
