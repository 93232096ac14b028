"""The instrument's own date and time, read without guessing more than must be guessed."""

import re
from dataclasses import dataclass
from datetime import datetime

from qc_service.exchange.instruments.reading import ReadingWarning

_TIME = re.compile(r"\d{1,2}:\d{2}:\d{2}", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class LocalMoment:
    """ISO 8601 local time (or None) and what the analyst must be told about how it was read."""

    text: str | None
    warnings: tuple[ReadingWarning, ...] = ()


def local_moment(date: str, time: str, *, hint: str = "") -> LocalMoment:
    """Read ``2025-02-19``, ``19.02.2025`` or ``19/02/2025`` with ``12:26:19``.

    With slashes the day comes first, as NTA writes it, unless that is no date or ``hint`` (a name the
    software made from the date) holds the other reading in ISO form. What stays open is warned of as
    ``date_ambiguous``, what is no date as ``date_unreadable``; an empty date is None without a warning.
    """
    if not date and not time:
        return LocalMoment(None)
    readings = [text for text in (_iso(*ymd, time) for ymd in _candidates(date)) if text]
    if not readings:
        detail = f"The file's date {date!r} and time {time!r} cannot be read. Enter when it was measured."
        return LocalMoment(None, (ReadingWarning(code="date_unreadable", detail=detail),))
    hinted = [text for text in readings if text[:10] in hint]
    chosen = (hinted or readings)[0]
    if hinted or len(set(readings)) == 1:
        return LocalMoment(chosen)
    detail = f"The file's date {date!r} was read with the day first, as {chosen[:10]}. Confirm it."
    return LocalMoment(chosen, (ReadingWarning(code="date_ambiguous", detail=detail),))


def _candidates(date: str) -> list[tuple[str, str, str]]:
    """The (year, month, day) that a date may mean, the likeliest first."""
    if match := _YEAR_FIRST.fullmatch(date):
        return [(match[1], match[2], match[3])]
    if match := _YEAR_LAST.fullmatch(date):
        first, separator, second, year = match.groups()
        return [(year, second, first)] + ([(year, first, second)] if separator == "/" else [])
    return []


def _iso(year: str, month: str, day: str, time: str) -> str | None:
    text = f"{year}-{month:0>2}-{day:0>2}T{time:0>8}"
    try:
        return datetime.fromisoformat(text).isoformat() if _TIME.fullmatch(time) else None
    except ValueError:
        return None
