"""From what was scanned or typed to the question it asks: which lot and serial, or why that cannot be told.

Nothing is repaired: a serial without its lot is looked up, a printed group of a serial is read as printed, and a lot
that seems to have swallowed its serial is the scanner's fault, not the vial's (codes.md, "GS1").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime

from qc_service.application.actor import Actor, OpenToken
from qc_service.application.cartons import ANYBODY, NOT_YOURS, carton_verdict
from qc_service.application.judging import Verdict
from qc_service.application.known import Known, known_to
from qc_service.application.misreadings import misread, typed_twice
from qc_service.application.ports import Store
from qc_service.application.verdict import answer, hot_answer
from qc_service.application.view import View
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import CountryCode, LotNumber, VialSerial
from qc_service.domain.moments import instant_text
from qc_service.domain.regulatory import statement_on
from qc_service.domain.verdict import RULES, Asker, Finding, ScannedCode, decide
from qc_service.domain.vocabulary import AdministrationRoute
from qc_service.exchange.codes import (
    Fault,
    Form,
    Reading,
    Unreadable,
    lone_lot,
    plain_text,
    read_code,
    scanned,
)

_GROUPED = re.compile(
    rf"([{VialSerial.ALPHABET}]{{4}})-([{VialSerial.ALPHABET}]{{4}})-([{VialSerial.ALPHABET}]{{4}})"
)


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which vial or lot is asked about; with a ``finding`` the code does not say, and no record answers.

    A ``carton`` is answered by its vials, to those whom it concerns; its ``finding`` is for everybody else.
    """

    fields: ScannedCode
    finding: Finding | None = None
    carton: str | None = None


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """Who asks, for which country and route, and when; nobody is named where the asker is anonymous."""

    asker: Actor | None = None
    country: CountryCode | None = None
    route: AdministrationRoute | None = None
    at: datetime


def question_of(
    source: Store | View | Known, raw: str, today: date, open_token: OpenToken | None = None
) -> Question:
    """What a code, a typed lot number or a typed serial asks about; nothing of it is repaired."""
    known = known_to(source)
    text = plain_text(raw) or raw
    is_name = LotNumber.GRAMMAR.fullmatch(text) is not None
    if is_name and known.lot(text):
        return Question(fields=ScannedCode(lot=text))
    serial = _serial(text)
    if serial is not None:
        return _completed(known, ScannedCode(serial=serial))
    read = read_code(raw, today)
    if isinstance(read, Unreadable):
        return _of_name(known, text) if is_name else _unread(known, raw, read)
    if read.kind == "token":
        return _of_token(known, read, open_token)
    return _of_code(known, read)


def question_of_typed(
    store: Store, lot: str, serial: str, today: date, open_token: OpenToken | None = None
) -> Question:
    """What the two boxes of the form ask about: either also takes a scan or a serial by itself.

    What is typed as a serial and is none is a slip, not a lot of which no record knows.
    """
    typed = _serial(serial)
    if not lot and (typed is not None or not _slipped(known_to(store), serial)):
        return question_of(store, serial, today, open_token)
    if not serial:
        return question_of(store, lot, today, open_token)
    if typed is None:
        return _mistyped(
            serial, "a serial of ours: type its twelve characters again, in capitals as printed", today
        )
    if LotNumber.GRAMMAR.fullmatch(lot):
        return Question(fields=ScannedCode(lot=lot, serial=typed))
    return _mistyped(
        lot, "a lot number of ours: type it again as printed, in capitals and without a space", today
    )


def completed(source: Store | View, fields: ScannedCode) -> Question:
    """The question of a code's fields; a serial without a lot is looked up, and what names no vial says so."""
    return _completed(known_to(source), fields)


def _unread(known: Known, raw: str, refusal: Unreadable) -> Question:
    lot = lone_lot(raw)
    return Question(fields=ScannedCode(lot=lot)) if lot and known.lot(lot) else untold_by(refusal)


def _of_name(known: Known, text: str) -> Question:
    """A lot of which no record knows, unless it is a mistyped serial, or a lot or serial of ours twice over."""
    if _GROUPED.fullmatch(text):
        return _untold("malformed_code", f"The check character of {text} does not fit: type it again.")
    twice = typed_twice(known, text)
    return (
        Question(fields=ScannedCode(lot=text)) if twice is None else _untold("scanner_configuration", twice)
    )


def _of_token(known: Known, read: Reading, open_token: OpenToken | None) -> Question:
    if open_token is None:
        return _untold("malformed_code", "This is an offline token: check it with qc-service verify-token.")
    said = open_token(read.canonical)
    if isinstance(said, Finding):
        return Question(fields=ScannedCode(), finding=said)
    return _completed(known, said)


def _slipped(known: Known, serial: str) -> bool:
    return _spaced(serial) or (LotNumber.GRAMMAR.fullmatch(serial) is not None and not known.lot(serial))


def _spaced(text: str) -> bool:
    """Whether it would be a serial without the spaces that somebody typed into it."""
    return " " in text.strip() and _serial(text.replace(" ", "").upper()) is not None


