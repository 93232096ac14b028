"""Signed writes over HTTP, each with its proof in the reply: steps of lots, and a clinic's recorded checks."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping
from itertools import cycle, islice

from bench.limits import records_without_database
from bench.load import put_on
from bench.network import DIN, Network
from bench.servers import served
from bench.table import Row, per_second
from tests import scenes

WRITERS = 8
CHECKERS = 32
LOTS_WORKED_ON = 64
ROUNDS = 3


def steps(network: Network, *, count: int, workers: int) -> Row:
    """Eight technicians record steps of many lots at once."""
    stage = network.stage
    lots = [f"WK{number:05d}" for number in range(LOTS_WORKED_ON)]
    for lot in lots:
        stage.post(
            "technician", "/lots", number=lot, kind="finished", product=scenes.PRODUCT, donations=[DIN],
            quantity={"amount": "50", "unit": "mL"},
        )  # fmt: skip
    now = stage.clock()
    said = {
        "kind": "storage", "facility": scenes.SITE, "started_at": scenes.at(now), "ended_at": scenes.at(now),
        "procedure": {"id": "SOP-storage", "version": "2"},
    }  # fmt: skip
    chosen = islice(cycle(lots), count * (ROUNDS + 1))
    requests = _posts(network, "technician", ((f"/lots/{lot}/steps", said) for lot in chosen))
    rate, p95 = _measured(network, requests, connections=WRITERS, workers=workers)
    record = stage.made.store.stream(f"lot/{lots[0]}")[-1]
    alone = records_without_database(stage.made.keystore.signer("record"), record.payload)
    return Row(
        what=f"signed write with proof, {WRITERS} writers (p95 {p95:.0f} ms)",
        measured=per_second(rate),
        limit=f"{per_second(alone)} without database and HTTP",
        ratio=rate / alone,
        goal="≥ 300/s",
        met=rate >= 300,
    )


def checks(network: Network, *, count: int, workers: int) -> Row:
    """A clinic records its checks of the vials it was sent."""
    lot = network.lots[0]
    sent = scenes.consigned(network.stage, lot, "SHP-BENCH", count=min(800, len(network.serials[lot])))
    bodies = (
        ("/verifications", {"gtin": scenes.GTIN, "lot": lot, "serial": serial})
        for serial in islice(cycle(sent), count * (ROUNDS + 1))
    )
    requests = _posts(network, "clinician", bodies)
    rate, p95 = _measured(network, requests, connections=CHECKERS, workers=workers)
    return Row(
        what=f"recorded verification (p95 {p95:.0f} ms at {CHECKERS} connections)",
        measured=per_second(rate),
        goal="≥ 400/s, p95 < 100 ms",
        met=rate >= 400 and p95 < 100,
    )


def _posts(network: Network, who: str, said: Iterable[tuple[str, Mapping[str, object]]]) -> list[str]:
    token = network.stage.token(who)
    return [
        f"POST /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nIdempotency-Key: {who}-{place:08d}\r\nContent-Length: {len(body)}\r\n"
        f"\r\n{body}"
        for place, (path, body) in enumerate((path, json.dumps(plain)) for path, plain in said)
    ]


def _measured(
    network: Network, requests: list[str], *, connections: int, workers: int
) -> tuple[float, float]:
    """The medians of rate and p95 over as many runs, the first left out: it gets everybody warm."""
    share = len(requests) // (ROUNDS + 1)
    with served("service", network.environment, workers=workers, probe="/healthz") as port:
        loads = [
            put_on(port, requests[at : at + share], connections=connections)
            for at in range(0, share * (ROUNDS + 1), share)
        ][1:]
    network.stage.clock.tick(hours=1)
    return statistics.median(one.rate for one in loads), statistics.median(one.p95 for one in loads)
