"""The table that a benchmark prints: what was measured beside its limit, and whether the goal is met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

HEADINGS = ("what", "measured", "limit", "ratio", "goal", "")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line. ``ratio`` compares the measured with the limit; ``met`` is ``None`` where there is no goal."""

    what: str
    measured: str
    limit: str = ""
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """The line's texts."""
        met = {None: "", True: "met", False: "NOT MET"}[self.met]
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return self.what, self.measured, self.limit, ratio, self.goal, met


def printed(title: str, rows: Iterable[Row]) -> str:
    """The rows below their title, in columns."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    spaced = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    ]
    return "\n".join([title, *(line.rstrip() for line in spaced), ""])


def per_second(rate: float) -> str:
    """A rate as it is printed."""
    return f"{rate:,.0f}/s"
