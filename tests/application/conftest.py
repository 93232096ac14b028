"""Whatever a test of the application did: its log, put into a database with the index it made, is audited."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from qc_service.application.decoding import recorded
from qc_service.application.ports import CitationRow, ConsignmentRow, IndexRows, Prepared, ReadSet
from qc_service.persistence.auditing import SqlAuditable
from qc_service.persistence.engine import open_engine
from tests.fakes import MemoryStore
from tests.persistence.conftest import ROW_KEY
from tests.persistence.databases import migrated, sqlite_file
from tests.persistence.forgery import found


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all migrations, to be copied."""
    return Path(migrated(sqlite_file(tmp_path_factory.mktemp("audited"))).removeprefix("sqlite:///"))


@pytest.fixture(autouse=True)
def audited(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """After each test, every fake store that it filled is found as the records make it."""
    stores: list[MemoryStore] = []
    begin = MemoryStore.__init__

    def noted(store: MemoryStore) -> None:
        begin(store)
        stores.append(store)

    monkeypatch.setattr(MemoryStore, "__init__", noted)
    yield
    for store in stores:
        if store.log and _keeps_its_files(store):
            file = tmp_path_factory.mktemp("log") / "qc.sqlite3"
            shutil.copy(migrated_file, file)
            kept = SqlAuditable(open_engine(f"sqlite:///{file}"), ROW_KEY)
            kept.commit(_everything(store))
            assert found(kept) == []
            kept.close()


def _keeps_its_files(store: MemoryStore) -> bool:
    """Unless the test itself took one away."""
    return all(str(file.sha256) in store.files for record in store.log for file in recorded(record).files)


def _everything(store: MemoryStore) -> Prepared:
    assert store.recorded_at is not None
    return Prepared(
        records=tuple(store.log),
        recorded_at=store.recorded_at,
        enclosures=tuple(store.files.values()),
        reads=ReadSet(streams={}, sets={}, vials={}),
        rows=IndexRows(
            catalogue=tuple(store.rows.values()),
            citations=tuple(
                CitationRow(cited=cited, citing=citing, index=index)
                for (cited, citing), index in store.edges.items()
            ),
            consignments=tuple(
                ConsignmentRow(organisation=organisation, stream=stream)
                for organisation, stream in store.consignments
            ),
            vials=tuple(store.kept_vials.values()),
            answers=tuple(store.answers.values()),
            points=tuple(store.charted.values()),
        ),
    )
