"""Loading the demonstration: whole or not at all, once, and never over something else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click import ClickException
from click.testing import CliRunner

from qc_service import app
from qc_service.app import ClockRefused, assemble
from qc_service.application.parties import ChangePerson, change_person
from qc_service.application.tokens import actor_of, recognise
from qc_service.application.work_list import WorkAsked, work_list
from qc_service.cli import demonstration, main
from qc_service.cli.demo import loading
from qc_service.cli.demo.clock import StoryClock
from qc_service.cli.demo.kept import Kept
from qc_service.cli.demo.loading import load
from qc_service.cli.demo.narration import Narrator
from qc_service.cli.demo.stage import Derailed, Stage
from qc_service.domain.investigations import Conclusion
from qc_service.domain.lots import LOT
from qc_service.settings import Settings, default_database
from tests.cli.test_commands import INIT

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def silent(_line: str) -> None:
    """Nobody listens."""


def settings(home: Path) -> Settings:
    """The settings of a home."""
    return Settings(
        home=home, database_url=default_database(home), port=8000, public_url="http://localhost:8000"
    )


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A demonstration that was loaded into an empty folder, where an earlier run was interrupted."""
    home = tmp_path_factory.mktemp("loaded") / "var"
    home.mkdir()
    interrupted = home.with_name(".var.building")
    interrupted.mkdir()
    (interrupted / "checkpoint").write_text("half a story")
    load(settings(home), silent)
    assert not interrupted.exists()
    return settings(home)


def test_the_story_clock_goes_forward_only_and_not_past_the_present() -> None:
    clock = StoryClock(NOW)
    clock.on(10)
    assert clock().isoformat() == "2026-11-13T14:00:00+00:00"
    assert clock.spoken(hours=1) == "2026-11-13T08:00:00-05:00"
    for impossible in (11, -1):
        with pytest.raises(ValueError, match="the story cannot go"):
            clock.on(impossible)


def test_only_a_demonstration_may_be_told_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QC_HOME", str(tmp_path))
    assert CliRunner().invoke(main, list(INIT)).exit_code == 0
    with pytest.raises(ClockRefused, match=r"qc\.example\.org is no demonstration"):
        assemble(settings(tmp_path), {}, StoryClock(NOW))


def test_a_story_that_is_not_refused_where_it_says_so_is_derailed(loaded: Settings) -> None:
    made = assemble(loaded)
    stage = Stage(made, StoryClock(NOW), Narrator(silent))
    stage.clock.on(1)
    stage.cast["administrator"] = "d.sample"
    try:
        with pytest.raises(Derailed, match="this goes through"):
            stage.refuse(
                "this goes through", "administrator", change_person, ChangePerson,
                person="b.sample", roles=["analyst"], active=True,
            )  # fmt: skip
    finally:
        made.close()


def test_a_home_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "somebody's.txt").write_text("keep me")
    with pytest.raises(ClickException, match="no demonstration"):
        load(settings(tmp_path), silent)
    assert [file.name for file in tmp_path.iterdir()] == ["somebody's.txt"]


def test_a_database_elsewhere_is_used_where_it_is_and_must_be_empty(tmp_path: Path, loaded: Settings) -> None:
    elsewhere = replace(settings(tmp_path / "var"), database_url=loaded.database_url)
    with pytest.raises(ClickException, match="empty database"):
        load(elsewhere, silent)
    with pytest.raises(ClickException, match="not kept here"):
        load(replace(elsewhere, database_url="nonsense://nowhere"), silent)
    assert list(tmp_path.iterdir()) == []


def test_the_story_leaves_a_laboratory_error_looked_into_and_an_action_that_is_overdue(
    loaded: Settings,
) -> None:
    made = assemble(loaded)
    auditor, today = actor_of(made.view(), "u.sample"), app.system_clock().date()
    overdue, _ = work_list(made.store.catalogue, auditor, WorkAsked(overdue=True), today)
    assert [(one["about"], one["number"], one["assignee"]) for one in overdue] == [
        ("capa/CAPA-01", 2, "a.sample")
    ]
    on_hold = made.view().get(LOT, Kept.read(loaded.home).remains.lots["on_hold"])
    (looked_into,) = on_hold.quality.investigations
    assert (looked_into.conclusion, len(looked_into.retests)) == (Conclusion.LABORATORY_ERROR, 2)
    assert [one.number for one in on_hold.quality.results if not one.valid] == [looked_into.result]
    assert on_hold.disposition.releases
    made.close()


def test_a_token_that_expired_is_replaced(loaded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Kept.read(loaded.home)
    later = app.system_clock() + timedelta(days=400)
    monkeypatch.setattr(loading, "system_clock", lambda: later)
    after = load(loaded, silent)
    assert set(before.tokens.values()).isdisjoint(after.tokens.values())
    assert Kept.read(loaded.home) == after
    made = assemble(loaded)
    assert recognise(made.tokens, made.view(), after.tokens["auditor"], later).person == "u.sample"
    made.close()


def test_the_command_announces_what_it_serves(loaded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QC_HOME", str(loaded.home))
    monkeypatch.setenv("PORT", "8000")
    monkeypatch.setattr(demonstration, "must_be_free", lambda _settings: None)
    monkeypatch.setattr(demonstration, "serve_forever", lambda _settings, when_ready: when_ready())
    told = CliRunner().invoke(main, ["demo"]).stdout
    assert "█" in told
    assert told.count("Authorization: Bearer") == 8
    result = CliRunner().invoke(main, ["demo", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == json.loads((loaded.home / "demo.json").read_bytes())
    assert "Reusing" in result.stderr
