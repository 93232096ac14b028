"""``make bench``: the limits of this machine and the service beside them, in one run; ``--quick`` takes two minutes."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.evidence import audited, bundled, recalled
from bench.limits import of_machine
from bench.network import Network, founded
from bench.reads import rows, verified
from bench.table import Row, printed
from bench.writes import checks, steps
from tests.persistence.databases import Postgresql

VIALS_A_LOT = 1000
SQLITE_GOAL = 0.80
POSTGRESQL_GOAL = 0.40


def main() -> None:
    """Measure what the options say and print a table for each kind of database."""
    options = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    options.add_argument(
        "--quick", action="store_true", help="shorter runs over less: for a first impression"
    )
    options.add_argument("--postgresql", action="store_true", help="measure on PostgreSQL as well")
    chosen = options.parse_args()
    workers = min(2, os.cpu_count() or 1)
    _limits()
    _measured("SQLite", "", SQLITE_GOAL, quick=chosen.quick, workers=workers)
    if chosen.postgresql:
        with _postgresql() as url:
            _measured("PostgreSQL", url, POSTGRESQL_GOAL, quick=chosen.quick, workers=workers)


def _limits() -> None:
    with founded(lots=1, vials=1) as network, tempfile.TemporaryDirectory() as folder:
        made = network.stage.made
        payload = made.store.records(made.store.head().size - 1, 1)[0].payload
        _say(
            "Limits of this machine, one core",
            of_machine(made.keystore.signer("record"), payload, Path(folder)),
        )


def _measured(name: str, url: str, goal: float, *, quick: bool, workers: int) -> None:
    seconds, count = (1.5, 400) if quick else (4.0, 2000)
    sizes = (10,) if quick else (10, 100)
    reads = {}
    for lots in sizes:
        with founded(lots=lots, vials=VIALS_A_LOT, database_url=url) as network:
            reads[lots * VIALS_A_LOT] = verified(network, seconds=seconds, workers=workers)
            if lots != sizes[-1]:
                continue
            _say(f"{name}: reads", rows(reads, goal=goal))
            written = [steps(network, count=count, workers=1), checks(network, count=count, workers=1)]
            _say(f"{name}: writes", written)
            _say(f"{name}: audit, bundle, recall", _evidence(network, quick=quick))


def _evidence(network: Network, *, quick: bool) -> Iterator[Row]:
    yield audited(network, entries=2_000 if quick else 10_000)
    yield from bundled(network)
    yield recalled(network)


def _say(title: str, lines: list[Row] | Iterator[Row]) -> None:
    print(printed(title, lines), flush=True)


@contextmanager
def _postgresql() -> Iterator[str]:
    """A server of its own, as the tests start it."""
    server = Postgresql.start()
    try:
        yield server.database()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
