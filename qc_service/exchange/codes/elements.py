"""GS1 element strings: as a scanner sends them, as they stand under a symbol, and what may stand together.

A scanner sends ``]d201095060001343521727103110EX261101A<GS>217K3M9QW2TX49``; a person reads
``(01)09506000134352(17)271031(10)EX261101A(21)7K3M9QW2TX49``. Every value without a known length ends at a group
separator, 0x1D, or at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from qc_service.exchange.codes.application_identifiers import TABLE, ApplicationIdentifier, beginning
from qc_service.exchange.codes.formats import TooLong, read_value
from qc_service.exchange.codes.reading import Fault, Unreadable

SEPARATOR = "\x1d"
DROPPED = "the scanner drops it; let it send FNC1 as the character 0x1D (GS), then scan again"
Elements = list[tuple[ApplicationIdentifier, str]]

_BRACKETED = re.compile(r"\((\d{2,4})\)((?:\\\(|[^(\\])*)", re.ASCII)
_STAND_INS = re.compile(r"<GS>|\{GS\}|\\x1[dD]|\\u001[dD]|[\^|\u241d]", re.ASCII)


def from_scan(text: str) -> Elements:
    """The elements of what a scanner sent, without its symbology identifier. Raises ``Unreadable``."""
    found: Elements = []
    place = 0
    while place < len(text):
        known = beginning(text, place)
        if known is None:
            raise Unreadable(
                f"no application identifier that is read here begins at {text[place : place + 4]!a}"
            )
        place += len(known.ai)
        end = place + known.size if known.fixed else text.find(SEPARATOR, place)
        value = text[place:] if end < 0 else text[place:end]
        place = len(text) if end < 0 else end + text.startswith(SEPARATOR, end)
        found.append((known, value))
    if not found:
        raise Unreadable("there is nothing behind the symbology identifier")
    return found


def from_bracketed(text: str) -> Elements:
    """The elements as they stand under a symbol. Raises ``Unreadable``.

    A bracket inside a value is written ``\\(``. A space that parts a value from the bracket behind it, as labels print
    it, is no part of the value: no value may hold one.
    """
    found: Elements = []
    end = 0
    while end < len(text):
        matched = _BRACKETED.match(text, end)
        if matched is None:
            raise Unreadable(f"at {text[end : end + 6]!a} an application identifier in brackets should stand")
        known = TABLE.get(matched[1])
        if known is None:
            raise Unreadable(f"the application identifier ({matched[1]}) is not read here")
        end = matched.end()
        value = matched[2].removesuffix(" ") if end < len(text) else matched[2]
        found.append((known, value.replace("\\(", "(")))
    return found


def bracketed(elements: Elements) -> str:
    """The elements as they stand under a symbol, in the order read."""
    written = [
        f"({known.ai}){value}" if "(" not in value else _escaped(known, value) for known, value in elements
    ]
    return "".join(written)


def _escaped(known: ApplicationIdentifier, value: str) -> str:
    return f"({known.ai}){value.replace('(', chr(92) + '(')}"


def named_values(elements: Elements, today: date, *, separated: bool = True) -> dict[str, str]:
    """Each value by name, checked one by one and against each other. Raises ``Unreadable``.

    ``separated`` is false for a scan in which there is no group separator at all: a value that is too long there
    means that the scanner drops them.
    """
    read: dict[str, str] = {}
    for known, value in elements:
        read[known.name] = _value(known, value, today, separated=separated)
    for complaint in _together(elements):
        raise Unreadable(complaint)
    return read


def stand_in(text: str) -> str | None:
    """What a scan without any group separator seems to carry in its place, such as ``^`` or ``<GS>``."""
    matched = None if SEPARATOR in text else _STAND_INS.search(text)
    return matched[0] if matched else None


def _value(known: ApplicationIdentifier, value: str, today: date, *, separated: bool) -> str:
    try:
        return read_value(known.parts, value, today)
    except TooLong as error:
        if not separated and not known.fixed:
            detail = f"({known.ai}): {error}, and the scan has no group separator: {DROPPED}"
            raise Unreadable(detail, Fault.SCANNER) from error
        raise Unreadable(f"({known.ai}): {error}") from error
    except ValueError as error:
        raise Unreadable(f"({known.ai}): {error}") from error


def _together(elements: Elements) -> Iterator[str]:
    said: dict[str, str] = {}
    for known, value in elements:
        if said.setdefault(known.ai, value) != value:
            yield f"({known.ai}) stands twice with different values"
    present = frozenset(said)
    for known, _ in elements:
        excluded = known.excludes & present
        if excluded:
            yield f"({known.ai}) and ({min(excluded)}) exclude each other"
    for known, _ in elements:
        if known.needs and not any(map(present.issuperset, known.needs)):
            wanted = " or ".join("+".join(sorted(group)) for group in known.needs)
            yield f"({known.ai}) needs {wanted} on the same label"
