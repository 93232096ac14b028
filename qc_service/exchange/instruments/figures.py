"""Exact arithmetic on printed figures: decimals stay decimals from the file's digits to the reading."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from decimal import Context, Decimal
from itertools import accumulate

from qc_service.exchange.instruments.reading import misshapen

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)
_LONGEST_NUMBER = 40
_LARGEST_POWER = 30
_MISSING = frozenset({"", "-", "--", "nan", "n/a", "not recorded", "no data"})
_EXACT = Context(prec=60)

_PER_VOLUME = re.compile(r"(?:e(\d{1,2}) ?)?p(?:articles?|\.)? ?/ ?(ml|cm\^?3|cm³|[µu]l|l)", re.ASCII)
_MILLILITRE_POWER = {"ml": 0, "cm3": 0, "cm^3": 0, "cm³": 0, "µl": 3, "ul": 3, "l": -3}


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no figure: blank, a dash, NaN, n/a, not recorded, no data."""
    return cell.strip().casefold() in _MISSING


def printed_number(cell: str, where: str, *, decimal_comma: bool) -> Decimal | None:
    """The figure a cell prints, digit for digit, or None where it says that there is none.

    ``decimal_comma`` permits ``1,47``, which is read only where commas do not part the cells. Raises
    UnreadableFile ``malformed`` for anything else than ``12``, ``-1.50`` or ``1.47E+9``; ``where`` names the
    cell in the message.
    """
    text = cell.strip()
    plain = text.replace(",", ".") if decimal_comma else text
    if len(plain) <= _LONGEST_NUMBER and _NUMBER.fullmatch(plain):
        figure = Decimal(plain)
        if figure and abs(figure.adjusted()) > _LARGEST_POWER:
            raise misshapen(f"{where} holds {text!r}, which no instrument measures")
        return figure
    if is_missing(text):
        return None
    raise misshapen(f"{where} holds {text[:_LONGEST_NUMBER]!r}, not a number like 12, 1.50 or 1.47E+9")


def decimal_text(figure: Decimal) -> str:
    """The figure as text with all its digits and no others; zero carries no sign."""
    return str(figure or figure.copy_abs())


def per_millilitre(figure: Decimal, unit: str) -> Decimal | None:
    """A count per volume as particles/mL, exactly; None where the unit is not one of count per volume.

    Known units, in any case: ``particles / ml``, ``E8 particles/ml``, ``p./cm^3``, ``p./mL``, ``p./µL``,
    ``p./L``.
    """
    match = _PER_VOLUME.fullmatch(" ".join(unit.casefold().replace("μ", "µ").split()))
    if match is None:
        return None
    power = int(match[1] or 0) + _MILLILITRE_POWER[match[2]]
    return figure.scaleb(power) if power else figure


def mean(figures: Sequence[Decimal]) -> Decimal:
    """The arithmetic mean of at least one figure, rounded half-even to four significant digits."""
    return Context(prec=4).divide(_total(figures), Decimal(len(figures)))


def cv_percent(figures: Sequence[Decimal]) -> Decimal | None:
    """100 × sample standard deviation (n − 1) ÷ mean, rounded half-even to 0.1 %.

    None for fewer than two figures or a mean of zero.
    """
    total = _total(figures)
    if len(figures) < 2 or not total:
        return None
    centre = _EXACT.divide(total, Decimal(len(figures)))
    squares = _total([_EXACT.power(_EXACT.subtract(figure, centre), 2) for figure in figures])
    deviation = _EXACT.sqrt(_EXACT.divide(squares, Decimal(len(figures) - 1)))
    percent = _EXACT.multiply(Decimal(100), _EXACT.divide(deviation, centre))
    return percent.quantize(Decimal("0.1"), context=_EXACT)


def percentile(distribution: Sequence[tuple[Decimal, Decimal]], percent: int) -> Decimal | None:
    """The size below which ``percent`` (1 to 100) of the counts lie, rounded half-even to 0.1 of its unit.

    ``distribution`` holds (size, count) with rising sizes. The cumulative count is taken as reached at the
    printed size and joined by straight lines, from zero one bin before the first; this reproduces the medians
    ZetaView prints. None without counts or with a single bin.
    """
    reached = list(accumulate((count for _, count in distribution), _EXACT.add))
    if len(distribution) < 2 or not reached[-1]:
        return None
    wanted = _EXACT.divide(_EXACT.multiply(reached[-1], Decimal(percent)), Decimal(100))
    place = bisect_left(reached, wanted)
    right, count = distribution[place]
    if place:
        left, below = distribution[place - 1][0], reached[place - 1]
    else:
        left, below = 2 * right - distribution[1][0], Decimal(0)
    part = _EXACT.divide(_EXACT.subtract(wanted, below), count)
    size = _EXACT.add(left, _EXACT.multiply(_EXACT.subtract(right, left), part))
    return size.quantize(Decimal("0.1"), context=_EXACT)


def _total(figures: Sequence[Decimal]) -> Decimal:
    total = Decimal(0)
    for figure in figures:
        total = _EXACT.add(total, figure)
    return total
