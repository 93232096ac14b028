"""Results: recorded by the analyst, verified by a second person, shown invalid only by investigation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from qc_service.domain.conversion import Conversion
from qc_service.domain.errors import Reason, Refused
from qc_service.domain.identifiers import Line, PersonId, Text
from qc_service.domain.measurements import Measurement
from qc_service.domain.processing import Cover
from qc_service.domain.records import Body, Signer, record
from qc_service.domain.rounding import as_read


@record("lot")
@dataclass(frozen=True, kw_only=True)
class ResultRecorded(Measurement, Body):
    """What the laboratory states (rule Q1); the analyst is the signer.

    ``calibration_due`` is the instrument's and ``covered_by`` the laboratory's certification in force, both
    frozen: what happens to either later changes nothing. ``derived`` says how the value was got where nobody
    entered it, ``conversion`` what it is in the unit of its limit, and ``corrects`` which result it supersedes.
    """

    result: int
    calibration_due: date | None
    covered_by: Cover | None
    derived: Line | None = None
    conversion: Conversion | None = None
    corrects: int | None = None

    def figure_for(self, unit: str | None) -> tuple[Decimal, str]:
        """The figure in this unit where it was entered in it or converted to it, else as it was entered."""
        converted = self.conversion
        if converted is not None and converted.unit == unit and unit != self.unit:
            figure = converted.figure(self.comparator)
            if figure is not None:
                return figure, str(converted.unit)
        return super().figure_for(unit)

    def spelled(self, unit: str | None) -> str:
        """The figure as a person reads it: as it was entered, or what it is in this unit without endless digits."""
        figure, known_in = self.figure_for(unit)
        return str(figure) if known_in == self.unit else as_read(figure)

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
    superseded_by: int | None = None

    @property
    def number(self) -> int:
        """The result's number within its lot, from 1."""
        return self.recorded.result

    @property
    def valid(self) -> bool:
        """Whether it counts: every result does unless it was shown invalid or corrected by a later one."""
        return self.invalidated is None and self.superseded_by is None


class VerificationRefused(Refused):
    """This person may not verify this result (rule Q5; 21 CFR 211.194(a)(8))."""


class CorrectionRefused(Refused):
    """A result that fails, or is looked into, stands until the laboratory's error is found (21 CFR 610.1)."""


class InvalidationRefused(Refused):
    """A result is disregarded only when shown invalid for a cause unrelated to the product (21 CFR 610.1)."""


def with_result(results: tuple[Result, ...], new: Result) -> tuple[Result, ...]:
    """The results with one more; the one that it corrects is superseded by it."""
    corrected = new.recorded.corrects
    earlier = (replace(one, superseded_by=new.number) if one.number == corrected else one for one in results)
    return (*earlier, new)


def not_counting(result: Result) -> list[Reason]:
    """Why a result does not count any more, if so."""
    if result.superseded_by is not None:
        detail = f"Result {result.number} was corrected: result {result.superseded_by} stands in its place."
        return [Reason(code="result_superseded", detail=detail, source="Q4")]
    if not result.valid:
        return [Reason(code="result_invalid", detail=f"Result {result.number} was shown invalid.")]
    return []


def chain_of(results: tuple[Result, ...], result: Result) -> tuple[Result, ...]:
    """The result with every one before it that it corrects, the newest first."""
    chain = [result]
    while (corrected := chain[-1].recorded.corrects) is not None:
        chain.append(results[corrected - 1])
    return tuple(chain)


def analysts_of(results: tuple[Result, ...]) -> frozenset[PersonId]:
    """Everyone who recorded one of these results, shown invalid or not."""
    return frozenset(result.analyst.id for result in results)
