"""A load client of our own in a process of its own: N kept connections, each asking again as soon as it is answered.

    python -m bench.load HOST PORT CONNECTIONS SECONDS < requests.json

The requests are a JSON list of texts as they go over the wire. They are taken in turn; with SECONDS of 0 each is sent
once, else from the beginning again until the time is up. Prints one JSON object: see ``Load``.
"""

from __future__ import annotations

import json
import select
import socket
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


class _Asker:
    """One connection: sends, reads one answer to its end, sends again."""

    def __init__(self, host: str, port: int, waiting: Iterator[bytes], until: float) -> None:
        self.waiting, self.until = waiting, until
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.sent_at = 0.0

    def asks(self) -> bool:
        """Send the next request, if there is one and time for it."""
        request = next(self.waiting, None) if time.perf_counter() < self.until else None
        if request is None:
            self.socket.close()
            return False
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)
        return True

    def answered(self) -> str:
        """Read what came; the status, once the answer is whole. Raises ``ConnectionError`` where it was broken off."""
        more = self.socket.recv(65536)
        if not more:
            raise ConnectionError("the server closed a kept connection")
        self.received += more
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return ""
        length = int(self.received[:end].partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(self.received) < end + 4 + length:
            return ""
        status, self.received = self.received[9:12].decode(), b""
        return status


def _ask_all(host: str, port: int, connections: int, seconds: float, requests: list[bytes]) -> Load:
    measured: list[tuple[float, str]] = []
    began = time.perf_counter()
    waiting, until = (cycle(requests), began + seconds) if seconds else (iter(requests), began + 3600)
    ready = select.epoll()
    asking = {}
    for asker in (_Asker(host, port, waiting, until) for _ in range(connections)):
        asking[asker.socket.fileno()] = asker
        ready.register(asker.socket.fileno(), select.EPOLLIN)
        asker.asks()
    while asking:
        for descriptor, _ in ready.poll():
            asker = asking[descriptor]
            status = asker.answered()
            if status:
                measured.append((time.perf_counter() - asker.sent_at, status))
                if not asker.asks():
                    del asking[descriptor]
    took = time.perf_counter() - began
    times = sorted(one for one, _ in measured)
    p50, p95, p99 = (round(times[int(len(times) * share)] * 1000, 2) for share in (0.5, 0.95, 0.99))
    statuses = dict(Counter(status for _, status in measured))
    return Load(rate=len(times) / took, p50=p50, p95=p95, p99=p99, statuses=statuses)


def main() -> None:
    """Ask as the arguments say."""
    host, port, connections, seconds = sys.argv[1:]
    requests = [text.encode("latin-1") for text in json.load(sys.stdin)]
    load = _ask_all(host, int(port), int(connections), float(seconds), requests)
    sys.stdout.write(json.dumps(vars(load)))


if __name__ == "__main__":
    main()
