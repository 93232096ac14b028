"""Preparing and giving vials: a claim wants a clear answer, what was given is always recorded (V4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from qc_service.application.actor import Occasion
from qc_service.application.acts import RefusedOnRecord
from qc_service.application.checks import alerts, asked_about, codes, digest, refused_check
from qc_service.application.copies import watched
from qc_service.application.days import must_have_come
from qc_service.application.judging import Verdict
from qc_service.application.view import View
from qc_service.domain.errors import Malformed, Reason
from qc_service.domain.identifiers import CountryCode, Line, LotNumber, PatientCode, Slug, Text, VialSerial
from qc_service.domain.lots import LOT
from qc_service.domain.moments import ZonedTime
from qc_service.domain.parties import ORGANISATION
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT, Product
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import New
from qc_service.domain.suspicions import Act
from qc_service.domain.use import (
    PreparationRefused,
    administration_reasons,
    claimed_here,
    doses_left,
    use_before,
)
from qc_service.domain.vial_acts import Asked, Clock, VialAdministered, VialPrepared
from qc_service.domain.vials import Vial
from qc_service.domain.vocabulary import AdministrationRoute

UNSTATED = Text("No reason was stated.")


@dataclass(frozen=True, kw_only=True)
class PrepareVial:
    """A clinic thaws, reconstitutes or opens a vial, which claims it."""

    lot: LotNumber
    serial: VialSerial
    starts: tuple[Clock, ...]
    route: AdministrationRoute
    country: CountryCode | None = None
    prepared_at: ZonedTime | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where it is not said what was done to the vial."""
        if not self.starts:
            raise Malformed("say what was done: thaw, reconstitution or puncture", field="starts")

    @property
    def name(self) -> str:
        """The name of the vial's stream within its room."""
        return f"{self.lot}/{self.serial}"


@dataclass(frozen=True, kw_only=True)
class VialGiven:
    """What one patient was given from one vial; ``wasted`` is what was thrown away of it."""

    lot: LotNumber
    serial: VialSerial
    given: Quantity
    wasted: Quantity | None = None
    doses: int = 1

    def __post_init__(self) -> None:
        """Raise ``Malformed`` for less than one dose."""
        if self.doses < 1:
            raise Malformed("is at least 1", field="doses")

    @property
    def name(self) -> str:
        """The name of the vial's stream within its room."""
        return f"{self.lot}/{self.serial}"


