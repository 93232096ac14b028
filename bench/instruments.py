"""What reading one instrument's file costs of a core, beside parting the same file into cells with the csv module."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.table import Row
from qc_service.exchange.instruments import read_instrument
from qc_service.exchange.sheets.columns import COLUMNS
from qc_service.exchange.sheets.template import filled_in_csv

GOAL = 0.050
"""Seconds of a core that one file of 63 KB may take."""
FOR_SECONDS = 1.0
REAL = Path(__file__).parents[2] / "shared" / "instruments" / "nanosight-summary-12-videos.csv"
_VIDEOS = 12


def rows() -> Iterator[Row]:
    """A made-up summary of twelve videos, the real one where it is at hand, and a sheet of 200 results."""
    made = summary()
    yield _row(f"NTA summary of {len(made) // 1000} KB, made up", made, read_instrument)
    if REAL.is_file():
        real = REAL.read_bytes()
        yield _row(f"NTA summary of {len(real) // 1000} KB, real", real, read_instrument)
    yield _row("sheet of 200 results", sheet(200), lambda content, _: filled_in_csv(content))


def summary() -> bytes:
    """A summary with the sections, videos and 1 nm bins of a real one."""
    videos = [f"EV-BENCH-7_{number:02}" for number in range(_VIDEOS)]
    pair = ["Average", "Standard Error"]
    table = [
        ["NTA Experiment Summary File"], ["Created with NTA 3.4 Build 3.4.000"], [], ["[Experiment Details]"],
        ["Sample Name", "EV-BENCH-7"], ["Time Captured", "09:15:00  13/02/2026"], ["Filename:", *videos], [],
        ["[Results]", *[""] * _VIDEOS, *pair], ["Dilution factor", *["1.00e+03"] * _VIDEOS],
        _figures("Concentration (Particles / ml)", 1_400_000_000), _figures("Particles per frame", 150),
        ["Completed tracks", *["10824"] * _VIDEOS], [], ["[Data Included]"],
        ["Size distribution - Number weighting - With Percentiles"], [], ["[Size Data]"], ["Weighting", "Number"],
        ["Filename", *videos, *pair],
        *(_figures(label, 95 + place) for place, label in enumerate(("Mean", "Mode", "SD", "D10", "D50", "D90"))),
        ["Graph Data"],
        ["Bin centre (nm)", *["Concentration (particles / ml)"] * _VIDEOS, "Concentration average", pair[1]],
        *(_figures(f"{size}.5", max(0, 90_000 - 10 * (size - 300) ** 2 // 9)) for size in range(1000)), [],
        ["Percentile", *["Size (nm)"] * _VIDEOS],
        *([str(percent), *[f"{60 + percent}.5"] * _VIDEOS] for percent in range(101)),
    ]  # fmt: skip
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return text.getvalue().encode()


def _figures(label: str, figure: int) -> list[str]:
    return [label, *(str(figure + number if figure else 0) for number in range(_VIDEOS + 1)), "0"]


def sheet(count: int) -> bytes:
    """A template filled in with so many results."""
    row = {
        "lot": "EX261101A", "assay": "endotoxin", "unit": "EU/mL", "method": "SOP-QC-12", "method_version": "3",
        "facility": "east-laboratory", "started": "2026-11-02 15:00", "read": "2026-11-02 16:00",
    }  # fmt: skip
    lines = [[column.name for column in COLUMNS]]
    lines += [
        [{**row, "value": f"<0.{number:04}"}.get(column.name, "") for column in COLUMNS]
        for number in range(1, count + 1)
    ]
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


def _row(what: str, content: bytes, read: Callable[[bytes, str], object]) -> Row:
    reading = _seconds(lambda: read(content, "summary.csv"))
    parting = _seconds(lambda: list(csv.reader(io.StringIO(content.decode()))))
    return Row(
        what=f"{what}, read", measured=f"{reading * 1000:.1f} ms of CPU", limit=f"{parting * 1000:.1f} ms by csv alone",
        ratio=reading / parting, goal=f"< {GOAL * 1000:.0f} ms", met=reading < GOAL,
    )  # fmt: skip


def _seconds(once: Callable[[], object]) -> float:
    """The seconds of one core's time that this takes, on average."""
    count, began = 0, time.thread_time()
    while (took := time.thread_time() - began) < FOR_SECONDS:
        once()
        count += 1
    return took / count
