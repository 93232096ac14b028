"""Small bulks from which the works learns how its process varies: measured, put on a chart, never released."""

from __future__ import annotations

from itertools import count

from qc_service.cli.demo.donations import Gift
from qc_service.cli.demo.making import registered, tested
from qc_service.cli.demo.products import BULK, SIZE
from qc_service.cli.demo.stage import Stage

MODES = (
    "109.8", "113.2", "111.5", "108.9", "112.7", "114.1", "110.3", "111.9", "109.4", "112.2", "113.6", "110.8",
    "111.1", "109.9", "112.9", "110.6", "113.0", "111.4", "109.2", "112.4", "113.8", "110.1", "112.0", "127.6",
)  # fmt: skip
"""The mode of each in nanometres; the last is far off and within its limits."""


def small_bulks(stage: Stage, given: Gift) -> None:
    """One after the other, before the first lot is filled."""
    stage.narrator.chapter("Twenty-four small bulks, to know what is usual")
    with stage.telling(
        f"{len(MODES)} small bulks from {given.din}, of which only the size is measured. The last is 127.6 nm: within "
        f"80 to 150 nm, and beyond three sigma on the chart at /api/v1/products/{BULK.code}/trends/size_mode.svg."
    ):
        for number, mode in zip(count(1), MODES, strict=False):
            stage.clock.wait(hours=2)
            lot = f"DV-{number:02}"
            registered(stage, lot, "bulk", BULK, quantity="5 mL", donations=[given.din])
            tested(stage, lot, [SIZE], value=mode)
