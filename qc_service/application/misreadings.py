"""Codes that read well and are not ours, but would be had a scanner or keyboard not changed or dropped characters.

A scan is never taken for what it would have been: it only becomes the scanner's fault instead of the vial's, so that
nobody throws away a good vial, and nobody is told that a bad one is in order.
"""

from __future__ import annotations

from collections.abc import Iterator

from qc_service.application.known import Known
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import LotNumber, VialSerial
from qc_service.domain.verdict import ScannedCode
from qc_service.exchange.codes import as_pressed, exchanged_case, other_keyboard, several

SWALLOWED = (
    "The lot on the label and the serial behind it arrived as one: the scanner drops the separator. Let it send FNC1 as"
    " the character 0x1D (GS), then scan again."
)
_MERGED = "21"


def misread(known: Known, fields: ScannedCode, *, unseparated: bool) -> str | None:
    """What a device did to a lot and serial that are none of ours, or ``None``."""
    lot, serial = fields.lot, fields.serial
    if unseparated and serial is None and lot is not None and _swallowed(known, lot):
        return SWALLOWED
    if (lot is None or LotNumber.GRAMMAR.fullmatch(lot)) and (serial is None or _is_serial(serial)):
        return None
    for said, meant in _otherwise(f"{lot or ''}\n{serial or ''}"):
        if _is_ours(known, *meant.split("\n", 1)):
            return f"The {said}."
    return None


def typed_twice(known: Known, text: str) -> str | None:
    """What to do where a lot or serial of ours stands twice in a field, or ``None``."""
    half = text[: len(text) // 2]
    if text != half * 2 or not (_is_serial(half) or (LotNumber.GRAMMAR.fullmatch(half) and known.lot(half))):
        return None
    return f"In the field {several(2)}."


def _otherwise(text: str) -> Iterator[tuple[str, str]]:
    yield exchanged_case(), text.swapcase()
    for name, meant in as_pressed(text):
        yield other_keyboard((name,)), meant


def _is_ours(known: Known, lot: str, serial: str) -> bool:
    if lot and not (LotNumber.GRAMMAR.fullmatch(lot) and known.lot(lot)):
        return False
    if not serial:
        return True
    lots = known.lots_with_serial(serial) if _is_serial(serial) else ()
    return lot in lots if lot else bool(lots)


def _is_serial(text: str) -> bool:
    try:
        VialSerial(text)
    except Malformed:
        return False
    return True


def _swallowed(known: Known, lot: str) -> bool:
    """Whether a lot that is not on record begins with one that is, followed by the identifier of a serial."""
    return not known.lot(lot) and any(known.lot(shorter) for shorter in _shorter(lot))


def _shorter(lot: str) -> Iterator[str]:
    place = lot.find(_MERGED, 1)
    while place > 0:
        if LotNumber.GRAMMAR.fullmatch(lot[:place]):
            yield lot[:place]
        place = lot.find(_MERGED, place + 1)
