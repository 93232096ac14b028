"""The table of queued acts."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Engine, func, select
from sqlalchemy.dialects import postgresql, sqlite

from qc_service.application.queue_ports import QueuedRow, QueueStore
from qc_service.persistence.tables import queued_acts


class SqlQueues(QueueStore):
    """Answered acts in one table; an operational one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, act: str) -> QueuedRow | None:
        with self._engine.connect() as connection:
            found = connection.execute(select(queued_acts).where(queued_acts.c.act == act)).first()
        return None if found is None else QueuedRow(**found._asdict())

    def keep(self, row: QueuedRow) -> None:
        insert = sqlite.insert if self._engine.dialect.name == "sqlite" else postgresql.insert
        first = insert(queued_acts).values(asdict(row)).on_conflict_do_nothing(index_elements=["act"])
        with self._engine.connect() as connection:
            connection.execute(first)

    def last(self, queue: str) -> int:
        highest = select(func.max(queued_acts.c.number)).where(queued_acts.c.queue == queue)
        with self._engine.connect() as connection:
            return int(connection.execute(highest).scalar_one() or 0)
