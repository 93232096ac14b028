"""Points in time: the server's instants (UTC, whole seconds) and what a person said, with the zone they said it in."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from qc_service.domain.errors import Malformed

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_ZONED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2999
"""What a person says lies between these, so that no zone, shelf life or retention leads out of the calendar."""


def instant_text(instant: datetime) -> str:
    """Return the one textual form of an instant: ``2026-02-01T08:00:00Z``; it must be UTC and a whole second."""
    if instant.tzinfo is not UTC or instant.microsecond:
        raise ValueError("an instant is UTC and a whole second")
    return f"{instant.isoformat()[:19]}Z"


def parse_instant(text: str) -> datetime:
    """Read an instant; any other spelling of the same moment is refused."""
    if not _INSTANT.fullmatch(text):
        raise Malformed(f"{text!r} is not a time: write it as 2026-02-01T08:00:00Z")
    try:
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
    except ValueError as error:
        raise Malformed(f"{text!r} is not a time: {error}") from error


def parse_day(text: str) -> date:
    """Read a calendar day ``2026-02-01``."""
    if not _DAY.fullmatch(text):
        raise Malformed(f"{text!r} is not a day: write it as 2026-02-01")
    try:
        return _in_a_lifetime(date.fromisoformat(text))
    except ValueError as error:
        raise Malformed(f"{text!r} is not a day: {error}") from error


def _in_a_lifetime(day: date) -> date:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"its year is not one from {_FIRST_YEAR} to {_LAST_YEAR}")
    return day


class ZonedTime(str):
    """A moment as a person stated it, with its zone: ``2026-02-01T09:00:00+01:00`` or ``…Z``."""

    __slots__ = ()

    def __new__(cls, text: str) -> ZonedTime:
        """Read the text strictly: whole seconds, an explicit zone, a moment that exists."""
        if not _ZONED.fullmatch(text):
            raise Malformed(f"{text!r} is not a time with a zone: write it as 2026-02-01T09:00:00+01:00")
        try:
            _in_a_lifetime(datetime.fromisoformat(text))
        except ValueError as error:
            raise Malformed(f"{text!r} is not a time: {error}") from error
        return super().__new__(cls, text)

    @property
    def instant(self) -> datetime:
        """The same moment in UTC."""
        return datetime.fromisoformat(self).astimezone(UTC)

    @property
    def day(self) -> date:
        """The calendar day where it was said: certifications and panels are judged by that day."""
        return datetime.fromisoformat(self).date()
