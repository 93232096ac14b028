"""Days and times as labels print them: a year of two digits, and a day 00 that means the month's last."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache


def year_of(two_digits: str, today: date) -> int:
    """The year from 49 before to 50 after this one that ends in these digits (GS1 General Specifications 7.12)."""
    year = today.year - today.year % 100 + int(two_digits)
    if year - today.year > 50:
        return year - 100
    return year + 100 if year - today.year < -49 else year


@lru_cache(maxsize=4096)
def day_of(text: str, today: date, *, zero_day: bool) -> date:
    """``YYMMDD`` as a day; with ``zero_day`` a DD of 00 is the month's last. Raises ``ValueError`` in words."""
    year, month, day = year_of(text[:2], today), int(text[2:4]), int(text[4:6])
    if not 1 <= month <= 12:
        raise ValueError(f"month {text[2:4]} does not exist")
    last = monthrange(year, month)[1]
    if day == 0 and zero_day:
        return date(year, month, last)
    if not 1 <= day <= last:
        raise ValueError(f"day {text[4:6]} does not exist in {year}-{month:02d}")
    return date(year, month, day)


def time_of(text: str) -> str:
    """``HH``, ``HHMM`` or ``HHMMSS`` with colons. Raises ``ValueError`` in words."""
    if len(text) % 2:
        raise ValueError("the time has an odd number of digits")
    pieces = [text[start : start + 2] for start in range(0, len(text), 2)]
    for piece, end, name in zip(pieces, (24, 60, 60), ("hour", "minute", "second"), strict=False):
        if int(piece) >= end:
            raise ValueError(f"{name} {piece} does not exist")
    return ":".join(pieces)
