"""Axes: where a value stands between the two ends of one, and at which round values it is marked.

Floats are at home here: what is drawn is looked at, and no record or judgement is made of it.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PLAIN = range(-3, 5)
"""Powers of ten whose figures are written out; beyond them an axis carries its power of ten in its title."""


@dataclass(frozen=True)
class Tick:
    """A mark on an axis and what stands beside it."""

    value: float
    label: str


class Scale(ABC):
    """One axis: ``place`` gives 0 at its low end and 1 at its high end."""

    factor = ""
    """What the labels of the marks are to be multiplied with, such as ``× 10⁹``; empty where they stand as they are."""

    @abstractmethod
    def place(self, value: float) -> float:
        """Where a value stands: what lies beyond an end is drawn on it."""

    @abstractmethod
    def ticks(self, most: int) -> tuple[Tick, ...]:
        """At most about so many marks at round values."""


@dataclass(frozen=True)
class Linear(Scale):
    """Equal steps are equal distances. Raises ``ValueError`` unless ``low`` is below ``high``."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _must_rise(self.low, self.high)

    @property
    def power(self) -> int:
        """The power of ten that the labels leave to the title."""
        top = math.floor(math.log10(max(abs(self.low), abs(self.high))))
        return 0 if top in PLAIN else top

    @property
    def factor(self) -> str:  # type: ignore[override]
        return f"× {_ten_to(self.power)}" if self.power else ""

    def place(self, value: float) -> float:
        return _held((value - self.low) / (self.high - self.low))

    def ticks(self, most: int) -> tuple[Tick, ...]:
        step = _step((self.high - self.low) / max(most, 1))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        digits = max(0, self.power - math.floor(math.log10(step) + 1e-9))
        marks = tuple(at * step for at in range(first, last + 1))
        return tuple(Tick(at, f"{at / 10.0**self.power:.{digits}f}".replace("-", "−")) for at in marks)


@dataclass(frozen=True)
class Log(Scale):
    """Equal ratios are equal distances. Raises ``ValueError`` unless both ends are above nothing and rise."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if self.low <= 0:
            raise ValueError("a logarithmic axis begins above nothing")
        _must_rise(self.low, self.high)

    def place(self, value: float) -> float:
        if value <= 0:
            return 0.0
        return _held(math.log(value / self.low) / math.log(self.high / self.low))

    def ticks(self, most: int) -> tuple[Tick, ...]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        apart = math.ceil((last - first + 1) / max(most, 2))
        leads = (1, 2, 5) if 3 * (last - first) <= most else (1,)
        marks = ((lead, power) for power in range(first, last + 1, apart) for lead in leads)
        ends = self.low * (1 - 1e-9), self.high * (1 + 1e-9)
        return tuple(
            Tick(lead * 10.0**power, _decade(lead, power))
            for lead, power in marks
            if ends[0] <= lead * 10.0**power <= ends[1]
        )


@dataclass(frozen=True)
class Steps(Scale):
    """Things one after the other, such as lots: the first stands at 0, the next at 1."""

    labels: tuple[str, ...] = field(default=())

    def place(self, value: float) -> float:
        return _held((value + 0.5) / max(len(self.labels), 1))

    def ticks(self, most: int) -> tuple[Tick, ...]:
        apart = max(1, math.ceil(len(self.labels) / max(most, 1)))
        return tuple(Tick(at, self.labels[at]) for at in range(0, len(self.labels), apart))


def linear(values: Iterable[float], *, nothing: bool = False) -> Linear:
    """An axis with room around all the values, which begins at 0 where ``nothing`` is to be seen.

    One value or none gets room, too. Raises ``ValueError`` for what is not finite.
    """
    low, high = _ends(values, (0.0, 1.0))
    if nothing:
        low, high = min(low, 0.0), max(high, 0.0)
    spread = (high - low) or abs(high) * 0.2 or 1.0
    room = spread * 0.06
    below, above = ((0.0 if nothing and end == 0 else room) for end in (low, high))
    return Linear(low - below, high + above)


def logarithmic(values: Iterable[float]) -> Log:
    """An axis of whole decades around the values above nothing, of one decade at least."""
    low, high = _ends((value for value in values if value > 0), (1.0, 10.0))
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    return Log(10.0**first, 10.0 ** max(last, first + 1))


def _ends(values: Iterable[float], otherwise: tuple[float, float]) -> tuple[float, float]:
    known = tuple(values)
    if not all(map(math.isfinite, known)):
        raise ValueError("a value that is not finite has no place on an axis")
    return (min(known), max(known)) if known else otherwise


def _must_rise(low: float, high: float) -> None:
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"an axis rises from its low end to its high end, not from {low} to {high}")


def _held(share: float) -> float:
    return min(1.0, max(0.0, share))


def _step(least: float) -> float:
    """The next of 1, 2, 5 and 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(lead * power for lead in (1, 2, 5, 10) if lead * power >= least * (1 - 1e-9))


def _decade(lead: int, power: int) -> str:
    if power in PLAIN:
        return f"{lead * 10.0**power:.{max(0, -power)}f}"
    return f"{lead} × {_ten_to(power)}" if lead > 1 else _ten_to(power)


def _ten_to(power: int) -> str:
    return f"10{str(power).translate(SUPERSCRIPTS)}"
