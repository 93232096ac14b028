"""Public reads are counted per address, so that nobody can try serials by the thousand.

The address is the connection's: a header that names another is anybody's to write. Each worker process counts for
itself, so that with several of them an address has as many times the limit.
"""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network
from typing import Any

from flask import current_app, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from werkzeug.exceptions import TooManyRequests

from qc_service.application.ports import Tampered, Unavailable
from qc_service.domain.errors import DomainError
from qc_service.web.asking import actor
from qc_service.web.service import EXTENSION as SERVICE

EXTENSION = "qc_service.limiter"
PUBLIC = (
    "/00/", "/01/", "/check", "/verify/", "/api/v1/verify", "/trust/recalls", "/downtime-form", "/coa",
    "/api/v1/certificates/check",
)  # fmt: skip


def check() -> None:
    """Count a public read of the asking address. Raises 429 with the wait in seconds."""
    if request.path.startswith(PUBLIC) and not _recognised():
        _count(1)


def check_more(questions: int) -> None:
    """Count further questions of a request that was counted as one. Raises 429 likewise."""
    if questions and not _recognised():
        _count(questions)


def _recognised() -> bool:
    """Whether somebody on record asks: a header that anybody may write does not lift the limit."""
    if "Authorization" not in request.headers:
        return False
    try:
        actor()
    except (DomainError, Unavailable, Tampered):
        return False  # the view says what is wrong with the token
    return True


def _count(questions: int) -> None:
    if not within(current_app.extensions, request.remote_addr, questions):
        raise TooManyRequests("Too many questions from this address; wait a minute.", retry_after=60)


def within(extensions: dict[str, Any], address: str | None, questions: int = 1) -> bool:
    """Count so many public reads of this address, and whether they may have an answer."""
    most = extensions[SERVICE].requests_per_minute
    if not most:
        return True
    if EXTENSION not in extensions:
        extensions[EXTENSION] = SlidingWindowCounterRateLimiter(MemoryStorage())
    allowed: bool = extensions[EXTENSION].hit(
        RateLimitItemPerMinute(most), asker(address or "unknown"), cost=questions
    )
    return allowed


def asker(address: str) -> str:
    """Whom to count: of IPv6 the first 64 bits, since whoever has one address there has 2^64 of them."""
    if ":" not in address:
        return address
    number = IPv6Address(address)
    return str(number.ipv4_mapped or IPv6Network((int(number), 64), strict=False))
