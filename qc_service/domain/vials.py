"""One vial as it stands: folded from its lot's fill, the shipments it was in and its own stream's records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from qc_service.domain.identifiers import LotNumber, OrganisationId, ShipmentId, VialSerial
from qc_service.domain.vial_acts import VialRef
from qc_service.domain.vial_states import FATES, VialAct, VialState, moved


class Doubt(StrEnum):
    """What speaks against a vial beside its state; quality settles it."""

    UNLISTED = "unlisted"
    DAMAGED = "damaged"
    WAS_LOST = "was_lost"
    TEMPERATURE_EXCURSION = "temperature_excursion"
    SUSPECTED_COPY = "suspected_copy"
    CONTRADICTED = "contradicted"
    OPENED_UNCLAIMED = "opened_unclaimed"
    REFROZEN = "refrozen"


@dataclass(frozen=True, kw_only=True)
class InUse:
    """A vial that one clinic claimed: since when its clocks run and until when it may be given (V4)."""

    claimed_by: OrganisationId
    prepared_at: datetime
    thawed_at: datetime | None = None
    reconstituted_at: datetime | None = None
    punctured_at: datetime | None = None
    use_before: datetime | None = None

    @property
    def ready_at(self) -> datetime:
        """When the last step of its preparation was done: from then on the time to give it runs (V4)."""
        steps = (self.prepared_at, self.thawed_at, self.reconstituted_at, self.punctured_at)
        return max(step for step in steps if step is not None)


@dataclass(frozen=True, kw_only=True)
class Undoable:
    """The last act that may be taken back (V6): what, when, by whom, and how the vial stood before it."""

    act: VialAct
    at: datetime
    by: OrganisationId
    state: VialState
    custody: OrganisationId | None
    in_use: InUse | None
    doses_left: int | None


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """Where and when the vial was last scanned or acted on by somebody recognised."""

    organisation: OrganisationId
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Journey:
    """The vial left one organisation for another in a shipment, and arrived there, if it did."""

    shipment: ShipmentId
    sender: OrganisationId
    recipient: OrganisationId
    left_at: datetime
    arrived_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Vial:
    """One vial. ``organisation`` owns it, ``custody`` holds it (nobody while it travels), ``consignees`` are
    all it was ever sent to and ``journeys`` how; ``doses_left`` is ``None`` until a dose is taken; once the act in
    ``undoable`` is taken back, the last of ``undoable_then`` can be; ``acted_at`` is when the newest act happened,
    whenever that was recorded; ``version`` counts its records.
    """

    lot: LotNumber
    serial: VialSerial
    ordinal: int
    organisation: OrganisationId
    state: VialState
    custody: OrganisationId | None
    shipment: ShipmentId | None = None
    consignees: tuple[OrganisationId, ...] = ()
    journeys: tuple[Journey, ...] = ()
    in_use: InUse | None = None
    doses_left: int | None = None
    doubts: tuple[Doubt, ...] = ()
    seen: Sighting | None = None
    undoable: Undoable | None = None
    undoable_then: tuple[Undoable, ...] | None = None
    acted_at: datetime | None = None
    version: int = 0

    @property
    def ref(self) -> VialRef:
        """The vial's name."""
        return VialRef(lot=self.lot, serial=self.serial)

    @property
    def consigned_to(self) -> OrganisationId | None:
        """The organisation it was last sent to, received or not."""
        return self.consignees[-1] if self.consignees else None

    @property
    def claimed_by(self) -> OrganisationId | None:
        """The clinic that prepared or gave it."""
        return self.in_use.claimed_by if self.in_use else None

    @property
    def use_before(self) -> datetime | None:
        """Until when it may be given, once prepared."""
        return self.in_use.use_before if self.in_use else None

    def doubting(self, *doubts: Doubt) -> Vial:
        """The same vial with these doubts about it, each once."""
        return replace(self, doubts=tuple(sorted({*self.doubts, *doubts})))

    def concerns(self, organisation: OrganisationId) -> bool:
        """Whether the organisation owns it, holds it, used it or was ever sent it."""
        return organisation in {self.organisation, self.custody, self.claimed_by, *self.consignees}

    def is_in_hands_of(self, organisation: OrganisationId) -> bool:
        """Whether the organisation owns it, holds it, is the one it travels to, or returned it just now."""
        travels_to = self.consigned_to if self.state is VialState.IN_TRANSIT else None
        last = self.undoable
        returned_by = last.by if last is not None and last.act is VialAct.RETURN else None
        return organisation in {self.organisation, self.custody, self.claimed_by, travels_to, returned_by}


def filled_vial(
    *, lot: LotNumber, serial: VialSerial, ordinal: int, organisation: OrganisationId, fate: str
) -> Vial:
    """The vial as its fill made it; ``fate`` is the manifest's word for what became of it (P11)."""
    filled = moved(VialState.MINTED, VialAct.FILL) or VialState.MINTED
    state = moved(filled, FATES[fate]) or filled
    return Vial(
        lot=lot, serial=serial, ordinal=ordinal, organisation=organisation, state=state, custody=organisation
    )
