"""What a reader is told of a lot: its state, what was done to it, in plain words what was decided, what
blocks release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from qc_service.application.access import readable, visible
from qc_service.application.actor import Actor
from qc_service.application.certificates.issuing import told_certificates
from qc_service.application.disposition import release_case
from qc_service.application.specification_reading import judged_by
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.disposition import Disposition, Hold
from qc_service.domain.filling import Filling
from qc_service.domain.label_prints import labels_on_vials
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.moments import instant_text
from qc_service.domain.permissions import Permission
from qc_service.domain.processing import Deviation
from qc_service.domain.products import PRODUCT
from qc_service.domain.quality import Quality
from qc_service.domain.release import release_reasons
from qc_service.domain.retention import retention_until
from qc_service.domain.shipments import SHIPMENT
from qc_service.domain.vial_states import VialState
from qc_service.domain.vials import Vial
from qc_service.domain.vocabulary import LotKind, Purpose

Plain = dict[str, Any]
USED = frozenset({VialState.PARTLY_USED, VialState.ADMINISTERED})


def read_lot(view: View, actor: Actor, lot: str, *, at: datetime) -> Plain:
    """A lot for its owner and auditors, and for whoever was sent vials of it.

    A consignee is not told why quality holds a lot, nor what blocks its release: a reason may speak of a
    donor (domain rule D9), and not where others' vials are. Raises ``NotFound``.
    """
    actor.must(Permission.READ_RECORDS)
    state = visible(view, actor, LOT, lot)
    told = actor.sees(state.organisation)
    vials = view.vials(lot)
    theirs = [vial for vial in vials if told or vial.concerns(actor.organisation)]
    return {
        "number": str(state.number),
        "status": state.status.value,
        **_origin(state),
        "steps": to_plain(state.processing.steps),
        "deviations": [_deviation(deviation) for deviation in state.processing.deviations],
        "fill": _fill(state.filling),
        "vials": dict(Counter(vial.state.value for vial in theirs)),
        "quality": {
            **_quality(state.quality),
            "specification": judged_by(state.quality, view.get(PRODUCT, state.product), at),
        },
        "disposition": _disposition(state.disposition, told=told),
        "certificates": told_certificates(view, state),
        "next_release": _next_release(view, actor, state, at) if told else None,
        "retention_until": to_plain(retention_until(_events(view, state, vials))),
    }


def read_vials(view: View, actor: Actor, lot: str, *, size: int, after: int) -> Plain:
    """A page of a lot's vials in the order they were filled, with serials as labels print them, for its
    owner.

    ``after`` is the last ordinal of the page before, -1 for the first; ``next`` is the one to go on after.
    """
    actor.must(Permission.READ_RECORDS)
    vials = view.vials(readable(view, actor, LOT, lot).number)
    page = vials[after + 1 : after + 1 + size]
    return {
        "items": [
            {
                "ordinal": vial.ordinal,
                "serial": str(vial.serial),
                "printed": vial.serial.grouped,
                "state": vial.state.value,
            }
            for vial in page
        ],
        "count": len(vials),
        "next": page[-1].ordinal if page and page[-1].ordinal + 1 < len(vials) else None,
    }


def _origin(lot: Lot) -> Plain:
    """Where the lot comes from and how much of it is left."""
    return {
        "kind": lot.kind.value,
        "product": str(lot.product),
        "organisation": str(lot.organisation),
        "registered_by": str(lot.registered_by),
        "registered_at": instant_text(lot.registered_at),
        "donations": to_plain(lot.donations),
        "parents": to_plain(lot.parents),
        "additives": to_plain(lot.additives),
        "quantity": to_plain(lot.quantity),
        "consumed": to_plain(lot.consumed),
        "remaining": {"amount": str(lot.remaining), "unit": str(lot.quantity.unit)},
        "notes": to_plain(lot.notes),
        "expires_on": to_plain(lot.expires_on),
    }


def _deviation(deviation: Deviation) -> Plain:
    return {
        **to_plain(deviation),
        "in_words": "waits for quality's decision"
        if deviation.decision is None
        else f"{deviation.decision.outcome.replace('_', ' ')} by {deviation.decision.printed_name}",
    }


def _fill(filling: Filling) -> Plain | None:
    if filling.fill is None:
        return None
    return {
        **to_plain(filling.fill),
        "labels": to_plain(filling.labels),
        "labels_printed": labels_on_vials(filling.prints),
        "reconciled": filling.reconciled,
        "retention_is_short": filling.fill.retention_is_short,
    }


def _quality(quality: Quality) -> Plain:
    """Each result in words, and what the latest assessment found."""
    assessment = quality.assessment
    return {
        "results": [
            {
                "number": result.number,
                "assay": str(result.recorded.assay),
                "in_words": result.recorded.in_words,
                "verified": result.verified_by is not None,
                "valid": result.valid,
            }
            for result in quality.results
        ],
        "open_investigations": [one.number for one in quality.open_investigations()],
        "in_words": "not assessed"
        if assessment is None
        else f"{'meets' if assessment.passed else 'does not meet'} its specification"
        + (", but results have changed since" if assessment.outdated else ""),
    }


def _disposition(disposition: Disposition, *, told: bool) -> Plain:
    """Quality's decisions; the cause of a hold only for those who may be told."""
    rejected = disposition.rejected
    return {
        "releases": [
            {
                "purpose": release.purpose.value,
                "at": instant_text(release.at),
                "by": str(release.signer.printed_name),
                "meaning": release.meaning.value,
            }
            for release in disposition.releases
        ],
        "rejection": {"at": instant_text(rejected.at), "by": str(rejected.signer.printed_name)}
        if rejected
        else None,
        "holds": [_hold(hold, told=told) for hold in disposition.holds],
        "recalls": to_plain(disposition.recalls),
    }


def _hold(hold: Hold, *, told: bool) -> Plain:
    return {
        "number": hold.number,
        "at": instant_text(hold.at),
        "lifted_at": to_plain(hold.lifted_at),
        "cause": hold.cause.value if told else None,
        "explanation": str(hold.explanation) if told else None,
    }


def _next_release(view: View, actor: Actor, lot: Lot, at: datetime) -> Plain:
    """The release that comes next for a lot of its kind, and every reason against it if the reader signed it
    now."""
    purpose = Purpose.CLINICAL if lot.kind is LotKind.FINISHED else Purpose.FURTHER_PROCESSING
    reasons = release_reasons(release_case(view, lot, purpose, releaser=actor.person, at=at))
    return {
        "purpose": purpose.value,
        "blocked_by": [
            {"code": reason.code, "detail": reason.detail, "source": reason.source} for reason in reasons
        ],
    }


def _events(view: View, lot: Lot, vials: Iterable[Vial]) -> Iterable[date | None]:
    """What a lot's retention is counted from (domain rule R7); a used vial counts from when it was last
    seen."""
    yield lot.expires_on
    if lot.disposition.rejected:
        yield lot.disposition.rejected.at.date()
    for shipment in view.citing(f"{LOT.room}/{lot.number}", SHIPMENT.room):
        yield view.get(SHIPMENT, shipment).dispatched_at.date()
    for vial in vials:
        if vial.state in USED and vial.seen is not None:
            yield vial.seen.at.date()
