"""Public reads are counted per address, so that nobody can try serials by the thousand."""

from __future__ import annotations

from flask import current_app, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from werkzeug.exceptions import TooManyRequests

from qc_service.web.service import service

EXTENSION = "qc_service.limiter"
PUBLIC = ("/01/", "/check", "/verify/", "/api/v1/verify")


def check() -> None:
    """Count a public read of the asking address. Raises 429 with the wait in seconds."""
    most = service().requests_per_minute
    if not most or not request.path.startswith(PUBLIC) or "Authorization" in request.headers:
        return
    limiter = current_app.extensions.setdefault(EXTENSION, SlidingWindowCounterRateLimiter(MemoryStorage()))
    if not limiter.hit(RateLimitItemPerMinute(most), request.remote_addr or "unknown"):
        raise TooManyRequests("Too many questions from this address; wait a minute.", retry_after=60)
