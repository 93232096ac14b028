"""What may be decided about a recall: to begin it, to close it, to take it back with two people (R4)."""

from __future__ import annotations

from qc_service.domain.errors import Conflict, NotFound, Reason, Refused
from qc_service.domain.identifiers import OrganisationId, PersonId
from qc_service.domain.recalls import Recall, RecallStatus


class RecallExists(Conflict):
    """A recall of this number is on record."""


class RecallReachesNothing(Refused):
    """Nothing on record came of what the scope names, so there is nothing to call back."""


class NotReached(NotFound):
    """The recall does not reach this organisation."""


class TerminationRefused(Refused):
    """The recall may not be closed yet."""


class RescissionRefused(Refused):
    """The recall may not be taken back so."""


def termination_reasons(recall: Recall, excused: tuple[OrganisationId, ...]) -> tuple[Reason, ...]:
    """Every reason against closing it: it is closed, or a consignee neither answered nor is excused (R4)."""
    reasons = []
    if recall.status is not RecallStatus.OPEN:
        reasons.append(Reason(code="not_open", detail=f"The recall is {recall.status}.", source="R4"))
    for organisation in recall.unanswered():
        if organisation not in excused:
            detail = f"{organisation} has not answered; excuse it by name and say what was tried."
            reasons.append(Reason(code="not_acknowledged", detail=detail, source="21 CFR 7.55"))
    return tuple(reasons)


def proposal_reasons(recall: Recall) -> tuple[Reason, ...]:
    """Every reason against proposing to take the recall back."""
    reasons = []
    if recall.status is RecallStatus.RESCINDED:
        reasons.append(Reason(code="rescinded", detail="The recall is rescinded already.", source="R4"))
    if recall.proposed_by is not None:
        detail = "Its rescission is proposed already; a second person decides."
        reasons.append(Reason(code="proposed", detail=detail, source="R4"))
    return tuple(reasons)


def rescission_reasons(recall: Recall, person: PersonId) -> tuple[Reason, ...]:
    """Every reason against taking the recall back: it wants two people with reason (R4)."""
    if recall.status is RecallStatus.RESCINDED:
        return (Reason(code="rescinded", detail="The recall is rescinded already.", source="R4"),)
    if recall.proposed_by is None:
        return (
            Reason(
                code="not_proposed", detail="Nobody has proposed it; one person proposes first.", source="R4"
            ),
        )
    if recall.proposed_by == person:
        detail = "You proposed it; another person in quality decides."
        return (Reason(code="same_person", detail=detail, source="R4"),)
    return ()
