"""A carton stands for its vials: its answer is all of theirs, the worst first, for those it concerns.

A carton's number can be guessed from another's, so nobody else learns from it that there is such a carton.
"""

from __future__ import annotations

from datetime import datetime

from qc_service.application.actor import Actor
from qc_service.application.judging import Verdict
from qc_service.application.trays import Item, told_together
from qc_service.application.verdict import answer
from qc_service.application.view import View
from qc_service.domain.identifiers import CountryCode, Sscc
from qc_service.domain.moments import instant_text
from qc_service.domain.regulatory import statement_on
from qc_service.domain.shipments import SHIPMENT, Carton, Shipment, grouped
from qc_service.domain.verdict import Finding, ScannedCode
from qc_service.domain.vocabulary import AdministrationRoute

ANYBODY = Finding(
    code="serial_needed",
    detail="This is a carton's number. Its sender and its consignee are answered for all vials in it once they say who "
    "they are; anybody else scans each vial.",
)
NOT_YOURS = Finding(
    code="serial_needed",
    detail="No carton of this number was sent by or to your organisation. Scan each vial.",
)


def carton_vials(view: View, asker: Actor, sscc: str) -> tuple[Shipment, Carton] | None:
    """The carton and the last shipment it went with, of those that concern the asker; else ``None``.

    A number counts anew from the last shipment of each sender. Where several senders gave it, the carton stands for all
    that any of them packed, so that nobody's vials hide behind another's.
    """
    theirs = sorted(under(view, asker, sscc), key=lambda shipment: shipment.dispatched_at)
    if not theirs:
        return None
    last = {shipment.organisation: shipment for shipment in theirs}
    cartons = [carton for shipment in last.values() if (carton := shipment.carton(sscc))]
    refs = dict.fromkeys(ref for carton in cartons for ref in carton.vials)
    return theirs[-1], Carton(sscc=Sscc(sscc), contents=grouped(tuple(refs)))


def under(view: View, asker: Actor, sscc: str) -> tuple[Shipment, ...]:
    """The shipments with a carton of this number that were sent by or to the asker."""
    shipments = (view.get(SHIPMENT, name) for name in view.citing(f"sscc/{sscc}", SHIPMENT.room))
    return tuple(shipment for shipment in shipments if _concerns(asker, shipment))


def carton_answers(
    view: View, asker: Actor, carton: Carton, *, country: CountryCode | None, route: AdministrationRoute | None,
    at: datetime,
) -> tuple[Verdict, ...]:  # fmt: skip
    """The answer to each of its vials, in the order of lot and serial."""
    return tuple(
        answer(
            view, asker=asker, fields=ScannedCode(lot=ref.lot, serial=ref.serial), country=country, route=route, at=at
        )
        for ref in carton.vials
    )  # fmt: skip


def carton_verdict(
    view: View, asker: Actor, sscc: str, *, country: CountryCode | None, route: AdministrationRoute | None,
    at: datetime,
) -> Verdict | None:  # fmt: skip
    """One answer for the carton, with every vial's in it; ``None`` where it does not concern the asker."""
    found = carton_vials(view, asker, sscc)
    if found is None:
        return None
    shipment, carton = found
    verdicts = carton_answers(view, asker, carton, country=country, route=route, at=at)
    items = [Item(position=place, verdict=verdict) for place, verdict in enumerate(verdicts)]
    together = told_together(items)
    head: dict[str, object] = {
        "as_of": instant_text(at),
        "vial": dict.fromkeys(("gtin", "lot", "serial", "expires_on", "use_before", "state")),
        "regulatory": {"bases": [], "statement": statement_on(at.date())},
        "evidence": {"release_record": None, "log_index": None, "tree_size": view.size(), "bundle": None},
        "carton": {
            "sscc": sscc, "shipment": str(shipment.id), "sender": str(shipment.organisation),
            "recipient": str(shipment.recipient), "status": shipment.status.value,
        },
        **together.plain(),
    }  # fmt: skip
    return Verdict(
        decision=together.decision, reasons=together.reasons, notices=together.notices, head=head, stable=b"",
        topical_only=any(verdict.topical_only for verdict in verdicts), use_before=None, asked=ScannedCode(),
    )  # fmt: skip


def _concerns(asker: Actor, shipment: Shipment) -> bool:
    return asker.sees(shipment.organisation) or asker.organisation == shipment.recipient
