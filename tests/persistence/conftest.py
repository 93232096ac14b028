"""What tests of the store stand on: the fake, SQLite and PostgreSQL, each with all migrations and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from qc_service.application.ports import Store
from qc_service.persistence.auditing import SqlAuditable
from qc_service.persistence.engine import open_engine
from tests.fakes import MemoryStore
from tests.persistence.databases import Postgresql, migrated, sqlite_file

ROW_KEY = bytes(range(32))
DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """The PostgreSQL server of this session."""
    server = Postgresql.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all migrations, to be copied."""
    url = migrated(sqlite_file(tmp_path_factory.mktemp("migrated")))
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes an empty database of a kind and gives its address."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            return sqlite_file(tmp_path)
        server: Postgresql = request.getfixturevalue("postgresql")
        return server.database()

    return make


@pytest.fixture
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes a database of a kind with all migrations and gives its address."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            url = sqlite_file(tmp_path)
            shutil.copy(request.getfixturevalue("migrated_sqlite"), url.removeprefix("sqlite:///"))
            return url
        server: Postgresql = request.getfixturevalue("postgresql")
        return migrated(server.database())

    return make


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, migrated_url: Callable[[str], str]) -> str:
    """The address of a migrated database, once on SQLite and once on PostgreSQL."""
    return migrated_url(request.param)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An engine on it."""
    opened = open_engine(url)
    yield opened
    opened.dispose()


@pytest.fixture
def sql_store(engine: Engine) -> Iterator[SqlAuditable]:
    """A store on it."""
    kept = SqlAuditable(engine, ROW_KEY)
    yield kept
    kept.close()


@pytest.fixture(params=("memory", *DATABASES))
def store(request: pytest.FixtureRequest, migrated_url: Callable[[str], str]) -> Iterator[Store]:
    """The store's contract, kept by the fake, by SQLite and by PostgreSQL."""
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = open_engine(migrated_url(request.param))
    kept = SqlAuditable(opened, ROW_KEY)
    yield kept
    kept.close()
