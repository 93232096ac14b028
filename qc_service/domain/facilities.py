"""Sites where donations are recovered, lots made or assays run: what they are called and certified for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from qc_service.domain.certifications import (
    CertificationStatusChanged,
    FacilityCertification,
    FacilityCertified,
)
from qc_service.domain.errors import NotFound
from qc_service.domain.identifiers import Code, CountryCode, FacilityId, Gln, Line, OrganisationId, Text
from qc_service.domain.records import Body, Fold, Recorded, record
from qc_service.domain.vocabulary import Operation


class Fei(Code):
    """FDA's establishment identifier: text, since a leading zero counts."""

    GRAMMAR = re.compile(r"\d{7,10}", re.ASCII)
    EXAMPLE = "3001234567"


class Duns(Code):
    """A DUNS number, the site identifier of FDA's drug establishment registrations."""

    GRAMMAR = re.compile(r"\d{9}", re.ASCII)
    EXAMPLE = "079999999"


class CliaNumber(Code):
    """The number of a laboratory's CLIA certificate."""

    GRAMMAR = re.compile(r"\d{2}D\d{7}", re.ASCII)
    EXAMPLE = "05D9999999"


class FacilityIdentificationNumber(Code):
    """The five characters by which ICCBBA knows a facility: the beginning of every DIN it assigns."""

    GRAMMAR = re.compile(r"[A-NP-Z1-9][A-NP-Z0-9]{2}\d{2}", re.ASCII)
    EXAMPLE = "A9990"


class FacilityKind(StrEnum):
    """What a site is for, in the main."""

    RECOVERY_SITE = "recovery_site"
    MANUFACTURING_SITE = "manufacturing_site"
    TESTING_LABORATORY = "testing_laboratory"
    STORAGE_SITE = "storage_site"


@dataclass(frozen=True, kw_only=True)
class FacilityIdentifiers:
    """What authorities and standards bodies call a site (domain rule P5); it changes, as when FEIs merge."""

    fei: Fei | None = None
    duns: Duns | None = None
    gln: Gln | None = None
    clia: CliaNumber | None = None
    fin: FacilityIdentificationNumber | None = None


@record("facility")
@dataclass(frozen=True, kw_only=True)
class FacilityRegistered(Body):
    """A site is known from now on; ``zone`` is its IANA time zone."""

    name: Line
    address: Text
    kind: FacilityKind
    country: CountryCode
    zone: Line
    identifiers: FacilityIdentifiers


@record("facility")
@dataclass(frozen=True, kw_only=True)
class FacilityIdentifiersChanged(Body):
    """The site's identifiers are these from ``since`` on; the former ones stay known."""

    identifiers: FacilityIdentifiers
    since: date
    explanation: Text


@dataclass(frozen=True, kw_only=True)
class FormerIdentifiers:
    """What a site was called before ``until``."""

    identifiers: FacilityIdentifiers
    until: date


@dataclass(frozen=True, kw_only=True)
class Facility:
    """A site as it stands."""

    id: FacilityId
    name: Line
    address: Text
    kind: FacilityKind
    country: CountryCode
    zone: Line
    identifiers: FacilityIdentifiers
    former_identifiers: tuple[FormerIdentifiers, ...]
    certifications: tuple[FacilityCertification, ...]
    organisation: OrganisationId

    def covering(self, operation: Operation, day: date) -> FacilityCertification | None:
        """The first certification that covered the operation here that day, or ``None`` (domain rule P7)."""
        return next((one for one in self.certifications if one.covers(operation, day)), None)

    def certification(self, number: int) -> FacilityCertification:
        """The certification of this number. Raises ``NotFound``."""
        if not 1 <= number <= len(self.certifications):
            raise NotFound(f"This facility has no certification {number}.")
        return self.certifications[number - 1]

    def with_status(self, change: CertificationStatusChanged) -> Facility:
        """The site after one of its certifications changed its status."""
        certification = self.certification(change.certification)
        changed = replace(certification, history=(*certification.history, change))
        before = self.certifications[: changed.number_in_stream - 1]
        return replace(self, certifications=(*before, changed, *self.certifications[len(before) + 1 :]))


FACILITY: Fold[Facility] = Fold("facility")


@FACILITY.begins(FacilityRegistered)
def _facility(recorded: Recorded, body: FacilityRegistered) -> Facility:
    return Facility(
        id=FacilityId(recorded.name),
        name=body.name,
        address=body.address,
        kind=body.kind,
        country=body.country,
        zone=body.zone,
        identifiers=body.identifiers,
        former_identifiers=(),
        certifications=(),
        organisation=recorded.signer.organisation,
    )


@FACILITY.on(FacilityIdentifiersChanged)
def _identified(facility: Facility, _: Recorded, body: FacilityIdentifiersChanged) -> Facility:
    former = FormerIdentifiers(identifiers=facility.identifiers, until=body.since)
    return replace(
        facility, identifiers=body.identifiers, former_identifiers=(*facility.former_identifiers, former)
    )


@FACILITY.on(FacilityCertified)
def _certified(facility: Facility, _: Recorded, body: FacilityCertified) -> Facility:
    certification = FacilityCertification(
        number_in_stream=body.certification,
        type=body.type,
        scheme=body.scheme,
        number=body.number,
        issuer=body.issuer,
        scope=body.scope,
        valid_from=body.valid_from,
        valid_until=body.valid_until,
        document=body.document,
    )
    return replace(facility, certifications=(*facility.certifications, certification))


@FACILITY.on(CertificationStatusChanged)
def _status(facility: Facility, _: Recorded, body: CertificationStatusChanged) -> Facility:
    return facility.with_status(body)
