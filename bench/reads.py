"""The read that clinics wait for: one vial's answer over HTTP, beside a trivial Flask route on the same server."""

from __future__ import annotations

import json
import statistics
import urllib.request
from dataclasses import dataclass

from bench.load import Load, put_on
from bench.network import Network
from bench.servers import served
from bench.table import Row, per_second
from tests.scenes import GTIN

CONNECTIONS = 32
VIALS_ASKED = 4000
ROUNDS = 3
OF_SERVER = {"connection", "date", "server"}
"""Headers that the server adds to any answer."""


@dataclass(frozen=True, kw_only=True)
class Verified:
    """The medians of interleaved runs."""

    service: float
    floor: float
    p99: float

    @property
    def share(self) -> float:
        """The service as a share of the floor."""
        return self.service / self.floor


def verified(network: Network, *, seconds: float, workers: int) -> Verified:
    """Ask about vials in turn with the floor, each after a short run to get warm."""
    asked = [_question(f"/01/{GTIN}/10/{lot}/21/{serial}") for lot, serial in network.some_vials(VIALS_ASKED)]
    lot, serial = network.some_vials(1)[0]
    probe = f"/01/{GTIN}/10/{lot}/21/{serial}"
    with served("service", network.environment, workers=workers, probe=probe) as port:
        said = network.home / "floor.json"
        said.write_text(json.dumps(_answer(port, probe)), "utf-8")
        with served("floor", {"BENCH_FLOOR": str(said)}, workers=workers, probe="/") as floor:
            runs: dict[str, list[Load]] = {"service": [], "floor": []}
            for _ in range(ROUNDS + 1):
                for name, where, requests in (("floor", floor, [_question("/")]), ("service", port, asked)):
                    runs[name].append(put_on(where, requests, connections=CONNECTIONS, seconds=seconds))
    medians = {name: statistics.median(load.rate for load in loads[1:]) for name, loads in runs.items()}
    slowest = statistics.median(load.p99 for load in runs["service"][1:])
    return Verified(service=medians["service"], floor=medians["floor"], p99=slowest)


def _question(path: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n"


def _answer(port: int, path: str) -> dict[str, object]:
    """What the service says: the floor says as much, under the same headers."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310  our own address
        body = response.read().decode()
        headers = {name: value for name, value in response.headers.items() if name.lower() not in OF_SERVER}
    if '"decision":"in_order"' not in body:
        raise RuntimeError(f"this is not the answer that is measured: {body[:200]}")
    return {"headers": headers, "body": body}


def rows(found: dict[int, Verified], *, goal: float) -> list[Row]:
    """A line for each number of vials, and one for how the larger compares with the smaller."""
    lines = [
        Row(
            what=f"public verify, {vials:,} vials (p99 {one.p99:.0f} ms at {CONNECTIONS} connections)",
            measured=per_second(one.service),
            limit=f"{per_second(one.floor)} Flask floor",
            ratio=one.share,
            goal=f"≥ {goal:.2f}, p99 < 30 ms",
            met=one.share >= goal and one.p99 < 30,
        )
        for vials, one in found.items()
    ]
    smaller, larger = min(found), max(found)
    if smaller < larger:
        growth = found[smaller].share / found[larger].share
        what = f"public verify, {smaller:,} against {larger:,} vials"
        lines.append(Row(what=what, measured="", ratio=growth, goal="≤ 1.10", met=growth <= 1.1))
    return lines
