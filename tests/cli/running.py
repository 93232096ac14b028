"""Starting the project's own commands as a person would, and waiting for what they serve."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from qc_service.cli import main; main(prog_name='qc-service')")
PATIENCE = 90
"""Seconds, on a machine that others use too."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a command sees: this home, and no setting of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QC_")}
    for name in ("DATABASE_URL", "PORT", "HOST"):
        kept.pop(name, None)
    paths = os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH"))))
    return {**kept, "PYTHONPATH": paths, "QC_HOME": str(home), "QC_REQUESTS_PER_MINUTE": "0", **more}


def run(home: Path, *arguments: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, env=environment(home, **more), input=typed, capture_output=True,
        text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(home: Path, log: Path, *arguments: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command that serves, stopped at the end by the signal that a service manager sends."""
    with log.open("wb") as told:
        running = subprocess.Popen(
            [*COMMAND, *arguments], cwd=ROOT, env=environment(home, **more), stdout=told, stderr=told
        )
        try:
            yield running
        finally:
            running.send_signal(signal.SIGTERM)
            try:
                running.wait(30)
            finally:
                running.kill()


def until(ready: Path, running: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for a file; fails with what the command said where it ends first."""
    deadline = time.monotonic() + PATIENCE
    while not ready.is_file():
        assert running.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


def get(url: str, token: str = "", accept: str = "application/json") -> tuple[int, bytes]:
    """Ask over HTTP; the status and what came back."""
    headers = {"Accept": accept} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, headers=headers)  # noqa: S310  the test's own service
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read()
