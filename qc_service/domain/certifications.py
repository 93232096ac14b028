"""Facility certifications: what a site is registered, accredited or inspected for, and on which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line, Sha256, Text
from qc_service.domain.records import Body, record
from qc_service.domain.schemes import IN_WORDS, TYPES, CertificationType, Scheme, satisfies
from qc_service.domain.vocabulary import Operation


class CertificationStatus(StrEnum):
    """Whether a certification stands, from an effective date on."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@record("facility")
@dataclass(frozen=True, kw_only=True)
class FacilityCertified(Body):
    """A registration, accreditation, certificate, inspection outcome or licence of the site (domain rule P6).

    It holds from ``valid_from`` through ``valid_until``; without an end it holds until its status changes.
    """

    certification: int
    type: CertificationType
    scheme: Scheme
    number: Line
    issuer: Line
    scope: tuple[Operation, ...]
    valid_from: date
    valid_until: date | None = None
    document: Sha256 | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where type, scope or days contradict each other."""
        if self.type not in TYPES[self.scheme]:
            right = " or ".join(sorted(TYPES[self.scheme]))
            raise Malformed(f"{self.scheme} is a {right}, not a {self.type}", field="type")
        if not self.scope or len(set(self.scope)) < len(self.scope):
            raise Malformed("name at least one operation, each once", field="scope")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise Malformed("the last day is before the first", field="valid_until")


@record("facility")
@dataclass(frozen=True, kw_only=True)
class CertificationStatusChanged(Body):
    """A certification was suspended, withdrawn, lapsed or reinstated, from a day on (domain rule P7)."""

    certification: int
    status: CertificationStatus
    effective_on: date
    explanation: Text


@dataclass(frozen=True, kw_only=True)
class FacilityCertification:
    """One certification as it stands, with the history of its status; ``number_in_stream`` counts from 1."""

    number_in_stream: int
    type: CertificationType
    scheme: Scheme
    number: Line
    issuer: Line
    scope: tuple[Operation, ...]
    valid_from: date
    valid_until: date | None
    document: Sha256 | None
    history: tuple[CertificationStatusChanged, ...] = ()

    def status_on(self, day: date) -> CertificationStatus:
        """The status that took effect last; of two that took effect on one day, the one recorded later."""
        status = CertificationStatus.ACTIVE
        for change in sorted(self.history, key=lambda change: change.effective_on):
            if change.effective_on <= day:
                status = change.status
        if status is CertificationStatus.ACTIVE and self.valid_until is not None and self.valid_until < day:
            return CertificationStatus.LAPSED
        return status

    def in_force(self, day: date) -> bool:
        """Whether it stood that day; what happened to it later never matters (domain rule P7)."""
        return self.valid_from <= day and self.status_on(day) is CertificationStatus.ACTIVE

    def covers(self, operation: Operation, day: date) -> bool:
        """Whether it was in force that day, names the operation, and its scheme can cover it."""
        return self.in_force(day) and operation in self.scope and satisfies(self.scheme, operation, day)

    @property
    def in_words(self) -> str:
        """What the scheme means, as a page says it: ``registered with FDA (not an approval)``."""
        return IN_WORDS[self.scheme]
