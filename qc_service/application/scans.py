"""From what was scanned or typed to the question it asks: which lot and serial, or why that cannot be told.

Nothing is repaired: a serial without its lot is looked up, a printed group of a serial is read as printed, and a lot
that seems to have swallowed its serial is the scanner's fault, not the vial's (codes.md, "GS1").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from qc_service.application.actor import Actor
from qc_service.application.cartons import ANYBODY, NOT_YOURS, carton_verdict
from qc_service.application.judging import Verdict
from qc_service.application.ports import Store, Tampered
from qc_service.application.verdict import answer, hot_answer
from qc_service.application.view import View
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import CountryCode, LotNumber, VialSerial
from qc_service.domain.moments import instant_text
from qc_service.domain.products import PRODUCT
from qc_service.domain.regulatory import statement_on
from qc_service.domain.verdict import RULES, Asker, Finding, ScannedCode, decide
from qc_service.domain.vocabulary import AdministrationRoute
from qc_service.exchange.codes import Form, Reading, Unreadable, read_code, scanned

_GROUPED = re.compile(
    rf"([{VialSerial.ALPHABET}]{{4}})-([{VialSerial.ALPHABET}]{{4}})-([{VialSerial.ALPHABET}]{{4}})"
)
_MERGED = "21"


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


def question_of(store: Store, raw: str, today: date) -> Question:
    """What a code, a typed lot number or a typed serial asks about."""
    is_lot = LotNumber.GRAMMAR.fullmatch(raw) is not None
    if is_lot and _on_record(store, raw):
        return Question(fields=ScannedCode(lot=raw))
    serial = _serial(raw)
    if serial is not None:
        return completed(store, ScannedCode(serial=serial))
    read = read_code(raw, today)
    if isinstance(read, Unreadable):
        return Question(fields=ScannedCode(lot=raw)) if is_lot else untold_by(read)
    return _of_code(store, read)


def question_of_typed(store: Store, lot: str, serial: str, today: date) -> Question:
    """What the two boxes of the form ask about: the first also takes a scan or a serial."""
    if not serial:
        return question_of(store, lot, today)
    known = _serial(serial)
    if known is None:
        return _untold(
            "malformed_code", f"{serial!r} is not a serial of ours: its check character does not fit."
        )
    if not lot:
        return completed(store, ScannedCode(serial=known))
    if LotNumber.GRAMMAR.fullmatch(lot):
        return Question(fields=ScannedCode(lot=lot, serial=known))
    return _untold("malformed_code", f"{lot!r} is not a lot number of ours.")


def completed(store: Store, fields: ScannedCode) -> Question:
    """The question of a code's fields; a serial without a lot is looked up, and what names no vial says so."""
    if fields.lot is not None:
        return Question(fields=fields)
    if fields.gtin is not None and not store.citing(f"gtin/{fields.gtin}", PRODUCT.room)[0]:
        return _untold("unknown_product", f"No product with GTIN {fields.gtin} is on record here.", fields)
    return _without_lot(fields) if fields.serial is None else _by_serial(store, fields, fields.serial)


def _without_lot(fields: ScannedCode) -> Question:
    if fields.gtin is None:
        return _untold("malformed_code", "This code can be read, but it names no vial.", fields)
    return _untold("serial_needed", "This code names a product. It does not identify your vial.", fields)


def _by_serial(store: Store, fields: ScannedCode, serial: str) -> Question:
    lots = store.lots_with_serial(serial)
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
        return _unanswered(question.fields, finding, at, store.head().size)
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


def untold_by(refusal: Unreadable) -> Question:
    """The question of a code that cannot be read."""
    code = refusal.reason.value
    return _untold(code if code in RULES else "malformed_code", f"The code cannot be read: {refusal.detail}.")


def _of_code(store: Store, read: Reading) -> Question:
    if read.kind != "gs1":
        return _untold("malformed_code", "This code names a donation, not a vial.")
    fields = scanned(read)
    if "sscc" in read.fields and fields.serial is None:
        return Question(fields=fields, finding=ANYBODY, carton=read.fields["sscc"])
    alone = fields.lot if fields.serial is None and read.form is Form.SCAN else None
    if alone is not None and _swallowed(store, alone):
        detail = (
            "The lot on the label and the serial behind it arrived as one: the scanner drops the separator."
        )
        return _untold("scanner_configuration", detail, fields)
    return completed(store, fields)


def _swallowed(store: Store, lot: str) -> bool:
    """Whether a lot that is not on record begins with one that is, followed by the identifier of a serial."""
    return not _on_record(store, lot) and any(_on_record(store, shorter) for shorter in _shorter(lot))


def _shorter(lot: str) -> Iterator[str]:
    place = lot.find(_MERGED, 1)
    while place > 0:
        if LotNumber.GRAMMAR.fullmatch(lot[:place]):
            yield lot[:place]
        place = lot.find(_MERGED, place + 1)


def _on_record(store: Store, lot: str) -> bool:
    try:
        return store.lot_answer(lot) is not None
    except Tampered:
        return True


def _serial(text: str) -> VialSerial | None:
    """The serial as printed, in one piece or in its groups of four; ``None`` where its check does not fit."""
    grouped = _GROUPED.fullmatch(text)
    try:
        return VialSerial("".join(grouped.groups()) if grouped else text)
    except Malformed:
        return None


def _untold(code: str, detail: str, fields: ScannedCode | None = None) -> Question:
    return Question(fields=fields or ScannedCode(), finding=Finding(code=code, detail=detail))


def _unanswered(fields: ScannedCode, finding: Finding, at: datetime, tree_size: int) -> Verdict:
    """The answer where no record was asked."""
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
    )  # fmt: skip
