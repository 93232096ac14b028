"""Answering verification messages: a vial is found by GTIN and serial, and our one answer about it is translated."""

from __future__ import annotations

from datetime import datetime

from qc_service.application.actor import Actor
from qc_service.application.judging import Verdict
from qc_service.application.ports import Store, Tampered, Unavailable
from qc_service.application.verdict import hot_answer
from qc_service.application.view import View
from qc_service.domain.errors import Forbidden, NotFound
from qc_service.domain.identifiers import Gln, Gtin
from qc_service.domain.moments import instant_text
from qc_service.domain.parties import ORGANISATION
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT
from qc_service.domain.verdict import Asker, ScannedCode
from qc_service.exchange.verification_messages import Matched, VerificationRequest, answer


class ResponderUnknown(Unavailable):
    """Neither the manufacturer's record nor the settings say by which GLN this service answers."""


def may_ask(view: View, requester: Gln, asker: Actor | None) -> None:
    """Whether whoever was recognised may ask in this name, where only organisations on record may ask.

    Raises ``Forbidden``. An ATP credential is not looked at: who asks is known by their token.
    """
    if asker is None:
        return
    asker.must(Permission.READ_RECORDS)
    organisation = view.find(ORGANISATION, asker.organisation)
    if organisation is None or organisation.gln != requester:
        raise Forbidden(f"Your organisation is not on record with the GLN {requester}.")


def responder(view: View, store: Store, gtin: Gtin, fallback: Gln | None) -> Gln:
    """By which GLN we answer for a product: its manufacturer's, or else the one in the settings.

    Raises ``NotFound`` for a GTIN that is nobody's here, and ``ResponderUnknown``.
    """
    products = store.citing(f"gtin/{gtin}", PRODUCT.room)[0]
    if not products:
        raise NotFound(f"No product with GTIN {gtin} is on record here.")
    product = view.get(PRODUCT, products[0].partition("/")[2])
    owner = view.find(ORGANISATION, product.organisation)
    gln = owner.gln if owner and owner.gln else fallback
    if gln is None:
        raise ResponderUnknown("This service has no GLN to answer by: set QC_GLN.")
    return gln


def verification(
    view: View, store: Store, request: VerificationRequest, *, fallback: Gln | None, at: datetime
) -> tuple[dict[str, object], Verdict | None]:
    """The message's answer, and ours that it stands on (none where no vial of that GTIN has the serial)."""
    gln = responder(view, store, request.gtin, fallback)
    matched, verdict = _judged(store, request, at)
    reasons = [reason.code for reason in verdict.reasons] if verdict else []
    return answer(request, gln, instant_text(at), matched, reasons), verdict


def _judged(
    store: Store, request: VerificationRequest, at: datetime
) -> tuple[Matched | None, Verdict | None]:
    try:
        lot, expires_on = _found(store, request)
    except Tampered:
        # Our own answer says so; that nothing matches would be the wrong thing to say.
        lot, expires_on = request.lot, request.expires_on.isoformat()
    if lot is None:
        return None, None
    fields = ScannedCode(gtin=request.gtin, lot=lot, serial=request.serial)
    matched = Matched(lot=lot == request.lot, expiry=expires_on == request.expires_on.isoformat())
    return matched, hot_answer(store, fields, Asker(), at)


def _found(store: Store, request: VerificationRequest) -> tuple[str | None, str]:
    """The lot in which a vial of that GTIN has the serial, and its expiry; the one that was asked for comes first."""
    lots = store.lots_with_serial(request.serial)
    for lot in sorted(lots, key=lambda one: (one != request.lot, one)):
        row = store.hot(lot, "")[0]
        if row is not None and row.gtin == request.gtin:
            return lot, row.expires_on
    return None, ""
