"""Recalls and market withdrawals: what they call back and why, who answered, how they end (R4; 21 CFR 7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from qc_service.domain.disposition import RecallKind
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import (
    Din,
    EquipmentId,
    FacilityId,
    Line,
    LotNumber,
    OrganisationId,
    PersonId,
    ReagentId,
    RecallId,
    Text,
)
from qc_service.domain.records import Body, Fold, Recorded, record


class RecallDepth(StrEnum):
    """How far down the chain a recall reaches (21 CFR 7.42(b)(1))."""

    DISTRIBUTOR = "distributor"
    CLINIC = "clinic"
    PATIENT = "patient"


class RecallClass(StrEnum):
    """How grave the authority holds it to be (21 CFR 7.3(m))."""

    I = "I"  # noqa: E741
    II = "II"
    III = "III"


@dataclass(frozen=True, kw_only=True)
class FacilityScope:
    """Everything done at a facility from one day through another."""

    facility: FacilityId
    since: date
    until: date

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where the last day is before the first."""
        if self.until < self.since:
            raise Malformed("the last day is not before the first", field="until")


@dataclass(frozen=True, kw_only=True)
class RecallScope:
    """What is called back: lots, donations, work at facilities, reagents, equipment, and all made of them."""

    lots: tuple[LotNumber, ...] = ()
    donations: tuple[Din, ...] = ()
    facilities: tuple[FacilityScope, ...] = ()
    reagents: tuple[ReagentId, ...] = ()
    equipment: tuple[EquipmentId, ...] = ()

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where nothing is named."""
        if not self.streams():
            raise Malformed("name at least one lot, donation, facility, reagent or piece of equipment")

    def streams(self) -> tuple[str, ...]:
        """The streams it names, each once."""
        named = (
            *(f"lot/{lot}" for lot in self.lots),
            *(f"donation/{din}" for din in self.donations),
            *(f"facility/{each.facility}" for each in self.facilities),
            *(f"reagent/{reagent}" for reagent in self.reagents),
            *(f"equipment/{equipment}" for equipment in self.equipment),
        )
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, kw_only=True)
class Consignee:
    """An organisation that was sent vials of the lots reached, and how many."""

    organisation: OrganisationId
    vials: int


@record("recall")
@dataclass(frozen=True, kw_only=True)
class RecallInitiated(Body):
    """These lots are called back, with every lot made from them, from these consignees (R4)."""

    recall: RecallId
    kind: RecallKind
    depth: RecallDepth
    explanation: Text
    scope: RecallScope
    lots: tuple[LotNumber, ...]
    consignees: tuple[Consignee, ...]

    def cites(self) -> tuple[str, ...]:
        """What the scope names."""
        return self.scope.streams()


@record("recall")
@dataclass(frozen=True, kw_only=True)
class RecallClassified(Body):
    """The authority classified the recall (21 CFR 7.41)."""

    recall: RecallId
    recall_class: RecallClass
    authority: Line
    classified_on: date


@record("recall")
@dataclass(frozen=True, kw_only=True)
class RecallAcknowledged(Body):
    """A consignee answers: how many of its vials it set aside, had used already, and cannot account for."""

    recall: RecallId
    organisation: OrganisationId
    set_aside: int
    used: int
    missing: int
    note: Text | None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` for a negative count."""
        if min(self.set_aside, self.used, self.missing) < 0:
            raise Malformed("a count of vials is not negative")


@record("recall")
@dataclass(frozen=True, kw_only=True)
class RecallTerminated(Body):
    """All reasonable was done (21 CFR 7.55); ``excused`` did not answer, the reason says what was tried."""

    recall: RecallId
    excused: tuple[OrganisationId, ...]


@record("recall")
@dataclass(frozen=True, kw_only=True)
class RecallRescissionProposed(Body):
    """One person proposes to take the recall back; a second must agree (R4)."""

    recall: RecallId


@record("recall")
@dataclass(frozen=True, kw_only=True)
class RecallRescinded(Body):
    """A second person agreed: the recall is taken back and its lots are as they were (R4)."""

    recall: RecallId


class RecallStatus(StrEnum):
    """How far a recall is."""

    OPEN = "open"
    TERMINATED = "terminated"
    RESCINDED = "rescinded"


@dataclass(frozen=True, kw_only=True)
class Recall:
    """One recall as it stands."""

    id: RecallId
    organisation: OrganisationId
    initiated: RecallInitiated
    initiated_at: datetime
    status: RecallStatus = RecallStatus.OPEN
    classified: RecallClassified | None = None
    acknowledgements: tuple[RecallAcknowledged, ...] = ()
    proposed_by: PersonId | None = None

    def reaches(self, organisation: OrganisationId) -> bool:
        """Whether the organisation was sent something that is called back."""
        return any(consignee.organisation == organisation for consignee in self.initiated.consignees)

    def unanswered(self) -> tuple[OrganisationId, ...]:
        """The consignees that have not answered yet."""
        answered = {each.organisation for each in self.acknowledgements}
        names = (consignee.organisation for consignee in self.initiated.consignees)
        return tuple(name for name in names if name not in answered)

    def effectiveness(self) -> Decimal | None:
        """The share of consignees that answered, in per cent with one decimal, rounded down."""
        asked = len(self.initiated.consignees)
        if not asked:
            return None
        share = Decimal(100 * (asked - len(self.unanswered()))) / asked
        return share.quantize(Decimal("0.1"), rounding=ROUND_DOWN)


RECALL: Fold[Recall] = Fold("recall")


@RECALL.begins(RecallInitiated)
def _initiated(recorded: Recorded, body: RecallInitiated) -> Recall:
    return Recall(
        id=body.recall,
        organisation=recorded.signer.organisation,
        initiated=body,
        initiated_at=recorded.recorded_at,
    )


@RECALL.on(RecallClassified)
def _classified(recall: Recall, _: Recorded, body: RecallClassified) -> Recall:
    return replace(recall, classified=body)


@RECALL.on(RecallAcknowledged)
def _acknowledged(recall: Recall, _: Recorded, body: RecallAcknowledged) -> Recall:
    """A later answer of the same consignee takes the place of its earlier one."""
    others = tuple(each for each in recall.acknowledgements if each.organisation != body.organisation)
    return replace(recall, acknowledgements=(*others, body))


@RECALL.on(RecallTerminated)
def _terminated(recall: Recall, _recorded: Recorded, _body: RecallTerminated) -> Recall:
    return replace(recall, status=RecallStatus.TERMINATED)


@RECALL.on(RecallRescissionProposed)
def _proposed(recall: Recall, recorded: Recorded, _body: RecallRescissionProposed) -> Recall:
    return replace(recall, proposed_by=recorded.signer.id)


@RECALL.on(RecallRescinded)
def _rescinded(recall: Recall, _recorded: Recorded, _body: RecallRescinded) -> Recall:
    return replace(recall, status=RecallStatus.RESCINDED)
