"""Each migration up, down and with data; the models are what the migrations make; a mismatch names its mend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from qc_service.application.audit.whole import rebuild
from qc_service.persistence import schema, tables
from qc_service.persistence.auditing import SqlAuditable, open_scratch
from qc_service.persistence.engine import open_engine
from tests.persistence.conftest import DATABASES, ROW_KEY
from tests.persistence.desk import busy
from tests.persistence.forgery import found

REVISIONS = [
    one.revision
    for one in reversed(list(ScriptDirectory.from_config(schema.configuration()).walk_revisions()))
]


@pytest.fixture(params=DATABASES)
def empty(request: pytest.FixtureRequest, empty_url: Callable[[str], str]) -> Iterator[Engine]:
    """An engine on a database with nothing in it."""
    opened = open_engine(empty_url(request.param))
    yield opened
    opened.dispose()


def test_an_empty_database_names_the_command_that_fills_it(empty: Engine) -> None:
    assert schema.current(empty) is None
    with pytest.raises(schema.SchemaMismatch, match=r"empty: run 'qc-service init'"):
        schema.check(empty)


def test_a_database_of_another_revision_names_the_command_that_mends_it(empty: Engine) -> None:
    schema.migrate(empty)
    schema.check(empty)
    with empty.connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r0000'"))
    with pytest.raises(
        schema.SchemaMismatch, match=rf"at revision r0000, not {REVISIONS[-1]}: run 'qc-service migrate'"
    ):
        schema.check(empty)


def test_the_models_are_what_the_migrations_make(empty: Engine) -> None:
    schema.migrate(empty)
    with empty.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        seen = inspect(connection)
        for name, table in tables.metadata.tables.items():
            key = seen.get_pk_constraint(name)
            assert (key["name"], key["constrained_columns"]) == (
                f"pk_{name}",
                table.primary_key.columns.keys(),
            )


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_migration_goes_up_down_and_up_again(empty: Engine, revision: str) -> None:
    schema.migrate(empty, revision)
    made = _objects(empty)
    schema.roll_back(empty, "-1")
    schema.migrate(empty, revision)
    assert _objects(empty) == made
    assert schema.current(empty) == revision


def test_all_migrations_go_down_with_data_and_leave_nothing(empty: Engine) -> None:
    schema.migrate(empty)
    store = SqlAuditable(empty, ROW_KEY)
    busy(store)
    assert found(store) == []
    store.close()
    schema.roll_back(empty, "base")
    assert _objects(empty) == {"alembic_version"}
    schema.migrate(empty)
    busy(store)
    assert found(store) == []
    store.close()


def test_a_new_index_table_is_filled_by_a_rebuild(empty: Engine) -> None:
    schema.migrate(empty)
    store = SqlAuditable(empty, ROW_KEY)
    busy(store)
    schema.roll_back(empty, "r0003")
    schema.migrate(empty)
    assert {finding.partition(" ")[0] for finding in found(store)} == {"result_points"}
    rebuild(store, partial(open_scratch, ROW_KEY))
    assert found(store) == []
    store.close()


def test_a_migration_that_fails_leaves_nothing(empty: Engine) -> None:
    with empty.connect() as connection:
        connection.execute(text("CREATE TABLE lot_answers (lot TEXT)"))
    with pytest.raises(Exception, match="lot_answers"):
        schema.migrate(empty)
    assert _objects(empty) <= {"lot_answers", "alembic_version"}
    assert schema.current(empty) is None


def test_alembic_itself_takes_the_database_from_the_environment(
    empty: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty.url.render_as_string(hide_password=False))
    command.upgrade(schema.configuration(), "head")
    schema.check(empty)


def test_every_table_says_which_class_it_is_of() -> None:
    classes = {
        kind: {table.name for table in tables.tables_of(kind)} for kind in ("ledger", "index", "operational")
    }
    assert classes == {
        "ledger": {"ledger_head", "ledger_records", "ledger_nodes", "ledger_files"},
        "index": {"catalogue", "citations", "consignments", "vials", "lot_answers", "result_points"},
        "operational": {"access_tokens", "idempotency", "queued_acts"},
    }
    assert all("mac" in table.columns for table in tables.tables_of("index"))


def _objects(engine: Engine) -> set[str]:
    """Every table, trigger and function that the database has."""
    if engine.dialect.name == "sqlite":
        names = "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND type <> 'index'"
    else:
        names = (
            "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' "
            "UNION SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
            "UNION SELECT tgname FROM pg_trigger JOIN pg_class t ON t.oid = tgrelid "
            "WHERE t.relnamespace = current_schema()::regnamespace"
        )
    with engine.connect() as connection:
        return set(connection.execute(text(names)).scalars())
