"""The story's clock: it is set by the story, goes forward only, and never past the present."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = "America/New_York"
"""Where the story's manufacturer is, and how its people write down the time."""


class StoryClock:
    """Tells the time to which the story has come; days are counted back from the present one."""

    def __init__(self, present: datetime) -> None:
        self._present = present
        self._now = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        """The story's time: UTC, whole seconds."""
        return self._now

    def on(self, days_ago: int, at: time = time(14)) -> datetime:
        """Go to a time of day (UTC) so many days before the present. Raises ``ValueError`` for a step back."""
        moment = datetime.combine(self.day(days_ago), at, UTC)
        if not self._now <= moment <= self._present:
            raise ValueError(f"the story cannot go from {self._now} to {moment}")
        self._now = moment
        return moment

    def wait(self, **passed: float) -> datetime:
        """Let time pass, such as ``wait(minutes=50)``."""
        self._now += timedelta(**passed)
        return self._now

    def day(self, days_ago: int) -> date:
        """The day so many days before the present."""
        return self._present.date() - timedelta(days=days_ago)

    def spoken(self, **earlier: float) -> str:
        """Now, or so much earlier, as a person at the manufacturer writes it: ``2026-02-01T09:00:00-05:00``."""
        moment = self._now - timedelta(**earlier)
        return moment.astimezone(ZoneInfo(ZONE)).isoformat()

    @property
    def today(self) -> date:
        """The manufacturer's calendar day."""
        return self._now.astimezone(ZoneInfo(ZONE)).date()
