"""Recording a fill: one record for up to ten thousand vials, a serial for each, and the count of the
labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qc_service.application.access import own
from qc_service.application.actor import Occasion
from qc_service.application.manifest import Manifest
from qc_service.application.processing import StepAccount, performed
from qc_service.application.view import View
from qc_service.domain.filling import (
    AlreadyFilled,
    FillCounts,
    LabelsReconciled,
    NotFilledYet,
    VialsFilled,
    departures_of_fill,
)
from qc_service.domain.identifiers import Line, LotNumber, Sha256, Text, VialSerial
from qc_service.domain.lots import LOT
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import Enclosure, New
from qc_service.domain.vocabulary import StepKind
from qc_service.ledger.fill import fill_root

SECRET_LENGTH = 32
SERIAL_RANDOMNESS = 16


@dataclass(frozen=True, kw_only=True)
class RecordFill(StepAccount):
    """A fill and its step in one; ``test_quantity`` is how many vials one full set of release tests needs."""

    counts: FillCounts
    expires_on: date
    container: Line
    fill_volume: Quantity
    test_quantity: int
    particles_per_vial: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class ReconcileLabels:
    """A count of the lot's labels; a later count supersedes this one."""

    lot: LotNumber
    issued: int
    used: int
    spoiled: int
    returned: int
    notes: Text | None = None
    reason: Text | None = None


def record_fill(view: View, occasion: Occasion, intent: RecordFill) -> tuple[New, ...]:
    """Record the fill with its step, minting a serial for every vial (domain rule P11).

    The serials go into an enclosed manifest; the record commits to them by a Merkle root over salted serials.
    Vials that do not add up and an expiry beyond the shelf life open deviations. Raises ``AlreadyFilled``.
    """
    occasion.actor.must(Permission.RECORD_FILL)
    lot = own(view, occasion.actor, LOT, intent.lot)
    if lot.filling.fill is not None:
        raise AlreadyFilled(f"Lot {lot.number} is filled: register another lot for these vials.")
    manifest = minted(intent.counts, occasion.fresh)
    enclosure = Enclosure(
        name=Line(f"{lot.number}-vials.json"),
        media_type=Line("application/json"),
        content=manifest.content(),
    )
    fill = VialsFilled(
        step=len(lot.processing.steps) + 1,
        counts=intent.counts,
        filled_at=intent.ended_at,
        facility=intent.facility,
        expires_on=intent.expires_on,
        storage=view.get(PRODUCT, lot.product).storage,
        container=intent.container,
        fill_volume=intent.fill_volume,
        particles_per_vial=intent.particles_per_vial,
        test_quantity=intent.test_quantity,
        serial_root=Sha256(fill_root(manifest.secret, [str(serial) for serial in manifest.serials]).hex()),
        manifest=enclosure.file.sha256,
    )
    step, *found = performed(view, occasion, lot, StepKind.FILL, intent, further=departures_of_fill(fill))
    filled = New(
        name=lot.number,
        body=fill,
        occurred_at=intent.ended_at,
        reason=intent.reason,
        enclosed=(enclosure,),
    )
    return (step, filled, *found)


def reconcile_labels(view: View, occasion: Occasion, intent: ReconcileLabels) -> tuple[New, ...]:
    """Record a count of the labels (21 CFR 211.125(c)); until one agrees, the lot is not released."""
    occasion.actor.must(Permission.RECORD_FILL)
    lot = own(view, occasion.actor, LOT, intent.lot)
    if lot.filling.fill is None:
        raise NotFilledYet(f"Lot {lot.number} is not filled: record the fill, then count its labels.")
    body = LabelsReconciled(
        issued=intent.issued,
        used=intent.used,
        spoiled=intent.spoiled,
        returned=intent.returned,
        notes=intent.notes,
    )
    return (New(name=lot.number, body=body, reason=intent.reason),)


def minted(counts: FillCounts, fresh: Callable[[int], bytes]) -> Manifest:
    """A manifest with a serial of its own for every vial, from ``fresh`` random bytes."""
    serials: dict[VialSerial, None] = {}
    while len(serials) < counts.accounted:
        serials[VialSerial.minted(fresh(SERIAL_RANDOMNESS))] = None
    fates = (fate for fate, count in counts.fates().items() for _ in range(count))
    return Manifest(secret=fresh(SECRET_LENGTH), vials=tuple(zip(serials, fates, strict=True)))
