"""Donation identification numbers on labels (ISBT 128, data structure 001): scanned with flags, typed with a check.

Scanned ``=G12341765432170`` is the number ``G123417654321`` with the flags ``70``; typed it is ``G123417654321A``.
The flags are no part of the identity: two containers of one donation share the number.
"""

from __future__ import annotations

import re

from qc_service.domain.identifiers import Din
from qc_service.exchange.codes.reading import Form, Reading, Unreadable

_SCANNED = re.compile(rf"=({Din.GRAMMAR.pattern})([0-9A-HJ-NPR-Y]{{2}})", re.ASCII)
_TYPED = re.compile(rf"({Din.GRAMMAR.pattern})([0-9A-Z*])", re.ASCII)
_CHECK_VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
_FIRST_CHECKSUM = 60


def from_donation_scan(text: str) -> Reading:
    """A scanned number. Raises ``Unreadable``; flags 60 to 96 are a checksum, and a wrong one is refused."""
    matched = _SCANNED.fullmatch(text)
    if matched is None:
        raise Unreadable(
            "an ISBT 128 donation is = and 13 characters, then 2 flags; other structures are not read"
        )
    din, flags = Din(matched[1]), matched[2]
    if flags.isdigit() and _FIRST_CHECKSUM <= int(flags) < _FIRST_CHECKSUM + 37:
        checksum = _FIRST_CHECKSUM + _CHECK_VALUES.index(din.check_character)
        if int(flags) != checksum:
            raise Unreadable(f"the flags {flags} are a checksum that does not fit the number")
    fields = {"din": str(din), "flags": flags, "check_character": din.check_character}
    return Reading(kind="isbt128", form=Form.SCAN, fields=fields, canonical=text)


def from_typed_donation(text: str) -> Reading | None:
    """A number typed with its check character, or ``None`` where the text has not that shape. Raises ``Unreadable``."""
    matched = _TYPED.fullmatch(text)
    if matched is None:
        return None
    din = Din(matched[1])
    if din.check_character != matched[2]:
        raise Unreadable(f"the check character {matched[2]} does not fit the donation number: type it again")
    fields = {"din": str(din), "check_character": matched[2]}
    return Reading(kind="isbt128", form=Form.TYPED, fields=fields, canonical=text)
