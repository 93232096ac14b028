"""Shipments: which vials went from whom to whom, with what, and how they arrived (21 CFR 1271.265, .290)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from qc_service.domain.identifiers import (
    Din,
    Line,
    LotNumber,
    OrganisationId,
    ProductCode,
    ShipmentId,
    Sscc,
    Text,
    VialSerial,
)
from qc_service.domain.records import Body, Fold, Recorded, record
from qc_service.domain.vial_acts import VialRef


@dataclass(frozen=True, kw_only=True)
class LotVials:
    """Vials of one lot, by serial."""

    lot: LotNumber
    serials: tuple[VialSerial, ...]

    def refs(self) -> tuple[VialRef, ...]:
        """The same vials one by one."""
        return tuple(VialRef(lot=self.lot, serial=serial) for serial in self.serials)


def grouped(refs: Iterable[VialRef]) -> tuple[LotVials, ...]:
    """The vials by lot; lots and serials in order of text."""
    lots: dict[LotNumber, set[VialSerial]] = {}
    for ref in refs:
        lots.setdefault(ref.lot, set()).add(ref.serial)
    return tuple(LotVials(lot=lot, serials=tuple(sorted(lots[lot]))) for lot in sorted(lots))


def one_by_one(contents: Iterable[LotVials]) -> tuple[VialRef, ...]:
    """Every vial of every lot listed."""
    return tuple(ref for vials in contents for ref in vials.refs())


@dataclass(frozen=True, kw_only=True)
class DonorStatement:
    """What must accompany a donation's product, without the donor's identity (21 CFR 1271.55)."""

    donation: Din
    statement: Text
    tests: tuple[Text, ...]
    laboratories: tuple[Text, ...]
    establishment: Text


@dataclass(frozen=True, kw_only=True)
class AccompanyingRecord:
    """The record that travels with a lot's vials: product, use-by day and one statement for each donation."""

    lot: LotNumber
    product: ProductCode
    expires_on: date | None
    donors: tuple[DonorStatement, ...]


@record("shipment")
@dataclass(frozen=True, kw_only=True)
class ShipmentDispatched(Body):
    """These vials left the sender for the recipient (R3)."""

    shipment: ShipmentId
    sender: OrganisationId
    recipient: OrganisationId
    contents: tuple[LotVials, ...]
    packed_by: Line
    courier: Line
    tracking: Line | None
    logger: Line | None
    accompanying: tuple[AccompanyingRecord, ...]

    def cites(self) -> tuple[str, ...]:
        """The lots in it and both organisations."""
        lots = tuple(f"lot/{vials.lot}" for vials in self.contents)
        return (*lots, f"organisation/{self.sender}", f"organisation/{self.recipient}")


@dataclass(frozen=True, kw_only=True)
class Carton:
    """The vials in one carton, which goes by its SSCC."""

    sscc: Sscc
    contents: tuple[LotVials, ...]

    @property
    def vials(self) -> tuple[VialRef, ...]:
        """Every vial in it."""
        return one_by_one(self.contents)


@record("shipment")
@dataclass(frozen=True, kw_only=True)
class CartonsPacked(Body):
    """Which of the shipment's vials left in which carton: recorded with the dispatch; some may be in none."""

    shipment: ShipmentId
    recipient: OrganisationId
    cartons: tuple[Carton, ...]

    def cites(self) -> tuple[str, ...]:
        """The cartons' numbers, by which the shipment is found."""
        return tuple(f"sscc/{carton.sscc}" for carton in self.cartons)


