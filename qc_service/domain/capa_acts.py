"""What is stated of a CAPA: what gave rise to it, its actions, and whether they helped (21 CFR 820.100)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line, LotNumber, PersonId, ReactionId, RecallId, Text
from qc_service.domain.records import Body, record


class ActionKind(StrEnum):
    """Whether an action undoes a fault that came up, or keeps one from coming up."""

    CORRECTIVE = "corrective"
    PREVENTIVE = "preventive"


class Effectiveness(StrEnum):
    """What a check of effectiveness showed."""

    EFFECTIVE = "effective"
    INEFFECTIVE = "ineffective"


@dataclass(frozen=True, kw_only=True)
class LotMatter:
    """One of a lot's deviations or investigations, by its number."""

    lot: LotNumber
    number: int


@record("capa")
@dataclass(frozen=True, kw_only=True)
class CapaOpened(Body):
    """Quality opened a CAPA, naming what it is for."""

    title: Line
    description: Text
    investigations: tuple[LotMatter, ...]
    deviations: tuple[LotMatter, ...]
    reactions: tuple[ReactionId, ...]
    recalls: tuple[RecallId, ...]
    lots: tuple[LotNumber, ...]

    def __post_init__(self) -> None:
        """Refuse a CAPA that nothing gave rise to."""
        if not (self.investigations or self.deviations or self.reactions or self.recalls or self.lots):
            detail = "name what gave rise to it: an investigation, deviation, reaction, recall or lot"
            raise Malformed(detail, field="investigations")

    def cites(self) -> tuple[str, ...]:
        """What gave rise to it: a trace from any of them reaches it."""
        lots = (*self.lots, *(one.lot for one in (*self.investigations, *self.deviations)))
        return (
            *(f"lot/{lot}" for lot in dict.fromkeys(lots)),
            *(f"reaction/{one}" for one in self.reactions),
            *(f"recall/{one}" for one in self.recalls),
        )


@record("capa")
@dataclass(frozen=True, kw_only=True)
class CapaActionPlanned(Body):
    """Somebody is to do something by a day; ``before_release`` names lots that are not released until it is done."""

    action: int
    kind: ActionKind
    description: Text
    owner: PersonId
    due_on: date
    before_release: tuple[LotNumber, ...]

    def cites(self) -> tuple[str, ...]:
        """The lots that wait for it."""
        return tuple(f"lot/{lot}" for lot in dict.fromkeys(self.before_release))


@record("capa")
@dataclass(frozen=True, kw_only=True)
class CapaActionMoved(Body):
    """Somebody else is to do it, or by another day; the record's reason says why."""

    action: int
    owner: PersonId
    due_on: date


@record("capa")
@dataclass(frozen=True, kw_only=True)
class CapaActionDone(Body):
    """An action was carried out, with what shows it in words; files are named beside it."""

    action: int
    evidence: Text


@record("capa")
@dataclass(frozen=True, kw_only=True)
class CapaCheckPlanned(Body):
    """How, by whom and by when it will be looked whether the actions helped; a later plan replaces an earlier."""

    method: Text
    owner: PersonId
    due_on: date


@record("capa")
@dataclass(frozen=True, kw_only=True)
class CapaChecked(Body):
    """Whether the actions helped; where they did not, the CAPA is open again."""

    outcome: Effectiveness
    evidence: Text


@record("capa")
@dataclass(frozen=True, kw_only=True)
class CapaClosed(Body):
    """A second person of quality closed it."""

    statement: Text
