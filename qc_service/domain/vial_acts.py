"""The records of one vial's stream, ``vial/<lot>/<serial>``: what was asked, decided and done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from qc_service.domain.identifiers import (
    CountryCode,
    Gtin,
    Line,
    LotNumber,
    OrganisationId,
    PatientCode,
    Sha256,
    Slug,
    VialSerial,
)
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import Body, record
from qc_service.domain.vocabulary import AdministrationRoute


@dataclass(frozen=True, kw_only=True)
class VialRef:
    """One vial by its lot and serial."""

    lot: LotNumber
    serial: VialSerial

    @property
    def name(self) -> str:
        """The name of its stream within the room ``vial``."""
        return f"{self.lot}/{self.serial}"


class Clock(StrEnum):
    """What starts a product's in-use time (P12)."""

    THAW = "thaw"
    RECONSTITUTION = "reconstitution"
    PUNCTURE = "puncture"


class UndoStatement(StrEnum):
    """What a person states who takes an act back (V6)."""

    NOTHING_GIVEN = "nothing_given"
    WRONG_VIAL = "wrong_vial"


@dataclass(frozen=True, kw_only=True)
class VialBody(Body):
    """The base of every record of a vial's stream: it names the vial and stands on its lot."""

    lot: LotNumber
    serial: VialSerial

    @property
    def vial(self) -> VialRef:
        """The vial it speaks of."""
        return VialRef(lot=self.lot, serial=self.serial)

    def cites(self) -> tuple[str, ...]:
        """The lot the vial was filled from."""
        return (f"lot/{self.lot}",)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the code said and for what use the clinic asked (V1)."""

    gtin: Gtin | None = None
    expires_on: date | None = None
    country: CountryCode | None = None
    route: AdministrationRoute | None = None


@record("vial")
@dataclass(frozen=True, kw_only=True)
class VialChecked(VialBody):
    """A clinic asked about this vial and was answered so (V2); ``answer`` is the answer's SHA-256."""

    decision: Slug
    reasons: tuple[Slug, ...]
    alert: bool
    answer: Sha256
    asked: Asked


@record("vial")
@dataclass(frozen=True, kw_only=True)
class VialPrepared(VialBody):
    """One clinic claimed the vial and started its clocks, on an answer in order; use it before (V4)."""

    clinic: OrganisationId
    starts: tuple[Clock, ...]
    use_before: datetime
    answer: Sha256


@record("vial")
@dataclass(frozen=True, kw_only=True)
class VialPreparedUncleared(VialBody):
    """A clinic without a network prepared the vial, and the records do not clear it (V4, V11); it is always recorded.

    ``reasons`` are the codes that stood against it, ``alert`` asks quality to look. ``use_before`` is ``None`` where
    the vial is not on record.
    """

    clinic: OrganisationId
    starts: tuple[Clock, ...]
    use_before: datetime | None
    reasons: tuple[Slug, ...]
    alert: bool
    answer: Sha256


@record("vial")
@dataclass(frozen=True, kw_only=True)
class VialAdministered(VialBody):
    """A patient was given from this vial (V4); always recorded, with what the answer lacked.

    ``reasons`` are the codes that stood against it, ``alert`` asks quality to look. ``doses_left`` is what is
    left after this dose, to be given by ``use_before``.
    """

    clinic: OrganisationId
    patient: PatientCode
    route: AdministrationRoute
    site: Line
    session: int
    given: Quantity
    wasted: Quantity | None
    device: Line | None
    doses_left: int
    use_before: datetime | None
    given_without_clear_answer: bool
    reasons: tuple[Slug, ...]
    alert: bool
    answer: Sha256


@record("vial")
@dataclass(frozen=True, kw_only=True)
class VialSetAside(VialBody):
    """The vial is kept apart until somebody decides; the record's reason says why."""


@record("vial")
@dataclass(frozen=True, kw_only=True)
class VialPutBack(VialBody):
    """The vial may be used again; by the owner's quality it also settles every doubt about it."""

    settles_doubts: bool


@record("vial")
@dataclass(frozen=True, kw_only=True)
class VialReturned(VialBody):
    """The vial was sent back to its owner."""

    to: OrganisationId


@record("vial")
@dataclass(frozen=True, kw_only=True)
class VialReissued(VialBody):
    """Quality took a returned vial back into stock, on this cold-chain evidence (R5)."""

    cold_chain_evidence: Line


@record("vial")
@dataclass(frozen=True, kw_only=True)
class VialWasted(VialBody):
    """The vial, or what was left in it, was discarded."""

    amount: Quantity | None


@record("vial")
@dataclass(frozen=True, kw_only=True)
class VialDestroyed(VialBody):
    """The vial was destroyed; this cannot be undone."""


@record("vial")
@dataclass(frozen=True, kw_only=True)
class VialStolen(VialBody):
    """The vial was stolen; this cannot be undone."""


@record("vial")
@dataclass(frozen=True, kw_only=True)
class VialLost(VialBody):
    """The vial cannot be found."""


@record("vial")
@dataclass(frozen=True, kw_only=True)
class VialActUndone(VialBody):
    """The vial's last act is taken back: nothing was given from it, or another vial was meant (V6)."""

    act: Slug
    statement: UndoStatement
    right_vial: VialRef | None
