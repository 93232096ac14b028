"""Runs migrations on a connection that the caller hands over, or on the database that the environment names."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection

from qc_service.persistence.engine import open_engine
from qc_service.persistence.tables import metadata
from qc_service.settings import Settings


def _run(connection: Connection) -> None:
    """All migrations of one call in one transaction, which the driver ends when Alembic commits or rolls back."""
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.dialect.name == "sqlite" else "BEGIN")
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


def _main() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        _run(given)
        return
    engine = open_engine(Settings.from_environment(os.environ).database_url)
    try:
        with engine.connect() as connection:
            _run(connection)
    finally:
        engine.dispose()


_main()
