"""Serving: granian in front of the WSGI application, and a word when it answers."""

from __future__ import annotations

import multiprocessing
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from qc_service.cli.saying import CouldNotAsk
from qc_service.settings import Settings

ANSWERS_WITHIN = 60
"""Seconds in which a service that was started must answer."""


def must_be_free(settings: Settings) -> None:
    """End the command where something else listens on the port."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise CouldNotAsk(f"{where} cannot be used ({error.strerror}): choose another PORT.") from error


def serve_forever(settings: Settings, when_ready: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGINT or SIGTERM; a worker that dies is replaced. Calls ``when_ready`` once it answers.

    Each worker opens its own connections; writers take turns in the database. Workers are started afresh: a fork would
    inherit the locks of this process's threads as they happened to stand.
    """
    multiprocessing.set_start_method("spawn", force=True)
    server = Granian(
        "qc_service.app:application",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=4,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
    )
    threading.Thread(target=_wait, args=(settings, when_ready), daemon=True).start()
    server.serve()


def _wait(settings: Settings, when_ready: Callable[[], None]) -> None:
    """Ask until the service answers, then say so; say as well when it does not."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  nothing is bound
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/healthz"
    until = time.monotonic() + ANSWERS_WITHIN
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return when_ready()
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    click.echo(f"The service does not answer at {address}: see what it logged.", err=True)
    return None
