"""A preparation that was made without a network: a claim where the records clear it, and a fact where they do not.

Online a preparation is a decision, and may be refused. Offline it has happened when it arrives, so it is recorded
either way; what stood against it is said, and quality is told (V4, V11).
"""

from __future__ import annotations

from dataclasses import replace

from qc_service.application.actor import Occasion
from qc_service.application.acts import RefusedOnRecord
from qc_service.application.checks import asked_about, digest
from qc_service.application.copies import watched
from qc_service.application.days import must_have_come
from qc_service.application.preparation import PrepareVial, clocks_end, prepare_vial
from qc_service.application.view import View
from qc_service.domain.errors import Refused
from qc_service.domain.identifiers import Slug
from qc_service.domain.permissions import Permission
from qc_service.domain.records import New
from qc_service.domain.suspicions import Act
from qc_service.domain.use import PreparationRefused
from qc_service.domain.vial_acts import VialPreparedUncleared


def prepare_late(view: View, occasion: Occasion, intent: PrepareVial) -> tuple[New, ...]:
    """Record a preparation as of when it was made, by what is on record now.

    Where that clears the vial it is the claim of ``prepare_vial``; where it does not, a ``VialPreparedUncleared``.
    """
    occasion.actor.must(Permission.PREPARE_VIAL)
    if intent.prepared_at is None:
        return _recorded(view, occasion, intent)
    must_have_come(intent.prepared_at, occasion.at, "/prepared_at")
    return _recorded(view, replace(occasion, at=intent.prepared_at.instant), intent)


def _recorded(view: View, then: Occasion, intent: PrepareVial) -> tuple[New, ...]:
    try:
        return prepare_vial(view, then, intent)
    except PreparationRefused as refusal:
        return _uncleared(view, then, intent, refusal)
    except RefusedOnRecord as refused:
        return _uncleared(view, then, intent, refused.refusal)


def _uncleared(view: View, then: Occasion, intent: PrepareVial, refusal: Refused) -> tuple[New, ...]:
    actor = then.actor
    vial = view.find_vial(intent.lot, intent.serial)
    seen = watched(view, then, vial, Act.PREPARED, then.at)
    verdict = asked_about(
        seen.view, actor, intent.lot, intent.serial, country=intent.country, route=intent.route, at=then.at
    )
    body = VialPreparedUncleared(
        lot=intent.lot,
        serial=intent.serial,
        clinic=actor.organisation,
        starts=tuple(sorted(set(intent.starts))),
        use_before=clocks_end(view, then, intent.lot, intent.starts, then.at) if vial else None,
        reasons=tuple(dict.fromkeys(Slug(reason.code) for reason in refusal.reasons)),
        alert=True,
        answer=digest(verdict),
    )
    return (New(name=intent.name, body=body, occurred_at=intent.prepared_at), *seen.found)
