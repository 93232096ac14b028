"""A lot: what it was made from, how much of it there is, and everything that was done to it and decided about
it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from qc_service.domain.assessment import failed, unmet
from qc_service.domain.certificates import CERTIFICATES, Certificates
from qc_service.domain.disposition import DISPOSITION, Disposition, RecallKind
from qc_service.domain.errors import Malformed
from qc_service.domain.filling import FILLING, Filling
from qc_service.domain.identifiers import (
    Din,
    Line,
    LotNumber,
    OrganisationId,
    PersonId,
    ProductCode,
    ReagentId,
    Slug,
    Text,
)
from qc_service.domain.processing import PROCESSING, Processing
from qc_service.domain.quality import QUALITY, Quality
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import Body, Fold, Recorded, record
from qc_service.domain.storage import StorageTemperatureRecorded
from qc_service.domain.vocabulary import LotKind, Purpose


class LotStatus(StrEnum):
    """Where a lot stands, in one word; the gravest that is true (see ``Lot.status``)."""

    QUARANTINED = "quarantined"
    RELEASED = "released"
    ON_HOLD = "on_hold"
    REJECTED = "rejected"
    RECALLED = "recalled"
    WITHDRAWN = "withdrawn"


class AdditiveKind(StrEnum):
    """What was added to vesicles to make a formulation of them."""

    PEPTIDE = "peptide"
    VITAMIN = "vitamin"
    CARRIER = "carrier"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Parent(Quantity):
    """A lot that went into this one, and how much of it."""

    lot: LotNumber


@dataclass(frozen=True, kw_only=True)
class Additive(Quantity):
    """Something added, how much, and from which reagent lot."""

    name: Line
    kind: AdditiveKind
    reagent: ReagentId | None = None


@record("lot")
@dataclass(frozen=True, kw_only=True)
class LotRegistered(Body):
    """A lot was made: from donations, from other lots, or both (21 CFR 1271.290(b), (c); domain rule P2)."""

    kind: LotKind
    product: ProductCode
    donations: tuple[Din, ...]
    parents: tuple[Parent, ...]
    additives: tuple[Additive, ...]
    quantity: Quantity
    notes: Text | None

    def __post_init__(self) -> None:
        """Refuse a lot made from nothing, and one that names a donation or a parent twice."""
        if not (self.donations or self.parents):
            raise Malformed("name the donations or the parent lots that it was made from", field="donations")
        if len(set(self.donations)) != len(self.donations):
            raise Malformed("a donation is named twice", field="donations")
        if len({parent.lot for parent in self.parents}) != len(self.parents):
            raise Malformed("a parent is named twice: add the amounts up", field="parents")

    def cites(self) -> tuple[str, ...]:
        """The product, the donations, the parents, and the reagent lots that were added."""
        reagents = {additive.reagent: None for additive in self.additives if additive.reagent is not None}
        return (
            f"product/{self.product}",
            *(f"donation/{din}" for din in self.donations),
            *(f"lot/{parent.lot}" for parent in self.parents),
            *(f"reagent/{reagent}" for reagent in reagents),
        )


@record("lot")
@dataclass(frozen=True, kw_only=True)
class LotMaterialConsumed(Body):
    """Some of this lot went into another, ``into``. It does not cite that one: a child stands on its
    parent."""

    into: LotNumber
    consumed: Quantity


@dataclass(frozen=True, kw_only=True)
class Lot:
    """A lot as its records make it; the parts that other rooms look after are members of their own."""

    number: LotNumber
    kind: LotKind
    product: ProductCode
    organisation: OrganisationId
    registered_by: PersonId
    registered_at: datetime
    donations: tuple[Din, ...]
    parents: tuple[Parent, ...]
    additives: tuple[Additive, ...]
    quantity: Quantity
    notes: Text | None
    consumed: tuple[LotMaterialConsumed, ...] = ()
    processing: Processing = field(default_factory=Processing)
    filling: Filling = field(default_factory=Filling)
    quality: Quality = field(default_factory=Quality)
    disposition: Disposition = field(default_factory=Disposition)
    certificates: Certificates = ()

    @property
    def status(self) -> LotStatus:
        """The gravest that is true: recalled, withdrawn, rejected, on hold, released, and otherwise
        quarantined."""
        recalls = {recall.kind for recall in self.disposition.recalls}
        standing = (
            (LotStatus.RECALLED, RecallKind.RECALL in recalls),
            (LotStatus.WITHDRAWN, RecallKind.WITHDRAWAL in recalls),
            (LotStatus.REJECTED, self.disposition.rejected is not None),
            (LotStatus.ON_HOLD, bool(self.disposition.open_holds())),
            (LotStatus.RELEASED, bool(self.disposition.releases)),
        )
        return next((status for status, true in standing if true), LotStatus.QUARANTINED)

    def released_for(self, purpose: Purpose) -> bool:
        """Whether quality released it for this purpose and has not rejected it since; a hold or recall does
        not undo it."""
        return self.disposition.rejected is None and self.disposition.release_for(purpose) is not None

    def usable_for(self, purpose: Purpose) -> bool:
        """Whether it is released for this purpose, meets its specification still, and is neither on hold,
        recalled nor withdrawn (domain rule P2)."""
        return self.status is LotStatus.RELEASED and self.released_for(purpose) and not self.unmet

    @property
    def unmet(self) -> tuple[Slug, ...]:
        """The assays by which it does not meet the specification that it is judged by, as its results stand now.

        Before a release these are the required ones that fail; from then on also those without a verified result
        that passes, since a release stood on one. Nothing is known before the first assessment (rules Q2, Q3).
        """
        assessment, results = self.quality.assessment, self.quality.results
        if assessment is None:
            return ()
        short_of = unmet if self.disposition.releases else failed
        return tuple(criterion.assay for criterion in short_of(assessment.specification, results))

    @property
    def expires_on(self) -> date | None:
        """The last day its vials may be used; ``None`` before the fill."""
        return None if self.filling.fill is None else self.filling.fill.expires_on

    @property
    def remaining(self) -> Decimal:
        """How much is left, in the unit of ``quantity``; below zero where more was consumed than made."""
        unit = self.quantity.unit
        return self.quantity.amount - sum(taken.consumed.measured_in(unit) for taken in self.consumed)


LOT: Fold[Lot] = Fold("lot")
LOT.part("processing", PROCESSING)
LOT.part("filling", FILLING)
LOT.part("quality", QUALITY)
LOT.part("disposition", DISPOSITION)
LOT.part("certificates", CERTIFICATES)


@LOT.begins(LotRegistered)
def _registered(recorded: Recorded, body: LotRegistered) -> Lot:
    return Lot(
        number=LotNumber(recorded.name),
        kind=body.kind,
        product=body.product,
        organisation=recorded.signer.organisation,
        registered_by=recorded.signer.id,
        registered_at=recorded.recorded_at,
        donations=body.donations,
        parents=body.parents,
        additives=body.additives,
        quantity=body.quantity,
        notes=body.notes,
    )


@LOT.on(StorageTemperatureRecorded)
def _stored(state: Lot, _: Recorded, __: StorageTemperatureRecorded) -> Lot:
    """What follows from an excursion is a hold of its own."""
    return state


@LOT.on(LotMaterialConsumed)
def _consumed(state: Lot, _: Recorded, body: LotMaterialConsumed) -> Lot:
    return replace(state, consumed=(*state.consumed, body))
