"""What goes wrong between a label and the field it is scanned into, told from how the text would read without it.

Nothing found here is ever read in place of what arrived: it only says which setting to change. A code is exact, so that
a text that reads only after one such change has suffered it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from qc_service.exchange.codes.formats import CHARACTERS
from qc_service.exchange.codes.keyboards import as_pressed

SEPARATOR = "\x1d"
Means = Callable[[str], bool]

_AROUND = "\r\n\t\v\f \x00\x02\x03\x04\x1e#$~"
_GAPS = re.compile(r"[\r\n\t\v\f ]+")
_NAMES = {
    "\r": "a carriage return (CR, the Enter key)", "\n": "a line feed (LF)", "\t": "a tab", " ": "a space",
    "\x00": "NUL", "\x02": "STX", "\x03": "ETX", "\x04": "EOT", "\x1e": "a record separator (RS)",
}  # fmt: skip
_START = re.compile(r"\][A-Za-z]\d|01\d{14}|\(\d{2,4}\)|[=&][A-Z0-9+<>*},:;/(%]|https?://|EXO1:", re.ASCII)
_RETAIL = "]E"
_FURTHEST = 12
_MOST_PARTS = 10


def doubled(text: str, means: Means) -> str | None:
    """What to do where the text is one code several times over, with nothing between."""
    period = (text + text).find(text, 1)
    if 0 < period < len(text) and means(text[:period]):
        return several(len(text) // period)
    return None


def mishap(text: str, reads: Means, means: Means) -> str | None:
    """What happened to a text that cannot be read and what to do about it, or ``None``.

    ``reads`` says whether a text could be read, were it the one that had arrived; ``means`` also takes one that has
    suffered something else, so that of several mishaps the outermost is told.
    """
    looks: tuple[tuple[Callable[[str, Means], str | None], Means], ...] = (
        (_around, means),
        (_in_parts, means),
        (_leading_separator, reads),
        (_stand_in, reads),
        (_exchanged_case, reads),
        (_elsewhere, reads),
        (_ahead, means),
    )
    for look, judged in looks:
        found = look(text, judged)
        if found is not None:
            return found
    return None


def _around(text: str, means: Means) -> str | None:
    bare = text.strip(_AROUND)
    if bare in {"", text} or not means(bare):
        return None
    start = text.index(bare)
    before, behind = text[:start], text[start + len(bare) :]
    added, where = (behind, "behind") if behind else (before, "before")
    verb = "were" if len(set(added)) > 1 else "was"
    typed = "take it away; where it was scanned, " if set(added) == {" "} else ""
    mend = "switch off the scanner's suffix (terminator)" if behind else "switch off the scanner's prefix"
    return f"{_named(added)} {verb} added {where} the code: {typed}{mend}, then scan again"


def _ahead(text: str, means: Means) -> str | None:
    found = None if _START.match(text) else _START.search(text, 1, _FURTHEST + 16)
    if found is None or found.start() > _FURTHEST or not means(text[found.start() :]):
        return None
    ahead = text[: found.start()]
    return (
        f"{ahead!a} was added before the code: switch off the scanner's prefix (or code identifier of its own),"
        " then scan again"
    )


def _in_parts(text: str, means: Means) -> str | None:
    parts = [part for part in _GAPS.split(text) if part]
    if not 2 <= len(parts) <= _MOST_PARTS or not all(map(means, sorted(set(parts)))):
        return None
    if len(set(parts)) == 1:
        return several(len(parts))
    return f"{len(parts)} different codes stand in the field: clear it and scan one"


def several(times: int) -> str:
    """What to do about one code several times in a field."""
    return (
        f"the same code stands {times} times: clear the field and scan once (the scanner may be set to repeat a code"
        " while its trigger is held)"
    )


def _leading_separator(text: str, means: Means) -> str | None:
    if text[3:4] == SEPARATOR and text.startswith("]") and means(text[:3] + text[4:]):
        return (
            "a group separator stands before the first value: let the scanner send none for the leading FNC1"
        )
    return None


def _stand_in(text: str, means: Means) -> str | None:
    strange = set(text[1:]) - set(CHARACTERS["x"])
    if SEPARATOR in text or len(strange) != 1:
        return None
    (instead,) = strange
    if not means(text[0] + text[1:].replace(instead, SEPARATOR)):
        return None
    return stands_for_separator(instead)


def stands_for_separator(instead: str) -> str:
    """What to do about a scanner that sends this in place of the group separator."""
    return (
        f"the scanner sends {instead!a} in place of the group separator: let it send FNC1 as the character 0x1D (GS),"
        " then scan again"
    )


def _exchanged_case(text: str, means: Means) -> str | None:
    letters = sum(map(str.isalpha, text))
    if text.startswith(_RETAIL) or (letters < 2 and not text.startswith(("]", "="))):
        return None
    exchanged = text.swapcase()
    if exchanged == text or not means(exchanged):
        return None
    return exchanged_case()


def exchanged_case() -> str:
    """What to do about letters that arrive in the other case."""
    return (
        "upper and lower case are exchanged: type lots and serials in capitals; where it was scanned, switch off Caps"
        " Lock, or the scanner's conversion of case, then scan again"
    )


def _elsewhere(text: str, means: Means) -> str | None:
    names = [name for name, meant in as_pressed(text) if means(meant)]
    return other_keyboard(names) if names else None


def other_keyboard(names: Sequence[str]) -> str:
    """What to do about a scanner that types as on a US keyboard where the computer's is one of these."""
    return (
        f"the scanner types as on a US keyboard and this computer's is {' or '.join(names)}: set the scanner to the"
        " computer's keyboard, or let it send as a serial port (USB COM), then scan again"
    )


def _named(characters: str) -> str:
    return " and ".join(_NAMES.get(one, ascii(one)) for one in dict.fromkeys(characters))
