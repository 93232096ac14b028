"""How long the records of a lot are kept at the least; the ledger itself deletes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

LEAST_YEARS = 10
"""What 21 CFR 1271.270(d) asks for."""
DEFAULT_YEARS = 30


def retention_until(events: Iterable[date | None], *, years: int = DEFAULT_YEARS) -> date | None:
    """The day until which records are kept: the latest administration, distribution, disposition or expiry,
    and then ``years`` more (domain rule R7). ``None`` while none of these has happened: the time has not
    begun.

    29 February becomes 1 March where the year has none, so that it is never a day short. Raises
    ``ValueError`` for fewer than ten years.
    """
    if years < LEAST_YEARS:
        raise ValueError(f"records are kept for at least {LEAST_YEARS} years")
    known = [event for event in events if event is not None]
    if not known:
        return None
    latest = max(known)
    try:
        return latest.replace(year=latest.year + years)
    except ValueError:
        return date(latest.year + years, 3, 1)
