"""The answer without a network: what a pack forbids stands, expiry is judged now, and nothing is in order (V11).

What speaks for a vial may have changed since the pack was made, so the best answer is ``cannot_verify`` with the reason
``offline``, which says what was known and how old that is. The judge is the one that answers online.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from qc_service.application.judging import Found, judge
from qc_service.application.known import Known
from qc_service.application.offline_pack import Pack
from qc_service.application.scans import Question, question_of
from qc_service.domain.identifiers import CountryCode
from qc_service.domain.moments import instant_text
from qc_service.domain.verdict import RULES, Asker, Decision, Finding, ScannedCode, decide, in_order_of_table
from qc_service.domain.vocabulary import AdministrationRoute

SLOW_CLOCK = timedelta(minutes=5)
PACK_CANNOT_KNOW = frozenset({"unknown_lot", "unknown_serial", "unknown_product", "serial_needed"})
"""What a pack cannot say: it holds one organisation's vials, not all there are."""
ENDS = {
    "preparation": "already_used", "administration": "already_used", "set_aside": "set_aside", "return": "returned",
    "waste": "wasted", "destroy": "destroyed", "stolen": "stolen", "lost": "lost",
}  # fmt: skip
"""What an act that waits in the device's queue says of its vial."""
Plain = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Offline:
    """For which country and route it is asked, when, what the device wrote down itself, and the vial's last answer."""

    at: datetime
    country: CountryCode | None = None
    route: AdministrationRoute | None = None
    acts: Sequence[Mapping[str, Any]] = ()
    last_answer: Mapping[str, Any] | None = None


def offline_answer(pack: Pack, raw: str, asked: Offline) -> Plain:
    """What can be said of this code with this pack; ``last_known`` is what the pack itself would have answered."""
    question = question_of(_known_to(pack), raw, asked.at.date())
    fields = question.fields
    lot = pack.lots.get(fields.lot or "")
    vial = lot.vials.get(fields.serial or "") if lot else None
    found = Found(
        lot=lot.row if lot else None, vial=vial, tree_size=pack.number, altered=lot.altered if lot else "",
    )  # fmt: skip
    country = asked.country or CountryCode(pack.country)
    asker = Asker(organisation=pack.organisation, zone=pack.zone, country=country, route=asked.route)
    verdict = judge(found, fields, asker, asked.at)
    known = _known_reasons(question, verdict.reasons)
    own = list(_written_down(fields, asked))
    last = decide(tuple(known)) if vial is not None else Decision.CANNOT_VERIFY
    reasons = in_order_of_table([*known, *own, _offline(pack, fields, found, last, asked.at)])
    plain = verdict.plain()
    return plain | {
        "decision": decide(reasons).value,
        "as_of": instant_text(pack.as_of),
        "checked_at": instant_text(asked.at),
        "reasons": [reason.plain() for reason in reasons],
        "last_known": {
            "decision": last.value, "as_of": instant_text(pack.as_of), "next_update": instant_text(pack.next_update),
            "age_seconds": int((asked.at - pack.as_of).total_seconds()), "number": pack.number, "issuer": pack.issuer,
            "organisation": str(pack.organisation),
        },
    }  # fmt: skip


def _known_to(pack: Pack) -> Known:
    return Known(
        lot=pack.lots.__contains__,
        lots_with_serial=lambda serial: tuple(name for name, lot in pack.lots.items() if serial in lot.vials),
        product=lambda gtin: any(lot.row.gtin == gtin for lot in pack.lots.values()),
    )


def _known_reasons(question: Question, judged: Iterable[Finding]) -> list[Finding]:
    """What the code itself or the pack says; a code that cannot be read is not judged at all."""
    if question.finding is not None:
        return [] if question.finding.code in PACK_CANNOT_KNOW else [question.finding]
    return [finding for finding in judged if finding.code not in PACK_CANNOT_KNOW]


def _written_down(fields: ScannedCode, asked: Offline) -> Iterable[Finding]:
    """What the device itself wrote down of this vial, and what a newer answer forbade."""
    for act in asked.acts:
        path, body = act.get("path"), act.get("body")
        if not (isinstance(path, dict) and isinstance(body, dict)):
            continue  # it names no vial; what is wrong with it is said when it is sent
        if fields.serial is None or (path.get("lot"), path.get("serial")) != (fields.lot, fields.serial):
            continue
        what = str(body.get("kind") if act.get("kind") == "disposition" else act.get("kind"))
        if what in ENDS:
            detail = f"You wrote down offline, on {act.get('happened_at')}: {what.replace('_', ' ')}."
            yield Finding(code=ENDS[what], detail=detail)
    if asked.last_answer is not None:
        for reason in asked.last_answer["reasons"]:
            if reason["code"] in RULES and RULES[reason["code"]].decides is Decision.DO_NOT_USE:
                yield Finding(
                    code=reason["code"], detail=f"{reason['detail']} (On {asked.last_answer['as_of']}.)"
                )


def _offline(pack: Pack, fields: ScannedCode, found: Found, last: Decision, at: datetime) -> Finding:
    since, age = instant_text(pack.as_of), at - pack.as_of
    if age < -SLOW_CLOCK:
        detail = f"The pack is of {since}, which is to come by the clock here: set the clock."
    elif found.lot is None:
        detail = f"The pack of {since}, {spoken(age)} old, holds nothing about this code."
    elif found.vial is None:
        which = f"Vial {fields.serial} was not" if fields.serial else "Only a serial tells whether a vial was"
        detail = f"{which} with you on {since}, {spoken(age)} ago; what came since is unknown."
    elif last is Decision.IN_ORDER:
        detail = f"On {since}, {spoken(age)} ago, the records were in order; what came since is unknown."
    else:
        detail = f"What is known is of {since}, {spoken(age)} ago; what came since is unknown."
    if at >= pack.next_update:
        detail += f" A newer pack was due on {instant_text(pack.next_update)}: fetch it."
    return Finding(code="offline", detail=detail)


def spoken(age: timedelta) -> str:
    """An age in the largest unit of which there are two: ``3 hours``."""
    seconds = max(0, int(age.total_seconds()))
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"
