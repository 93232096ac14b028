"""Granian as ``qc-service serve`` starts it, in a process of its own, on a free port, for as long as it is needed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

BLOCKING_THREADS = 4
"""As ``qc_service.cli.serving`` has it."""
READY_WITHIN = 30


@contextmanager
def served(target: str, environment: Mapping[str, str], *, workers: int, probe: str) -> Iterator[int]:
    """Serve ``bench.served:<target>`` and yield its port. Raises ``RuntimeError`` where ``probe`` is not answered."""
    port = _free_port()
    command = [
        sys.executable, "-m", "granian", f"bench.served:{target}", "--factory", "--interface", "wsgi",
        "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers),
        "--blocking-threads", str(BLOCKING_THREADS), "--log-level", "warning", "--no-access-log",
    ]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        _wait(f"http://127.0.0.1:{port}{probe}", process)
        yield port
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=READY_WITHIN)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310  our own address
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nothing answers at {address}")
