"""Registering lots: what they were made from, and what that takes from their parents."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.application.actor import Actor, Occasion
from qc_service.application.lineage import donations_of
from qc_service.application.naming import must_be_free
from qc_service.application.references import all_ours, ours
from qc_service.application.view import View
from qc_service.domain.derivation import (
    consumption,
    departures_of_parent,
    must_be_a_product_of_its_own,
    must_not_pool,
)
from qc_service.domain.donations import DONATION
from qc_service.domain.identifiers import Din, LotNumber, ProductCode, Text
from qc_service.domain.lots import LOT, Additive, Lot, LotRegistered, Parent
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Permission
from qc_service.domain.processing import opened, recorded_late
from qc_service.domain.products import PRODUCT
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import New
from qc_service.domain.registers import REAGENT
from qc_service.domain.vocabulary import LotKind


@dataclass(frozen=True, kw_only=True)
class RegisterLot:
    """A lot that was made; ``made_at`` is now unless said, and more than a day ago wants a ``reason``."""

    number: LotNumber
    kind: LotKind
    product: ProductCode
    quantity: Quantity
    donations: tuple[Din, ...] = ()
    parents: tuple[Parent, ...] = ()
    additives: tuple[Additive, ...] = ()
    notes: Text | None = None
    made_at: ZonedTime | None = None
    reason: Text | None = None


def register_lot(view: View, occasion: Occasion, intent: RegisterLot) -> tuple[New, ...]:
    """Register the lot, and on each parent's stream what was taken from it (domain rule P2).

    A parent that is not released for further processing, and more taken than there was, are facts: they open
    deviations on the new lot. Raises ``NameTaken``, ``PoolingRefused`` (P10),
    ``FormulationNeedsItsOwnProduct`` and ``Malformed``.
    """
    occasion.actor.must(Permission.REGISTER_LOT)
    must_be_free(view, LOT, intent.number)
    if intent.made_at is not None:
        recorded_late(intent.made_at, occasion.at, intent.reason, member="made_at")
    parents = all_ours(view, occasion.actor, LOT, (parent.lot for parent in intent.parents), "/parents")
    registered = _registered(view, occasion.actor, intent, parents)
    taken = tuple(
        New(name=parent.number, body=consumption(parent, intent.number, amount))
        for parent, amount in zip(parents, intent.parents, strict=True)
    )
    departures = tuple(
        departure
        for parent, amount in zip(parents, intent.parents, strict=True)
        for departure in departures_of_parent(parent, amount)
    )
    lot = New(name=intent.number, body=registered, occurred_at=intent.made_at, reason=intent.reason)
    return (lot, *taken, *(New(name=intent.number, body=body) for body in opened(departures, after=0)))


def _registered(view: View, actor: Actor, intent: RegisterLot, parents: tuple[Lot, ...]) -> LotRegistered:
    """The lot's first record, once its product, donations and reagents are found and its donors may be
    together."""
    product = ours(view, actor, PRODUCT, intent.product, "/product")
    donations = all_ours(view, actor, DONATION, intent.donations, "/donations")
    all_ours(view, actor, REAGENT, (one.reagent for one in intent.additives if one.reagent), "/additives")
    behind = {din for parent in parents for din in donations_of(view, parent.number)}
    inherited = tuple(view.get(DONATION, din) for din in sorted(behind))
    registered = LotRegistered(
        kind=intent.kind,
        product=intent.product,
        donations=intent.donations,
        parents=intent.parents,
        additives=intent.additives,
        quantity=intent.quantity,
        notes=intent.notes,
    )
    must_not_pool(product, (donation.donor_code for donation in (*donations, *inherited)))
    must_be_a_product_of_its_own(registered, parents)
    return registered


def summary(lot: Lot) -> dict[str, object]:
    """What lists and searches show of a lot."""
    return {
        "status": lot.status.value,
        "title": f"Lot {lot.number}",
        "kind": lot.kind.value,
        "product": str(lot.product),
        "expires_on": None if lot.expires_on is None else lot.expires_on.isoformat(),
    }
