"""Registering and certifying facilities, following what becomes of a certification, and reading both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from qc_service.application.access import own, readable
from qc_service.application.actor import Actor, Occasion
from qc_service.application.attachments import document
from qc_service.application.naming import must_be_free
from qc_service.application.parties import must_be_zone
from qc_service.application.view import View
from qc_service.domain.certifications import (
    CertificationStatus,
    CertificationStatusChanged,
    FacilityCertified,
)
from qc_service.domain.codec import to_plain
from qc_service.domain.departures import departures_of_cover
from qc_service.domain.facilities import (
    FACILITY,
    Facility,
    FacilityIdentifiers,
    FacilityIdentifiersChanged,
    FacilityKind,
    FacilityRegistered,
)
from qc_service.domain.identifiers import CountryCode, FacilityId, Line, Sha256, Text
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.permissions import Permission
from qc_service.domain.processing import Departure, opened
from qc_service.domain.records import New
from qc_service.domain.schemes import CertificationType, Scheme
from qc_service.domain.vocabulary import STEP_OPERATION, Operation


@dataclass(frozen=True, kw_only=True)
class RegisterFacility:
    """A site as it is to be known; ``zone`` is its IANA time zone."""

    id: FacilityId
    name: Line
    address: Text
    kind: FacilityKind
    country: CountryCode
    zone: Line
    identifiers: FacilityIdentifiers = field(default_factory=FacilityIdentifiers)


@dataclass(frozen=True, kw_only=True)
class ChangeFacilityIdentifiers:
    """All the identifiers that a site has from a day on."""

    facility: FacilityId
    identifiers: FacilityIdentifiers
    since: date
    explanation: Text


@dataclass(frozen=True, kw_only=True)
class CertifyFacility:
    """A registration, accreditation, certificate, inspection outcome or licence of a site."""

    facility: FacilityId
    type: CertificationType
    scheme: Scheme
    number: Line
    issuer: Line
    scope: tuple[Operation, ...]
    valid_from: date
    valid_until: date | None = None
    document: Sha256 | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeCertificationStatus:
    """What became of a certification, with effect from a day."""

    facility: FacilityId
    certification: int
    status: CertificationStatus
    effective_on: date
    explanation: Text


def register_facility(view: View, occasion: Occasion, intent: RegisterFacility) -> tuple[New, ...]:
    """Register a site of the actor's organisation; raises ``NameTaken`` and ``Malformed``."""
    occasion.actor.must(Permission.REGISTER_FACILITY)
    must_be_free(view, FACILITY, intent.id)
    must_be_zone(intent.zone)
    body = FacilityRegistered(
        name=intent.name,
        address=intent.address,
        kind=intent.kind,
        country=intent.country,
        zone=intent.zone,
        identifiers=intent.identifiers,
    )
    return (New(name=intent.id, body=body),)


def change_facility_identifiers(
    view: View, occasion: Occasion, intent: ChangeFacilityIdentifiers
) -> tuple[New, ...]:
    """Record what a site is called from a day on; what it was called before stays on record (rule P5)."""
    occasion.actor.must(Permission.REGISTER_FACILITY)
    facility = own(view, occasion.actor, FACILITY, intent.facility)
    body = FacilityIdentifiersChanged(
        identifiers=intent.identifiers, since=intent.since, explanation=intent.explanation
    )
    return (New(name=facility.id, body=body, reason=intent.explanation),)


def certify_facility(view: View, occasion: Occasion, intent: CertifyFacility) -> tuple[New, ...]:
    """Record a certification of a site, numbered on from its last (rule P6); raises ``Malformed``."""
    actor = occasion.actor
    actor.must(Permission.CERTIFY_FACILITY)
    facility = own(view, actor, FACILITY, intent.facility)
    body = FacilityCertified(
        certification=len(facility.certifications) + 1,
        type=intent.type,
        scheme=intent.scheme,
        number=intent.number,
        issuer=intent.issuer,
        scope=intent.scope,
        valid_from=intent.valid_from,
        valid_until=intent.valid_until,
        document=intent.document,
    )
    return (New(name=facility.id, body=body, files=document(view, actor, intent.document)),)


def change_certification_status(
    view: View, occasion: Occasion, intent: ChangeCertificationStatus
) -> tuple[New, ...]:
    """Record what became of a certification, and open a deviation wherever it reaches back (rule P7).

    A step or an assay that the site was covered for, and on its own day no longer is, departs. What was done
    before the effective date stays as it was.
    """
    occasion.actor.must(Permission.CERTIFY_FACILITY)
    before = own(view, occasion.actor, FACILITY, intent.facility)
    body = CertificationStatusChanged(
        certification=intent.certification,
        status=intent.status,
        effective_on=intent.effective_on,
        explanation=intent.explanation,
    )
    after = before.with_status(body)
    deviations = [
        New(name=lot, body=opening)
        for lot in view.citing(f"{FACILITY.room}/{before.id}", LOT.room)
        for opening in _reached(view.get(LOT, lot), before, after)
    ]
    return (New(name=before.id, body=body, reason=intent.explanation), *deviations)


def _reached(lot: Lot, before: Facility, after: Facility) -> Iterator[Any]:
    number = len(lot.processing.deviations)
    for step, operation, days in _performed(lot, before.id):
        if not departures_of_cover(before, operation, days):
            departures: tuple[Departure, ...] = departures_of_cover(after, operation, days)
            for opening in opened(departures, after=number, step=step):
                number = opening.deviation
                yield opening


def _performed(lot: Lot, facility: FacilityId) -> Iterator[tuple[int | None, Operation, tuple[date, ...]]]:
    for step in lot.processing.steps:
        if step.facility == facility:
            yield step.number, STEP_OPERATION[step.kind], (step.started_at.day, step.ended_at.day)
    for result in lot.quality.results:
        if result.valid and result.recorded.facility == facility:
            yield None, result.recorded.operation, (result.recorded.started.day, result.recorded.read.day)


def read_facility(view: View, actor: Actor, facility: str) -> dict[str, Any]:
    """A site of the reader's organisation, with its certifications and their history in words."""
    actor.must(Permission.READ_RECORDS)
    state = readable(view, actor, FACILITY, facility)
    plain: dict[str, Any] = to_plain(state)
    for certification, member in zip(state.certifications, plain["certifications"], strict=True):
        member["in_words"] = certification.in_words
    return plain


def facility_summary(facility: Facility) -> dict[str, object]:
    """A site in a list."""
    return {
        "status": "registered",
        "title": str(facility.name),
        "kind": facility.kind.value,
        "country": str(facility.country),
        "fei": facility.identifiers.fei and str(facility.identifiers.fei),
    }
