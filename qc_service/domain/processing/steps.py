"""A processing step as it was performed: who, when, where, by which procedure and with what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import (
    EquipmentId,
    FacilityId,
    Line,
    PersonId,
    ReagentId,
    Sha256,
    Slug,
    Text,
)
from qc_service.domain.moments import ZonedTime
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import Body, record
from qc_service.domain.schemes import CertificationType, Scheme
from qc_service.domain.vocabulary import StepKind


class Serum(StrEnum):
    """What serum a medium had: serum brings extracellular vesicles of its own (MISEV2023)."""

    SERUM_FREE = "serum_free"
    EV_DEPLETED = "ev_depleted"
    SERUM = "serum"


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """The written procedure that was followed, in the version that was in force."""

    id: Line
    version: Line


@dataclass(frozen=True, kw_only=True)
class Medium:
    """The culture medium of a step."""

    name: Line
    serum: Serum
    reagent: ReagentId | None = None


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One thing set or read in a step: a number with its unit, or an observation in words, never both."""

    name: Slug
    value: Decimal | None = None
    unit: Line | None = None
    observation: Line | None = None

    def __post_init__(self) -> None:
        """Refuse a number without a unit, a unit without a number, and neither or both readings (domain rule
        P4)."""
        if (self.value is None) != (self.unit is None):
            raise Malformed("give the value together with its unit (for a ratio, 1)", field="unit")
        if (self.value is None) == (self.observation is None):
            raise Malformed("give either a value with its unit or an observation", field="value")


@dataclass(frozen=True, kw_only=True)
class Cover:
    """The certification that covered a step on its day, frozen as it was, in the words a page shows."""

    type: CertificationType
    scheme: Scheme
    number: Line
    in_words: Line


@dataclass(frozen=True, kw_only=True)
class Step:
    """A processing step as it happened: who, when, where and with what (21 CFR 1271.270(a); domain rules P3,
    P4).

    ``certification`` is the facility certification in force that day for this operation, ``None`` where there
    was none; ``late`` says that it was recorded more than a day after it ended.
    """

    step: int
    kind: StepKind
    facility: FacilityId
    performed_by: PersonId
    started_at: ZonedTime
    ended_at: ZonedTime
    procedure: Procedure
    equipment: tuple[EquipmentId, ...]
    reagents: tuple[ReagentId, ...]
    medium: Medium | None
    input: Quantity | None
    output: Quantity | None
    yield_percent: Decimal | None
    parameters: tuple[Parameter, ...]
    location: Line | None
    documents: tuple[Sha256, ...]
    notes: Text | None
    certification: Cover | None
    late: bool

    def __post_init__(self) -> None:
        """Refuse a step that ends before it begins, and a yield below zero: neither can be understood."""
        if self.ended_at.instant < self.started_at.instant:
            raise Malformed("a step cannot end before it begins", field="ended_at")
        if self.yield_percent is not None and self.yield_percent < 0:
            raise Malformed("a yield is zero or more", field="yield_percent")

    @property
    def number(self) -> int:
        """The step's place in the lot's record, from 1."""
        return self.step

    @property
    def all_reagents(self) -> tuple[ReagentId, ...]:
        """Every reagent lot that was used, each once, the medium's last."""
        medium = () if self.medium is None or self.medium.reagent is None else (self.medium.reagent,)
        return tuple(dict.fromkeys((*self.reagents, *medium)))

    @property
    def day(self) -> date:
        """The day it ended, where it was done."""
        return self.ended_at.day


LATE_AFTER = timedelta(hours=24)
"""How soon after a step its entry is still one made as it happened (domain rule P3)."""


def recorded_late(
    happened_at: ZonedTime, at: datetime, reason: Text | None, *, member: str = "ended_at"
) -> bool:
    """Whether what happened is entered more than 24 hours afterwards, which wants a reason (domain rule P3).

    Raises ``Malformed`` where the reason is missing, or where it has not happened yet.
    """
    since = at - happened_at.instant
    if since < timedelta(0):
        raise Malformed(f"{happened_at} has not come yet: record it when it has happened", field=member)
    if since > LATE_AFTER and reason is None:
        raise Malformed("this is entered more than 24 hours afterwards: say why in reason", field="reason")
    return since > LATE_AFTER


@record("lot")
@dataclass(frozen=True, kw_only=True)
class StepPerformed(Step, Body):
    """A step was performed; its record never changes."""

    def cites(self) -> tuple[str, ...]:
        """The facility, the equipment and every reagent lot, the medium's too."""
        return (
            f"facility/{self.facility}",
            *(f"equipment/{name}" for name in self.equipment),
            *(f"reagent/{name}" for name in self.all_reagents),
        )
