"""A load client of our own in a process of its own: N kept connections, each asking again as soon as it is answered.

    python -m bench.load HOST PORT CONNECTIONS SECONDS < requests.json

The requests are a JSON list of texts as they go over the wire. They are taken in turn; with SECONDS of 0 each is sent
once, else from the beginning again until the time is up. Prints one JSON object: see ``Load``.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle


@dataclass(frozen=True, kw_only=True)
class Load:
    """What came back: answers a second, times in milliseconds, and how many of each status."""

    rate: float
    p50: float
    p95: float
    p99: float
    statuses: dict[str, int]


def put_on(port: int, requests: list[str], *, connections: int, seconds: float = 0) -> Load:
    """Start the client and wait for what it measured. Raises ``RuntimeError`` where an answer was not a success."""
    command = [sys.executable, "-m", "bench.load", "127.0.0.1", str(port), str(connections), str(seconds)]
    done = subprocess.run(command, input=json.dumps(requests), capture_output=True, text=True, check=True)
    load = Load(**json.loads(done.stdout))
    if any(not status.startswith("2") for status in load.statuses):
        raise RuntimeError(f"the server did not answer all requests: {load.statuses}")
    return load


class _Asker(asyncio.Protocol):
    """One connection: sends, reads one answer to its end, sends again."""

    def __init__(self, waiting: Iterator[bytes], measured: list[tuple[float, str]], until: float) -> None:
        self.waiting, self.measured, self.until = waiting, measured, until
        self.received = bytearray()
        self.sent_at = 0.0
        self.transport: asyncio.WriteTransport | None = None
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101  what TCP gives
        self.transport = transport
        self._ask()

    def _ask(self) -> None:
        assert self.transport is not None  # noqa: S101  asked only while connected
        request = next(self.waiting, None) if time.perf_counter() < self.until else None
        if request is None:
            self.transport.close()
            return
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.received += data
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self.received[:end]).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(self.received) >= end + 4 + length:
            self.measured.append((time.perf_counter() - self.sent_at, head[9:12].decode()))
            self.received.clear()
            self._ask()

    def connection_lost(self, _: Exception | None) -> None:
        self.finished.set_result(None)


async def _ask_all(host: str, port: int, connections: int, seconds: float, requests: list[bytes]) -> Load:
    loop = asyncio.get_running_loop()
    measured: list[tuple[float, str]] = []
    began = time.perf_counter()
    waiting, until = (cycle(requests), began + seconds) if seconds else (iter(requests), began + 3600)
    askers = [
        (await loop.create_connection(lambda: _Asker(waiting, measured, until), host, port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(asker.finished for asker in askers))
    took = time.perf_counter() - began
    times = sorted(time for time, _ in measured)
    p50, p95, p99 = (round(times[int(len(times) * share)] * 1000, 2) for share in (0.5, 0.95, 0.99))
    statuses = dict(Counter(status for _, status in measured))
    return Load(rate=len(times) / took, p50=p50, p95=p95, p99=p99, statuses=statuses)


def main() -> None:
    """Ask as the arguments say."""
    host, port, connections, seconds = sys.argv[1:]
    requests = [text.encode("latin-1") for text in json.load(sys.stdin)]
    load = asyncio.run(_ask_all(host, int(port), int(connections), float(seconds), requests))
    sys.stdout.write(json.dumps(vars(load)))


if __name__ == "__main__":
    main()
