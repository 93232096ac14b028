"""Eligibility: a responsible person's signed determination about a donor (21 CFR 1271.50; domain rule D6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from qc_service.domain.identifiers import Text
from qc_service.domain.records import Body, Signer, record


class EligibilityStanding(StrEnum):
    """What a responsible person can determine; use of an unevaluated donor is not offered (rule D8)."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    INCOMPLETE = "incomplete"


@record("donation")
@dataclass(frozen=True, kw_only=True)
class EligibilityDetermined(Body):
    """A responsible person's determination (21 CFR 1271.50) and what it stands on, but none of the values."""

    standing: EligibilityStanding
    suggested: EligibilityStanding
    panel: date
    screenings: tuple[int, ...]
    reports: tuple[int, ...]
    statement: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Eligibility:
    """A determination as it stands: who signed it, and when."""

    determined: EligibilityDetermined
    by: Signer
    at: datetime
