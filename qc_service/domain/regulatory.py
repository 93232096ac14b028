"""What every answer says about approval: the regulator's dated sentence, and a product's footing in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import CountryCode, Line
from qc_service.domain.vocabulary import AdministrationRoute, BasisKind


@dataclass(frozen=True, kw_only=True)
class Position:
    """What the regulator published, when it said so, and when somebody last checked that it still stands."""

    sentence: str
    said_by: str
    said_on: date
    checked_on: date

    @property
    def in_words(self) -> str:
        """The sentence with its source and both days, and what it means for an answer of this service."""
        said = f"{self.said_on.day} {_MONTHS[self.said_on.month - 1]} {self.said_on.year}"
        return (
            f"{self.sentence} ({self.said_by}, {said}; checked {self.checked_on.isoformat()}). "
            "This answer is about records; it does not mean approved, safe or effective."
        )


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

POSITIONS: tuple[Position, ...] = (
    Position(
        sentence="There are currently no FDA-approved exosome products",
        said_by="FDA",
        said_on=date(2019, 12, 6),
        checked_on=date(2026, 11, 1),
    ),
)
"""In order of the day of the check (FDA, Public Safety Notification on Exosome Products, 6 December 2019)."""

IND_CAUTION = (
    "Caution: New Drug—Limited by Federal (or United States) law to investigational use."  # 21 CFR 312.6(a)
)
"""What the label of an investigational product says."""


@lru_cache(maxsize=64)
def statement_on(day: date) -> str:
    """The regulatory sentence that stands in every verdict, page, label sheet and certificate of that day.

    It is the position checked last on or before the day; before the first check, the first.
    """
    standing = POSITIONS[0]
    for later in POSITIONS[1:]:
        if later.checked_on <= day:
            standing = later
    return standing.in_words


_UNITED_STATES = CountryCode("US")
_REFERENCED: Mapping[BasisKind, str] = {
    BasisKind.IND: "Investigational under {reference} since {since}; not approved",
    BasisKind.CLINICAL_TRIAL: "In clinical trial {reference} since {since}; not approved",
    BasisKind.LICENCE: "Licensed in {country} under {reference} since {since}",
}


@dataclass(frozen=True, kw_only=True)
class RegulatoryBasis:
    """On what footing a product is offered in one country by one route; no footing is an approval by itself.

    For an IND, ``reference`` is its number and ``since`` the day of FDA's acknowledgement (21 CFR 312.40(b)).
    """

    country: CountryCode
    route: AdministrationRoute
    kind: BasisKind
    since: date
    reference: Line | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where the reference is missing, or an IND is claimed outside FDA's country."""
        if self.kind in _REFERENCED and self.reference is None:
            raise Malformed(f"is needed for the basis {self.kind}: state its number", field="reference")
        if self.kind is BasisKind.IND and self.country != _UNITED_STATES:
            raise Malformed("an IND is filed with FDA and holds in US alone", field="country")
        if self.route is AdministrationRoute.NONE:
            raise Malformed("a basis is for a route on which the product reaches a patient", field="route")

    @property
    def in_words(self) -> str:
        """The footing in plain words, such as ``No FDA approval and no IND on file``."""
        if self.kind in _REFERENCED:
            return _REFERENCED[self.kind].format(
                reference=self.reference, since=self.since.isoformat(), country=self.country
            )
        if self.kind is BasisKind.COSMETIC:
            return f"Offered as a cosmetic in {self.country}; not a medicine, not approved"
        return no_basis_in_words(self.country)

    @property
    def caution(self) -> str | None:
        """The caution statement its label must carry (21 CFR 312.6(a)), if any."""
        return IND_CAUTION if self.kind is BasisKind.IND else None


def no_basis_in_words(country: CountryCode) -> str:
    """What is said where there is no footing at all."""
    if country == _UNITED_STATES:
        return "No FDA approval and no IND on file"
    return f"No approval and no clinical trial on file in {country}"
