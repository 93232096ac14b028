"""Lookback: an adverse donor result that came later, and what was found (21 CFR 1271.290; rule D10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qc_service.domain.errors import Conflict, Malformed
from qc_service.domain.identifiers import Line, Slug, Text
from qc_service.domain.records import Body, record


class LookbackConclusion(StrEnum):
    """What the investigation of a later result found."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"


class LookbackAlreadyConcluded(Conflict):
    """This lookback has its conclusion already."""


@record("donation")
@dataclass(frozen=True, kw_only=True)
class LookbackReported(Body):
    """A later result speaks against the donor: which findings, reported by whom, received on which day."""

    lookback: int
    findings: tuple[Slug, ...]
    reported_by: Line
    received_on: date
    explanation: Text

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where no finding is named."""
        if not self.findings:
            raise Malformed("name at least one test or finding", field="findings")


@record("donation")
@dataclass(frozen=True, kw_only=True)
class LookbackConcluded(Body):
    """A responsible person's conclusion on a lookback; only ``not_confirmed`` ends what it blocks."""

    lookback: int
    conclusion: LookbackConclusion
    explanation: Text


@dataclass(frozen=True, kw_only=True)
class Lookback:
    """A lookback as it stands."""

    reported: LookbackReported
    conclusion: LookbackConclusion | None = None

    @property
    def open(self) -> bool:
        """Not yet concluded."""
        return self.conclusion is None

    @property
    def confirmed(self) -> bool:
        """Concluded against the donor."""
        return self.conclusion is LookbackConclusion.CONFIRMED