def _mistyped(text: str, kind: str, today: date) -> Question:
    typed = _spaced(text) or LotNumber.GRAMMAR.fullmatch(text) is not None
    read = None if typed else read_code(text, today)
    if isinstance(read, Unreadable) and read.reason is Fault.SCANNER:
        return untold_by(read)
    return _untold("malformed_code", f"{text!r} is not {kind}.")


def _completed(known: Known, fields: ScannedCode) -> Question:
    if fields.lot is not None:
        return Question(fields=fields)
    if fields.gtin is not None and not known.product(fields.gtin):
        return _untold("unknown_product", f"No product with GTIN {fields.gtin} is on record here.", fields)
    return _without_lot(fields) if fields.serial is None else _by_serial(known, fields, fields.serial)


def _without_lot(fields: ScannedCode) -> Question:
    if fields.gtin is None:
        return _untold("malformed_code", "This code can be read, but it names no vial.", fields)
    return _untold("serial_needed", "This code names a product. It does not identify your vial.", fields)


def _by_serial(known: Known, fields: ScannedCode, serial: str) -> Question:
    lots = known.lots_with_serial(serial)
    if not lots:
        return _untold("unknown_serial", f"No vial {serial} is on record here.", fields)
    if len(lots) > 1:
        return _untold("ambiguous_lot", "This serial is on record under more than one lot.", fields)
    return Question(fields=replace(fields, lot=lots[0]))


def verdict_on(
    store: Store, question: Question, circumstances: Circumstances, view: View | None = None
) -> Verdict:
    """The answer: for a person from the records, for anybody else from the ready rows.

    With a ``view``, what was read for one answer serves the next.
    """
    at, finding = circumstances.at, question.finding
    if question.carton is not None and circumstances.asker is not None:
        verdict = carton_verdict(
            view or View(store), circumstances.asker, question.carton, country=circumstances.country,
            route=circumstances.route, at=at,
        )  # fmt: skip
        if verdict is not None:
            return verdict
        finding = NOT_YOURS
    if finding is not None:
        return unanswered(question.fields, finding, at, store.head().size)
    if circumstances.asker is None:
        asker = Asker(country=circumstances.country, route=circumstances.route)
        return hot_answer(store, question.fields, asker, at)
    return answer(
        view or View(store),
        asker=circumstances.asker,
        fields=question.fields,
        country=circumstances.country,
        route=circumstances.route,
        at=at,
    )


def out_of_reach(at: datetime) -> Verdict:
    """The answer where the records cannot be read: nothing was checked."""
    detail = "The records cannot be read just now, so nothing was checked."
    return unanswered(ScannedCode(), Finding(code="log_unavailable", detail=detail), at, 0)


def untold_by(refusal: Unreadable) -> Question:
    """The question of a code that cannot be read."""
    code = refusal.reason.value
    return _untold(code if code in RULES else "malformed_code", f"The code cannot be read: {refusal.detail}.")


def _of_code(known: Known, read: Reading) -> Question:
    fields = scanned(read)
    if "sscc" in read.fields and fields.serial is None:
        return Question(fields=fields, finding=ANYBODY, carton=read.fields["sscc"])
    unseparated = read.kind == "gs1" and read.form is Form.SCAN
    happened = misread(known, fields, unseparated=unseparated)
    if happened is not None:
        return _untold("scanner_configuration", happened, fields)
    if read.kind != "gs1" and fields.lot is None and fields.serial is None:
        return _untold("malformed_code", f"This code names {_named(read)}, not a vial.", fields)
    return _completed(known, fields)


def _named(read: Reading) -> str:
    if "din" in read.fields:
        return "a donation"
    return "a product" if "product_description" in read.fields else "something else"


def _serial(text: str) -> VialSerial | None:
    """The serial as printed, in one piece or in its groups of four; ``None`` where its check does not fit."""
    grouped = _GROUPED.fullmatch(text)
    try:
        return VialSerial("".join(grouped.groups()) if grouped else text)
    except Malformed:
        return None


def _untold(code: str, detail: str, fields: ScannedCode | None = None) -> Question:
    return Question(fields=fields or ScannedCode(), finding=Finding(code=code, detail=detail))


def unanswered(fields: ScannedCode, finding: Finding, at: datetime, tree_size: int) -> Verdict:
    """The answer to a question that no record was asked."""
    decision = decide((finding,))
    head: dict[str, object] = {
        "decision": decision.value,
        "as_of": instant_text(at),
        "vial": {
            "gtin": fields.gtin, "lot": fields.lot, "serial": fields.serial,
            "expires_on": None, "use_before": None, "state": None,
        },
        "reasons": [finding.plain()],
        "notices": [],
        "regulatory": {"bases": [], "statement": statement_on(at.date())},
        "evidence": {"release_record": None, "log_index": None, "tree_size": tree_size, "bundle": None},
    }  # fmt: skip
    return Verdict(
        decision=decision, reasons=(finding,), notices=(), head=head, stable=b"", topical_only=False, use_before=None,
        asked=fields,
    )  # fmt: skip
