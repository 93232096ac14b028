"""Serving for real: a process that answers on its port, stops when told, and says when it cannot start."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from qc_service.cli import main, saying, serving
from qc_service.settings import Settings
from tests.cli.running import free_port, get, run, started
from tests.cli.test_commands import INIT

SERVING = "Serving at "


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that was initialised."""
    made = run(tmp_path / "var", *INIT)
    assert made.returncode == 0, made.stderr
    return tmp_path / "var"


def test_serve_answers_until_it_is_told_to_stop(home: Path, tmp_path: Path) -> None:
    log, port = tmp_path / "told.txt", free_port()
    with started(home, log, "serve", PORT=str(port)) as running:
        while SERVING not in log.read_text():
            assert running.poll() is None, log.read_text()
        assert get(f"http://127.0.0.1:{port}/readyz")[0] == 200
    assert running.returncode == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_port_in_use_is_named(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        result = run(home, "serve", PORT=str(port))
    assert result.returncode == 2
    assert f"127.0.0.1:{port} cannot be used" in result.stderr


def test_help_lists_every_command() -> None:
    told = CliRunner().invoke(main, ["--help"]).stdout
    for command in ("init", "serve", "demo", "migrate", "token", "key", "checkpoint", "audit", "rebuild", "export",
                    "verify-bundle", "read-instrument", "read-code"):  # fmt: skip
        assert command in told


def test_progress_is_for_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    saying.progress("half of it")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    saying.progress("half of it")
    assert capsys.readouterr().err == "half of it\n"


def test_a_service_that_does_not_answer_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving, "ANSWERS_WITHIN", 0.1)
    chosen = Settings(home=tmp_path, database_url="", host="::", port=free_port())
    serving._wait(chosen, lambda: pytest.fail("nobody listens there"))
    assert f"does not answer at http://[::1]:{chosen.port}" in capsys.readouterr().err
