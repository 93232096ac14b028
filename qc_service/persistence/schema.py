"""The database's schema: brought up to date by Alembic, and refused by the service when it is not."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


class SchemaMismatch(RuntimeError):
    """The database is not at the revision this program was made for; the message says which command mends it."""


def configuration() -> Config:
    """Alembic's configuration; ``migrations`` stands beside this package, in a checkout and when installed."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "migrations"))
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to a revision, each migration wholly or not at all."""
    _run(engine, command.upgrade, revision)


def roll_back(engine: Engine, revision: str) -> None:
    """Bring the database back down to a revision."""
    _run(engine, command.downgrade, revision)


def _run(engine: Engine, action: object, revision: str) -> None:
    config = configuration()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        action(config, revision)  # type: ignore[operator]


def current(engine: Engine) -> str | None:
    """The revision that the database is at; ``None`` where it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check(engine: Engine) -> None:
    """Raise ``SchemaMismatch`` unless the database is at the newest revision."""
    wanted, found = ScriptDirectory.from_config(configuration()).get_current_head(), current(engine)
    if found is None:
        raise SchemaMismatch("The database is empty: run 'qc-service init'.")
    if found != wanted:
        raise SchemaMismatch(f"The database is at revision {found}, not {wanted}: run 'qc-service migrate'.")
