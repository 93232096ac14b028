"""What an auditor waits for: the audit of the whole log, a lot's bundle and its check by a stranger; and a recall."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import TypeVar

from bench.limits import rate
from bench.network import Network
from bench.table import Row, per_second
from qc_service.app import audit_installation
from qc_service.application.actor import Actor
from qc_service.application.checks import RecordCheck, record_check
from qc_service.application.ports import StoredRecord
from qc_service.application.recalls import InitiateRecall, initiate_recall
from qc_service.application.tokens import actor_of
from qc_service.domain.disposition import RecallKind
from qc_service.domain.identifiers import Gtin, Line, LotNumber, RecallId, Text
from qc_service.domain.recalls import RecallDepth, RecallScope
from qc_service.ledger.dsse import PAYLOAD_TYPE, pae
from qc_service.ledger.keys import PublicKey
from tests.scenes import GTIN
from tests.staging import identity
from verifier import verify_bundle as stranger

T = TypeVar("T")
TIMES = 5
CHUNK = 500


def audit(network: Network, *, records: int) -> Row:
    """The audit of a log of so many records, beside the time of its signatures alone on all cores."""
    _grow(network, records)
    made = network.stage.made
    took, report = _timed(lambda: audit_installation(made, lambda *_: None))
    if not report.clean:
        raise RuntimeError(f"the audit found something: {report.findings[:3]}")
    kept = [
        one
        for first in range(0, report.entries, CHUNK)
        for one in made.store.records(first, min(CHUNK, report.entries - first))
    ]
    public = made.keystore.signer("record").public
    alone, _ = _timed(lambda: _verified(public, kept))
    return Row(
        what=f"audit of {report.entries:,} records",
        measured=f"{took:.1f} s ({per_second(report.entries / took)})",
        limit=f"{alone:.1f} s of signatures on all cores",
        ratio=took / alone,
        goal="≤ 2.00",
        met=took / alone <= 2,
    )


def _grow(network: Network, records: int) -> None:
    """Let a clinic's checks of vials bring the log to so many records."""
    stage, who = network.stage, _actor(network, "clinician")
    checks = (
        RecordCheck(gtin=Gtin(GTIN), lot=Line(lot), serial=Line(serial))
        for lot, serial in cycle(network.some_vials(4000))
    )
    while stage.made.store.head().size < records:
        stage.made.acts.perform(record_check, who, next(checks))


def _verified(public: PublicKey, kept: Sequence[StoredRecord]) -> None:
    cores = os.cpu_count() or 1
    shares = [kept[start::cores] for start in range(cores)]
    with ThreadPoolExecutor(max_workers=cores) as threads:
        for fine in threads.map(lambda share: all(_fits(public, one) for one in share), shares):
            if not fine:
                raise RuntimeError("a signature does not fit")


def _fits(public: PublicKey, one: StoredRecord) -> bool:
    return public.verify(pae(PAYLOAD_TYPE, one.payload), one.signature)


def bundle(network: Network) -> list[Row]:
    """The bundle of a lot, and its check offline by the verifier that knows nothing of the service."""
    made, who, lot = network.stage.made, _actor(network, "quality"), network.lots[-1]
    at, root = network.stage.clock(), made.root.to_bytes()
    making, octets = _median(lambda: made.bundler.lot(who, lot, at))
    checking, outcome = _median(lambda: stranger.verify(octets, root))
    if outcome.exit_code != 0:
        raise RuntimeError(f"the bundle does not verify: {outcome.plain()}")
    shown = [one for one in json.loads(octets)["records"] if one["envelope"] is not None]
    record = made.store.stream(f"lot/{lot}")[-1]
    public = made.keystore.signer("record").public
    signatures = (len(shown) + 3) / rate(lambda: _fits(public, record))
    vials = len(made.store.vials(lot))
    return [
        Row(
            what=f"bundle of a lot ({len(shown)} records, {vials:,} vials, {len(octets) // 1024} KB)",
            measured=f"{making * 1000:.0f} ms",
            goal="≤ 300 ms",
            met=making <= 0.3,
        ),
        Row(
            what="offline verification of it",
            measured=f"{checking * 1000:.0f} ms",
            limit=f"{signatures * 1000:.0f} ms of signatures",
            ratio=checking / signatures,
            goal="≤ 1.50",
            met=checking / signatures <= 1.5,
        ),
    ]


def recall(network: Network) -> Row:
    """One act that calls back every lot."""
    intent = InitiateRecall(
        recall=RecallId("RC-BENCH"), kind=RecallKind.RECALL, depth=RecallDepth.CLINIC,
        explanation=Text("A made-up reason."), scope=RecallScope(lots=tuple(map(LotNumber, network.lots))),
    )  # fmt: skip
    made, who = network.stage.made, _actor(network, "quality")
    took, receipt = _timed(lambda: made.acts.perform(initiate_recall, who, intent))
    vials = sum(map(len, network.serials.values()))
    return Row(
        what=f"recall of {len(receipt.records) - 1} lots with {vials:,} vials in one transaction",
        measured=f"{took * 1000:,.0f} ms",
    )


def _actor(network: Network, who: str) -> Actor:
    return actor_of(network.stage.made.view(), identity(who))


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    made = work()
    return time.perf_counter() - began, made


def _median(work: Callable[[], T]) -> tuple[float, T]:
    runs = [_timed(work) for _ in range(TIMES)]
    return statistics.median(took for took, _ in runs), runs[-1][1]
