"""Raw scans as lines of text: control characters as C escapes going in, plain values coming out."""

from __future__ import annotations

import re
from datetime import date

from qc_service.exchange.codes.reader import read_code
from qc_service.exchange.codes.reading import Unreadable

_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|([0-7]{1,3})|(.?))", re.ASCII | re.DOTALL)
_NAMED = {
    "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"',
    "'": "'",
}  # fmt: skip


def unescaped(line: str) -> str:
    """The text of a line in which ``\\x1d`` stands for a group separator. Raises ``Unreadable``."""

    def meant(found: re.Match[str]) -> str:
        hexadecimal, unicode, octal, name = found.groups()
        if name is None:
            return chr(int(octal, 8) if octal else int(hexadecimal or unicode, 16))
        if name not in _NAMED:
            raise Unreadable(f"{found[0]!a} is not a C escape: write a backslash as two")
        return _NAMED[name]

    return _ESCAPE.sub(meant, line)


def read_line(line: str, today: date) -> dict[str, object]:
    """One line's reading, or why it is refused."""
    try:
        read = read_code(unescaped(line), today)
    except Unreadable as refusal:
        read = refusal
    if isinstance(read, Unreadable):
        return {"ok": False, "reason": read.reason.value, "detail": read.detail}
    return {
        "ok": True,
        "kind": read.kind,
        "fields": dict(read.fields),
        "canonical": read.canonical,
        "digital_link": read.digital_link,
    }
