"""Giving vials: what a patient was given is always recorded, with whatever stood against it (V4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from qc_service.application.actor import Occasion
from qc_service.application.checks import asked_about, codes, digest, located
from qc_service.application.copies import watched
from qc_service.application.days import when
from qc_service.application.judging import Verdict
from qc_service.application.view import View
from qc_service.domain.errors import Malformed, Reason
from qc_service.domain.identifiers import CountryCode, Line, OrganisationId, PatientCode, Slug, Text
from qc_service.domain.lots import LOT
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT, Product
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import New
from qc_service.domain.suspicions import Act
from qc_service.domain.unknown_vials import UnknownVialAdministered
from qc_service.domain.use import (
    administration_reasons,
    administrations,
    doses_left,
    sooner,
    volume_reasons,
)
from qc_service.domain.verdict import ScannedCode
from qc_service.domain.vial_acts import Clock, VialAdministered
from qc_service.domain.vials import Vial
from qc_service.domain.vocabulary import AdministrationRoute

UNSTATED = Text("No reason was stated.")


@dataclass(frozen=True, kw_only=True)
class VialGiven:
    """What one patient was given from one vial; ``wasted`` is what was thrown away of it.

    Lot and serial are what the label says: a vial that is not on record, and whose label cannot be read in full, was
    given all the same.
    """

    lot: Line | None = None
    serial: Line | None = None
    given: Quantity
    wasted: Quantity | None = None
    doses: int = 1

    def __post_init__(self) -> None:
        """Raise ``Malformed`` for less than one dose, and for a vial of which nothing could be read."""
        if self.doses < 1:
            raise Malformed("is at least 1", field="doses")
        if self.lot is None and self.serial is None:
            raise Malformed("say which lot or serial the label has, as far as it can be read", field="lot")

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


def administer_vial(view: View, occasion: Occasion, intent: AdministerVial) -> tuple[New, ...]:
    """Record what a patient was given (V4). It is a fact and never refused: without a clear answer it says so.

    A vial that is not on record has no stream; what was given of it stands on the clinic's own.
    """
    occasion.actor.must(Permission.ADMINISTER_VIAL)
    at = when(occasion, intent.given_at, "/given_at")
    every = (intent, *intent.also)
    return tuple(new for given in every for new in _given(view, occasion, intent, given, at))


def _given(
    view: View, occasion: Occasion, intent: AdministerVial, given: VialGiven, at: datetime
) -> tuple[New, ...]:
    said = located(view, ScannedCode(lot=given.lot, serial=given.serial))
    actor = occasion.actor
    vial = view.find_vial(said.lot, said.serial) if said.lot and said.serial else None
    seen = watched(view, occasion, vial, Act.ADMINISTERED, at)
    verdict = asked_about(
        seen.view, actor, said.lot, said.serial, country=intent.country, route=intent.route, at=at
    )
    if vial is None:
        return (_unknown_given(view, occasion, intent, given, verdict),)
    own = _lacking(view, vial, actor.organisation, given, at)
    lacking = tuple(dict.fromkeys((*codes(verdict), *own)))
    body = VialAdministered(
        lot=vial.lot,
        serial=vial.serial,
        clinic=actor.organisation,
        patient=intent.patient,
        route=intent.route,
        site=intent.site,
        session=intent.session,
        given=given.given,
        wasted=given.wasted,
        device=intent.device,
        doses_left=max(0, doses_left(vial, _product(view, vial)) - given.doses),
        use_before=_until(view, vial, at),
        given_without_clear_answer=bool(lacking),
        reasons=lacking,
        alert=bool(lacking),
        answer=digest(verdict),
    )
    reason = intent.reason or (UNSTATED if lacking else None)
    dose = New(name=vial.ref.name, body=body, occurred_at=intent.given_at, reason=reason)
    return (dose, *seen.found)


def _unknown_given(
    view: View, occasion: Occasion, intent: AdministerVial, given: VialGiven, verdict: Verdict
) -> New:
    lot = view.find(LOT, given.lot) if given.lot else None
    body = UnknownVialAdministered(
        lot=lot.number if lot else None,
        lot_as_read=given.lot,
        serial_as_read=given.serial,
        patient=intent.patient,
        route=intent.route,
        site=intent.site,
        session=intent.session,
        given=given.given,
        wasted=given.wasted,
        device=intent.device,
        reasons=codes(verdict),
        alert=True,
        answer=digest(verdict),
    )
    name = occasion.actor.organisation
    return New(name=name, body=body, occurred_at=intent.given_at, reason=intent.reason or UNSTATED)


def _lacking(
    view: View, vial: Vial, clinic: OrganisationId, given: VialGiven, at: datetime
) -> tuple[Slug, ...]:
    """What the claim, its time and the vial lack beside the answer's own reasons."""
    own = (
        *administration_reasons(vial, _product(view, vial), clinic, given.doses, at),
        *_volume_reasons(view, vial, given),
    )
    return tuple(Slug(reason.code) for reason in own)


def _volume_reasons(view: View, vial: Vial, given: VialGiven) -> Iterable[Reason]:
    fill = view.get(LOT, vial.lot).filling.fill
    every = administrations(view.history(f"vial/{vial.ref.name}"))
    before = [one.body for one in every if not one.undone]
    amounts = [amount for one in before for amount in (one.given, one.wasted)]
    taken = [amount for amount in (*amounts, given.given, given.wasted) if amount is not None]
    return volume_reasons(fill.fill_volume, taken) if fill else ()


def _product(view: View, vial: Vial) -> Product:
    return view.get(PRODUCT, view.get(LOT, vial.lot).product)


def _until(view: View, vial: Vial, at: datetime) -> datetime | None:
    """What is left of an opened vial keeps for the product's time after the first puncture."""
    if vial.in_use is None or vial.in_use.punctured_at is not None:
        return None
    product = _product(view, vial)
    if vial.use_before is None or product.hours_after_puncture is None:
        return vial.use_before
    return sooner(product, vial.use_before, (Clock.PUNCTURE,), at)
