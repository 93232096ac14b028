"""kill -9 amid concurrent writes, twenty times: the audit stays clean, and what was acknowledged is there."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from qc_service.persistence.auditing import SqlAuditable
from tests.persistence.forgery import found
from tests.persistence.writers import Job, write_until_killed

ROUNDS = {"sqlite": 20, "postgresql": 4}
WRITES, PROCESSES, THREADS = 200, 2, 2


def test_whatever_was_acknowledged_survives_a_kill(url: str, sql_store: SqlAuditable, tmp_path: Path) -> None:
    kind = sql_store.engine.dialect.name
    chance = random.Random(20260901)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.persistence.writers"])
    interrupted = 0
    for number in range(ROUNDS[kind]):
        jobs = [
            Job(url, tmp_path, f"K{number}-{process}", WRITES // PROCESSES, THREADS)
            for process in range(PROCESSES)
        ]
        acknowledged = list(_killed(context, jobs, chance.randrange(WRITES), chance.uniform(0, 0.004)))
        interrupted += len(acknowledged) < WRITES
        for index, digest in acknowledged:
            assert [record.digest for record in sql_store.records(index, 1)] == [digest]
        assert found(sql_store, (tmp_path / "checkpoint").read_bytes()) == []
    assert interrupted >= ROUNDS[kind] * 3 // 4


def _killed(
    context: ForkServerContext, jobs: list[Job], after: int, delay: float
) -> Iterator[tuple[int, str]]:
    """What processes acknowledge that are killed shortly after so many acknowledgements."""
    reading, writing = context.Pipe(duplex=False)
    running = [context.Process(target=write_until_killed, args=(job, writing)) for job in jobs]
    for process in running:
        process.start()
    writing.close()
    for count, line in enumerate(_lines(reading)):
        if count == after:
            time.sleep(delay)
            for process in running:
                process.kill()
        index, digest = line.split()
        yield int(index), digest
    _finish(running)
    reading.close()


def _lines(reading: Connection) -> Iterator[str]:
    kept = b""
    while chunk := os.read(reading.fileno(), 65536):
        *lines, kept = (kept + chunk).split(b"\n")
        yield from (line.decode() for line in lines)


def _finish(running: list[ForkServerProcess]) -> None:
    for process in running:
        process.join(30)
        process.close()
