"""Codes that are told by their shape and read no further: our offline token, HIBCC, and ISO/IEC 15434 messages."""

from __future__ import annotations

import re

from qc_service.exchange.base45 import from45
from qc_service.exchange.codes.reading import Fault, Form, Reading, Unreadable

TOKEN = "EXO1:"  # noqa: S105  a prefix
HIBCC = "+"
ENVELOPE = "[)>"

_HIBCC_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
_LABELER = re.compile(r"\+[A-Z][0-9A-Z]{3}")
_INSTEAD = "scan the GS1 or ISBT 128 code of the vial, or type its lot and serial"


def from_token(text: str) -> Reading:
    """An offline token ``EXO1:…`` in the spelling of base45; what it says is its signature's to vouch for.

    Raises ``Unreadable``.
    """
    written = text.removeprefix(TOKEN)
    try:
        octets = from45(written)
    except ValueError as error:
        raise Unreadable(f"the offline token is damaged: {error}") from error
    if not octets:
        raise Unreadable("the offline token is empty")
    return Reading(kind="token", form=Form.SCAN, fields={"token": written}, canonical=text)


def refused_hibcc(text: str) -> Unreadable:
    """Why a code that begins with ``+`` is refused: ``+A123BJC5D6E71G`` is of labeler A123, checked by its ``G``."""
    strange = next((one for one in text if one not in _HIBCC_CHARACTERS), None)
    if strange is not None:
        return Unreadable(f"this begins like a HIBCC code, in which the character {strange!a} cannot stand")
    if _HIBCC_CHARACTERS[sum(map(_HIBCC_CHARACTERS.index, text[:-1])) % 43] != text[-1]:
        return Unreadable(
            "this begins like a HIBCC code, but its check character does not fit: scan it again"
        )
    labeler = _LABELER.match(text)
    of = f"a HIBCC code of labeler {labeler[0][1:]}" if labeler else "the second part of a HIBCC code"
    return Unreadable(f"this is {of}, and HIBCC codes are not read here: {_INSTEAD}", Fault.UNSUPPORTED)


def refused_envelope() -> Unreadable:
    """Why a message in the envelope of ISO/IEC 15434 is refused."""
    return Unreadable(
        f"this is a message with data identifiers (ISO/IEC 15434), which are not read here: {_INSTEAD}",
        Fault.UNSUPPORTED,
    )
