"""Public reads are counted per address, so that nobody can try serials by the thousand."""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from werkzeug.exceptions import TooManyRequests

from qc_service.web.service import EXTENSION as SERVICE

EXTENSION = "qc_service.limiter"
PUBLIC = ("/01/", "/check", "/verify/", "/api/v1/verify")


def check() -> None:
    """Count a public read of the asking address. Raises 429 with the wait in seconds."""
    if not request.path.startswith(PUBLIC) or "Authorization" in request.headers:
        return
    if not within(current_app.extensions, request.remote_addr):
        raise TooManyRequests("Too many questions from this address; wait a minute.", retry_after=60)


def within(extensions: dict[str, Any], address: str | None) -> bool:
    """Count one public read of this address, and whether it may have an answer."""
    most = extensions[SERVICE].requests_per_minute
    if not most:
        return True
    if EXTENSION not in extensions:
        extensions[EXTENSION] = SlidingWindowCounterRateLimiter(MemoryStorage())
    allowed: bool = extensions[EXTENSION].hit(RateLimitItemPerMinute(most), address or "unknown")
    return allowed
