"""Points in time: one spelling each, a zone where a person spoke, and only moments that exist."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from qc_service.domain.errors import Malformed
from qc_service.domain.moments import ZonedTime, instant_text, parse_day, parse_instant


def test_an_instant_has_one_spelling() -> None:
    moment = datetime(2026, 2, 1, 8, tzinfo=UTC)
    assert instant_text(moment) == "2026-02-01T08:00:00Z"
    assert parse_instant("2026-02-01T08:00:00Z") == moment


@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 2, 1, 8, 0, 0, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=timezone(timedelta(hours=1)))],
)
def test_an_instant_is_utc_and_a_whole_second(moment: datetime) -> None:
    with pytest.raises(ValueError, match="UTC"):
        instant_text(moment)


@pytest.mark.parametrize("text", ["2026-02-01", "2026-02-01T08:00:00+00:00", "2026-02-30T08:00:00Z", "now"])
def test_another_spelling_of_an_instant_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_instant(text)


@pytest.mark.parametrize("text", ["2026-2-1", "2026-02-30", "20260201", "1899-12-31", "9999-12-31"])
def test_another_spelling_of_a_day_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_day(text)


def test_a_zoned_time_keeps_what_was_said() -> None:
    said = ZonedTime("2026-02-01T00:30:00+01:00")
    assert said.instant == datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    assert said.day == date(2026, 2, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-01T08:00:00",
        "2026-02-30T08:00:00Z",
        "2026-02-01T08:00:00.5Z",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_a_time_without_a_zone_or_that_never_was_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        ZonedTime(text)
