"""Preparing vials: a claim wants a clear answer; clocks may start with it or later (V4, V5, P12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from qc_service.application.actor import Occasion
from qc_service.application.acts import RefusedOnRecord
from qc_service.application.checks import alerts, asked_about, codes, digest, refused_check
from qc_service.application.copies import watched
from qc_service.application.days import when
from qc_service.application.hands import in_hand
from qc_service.application.view import View
from qc_service.domain.errors import Malformed, Reason
from qc_service.domain.identifiers import CountryCode, LotNumber, VialSerial
from qc_service.domain.lots import LOT
from qc_service.domain.moments import ZonedTime
from qc_service.domain.parties import ORGANISATION
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT
from qc_service.domain.records import New
from qc_service.domain.suspicions import Act
from qc_service.domain.use import PreparationRefused, claimed_here, sooner, use_before
from qc_service.domain.verdict import RULES
from qc_service.domain.vial_acts import Asked, Clock, VialPrepared
from qc_service.domain.vial_clocks import VialClockStarted
from qc_service.domain.vials import Vial
from qc_service.domain.vocabulary import AdministrationRoute

PREPARED_HERE = Reason(
    code="already_used",
    detail="You prepared this vial already.",
    source="V5",
    next_step="Record what is given of it, or that it is wasted; prepare another vial for another patient.",
)
"""A second claim at the same clinic, which alarms nobody."""


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
class StartClock:
    """A vial that was prepared is thawed, reconstituted or punctured only now."""

    lot: LotNumber
    serial: VialSerial
    starts: tuple[Clock, ...]
    started_at: ZonedTime | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where it is not said what was done to the vial."""
        if not self.starts:
            raise Malformed("say what was done: thaw, reconstitution or puncture", field="starts")

    @property
    def name(self) -> str:
        """The name of the vial's stream within its room."""
        return f"{self.lot}/{self.serial}"


def prepare_vial(view: View, occasion: Occasion, intent: PrepareVial) -> tuple[New, ...]:
    """Claim a vial for this clinic and start its clocks (V4, V5). Raises ``PreparationRefused`` with every
    reason.
    """
    actor = occasion.actor
    actor.must(Permission.PREPARE_VIAL)
    at = when(occasion, intent.prepared_at, "/prepared_at")
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
    reasons = tuple(
        Reason(code=each.code, detail=each.detail, source="V4", next_step=RULES[each.code].next_step)
        for each in verdict.reasons
    )
    if vial is not None and claimed_here(vial, actor.organisation):
        reasons = (*reasons, PREPARED_HERE)
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


def start_clock(view: View, occasion: Occasion, intent: StartClock) -> tuple[New, ...]:
    """Record what was done to a vial and until when it may be given now (V4, P12).

    It is a fact and never refused: of a vial that was not prepared here, the record leaves a doubt for quality.
    Raises ``NotFound`` where the vial is not in the clinic's hands.
    """
    actor = occasion.actor
    actor.must(Permission.PREPARE_VIAL)
    at = when(occasion, intent.started_at, "/started_at")
    vial = in_hand(view, actor, intent.lot, intent.serial)
    starts = tuple(sorted(set(intent.starts)))
    body = VialClockStarted(
        lot=vial.lot,
        serial=vial.serial,
        clinic=actor.organisation,
        starts=starts,
        use_before=_until(view, vial, starts, at) if claimed_here(vial, actor.organisation) else None,
    )
    return (New(name=intent.name, body=body, occurred_at=intent.started_at),)


def _until(view: View, vial: Vial, starts: tuple[Clock, ...], at: datetime) -> datetime | None:
    if vial.use_before is None:
        return None
    return sooner(view.get(PRODUCT, view.get(LOT, vial.lot).product), vial.use_before, starts, at)
