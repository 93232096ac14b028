"""Donor screening and testing as they were done: facts, whatever they say, and what makes a test count.

These records hold values that only some may read; the conclusion that others may read is a record of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qc_service.domain.errors import Fault, Malformed
from qc_service.domain.identifiers import Code, CountryCode, FacilityId, Line, Slug
from qc_service.domain.records import Body, record

SPECIMEN_WINDOW_DAYS = 7
"""A specimen counts when taken at recovery or up to 7 days before or after it (21 CFR 1271.80(b))."""

DILUTING_ML = 2000
"""Blood, colloids and crystalloids together above this dilute an adult's plasma (21 CFR 1271.80(d)(2))."""


class ScreeningFinding(StrEnum):
    """What one part of the screening found."""

    NO_RISK_FOUND = "no_risk_found"
    RISK_FOUND = "risk_found"
    NOT_FINISHED = "not_finished"


class DilutionConclusion(StrEnum):
    """What somebody responsible concluded on plasma dilution."""

    ACCEPTABLE = "acceptable"
    SUSPECTED = "suspected"


@dataclass(frozen=True, kw_only=True)
class ScreeningPart:
    """The interview, physical examination or review of records: by whom, on which day, what it found."""

    by: Line
    on: date
    finding: ScreeningFinding


@dataclass(frozen=True, kw_only=True)
class PlasmaDilution:
    """Transfusion and infusion at delivery in millilitres, or a stated conclusion, or both (rule D2)."""

    blood_and_colloids_ml: int | None = None
    crystalloids_ml: int | None = None
    conclusion: DilutionConclusion | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` unless both volumes, none negative, or a conclusion are stated."""
        volumes = (self.blood_and_colloids_ml, self.crystalloids_ml)
        if any(volume is not None and volume < 0 for volume in volumes):
            raise Malformed("a volume is 0 ml or more")
        if self.conclusion is None and None in volumes:
            raise Malformed("state both volumes, 0 for nothing given, or a conclusion", field="conclusion")

    def suspected(self, limit_ml: int) -> bool:
        """Whether dilution is suspected: concluded so, or above the limit without an acceptable algorithm."""
        if self.conclusion is not None:
            return self.conclusion is DilutionConclusion.SUSPECTED
        return (self.blood_and_colloids_ml or 0) + (self.crystalloids_ml or 0) > limit_ml


@dataclass(frozen=True, kw_only=True)
class Screening:
    """Screening as far as it went: interview, examination, records review, dilution (21 CFR 1271.75).

    ``supersedes`` is the number of a screening that this one corrects.
    """

    interview: ScreeningPart | None = None
    physical_examination: ScreeningPart | None = None
    records_review: ScreeningPart | None = None
    plasma_dilution: PlasmaDilution | None = None
    supersedes: int | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where nothing is stated."""
        if self.plasma_dilution is None and not self.parts:
            raise Malformed("state at least one part of the screening")

    @property
    def parts(self) -> dict[str, ScreeningPart]:
        """The parts that are stated, by their names in words."""
        named = {
            "interview": self.interview,
            "physical examination": self.physical_examination,
            "records review": self.records_review,
        }
        return {name: part for name, part in named.items() if part is not None}


@record("donation")
@dataclass(frozen=True, kw_only=True)
class DonorScreened(Screening, Body):
    """A donor was screened; ``screening`` is its number in the stream."""

    screening: int


class LaboratoryNumber(Code):
    """A testing laboratory's CLIA number, or its equivalent abroad (domain rule D2)."""

    GRAMMAR = re.compile(r"[A-Z0-9][A-Z0-9./-]{0,38}[A-Z0-9]", re.ASCII)
    EXAMPLE = "99D9999999"
    CLIA = re.compile(r"\d{2}D\d{7}", re.ASCII)

    def must_fit(self, country: CountryCode, pointer: str) -> None:
        """Raise ``Malformed`` at the pointer where a laboratory in the United States has no CLIA number."""
        if country == "US" and not self.CLIA.fullmatch(self):
            detail = f"a laboratory in the United States has a CLIA number like {self.EXAMPLE}"
            raise Malformed(detail, faults=(Fault(pointer=pointer, detail=detail),))


class AssayStatus(StrEnum):
    """What an assay is authorised for; only donor screening counts (21 CFR 1271.80(c))."""

    FDA_DONOR_SCREENING = "fda_donor_screening"
    NATIONAL_DONOR_SCREENING = "national_donor_screening"
    DIAGNOSTIC = "diagnostic"
    RESEARCH = "research"

    @property
    def screens_donors(self) -> bool:
        """Licensed, approved or cleared for donor screening, by FDA or by the authority of its country."""
        return self in {AssayStatus.FDA_DONOR_SCREENING, AssayStatus.NATIONAL_DONOR_SCREENING}


class SpecimenOf(StrEnum):
    """Whose specimen was tested (21 CFR 1271.80(a); domain rule D4)."""

    DONOR = "donor"
    BIRTH_MOTHER = "birth_mother"


class Outcome(StrEnum):
    """What a laboratory reported."""

    NON_REACTIVE = "non_reactive"
    NEGATIVE = "negative"
    REACTIVE = "reactive"
    POSITIVE = "positive"
    INDETERMINATE = "indeterminate"
    INVALID = "invalid"
    NOT_DONE = "not_done"

    @property
    def adverse(self) -> bool:
        """Speaks against the donor."""
        return self in {Outcome.REACTIVE, Outcome.POSITIVE}

    @property
    def clear(self) -> bool:
        """Speaks for the donor, where it counts."""
        return self in {Outcome.NON_REACTIVE, Outcome.NEGATIVE}

    @property
    def conclusive(self) -> bool:
        """Speaks at all."""
        return self.adverse or self.clear


@dataclass(frozen=True, kw_only=True)
class AssayResult:
    """One assay of a laboratory's report: the kit used, what it is authorised for, the day of the result."""

    assay: Slug
    kit: Line
    status: AssayStatus
    result_on: date
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Report:
    """One laboratory's report on one specimen (domain rule D2).

    ``supersedes`` is the number of a report that this one corrects.
    """

    laboratory: FacilityId
    laboratory_number: LaboratoryNumber
    specimen_of: SpecimenOf
    specimen_on: date
    results: tuple[AssayResult, ...]
    supersedes: int | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where there is no result, or one is older than its specimen."""
        if not self.results:
            raise Malformed("a report has at least one result", field="results")
        if any(result.result_on < self.specimen_on for result in self.results):
            raise Malformed("a result cannot be older than its specimen", field="results")

    def within_window(self, recovered: date) -> bool:
        """Whether the specimen was taken up to 7 days before or after recovery (21 CFR 1271.80(b))."""
        return abs((self.specimen_on - recovered).days) <= SPECIMEN_WINDOW_DAYS


@record("donation")
@dataclass(frozen=True, kw_only=True)
class DonorTested(Report, Body):
    """A laboratory reported on a donor; ``report`` is its number in the stream."""

    report: int

    def cites(self) -> tuple[str, ...]:
        """A report stands on the laboratory."""
        return (f"facility/{self.laboratory}",)