class Condition(StrEnum):
    """How a vial arrived."""

    OK = "ok"
    DAMAGED = "damaged"
    MISSING = "missing"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One vial that arrived otherwise than well, or not at all."""

    lot: LotNumber
    serial: VialSerial
    condition: Condition
    note: Line | None = None

    @property
    def vial(self) -> VialRef:
        """The vial it speaks of."""
        return VialRef(lot=self.lot, serial=self.serial)


@dataclass(frozen=True, kw_only=True)
class LoggerReading:
    """The lowest and highest temperature on the way, in the unit stated (UCUM, ``Cel``)."""

    min: Decimal
    max: Decimal
    unit: Line


@record("shipment")
@dataclass(frozen=True, kw_only=True)
class ShipmentReceived(Body):
    """How the vials arrived (R3): ``ok`` by lot, others one by one; ``unexpected`` are on hand unlisted,
    ``not_on_record`` are on hand and not on record at all.

    ``out_of_range`` names the lots whose storage condition the logger's reading did not keep (P9).
    """

    shipment: ShipmentId
    recipient: OrganisationId
    ok: tuple[LotVials, ...]
    exceptions: tuple[Arrival, ...]
    unexpected: tuple[VialRef, ...]
    not_on_record: tuple[VialRef, ...]
    temperature: LoggerReading | None
    out_of_range: tuple[LotNumber, ...]

    def cites(self) -> tuple[str, ...]:
        """The lots of vials that were not on the list; the listed ones are cited by the dispatch."""
        return tuple(f"lot/{lot}" for lot in sorted({ref.lot for ref in self.unexpected}))

    @property
    def troubled(self) -> bool:
        """Whether anything arrived otherwise than listed and well."""
        return bool(self.exceptions or self.unexpected or self.not_on_record or self.out_of_range)

    def condition_of(self, ref: VialRef) -> Condition | None:
        """How that vial arrived; ``None`` where it was not expected."""
        for arrival in self.exceptions:
            if arrival.vial == ref:
                return arrival.condition
        arrived = any(vials.lot == ref.lot and ref.serial in vials.serials for vials in self.ok)
        return Condition.OK if arrived else None


@record("shipment")
@dataclass(frozen=True, kw_only=True)
class ShipmentExcursionAssessed(Body):
    """Quality judged a temperature excursion; ``acceptable`` frees the vials, else they stay blocked (P9)."""

    shipment: ShipmentId
    contents: tuple[LotVials, ...]
    acceptable: bool


class ShipmentStatus(StrEnum):
    """How far a shipment is."""

    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    RECEIVED_WITH_EXCEPTIONS = "received_with_exceptions"


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """One consignment as it stands."""

    id: ShipmentId
    organisation: OrganisationId
    dispatched: ShipmentDispatched
    dispatched_at: datetime
    receipts: tuple[ShipmentReceived, ...] = ()
    received_at: datetime | None = None
    excursion: tuple[LotNumber, ...] = ()
    cartons: tuple[Carton, ...] = ()

    @property
    def recipient(self) -> OrganisationId:
        """The consignee."""
        return self.dispatched.recipient

    @property
    def vials(self) -> tuple[VialRef, ...]:
        """Every vial on its list."""
        return one_by_one(self.dispatched.contents)

    @property
    def underway(self) -> tuple[VialRef, ...]:
        """The vials that no receipt speaks of yet."""
        told = {ref for receipt in self.receipts for ref in one_by_one(receipt.ok)}
        told |= {arrival.vial for receipt in self.receipts for arrival in receipt.exceptions}
        return tuple(ref for ref in self.vials if ref not in told)

    def carton(self, sscc: str) -> Carton | None:
        """The carton of this number, if it was in the shipment."""
        return next((carton for carton in self.cartons if carton.sscc == sscc), None)

    @property
    def status(self) -> ShipmentStatus:
        """In transit until its consignee received all of it."""
        if self.underway:
            return ShipmentStatus.IN_TRANSIT
        if any(receipt.troubled for receipt in self.receipts):
            return ShipmentStatus.RECEIVED_WITH_EXCEPTIONS
        return ShipmentStatus.RECEIVED


SHIPMENT: Fold[Shipment] = Fold("shipment")


@SHIPMENT.begins(ShipmentDispatched)
def _dispatched(recorded: Recorded, body: ShipmentDispatched) -> Shipment:
    return Shipment(
        id=body.shipment,
        organisation=body.sender,
        dispatched=body,
        dispatched_at=recorded.occurred_at.instant,
    )


@SHIPMENT.on(CartonsPacked)
def _packed(shipment: Shipment, _: Recorded, body: CartonsPacked) -> Shipment:
    return replace(shipment, cartons=body.cartons)


@SHIPMENT.on(ShipmentReceived)
def _received(shipment: Shipment, recorded: Recorded, body: ShipmentReceived) -> Shipment:
    return replace(
        shipment,
        receipts=(*shipment.receipts, body),
        received_at=shipment.received_at or recorded.occurred_at.instant,
        excursion=tuple(sorted({*shipment.excursion, *body.out_of_range})),
    )


@SHIPMENT.on(ShipmentExcursionAssessed)
def _assessed(shipment: Shipment, _: Recorded, body: ShipmentExcursionAssessed) -> Shipment:
    return replace(shipment, excursion=() if body.acceptable else shipment.excursion)
