"""Serving: granian in front of the WSGI application."""

from __future__ import annotations

from granian import Granian
from granian.constants import Interfaces

from qc_service.settings import Settings


def serve_forever(settings: Settings) -> None:
    """Serve until stopped. Each worker opens its own connections; writers take turns in the database."""
    server = Granian(
        "wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=4,
        log_access=False,
    )
    server.serve()
