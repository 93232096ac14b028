"""Which kind of code it is, by how it begins; everything behind that is the kind's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from qc_service.domain.identifiers import LotNumber
from qc_service.exchange.codes.donation_codes import from_donation_scan, from_typed_donation
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
from qc_service.exchange.codes.reading import Fault, Form, Reading, Unreadable

LONGEST = 2048
"""Characters; no symbol holds more that could be read here."""

_GS1_SYMBOLS = frozenset({"]d2", "]C1", "]Q3", "]e0"})
_PLAIN_SYMBOLS = frozenset({"]d1", "]Q1", "]C0"})
_RAW_GS1 = re.compile(r"\x1d?01\d{14}", re.ASCII)


def read_code(raw: str, today: date) -> Reading | Unreadable:
    """Read a code exactly as it was scanned or typed, or say precisely why it cannot be read.

    Nothing is trimmed, folded or completed. ``today`` places years of two digits. Never raises.
    """
    try:
        return _read(raw, today)
    except Unreadable as refusal:
        return refusal


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
    if text.startswith("="):
        return from_donation_scan(text)
    if SCHEME.match(text):
        return _gs1(from_link(text), Form.LINK, today)
    return from_typed_donation(text) or _refuse(text)


def _of_scan(text: str, today: date) -> Reading:
    instead = stand_in(text)
    if instead is not None:
        raise Unreadable(f"the scanner sends {instead!a} in place of the group separator", Fault.SCANNER)
    return _gs1(from_scan(text), Form.SCAN, today, separated=SEPARATOR in text)


def _gs1(elements: Elements, form: Form, today: date, *, separated: bool = True) -> Reading:
    return Reading(
        kind="gs1",
        form=form,
        fields=named_values(elements, today, separated=separated),
        canonical=bracketed(elements),
        digital_link=link(CANONICAL_BASE, elements),
    )


_REFUSALS: tuple[tuple[Callable[[str], bool], str, Fault], ...] = (
    (lambda text: text.startswith("EXO1:"), "offline tokens are not read here", Fault.UNSUPPORTED),
    (lambda text: text.startswith("+"), "HIBCC codes are not read here", Fault.UNSUPPORTED),
    (
        lambda text: text.startswith("&"),
        "of ISBT 128, only the donation number is read here",
        Fault.UNSUPPORTED,
    ),
    (
        lambda text: LotNumber.GRAMMAR.fullmatch(text) is not None,
        "a lot number by itself is no code: look it up with verify",
        Fault.MALFORMED,
    ),
)


def _refuse(text: str) -> Reading:
    for fits, detail, reason in _REFUSALS:
        if fits(text):
            raise Unreadable(detail, reason)
    raise Unreadable(f"no kind of code begins like {text[:8]!a}")
