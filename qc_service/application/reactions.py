"""Adverse reactions: reported as soon as they are known, followed up, and submitted to the authority in time
(R6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qc_service.application.actor import Actor, Occasion
from qc_service.application.days import must_have_come
from qc_service.application.naming import must_be_free
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.errors import NotFound
from qc_service.domain.identifiers import Line, PatientCode, ReactionId
from qc_service.domain.lots import LOT
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT, Product
from qc_service.domain.reactions import (
    REACTION,
    Clinical,
    Reaction,
    ReactionFollowedUp,
    ReactionReported,
    ReactionSubmitted,
    ReportingBasis,
    due_on,
)
from qc_service.domain.records import New
from qc_service.domain.vial_acts import VialRef
from qc_service.domain.vocabulary import BasisKind


@dataclass(frozen=True, kw_only=True)
class ReportReaction(Clinical):
    """A reaction after these vials; ``first_received`` is the day anybody here first heard of it."""

    reaction: ReactionId
    vials: tuple[VialRef, ...]
    first_received: date
    patient: PatientCode | None = None


@dataclass(frozen=True, kw_only=True)
class FollowUpReaction(Clinical):
    """All that is known now."""

    reaction: ReactionId


@dataclass(frozen=True, kw_only=True)
class SubmitReaction:
    """The authority was told."""

    reaction: ReactionId
    authority: Line
    submitted_on: date
    reference: Line | None = None


def report_reaction(view: View, occasion: Occasion, intent: ReportReaction) -> tuple[New, ...]:
    """Record a reaction and start its clock by the product's footing (R6); it is a fact, so vials that went
    elsewhere or are on no record are taken as stated. Raises ``NameTaken``.
    """
    actor = occasion.actor
    actor.must(Permission.REPORT_REACTION)
    must_have_come(intent.first_received, occasion.at, "/first_received")
    must_have_come(intent.onset, occasion.at, "/onset")
    must_be_free(view, REACTION, intent.reaction)
    lots = [lot for ref in intent.vials if (lot := view.find(LOT, ref.lot)) is not None]
    products = [view.get(PRODUCT, lot.product) for lot in lots]
    basis = min((_basis(product) for product in products), key=_STRICTEST.index, default=ReportingBasis.OTHER)
    clinical = _clinical(intent)
    body = ReactionReported(
        reaction=intent.reaction,
        vials=intent.vials,
        manufacturer=lots[0].organisation if lots else actor.organisation,
        patient=intent.patient,
        first_received=intent.first_received,
        basis=basis,
        due_on=due_on(basis, clinical, intent.first_received),
        clinical=clinical,
    )
    return (New(name=intent.reaction, body=body),)


_STRICTEST = tuple(ReportingBasis)


def _basis(product: Product) -> ReportingBasis:
    """An investigational product is reported under its IND; one without any footing at the 361 product's
    pace.
    """
    kinds = {basis.kind for basis in product.bases}
    if kinds & {BasisKind.IND, BasisKind.CLINICAL_TRIAL}:
        return ReportingBasis.IND
    return ReportingBasis.OTHER if BasisKind.COSMETIC in kinds else ReportingBasis.HCTP_361


def _clinical(stated: Clinical) -> Clinical:
    return Clinical(
        onset=stated.onset,
        outcome=stated.outcome,
        severity=stated.severity,
        criteria=stated.criteria,
        expected=stated.expected,
        relatedness=stated.relatedness,
        narrative=stated.narrative,
    )


def follow_up_reaction(view: View, occasion: Occasion, intent: FollowUpReaction) -> tuple[New, ...]:
    """Record what became known since; the clock still runs from the first report (R6)."""
    occasion.actor.must(Permission.REPORT_REACTION)
    must_have_come(intent.onset, occasion.at, "/onset")
    reaction = _seen(view, occasion.actor, intent.reaction)
    clinical = _clinical(intent)
    due = due_on(reaction.reported.basis, clinical, reaction.reported.first_received)
    body = ReactionFollowedUp(reaction=reaction.id, due_on=due, clinical=clinical)
    return (New(name=reaction.id, body=body),)


def submit_reaction(view: View, occasion: Occasion, intent: SubmitReaction) -> tuple[New, ...]:
    """Record that the authority was told, which stops the clock (R6)."""
    occasion.actor.must(Permission.REPORT_REACTION)
    must_have_come(intent.submitted_on, occasion.at, "/submitted_on")
    reaction = _seen(view, occasion.actor, intent.reaction)
    body = ReactionSubmitted(
        reaction=reaction.id,
        authority=intent.authority,
        reference=intent.reference,
        submitted_on=intent.submitted_on,
    )
    return (New(name=reaction.id, body=body),)


def _seen(view: View, actor: Actor, name: str) -> Reaction:
    reaction = view.find(REACTION, name)
    if reaction is None or not (
        actor.sees(reaction.organisation) or actor.sees(reaction.reported.manufacturer)
    ):
        raise NotFound(f"No reaction {name} of yours is on record.")
    return reaction


def read_reaction(view: View, actor: Actor, reaction: str) -> dict[str, object]:
    """One reaction for whoever reported it and for the manufacturer, who is not told the patient's code."""
    actor.must(Permission.READ_RECORDS)
    state = _seen(view, actor, reaction)
    reported = state.reported
    return {
        "reaction": str(state.id),
        "status": state.status,
        "organisation": str(state.organisation),
        "manufacturer": str(reported.manufacturer),
        "vials": to_plain(reported.vials),
        "patient": reported.patient if actor.sees(state.organisation) else None,
        "first_received": to_plain(reported.first_received),
        "basis": reported.basis.value,
        "due_on": to_plain(state.due_on),
        "clinical": to_plain(state.clinical),
        "serious": state.clinical.serious,
        "submissions": to_plain(state.submissions),
    }


def summary(reaction: Reaction) -> dict[str, object]:
    """What lists and searches show of a reaction."""
    return {
        "status": reaction.status,
        "title": f"Reaction {reaction.id}",
        "serious": reaction.clinical.serious,
        "due_on": to_plain(reaction.due_on),
    }
