"""How long a picture takes: photographs of twelve megapixels as a phone makes them, beside Pillow's decoding alone."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from datetime import date
from io import BytesIO

from PIL import Image

from bench.table import Row
from qc_service.exchange.pictures import Picture, codes_in
from tests.photographs import Label, gs1, photograph, saved
from tests.scenes import GTIN

TODAY = date(2026, 11, 25)
GOAL = 0.4
"""Seconds; of twenty pictures nineteen are read sooner."""


def rows(count: int) -> Iterator[Row]:
    """Photographs of a vial in reach of a hand: turned, tilted, some small, some out of focus, some dim."""
    taken = [_taken(seed) for seed in range(count)]
    plain = statistics.median(_decoded(content) for content in taken)
    read, times = 0, []
    for content in taken:
        started = time.perf_counter()
        read += len(codes_in(Picture(content), TODAY))
        times.append(time.perf_counter() - started)
    middle = statistics.median(times)
    late = sorted(times)[max(0, round(0.95 * count) - 1)]
    yield Row(
        what="a picture of 12 megapixels, p50",
        measured=_ms(middle),
        limit=f"decoded {_ms(plain)}",
        ratio=middle / plain,
    )
    yield Row(
        what=f"the same, p95; {read} of {count} were read", measured=_ms(late), limit=f"decoded {_ms(plain)}",
        ratio=late / plain, goal=f"< {_ms(GOAL)}", met=late < GOAL,
    )  # fmt: skip


def _taken(seed: int) -> bytes:
    rng = random.Random(seed)
    vial = gs1(f"(01){GTIN}(17)271031(10)EX261101A(21)7K3M9QW2TX49")
    label = Label(
        symbol=vial, module=rng.choice((3, 5, 8, 8, 12)), at=(rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7)),
        turned=rng.uniform(0, 360), tilt=rng.uniform(0, 0.3),
    )  # fmt: skip
    blur = rng.choice((0.5, 1, 1.5, label.module / 2.5))
    return saved(photograph(label, seed=seed, blur=blur, contrast=rng.uniform(0.3, 1)), quality=85)


def _decoded(content: bytes) -> float:
    started = time.perf_counter()
    Image.open(BytesIO(content)).load()
    return time.perf_counter() - started


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