@dataclass(frozen=True, kw_only=True)
class AdministerVial(VialGiven):
    """One administration, from this vial and ``also`` from others; ``reason`` says why, where records do not
    clear it.
    """

    patient: PatientCode
    route: AdministrationRoute
    site: Line
    session: int
    device: Line | None = None
    country: CountryCode | None = None
    also: tuple[VialGiven, ...] = ()
    given_at: ZonedTime | None = None
    reason: Text | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where a vial is named twice or the session is not counted from 1."""
        super().__post_init__()
        if self.session < 1:
            raise Malformed("sessions are counted from 1", field="session")
        named = [(given.lot, given.serial) for given in (self, *self.also)]
        if len(set(named)) != len(named):
            raise Malformed("a vial is named twice", field="also")


def prepare_vial(view: View, occasion: Occasion, intent: PrepareVial) -> tuple[New, ...]:
    """Claim a vial for this clinic and start its clocks (V4, V5). Raises ``PreparationRefused`` with every
    reason.
    """
    actor = occasion.actor
    actor.must(Permission.PREPARE_VIAL)
    at = _when(occasion, intent.prepared_at, "/prepared_at")
    vial = view.find_vial(intent.lot, intent.serial)
    seen = watched(view, occasion, vial, Act.CHECKED, at)
    verdict = asked_about(
        seen.view,
        actor,
        intent.lot,
        intent.serial,
        country=intent.country,
        route=intent.route,
        at=occasion.at,
    )
    reasons = tuple(Reason(code=each.code, detail=each.detail, source="V4") for each in verdict.reasons)
    if vial is not None and claimed_here(vial, actor.organisation):
        reasons = (
            *reasons,
            Reason(code="already_used", detail="You prepared this vial already.", source="V5"),
        )
    if reasons:
        alarming = vial is not None and alerts(codes(verdict))
        told = " Quality is told of it." if alarming else ""
        refusal = PreparationRefused(f"The records do not clear this vial for use.{told}", reasons)
        if vial is not None and alarming:
            asked = Asked(gtin=None, expires_on=None, country=intent.country, route=intent.route)
            raise RefusedOnRecord(refusal, (refused_check(vial, verdict, asked), *seen.found))
        raise refusal
    body = VialPrepared(
        lot=intent.lot,
        serial=intent.serial,
        clinic=actor.organisation,
        starts=tuple(sorted(set(intent.starts))),
        use_before=clocks_end(view, occasion, intent.lot, intent.starts, at),
        answer=digest(verdict),
    )
    return (New(name=intent.name, body=body, occurred_at=intent.prepared_at),)


def clocks_end(
    view: View, occasion: Occasion, number: LotNumber, starts: tuple[Clock, ...], at: datetime
) -> datetime:
    """Until when a vial of this lot may be given, whose clocks started at that time (V4, P12)."""
    lot = view.get(LOT, number)
    product = view.get(PRODUCT, lot.product)
    clinic = view.find(ORGANISATION, occasion.actor.organisation)
    zone = clinic.zone if clinic else product.zone
    last_day = lot.expires_on or (at + timedelta(days=1)).date()
    return use_before(product, last_day, zone, starts, at)


def administer_vial(view: View, occasion: Occasion, intent: AdministerVial) -> tuple[New, ...]:
    """Record what a patient was given (V4). It is a fact and never refused: without a clear answer it says
    so.
    """
    occasion.actor.must(Permission.ADMINISTER_VIAL)
    at = _when(occasion, intent.given_at, "/given_at")
    every = (intent, *intent.also)
    return tuple(new for given in every for new in _given(view, occasion, intent, given, at))


def _when(occasion: Occasion, stated: ZonedTime | None, pointer: str) -> datetime:
    if stated is None:
        return occasion.at
    must_have_come(stated, occasion.at, pointer)
    return stated.instant


def _given(
    view: View, occasion: Occasion, intent: AdministerVial, given: VialGiven, at: datetime
) -> tuple[New, ...]:
    actor = occasion.actor
    vial = view.find_vial(given.lot, given.serial)
    seen = watched(view, occasion, vial, Act.ADMINISTERED, at)
    verdict = asked_about(
        seen.view, actor, given.lot, given.serial, country=intent.country, route=intent.route, at=at
    )
    lacking = _lacking(view, occasion, given, verdict, at)
    body = VialAdministered(
        lot=given.lot,
        serial=given.serial,
        clinic=actor.organisation,
        patient=intent.patient,
        route=intent.route,
        site=intent.site,
        session=intent.session,
        given=given.given,
        wasted=given.wasted,
        device=intent.device,
        doses_left=_left(view, vial, given.doses),
        use_before=_until(view, vial, at),
        given_without_clear_answer=bool(lacking),
        reasons=lacking,
        alert=bool(lacking),
        answer=digest(verdict),
    )
    reason = intent.reason or (UNSTATED if lacking else None)
    dose = New(name=given.name, body=body, occurred_at=intent.given_at, reason=reason)
    return (dose, *seen.found)


def _lacking(
    view: View, occasion: Occasion, given: VialGiven, verdict: Verdict, at: datetime
) -> tuple[Slug, ...]:
    """Every code that stood against this use: the answer's own, then what the claim and its window lack."""
    found = list(codes(verdict))
    vial = view.find_vial(given.lot, given.serial)
    if vial is not None:
        product = _product(view, vial)
        clinic = occasion.actor.organisation
        found += [Slug(each.code) for each in administration_reasons(vial, product, clinic, given.doses, at)]
    return tuple(dict.fromkeys(found))


def _product(view: View, vial: Vial) -> Product:
    return view.get(PRODUCT, view.get(LOT, vial.lot).product)


def _left(view: View, vial: Vial | None, taken: int) -> int:
    return 0 if vial is None else max(0, doses_left(vial, _product(view, vial)) - taken)


def _until(view: View, vial: Vial | None, at: datetime) -> datetime | None:
    """What is left of an opened vial keeps for the product's time after the first puncture."""
    if vial is None or vial.in_use is None or vial.in_use.punctured_at is not None:
        return None
    hours = _product(view, vial).hours_after_puncture
    ends = [
        end for end in (vial.use_before, at + timedelta(hours=hours) if hours else None) if end is not None
    ]
    return min(ends, default=None)
