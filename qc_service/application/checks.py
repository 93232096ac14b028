"""A clinic's recorded check: the answer as it was given becomes signed evidence (rule V2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from qc_service.application.actor import Actor, Occasion
from qc_service.application.copies import watched, watched_codes
from qc_service.application.days import must_have_come
from qc_service.application.judging import Verdict
from qc_service.application.scans import Question, question_of, unanswered
from qc_service.application.verdict import answer
from qc_service.application.view import View
from qc_service.domain.code_checks import CodeChecked, RawScan
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import CountryCode, Gtin, Line, Sha256, Slug
from qc_service.domain.lots import LOT
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Permission
from qc_service.domain.records import Enclosure, New
from qc_service.domain.suspicions import Act
from qc_service.domain.verdict import RULES, Finding, ScannedCode
from qc_service.domain.vial_acts import Asked, VialChecked
from qc_service.domain.vials import Vial
from qc_service.domain.vocabulary import AdministrationRoute
from qc_service.ledger.canonical import canonical


@dataclass(frozen=True, kw_only=True)
class RecordCheck:
    """The code as it was scanned, or what it said, field by field as it was read; nothing is repaired (V1)."""

    code: RawScan | None = None
    gtin: Gtin | None = None
    lot: Line | None = None
    serial: Line | None = None
    expires_on: date | None = None
    country: CountryCode | None = None
    route: AdministrationRoute | None = None
    checked_at: ZonedTime | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` unless there is either a code or what one said, a lot or a serial at least."""
        said = (self.gtin, self.lot, self.serial, self.expires_on)
        if self.code is not None and any(each is not None for each in said):
            raise Malformed("send the code or what it says, not both", field="code")
        if self.code is None and self.lot is None and self.serial is None:
            raise Malformed("say which lot or serial the code names", field="lot")

    @property
    def name(self) -> str:
        """The name of the vial's stream within its room."""
        return f"{self.lot}/{self.serial}"


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The answer to a check as its record keeps it; ``answer`` is the digest of the enclosed ``answer.json``."""

    decision: Slug
    reasons: tuple[Slug, ...]
    alert: bool
    answer: Sha256
    asked: Asked


def record_check(view: View, occasion: Occasion, intent: RecordCheck) -> tuple[New, ...]:
    """Ask and record the answer: on the stream of a vial on record, else on the clinic's own (V2)."""
    occasion.actor.must(Permission.CHECK_VIAL)
    if intent.checked_at is not None:
        must_have_come(intent.checked_at, occasion.at, "/checked_at")
    asked = _question(view, intent, occasion)
    fields = asked.fields
    if asked.finding is not None:
        untold = _untold(view, occasion, intent, fields, asked.finding)
        return _of_code(view, occasion, intent, fields, untold)
    vial = view.find_vial(fields.lot, fields.serial) if fields.lot and fields.serial else None
    seen = watched(view, occasion, vial, Act.CHECKED, _checked_at(occasion, intent))
    answered, given = _answered(seen.view, occasion, intent, fields)
    if vial is None:
        return _of_code(view, occasion, intent, fields, (answered, given))
    body = VialChecked(lot=vial.lot, serial=vial.serial, **vars(answered))
    check = New(name=vial.ref.name, body=body, occurred_at=intent.checked_at, enclosed=(given,))
    return (check, *seen.found)


def refused_check(vial: Vial, verdict: Verdict, asked: Asked) -> New:
    """The check that a refused claim amounts to, so that an alert does not depend on the clinic's goodwill (V5)."""
    body = VialChecked(
        lot=vial.lot,
        serial=vial.serial,
        decision=Slug(verdict.decision.value),
        reasons=codes(verdict),
        alert=alerts(codes(verdict)),
        answer=digest(verdict),
        asked=asked,
    )
    return New(name=vial.ref.name, body=body, enclosed=(_as_given(verdict.plain()),))


def _question(view: View, intent: RecordCheck, occasion: Occasion) -> Question:
    if intent.code is not None:
        return question_of(view, intent.code, occasion.at.date(), occasion.open_token)
    fields = ScannedCode(gtin=intent.gtin, lot=intent.lot, serial=intent.serial, expires_on=intent.expires_on)
    return Question(fields=located(view, fields))


def located(view: View, fields: ScannedCode) -> ScannedCode:
    """A serial without its lot is looked up; only one that is on record once says which vial it is."""
    if fields.lot is not None or fields.serial is None:
        return fields
    lots = view.lots_with_serial(fields.serial)
    return replace(fields, lot=lots[0]) if len(lots) == 1 else fields


def _answered(
    view: View, occasion: Occasion, intent: RecordCheck, fields: ScannedCode
) -> tuple[Answered, Enclosure]:
    verdict = answer(
        view,
        asker=occasion.actor,
        fields=fields,
        country=intent.country,
        route=intent.route,
        at=occasion.at,
    )
    given = _as_given(verdict.plain())
    answered = Answered(
        decision=Slug(verdict.decision.value),
        reasons=codes(verdict),
        alert=alerts(codes(verdict)),
        answer=given.file.sha256,
        asked=_asked(intent, fields),
    )
    return answered, given


def _asked(intent: RecordCheck, fields: ScannedCode) -> Asked:
    gtin = Gtin(fields.gtin) if fields.gtin else None
    return Asked(gtin=gtin, expires_on=fields.expires_on, country=intent.country, route=intent.route)


def _untold(
    view: View, occasion: Occasion, intent: RecordCheck, fields: ScannedCode, finding: Finding
) -> tuple[Answered, Enclosure]:
    """The answer to a code that does not say which vial or lot it is about."""
    verdict = unanswered(fields, finding, occasion.at, view.size())
    given = _as_given(verdict.plain())
    answered = Answered(
        decision=Slug(verdict.decision.value),
        reasons=codes(verdict),
        alert=alerts(codes(verdict)),
        answer=given.file.sha256,
        asked=_asked(intent, fields),
    )
    return answered, given


def _of_code(
    view: View,
    occasion: Occasion,
    intent: RecordCheck,
    fields: ScannedCode,
    answer_given: tuple[Answered, Enclosure],
) -> tuple[New, ...]:
    answered, given = answer_given
    lot = view.find(LOT, fields.lot) if fields.lot else None
    body = CodeChecked(
        lot=lot.number if lot else None,
        lot_as_read=Line(fields.lot) if fields.lot else None,
        serial_as_read=Line(fields.serial) if fields.serial else None,
        **vars(answered),
    )
    name = occasion.actor.organisation
    check = New(name=name, body=body, occurred_at=intent.checked_at, enclosed=(given,))
    return (check, *watched_codes(view, occasion.actor, body, _checked_at(occasion, intent)))


def _checked_at(occasion: Occasion, intent: RecordCheck) -> datetime:
    return intent.checked_at.instant if intent.checked_at else occasion.at


def asked_about(
    view: View,
    actor: Actor,
    lot: str | None,
    serial: str | None,
    *,
    country: CountryCode | None,
    route: AdministrationRoute | None,
    at: datetime,
) -> Verdict:
    """The answer to this person about one vial at that time; a member that nobody could read is ``None``."""
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
    return _as_given(verdict.plain()).file.sha256


def _as_given(answer: Mapping[str, object]) -> Enclosure:
    """The answer as it was given, to be kept beside the record of the check (V2)."""
    return Enclosure(
        name=Line("answer.json"), media_type=Line("application/json"), content=canonical(dict(answer))
    )
