"""Loading the demonstration: whole or not at all, and once for each home."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from qc_service.app import Capabilities, Refusal, initialise, migrate_database, system_clock
from qc_service.application.ports import Unavailable
from qc_service.application.tokens import Unrecognised, issue, recognise
from qc_service.cli.demo.clock import StoryClock
from qc_service.cli.demo.kept import KEPT, Kept
from qc_service.cli.demo.narration import Narrator
from qc_service.cli.demo.network import FOUNDER, ISSUER
from qc_service.cli.demo.stage import Stage
from qc_service.cli.demo.story import play
from qc_service.cli.saying import CouldNotAsk, installation
from qc_service.domain.errors import DomainError
from qc_service.settings import Settings, default_database

TOKENS = (
    "technician", "analyst", "quality", "logistics", "clinician", "other_clinician", "auditor", "administrator",
)  # fmt: skip
"""The parts of the story that a visitor can play."""
LASTS = timedelta(days=366)


def load(settings: Settings, say: Callable[[str], None]) -> Kept:
    """Reuse the demonstration in this home, or load it: built beside the home and moved there when complete.

    An interrupted run leaves nothing that a later one would take for a demonstration. Ends the command where the home
    or the database holds something else.
    """
    if (settings.home / KEPT).is_file():
        return _reused(settings, say)
    if settings.home.is_dir() and any(settings.home.iterdir()):
        raise CouldNotAsk(
            f"{settings.home} holds something that is no demonstration: name another place with QC_HOME."
        )
    building = settings.home.with_name(f".{settings.home.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    try:
        _build(_at(settings, building), say)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    settings.home.parent.mkdir(parents=True, exist_ok=True)
    building.rename(settings.home)
    return Kept.read(settings.home)


def _at(settings: Settings, home: Path) -> Settings:
    """The settings of another home; a database that is not in the home stays where it is."""
    inside = settings.database_url == default_database(settings.home)
    return replace(
        settings, home=home, database_url=default_database(home) if inside else settings.database_url
    )


def _build(settings: Settings, say: Callable[[str], None]) -> None:
    clock = StoryClock(system_clock())
    clock.on(201)
    try:
        made = initialise(settings, ISSUER, FOUNDER, clock=clock)
    except (DomainError, Unavailable) as error:
        detail = "The database holds records already: give the demonstration an empty database."
        raise CouldNotAsk(detail) from error
    except Refusal as error:
        raise CouldNotAsk(str(error)) from error
    try:
        stage = Stage(made, clock, Narrator(say))
        remains = play(stage)
        made.publisher.publish()
        people = {part: str(stage.cast[part]) for part in TOKENS}
        tokens = {part: _token(made, person) for part, person in people.items()}
        Kept(remains=remains, people=people, tokens=tokens).write(settings.home)
    finally:
        made.close()


def _token(made: Capabilities, person: str) -> str:
    return issue(
        made.tokens, made.view(), person=person, label="demonstration", at=system_clock(), lasts=LASTS,
        fresh=made.fresh,
    )  # fmt: skip


def _reused(settings: Settings, say: Callable[[str], None]) -> Kept:
    """The demonstration that is there, its database brought up to date and each token usable."""
    say(f"Reusing the demonstration in {settings.home}.")
    migrate_database(settings)
    kept = Kept.read(settings.home)
    with installation(settings) as made:
        tokens = {part: _usable(made, text, kept.people[part]) for part, text in kept.tokens.items()}
    if tokens != kept.tokens:
        kept = replace(kept, tokens=tokens)
        kept.write(settings.home)
    return kept


def _usable(made: Capabilities, text: str, person: str) -> str:
    try:
        recognise(made.tokens, made.view(), text, system_clock())
        return text
    except Unrecognised:
        return _token(made, person)
