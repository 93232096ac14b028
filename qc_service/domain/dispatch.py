"""Whether vials may leave: every reason against a shipment at once (rules R3, D9; 21 CFR 1271.265(c))."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from qc_service.domain.donations import Donation
from qc_service.domain.errors import Conflict, Forbidden, Malformed, Reason, Refused
from qc_service.domain.identifiers import OrganisationId
from qc_service.domain.lots import Lot, LotStatus
from qc_service.domain.products import Product, StorageCondition
from qc_service.domain.shipments import LoggerReading
from qc_service.domain.vial_acts import VialRef
from qc_service.domain.vial_states import VialAct, moved
from qc_service.domain.vials import Vial
from qc_service.domain.vocabulary import Purpose


class ShipmentRefused(Refused):
    """Something in the shipment may not leave (R3)."""


class ShipmentExists(Conflict):
    """A shipment of this number is on record."""


class NotTheConsignee(Forbidden):
    """Only the organisation a shipment was sent to receives it (R3)."""


class EmptyShipment(Malformed):
    """A shipment holds at least one vial."""


@dataclass(frozen=True, kw_only=True)
class LotToShip:
    """One lot's part of a shipment: the lot, the donations behind it and the vials asked for.

    ``wanted`` are the vials named, ``found`` those on record; ``today`` is the product's day and ``ancestors``
    are the lots that it was made from.
    """

    lot: Lot
    donations: tuple[Donation, ...]
    wanted: tuple[VialRef, ...]
    found: tuple[Vial, ...]
    short: int
    today: date
    ancestors: tuple[Lot, ...] = ()


def shipment_reasons(parts: Iterable[LotToShip], sender: OrganisationId) -> tuple[Reason, ...]:
    """Every reason against sending these vials; none means that they may leave.

    Sources: R3 and 21 CFR 1271.265(c) (released, in date, not stopped), D9 (consent at shipment).
    """
    return tuple(
        reason for part in parts for reason in (*_lot(part), *_donors(part, sender), *_vials(part, sender))
    )


_STOPPED = {
    LotStatus.ON_HOLD: "on_hold",
    LotStatus.RECALLED: "recalled",
    LotStatus.WITHDRAWN: "withdrawn",
    LotStatus.REJECTED: "rejected",
}


def _lot(part: LotToShip) -> Iterator[Reason]:
    lot = part.lot
    if not lot.released_for(Purpose.CLINICAL):
        detail = f"Lot {lot.number} is not released for clinical use; quality releases it first."
        yield Reason(code="not_released", detail=detail, source="21 CFR 1271.265(c)")
    if lot.status in _STOPPED:
        detail = f"Lot {lot.number} is {lot.status.replace('_', ' ')}."
        yield Reason(code=_STOPPED[lot.status], detail=detail, source="R3")
    for behind in (lot, *part.ancestors):
        if behind.unmet:
            made = "" if behind is lot else f", which {lot.number} was made from,"
            detail = f"Lot {behind.number}{made} does not meet its specification."
            yield Reason(code="specification_not_met", detail=detail, source="21 CFR 610.1")
        if behind.quality.product_failed:
            detail = f"An investigation of lot {behind.number} concluded that the product failed."
            yield Reason(code="product_failure", detail=detail, source="21 CFR 610.1")
    if lot.expires_on is not None and part.today > lot.expires_on:
        yield Reason(code="expired", detail=f"Lot {lot.number} expired on {lot.expires_on}.", source="R3")


def _donors(part: LotToShip, sender: OrganisationId) -> Iterator[Reason]:
    """What a donor's record says against it; whoever passes on another's vials is not told what that is (D9)."""
    reasons = [
        reason for donation in part.donations for reason in donation.decision_reasons(Purpose.CLINICAL)
    ]
    if part.lot.organisation == sender:
        yield from reasons
    elif reasons:
        detail = f"The manufacturer's quality unit lets no more vials of lot {part.lot.number} go; call it."
        yield Reason(code="not_cleared", detail=detail, source="R3")


def _vials(part: LotToShip, sender: OrganisationId) -> Iterator[Reason]:
    if part.short:
        detail = f"Lot {part.lot.number} has {part.short} vials fewer in stock than asked for."
        yield Reason(code="too_few_in_stock", detail=detail, source="R3")
    known = {vial.ref for vial in part.found}
    for ref in part.wanted:
        if ref not in known:
            yield Reason(code="unknown_vial", detail=f"Vial {ref.name} is not on record.", source="R3")
    for vial in part.found:
        if vial.doubts:
            detail = f"Vial {vial.ref.name} waits for quality: {', '.join(vial.doubts).replace('_', ' ')}."
            yield Reason(code="doubtful", detail=detail, source="R3")
        if not ready(vial, sender):
            detail = f"Vial {vial.ref.name} is {vial.state.spoken} and not in stock at the sender."
            yield Reason(code="not_in_stock", detail=detail, source="R3")


def ready(vial: Vial, sender: OrganisationId) -> bool:
    """Whether the sender has the vial at hand to send it on: from stock, or as received (transfer)."""
    return moved(vial.state, VialAct.DISPATCH) is not None and vial.custody == sender


def kept(reading: LoggerReading, product: Product) -> bool:
    """Whether the logger stayed within one storage condition of the product, in the same unit (P9)."""
    return any(_within(reading, condition) for condition in product.storage)


def _within(reading: LoggerReading, condition: StorageCondition) -> bool:
    same_unit = reading.unit == condition.unit
    return same_unit and condition.min <= reading.min and reading.max <= condition.max
