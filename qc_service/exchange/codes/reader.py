"""Which kind of code it is, by how it begins; everything behind that is the kind's own."""

from __future__ import annotations

import re
from datetime import date
from functools import partial

from qc_service.domain.identifiers import LotNumber
from qc_service.exchange.codes.donation_codes import from_typed
from qc_service.exchange.codes.elements import (
    SEPARATOR,
    Elements,
    bracketed,
    from_bracketed,
    from_scan,
    named_values,
    stand_in,
)
from qc_service.exchange.codes.links import CANONICAL_BASE, SCHEME, from_link, link
from qc_service.exchange.codes.messages import from_message
from qc_service.exchange.codes.mishaps import doubled, mishap, stands_for_separator
from qc_service.exchange.codes.other_codes import (
    ENVELOPE,
    HIBCC,
    TOKEN,
    from_token,
    refused_envelope,
    refused_hibcc,
)
from qc_service.exchange.codes.reading import Fault, Form, Reading, Unreadable

LONGEST = 2048
"""Characters; no symbol holds more that could be read here."""

_GS1_SYMBOLS = frozenset({"]d2", "]C1", "]Q3", "]e0"})
_PLAIN_SYMBOLS = frozenset({"]d1", "]Q1", "]C0"})
_RAW_GS1 = re.compile(r"\x1d?01\d{14}", re.ASCII)
_DIGIT = re.compile(r"\d", re.ASCII)
_LONE_LOT = re.compile(
    rf"(?:\](?:d2|C1|Q3|e0)10({LotNumber.GRAMMAR.pattern})\x1d?|\(10\)({LotNumber.GRAMMAR.pattern}))",
    re.ASCII,
)


def read_code(raw: str, today: date) -> Reading | Unreadable:
    """Read a code exactly as it was scanned or typed, or say precisely why it cannot be read and what to do.

    Nothing is trimmed, folded or completed: where a scanner's or computer's setting spoilt the code, the refusal names
    the setting. ``today`` places years of two digits. Never raises.
    """
    try:
        repeated = doubled(raw, lambda text: _means(text, today))
        if repeated is not None:
            raise Unreadable(repeated, Fault.SCANNER)
        return _read(raw, today)
    except Unreadable as refusal:
        return refusal if refusal.reason is Fault.SCANNER else _explained(raw, refusal, today)


def plain_text(raw: str) -> str | None:
    """What a symbol that is no GS1 symbol carries, without the symbology; ``None`` where none leads the text."""
    return raw[3:] if raw[:3] in _PLAIN_SYMBOLS else None


def lone_lot(raw: str) -> str | None:
    """The lot of a GS1 code that carries nothing else: GS1 takes it for no code, but it may be looked up."""
    found = _LONE_LOT.fullmatch(raw)
    return (found[1] or found[2]) if found else None


def _explained(raw: str, refusal: Unreadable, today: date) -> Unreadable:
    if len(raw) > LONGEST or (LotNumber.GRAMMAR.fullmatch(raw) and _DIGIT.search(raw)):
        return refusal
    happened = mishap(raw, lambda text: _reads(text, today), lambda text: _means(text, today))
    return refusal if happened is None else Unreadable(happened, Fault.SCANNER)


def _reads(text: str, today: date) -> bool:
    """Whether the text is a code, a lot number or a serial, or a scan that only lost its separators."""
    if LotNumber.GRAMMAR.fullmatch(text):
        return _DIGIT.search(text) is not None
    try:
        _read(text, today)
    except Unreadable as refusal:
        return refusal.reason is Fault.SCANNER
    return True


def _means(text: str, today: date) -> bool:
    """Whether the text is one of these, or would be had not something else happened to it."""
    if _reads(text, today):
        return True
    read = read_code(text, today)
    return isinstance(read, Unreadable) and read.reason is Fault.SCANNER


def _read(raw: str, today: date) -> Reading:
    if not raw:
        raise Unreadable("there is nothing to read")
    if len(raw) > LONGEST:
        raise Unreadable(f"the code is longer than {LONGEST} characters")
    if raw.startswith("]"):
        return _of_symbol(raw[:3], raw[3:], today)
    if _RAW_GS1.match(raw):
        return _of_scan(raw.removeprefix(SEPARATOR), today)
    return _of_text(raw, today)


def _of_symbol(symbol: str, rest: str, today: date) -> Reading:
    if symbol in _GS1_SYMBOLS:
        return _of_scan(rest, today)
    if symbol not in _PLAIN_SYMBOLS:
        raise Unreadable(f"the symbology {symbol!a} is not read here", Fault.UNSUPPORTED)
    if _RAW_GS1.match(rest):
        raise Unreadable("this is a plain symbol without FNC1 at its start, so it is not a GS1 code")
    return _of_text(rest, today)


def _of_text(text: str, today: date) -> Reading:
    if text.startswith("("):
        return _gs1(from_bracketed(text), Form.BRACKETED, today)
    if text.startswith(("=", "&")):
        return from_message(text)
    if SCHEME.match(text):
        return _gs1(from_link(text), Form.LINK, today)
    if text.startswith(TOKEN):
        return from_token(text)
    return from_typed(text) or _refuse(text)


def _of_scan(text: str, today: date) -> Reading:
    instead = stand_in(text)
    if instead is not None:
        raise Unreadable(stands_for_separator(instead), Fault.SCANNER)
    return _gs1(from_scan(text), Form.SCAN, today, separated=SEPARATOR in text)


def _gs1(elements: Elements, form: Form, today: date, *, separated: bool = True) -> Reading:
    return Reading(
        kind="gs1",
        form=form,
        fields=named_values(elements, today, separated=separated),
        canonical=bracketed(elements),
        address=partial(link, CANONICAL_BASE, elements),
    )


def _refuse(text: str) -> Reading:
    if text.startswith(HIBCC):
        raise refused_hibcc(text)
    if text.startswith(ENVELOPE):
        raise refused_envelope()
    if LotNumber.GRAMMAR.fullmatch(text):
        raise Unreadable("a lot number by itself is no code: look it up with verify")
    raise Unreadable(
        f"no kind of code begins like {text[:8]!a}: scan the square code on the vial, or type its lot and serial"
    )
