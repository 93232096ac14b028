"""A clinic's recorded check: the answer as it was given becomes signed evidence (rule V2)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from qc_service.application.actor import Actor, Occasion
from qc_service.application.days import must_have_come
from qc_service.application.verdict import Verdict, answer
from qc_service.application.view import View
from qc_service.domain.code_checks import CodeChecked
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import CountryCode, Gtin, Line, LotNumber, Sha256, Slug, VialSerial
from qc_service.domain.lots import LOT
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Permission
from qc_service.domain.records import New
from qc_service.domain.verdict import RULES, ScannedCode
from qc_service.domain.vial_acts import Asked, VialChecked
from qc_service.domain.vocabulary import AdministrationRoute
from qc_service.ledger.canonical import canonical


@dataclass(frozen=True, kw_only=True)
class RecordCheck:
    """What the code said, field by field as it was read; nothing of it is repaired (V1)."""

    gtin: Gtin | None = None
    lot: Line | None = None
    serial: Line | None = None
    expires_on: date | None = None
    country: CountryCode | None = None
    route: AdministrationRoute | None = None
    checked_at: ZonedTime | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where neither a lot nor a serial was read."""
        if self.lot is None and self.serial is None:
            raise Malformed("say which lot or serial the code names", field="lot")

    @property
    def name(self) -> str:
        """The name of the vial's stream within its room."""
        return f"{self.lot}/{self.serial}"


def record_check(view: View, occasion: Occasion, intent: RecordCheck) -> tuple[New, ...]:
    """Ask and record the answer: on the stream of a vial on record, else on the clinic's own (V2)."""
    occasion.actor.must(Permission.CHECK_VIAL)
    if intent.checked_at is not None:
        must_have_come(intent.checked_at, occasion.at, "/checked_at")
    fields = ScannedCode(gtin=intent.gtin, lot=intent.lot, serial=intent.serial, expires_on=intent.expires_on)
    verdict = answer(
        view,
        asker=occasion.actor,
        fields=fields,
        country=intent.country,
        route=intent.route,
        at=occasion.at,
    )
    asked = Asked(gtin=intent.gtin, expires_on=intent.expires_on, country=intent.country, route=intent.route)
    known = intent.lot and intent.serial and view.find_vial(intent.lot, intent.serial)
    if known:
        body = VialChecked(
            lot=known.lot,
            serial=known.serial,
            decision=Slug(verdict.decision.value),
            reasons=codes(verdict),
            alert=alerts(codes(verdict)),
            answer=digest(verdict),
            asked=asked,
        )
        return (New(name=known.ref.name, body=body, occurred_at=intent.checked_at),)
    return (
        New(
            name=occasion.actor.organisation,
            body=_of_code(view, intent, verdict, asked),
            occurred_at=intent.checked_at,
        ),
    )


def _of_code(view: View, intent: RecordCheck, verdict: Verdict, asked: Asked) -> CodeChecked:
    lot = view.find(LOT, intent.lot) if intent.lot else None
    return CodeChecked(
        lot=lot.number if lot else None,
        lot_as_read=intent.lot,
        serial_as_read=intent.serial,
        decision=Slug(verdict.decision.value),
        reasons=codes(verdict),
        alert=alerts(codes(verdict)),
        answer=digest(verdict),
        asked=asked,
    )


def asked_about(
    view: View,
    actor: Actor,
    lot: LotNumber,
    serial: VialSerial,
    *,
    country: CountryCode | None,
    route: AdministrationRoute | None,
    at: datetime,
) -> Verdict:
    """The answer to this person about one vial at that time."""
    fields = ScannedCode(lot=lot, serial=serial)
    return answer(view, asker=actor, fields=fields, country=country, route=route, at=at)


def codes(verdict: Verdict) -> tuple[Slug, ...]:
    """The codes of an answer's reasons, in its order."""
    return tuple(Slug(reason.code) for reason in verdict.reasons)


def alerts(reasons: tuple[Slug, ...]) -> bool:
    """Whether one of the reasons asks quality to look at once (V7)."""
    return any(RULES[code].alert for code in reasons)


def digest(verdict: Verdict) -> Sha256:
    """The SHA-256 of the answer's canonical JSON (RFC 8785), which the record keeps of it."""
    return Sha256(hashlib.sha256(canonical(verdict.plain())).hexdigest())
