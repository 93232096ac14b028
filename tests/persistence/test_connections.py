"""Connections are kept, dropped when the server drops them, and never waited for in vain."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from qc_service.application.ports import Unavailable
from qc_service.persistence.auditing import SqlAuditable
from qc_service.persistence.engine import GLANCE, open_engine, writing
from tests.application.lot_world import LOT_A
from tests.persistence.conftest import ROW_KEY
from tests.persistence.databases import sqlite_file
from tests.persistence.desk import Desk, busy, reagent


def test_sqlite_is_durable_and_keeps_its_foreign_keys(tmp_path: Path) -> None:
    engine = open_engine(sqlite_file(tmp_path))
    with engine.connect() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "page_size")
        }
    engine.dispose()
    assert told == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1, "page_size": 16384,
    }  # fmt: skip


def test_a_sqlite_writer_goes_on_as_soon_as_it_is_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks again at once, every time: to leave it to the database is to sleep longer each time."""
    url = sqlite_file(tmp_path)
    holder, engine = open_engine(url), open_engine(url)
    slept: list[float] = []
    with ExitStack() as held:
        held.enter_context(writing(holder))

        def glance(seconds: float) -> None:
            slept.append(seconds)
            if len(slept) == 40:
                held.close()

        monkeypatch.setattr("qc_service.persistence.engine.time.sleep", glance)
        with writing(engine) as connection:
            waits = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    assert slept == [GLANCE] * 40
    assert waits == 30_000
    holder.dispose()
    engine.dispose()


def test_other_databases_are_not_kept() -> None:
    with pytest.raises(ValueError, match="mysql is not kept here: use sqlite:///path or postgresql://"):
        open_engine("mysql://localhost/qc")


def test_a_write_is_undone_by_any_exception(engine: Engine) -> None:
    with pytest.raises(KeyboardInterrupt):
        _interrupted(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM idempotency")).scalar_one() == 0


def _interrupted(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO idempotency VALUES ('s', 'f', 0, 1, 't')"))
        raise KeyboardInterrupt


def test_a_connection_that_the_server_closed_is_opened_again(migrated_url: Callable[[str], str]) -> None:
    engine = open_engine(migrated_url("postgresql"))
    store = SqlAuditable(engine, ROW_KEY)
    world = busy(store)
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE :q"
            ),
            {"q": "%ledger_%"},
        )
        assert store.hot(LOT_A, world.serials()[0])[1] == world.vial(0)
    store.close()


def test_a_store_that_was_closed_opens_again(sql_store: SqlAuditable) -> None:
    Desk(sql_store).lay("R-1", reagent())
    sql_store.close()
    assert sql_store.head().size == 1


def test_each_thread_keeps_a_connection_of_its_own(sql_store: SqlAuditable) -> None:
    Desk(sql_store).lay("R-1", reagent())
    sizes: list[int] = []
    threads = [threading.Thread(target=lambda: sizes.append(sql_store.head().size)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sizes == [1] * 4


def test_a_database_without_tables_is_unavailable(tmp_path: Path) -> None:
    store = SqlAuditable(open_engine(sqlite_file(tmp_path)), ROW_KEY)
    with pytest.raises(Unavailable, match="cannot be read now"):
        store.head()
    store.close()


def test_a_database_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    store = SqlAuditable(open_engine(sqlite_file(tmp_path / "absent")), ROW_KEY)
    with pytest.raises(Unavailable, match="cannot be read now"):
        store.head()
    store.close()


def test_a_store_that_another_holds_too_long_is_unavailable(
    migrated_url: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qc_service.persistence.engine.BUSY_SECONDS", 0)
    url = migrated_url("sqlite")
    store, holder = SqlAuditable(open_engine(url), ROW_KEY), open_engine(url)
    prepared = Desk(store).prepare("R-1", reagent())
    with writing(holder), pytest.raises(Unavailable, match="busy or cannot be reached; nothing was recorded"):
        store.commit(prepared)
    assert store.commit(prepared) == 0
    holder.dispose()
    store.close()


def test_what_was_read_often_is_remembered_within_limits(
    sql_store: SqlAuditable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qc_service.persistence.hot.MOST_LOTS", 0)
    monkeypatch.setattr("qc_service.persistence.rows.MOST_ALIKE", 1)
    world = busy(sql_store)
    for place in (0, 1, 0):
        assert sql_store.hot(LOT_A, world.serials()[place])[1] == world.vial(place)
    world.send(1, shipment="SHP-2")
    assert sql_store.vials(LOT_A) == tuple(world.world.view.vials(LOT_A))
