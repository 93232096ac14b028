"""Placing a symbol and blocks of text on a label: as large as the label permits, never smaller than can be read.

The symbol stands in the top right corner; text runs beside it and, where there is room, below it. Of all that fits,
the arrangement is taken that serves the worse off of the two, scanner and reader, best.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from qc_service.exchange.labels.drawing import INCH, NOTHING, Drawing, Item, Modules, Words
from qc_service.exchange.labels.symbols import Symbol
from qc_service.exchange.labels.typeface import ASCENT, POINT, typeface

LEAST_MODULE = 0.254
"""Millimetres: 10 thousandths of an inch, which the GS1 General Specifications round to 0.255 for healthcare."""
WANTED_MODULE = 0.38
"""The size they aim at; a larger one serves nobody."""
MOST_MODULE = 0.51
WANTED_POINTS = 8.0
STEP = 0.25
LEADING = 1.06


class TooSmall(ValueError):
    """The label does not hold what is to stand on it."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A paragraph: ``scale`` is its size in relation to the label's own, ``apart`` the space before it."""

    text: str
    scale: float = 1.0
    bold: bool = False
    apart: float = 0.15


@dataclass(frozen=True, kw_only=True)
class Area:
    """A label to fill: its size in millimetres, the margin that stays free, and the dots that a printer has."""

    width: float
    height: float
    margin: float
    dpi: int
    least_points: float = 4.0
    most_points: float = 13.0


@dataclass(frozen=True)
class Layout:
    """A label's arrangement, for every label that differs only in its symbol and in the words to be filled in."""

    drawing: Drawing

    def filled(self, symbol: Symbol, words: Mapping[str, str]) -> Drawing:
        """The label with this symbol, and with each key replaced by its words; a line without any is left out."""
        items: list[Item] = []
        for item in self.drawing.items:
            if isinstance(item, Modules):
                items.append(replace(item, symbol=symbol))
            elif isinstance(item, Words):
                text = item.text
                for key, word in words.items():
                    text = text.replace(key, word)
                if text:
                    items.append(replace(item, text=text))
        return replace(self.drawing, items=tuple(items))


def laid_out(area: Area, symbol: Symbol | None, blocks: Sequence[Block]) -> Layout:
    """The best arrangement of them all. Raises ``TooSmall`` and ``CharacterMissing``."""
    modules, sizes = _modules(area, symbol), _sizes(area, blocks)
    if not modules or _flowed(area, symbol, modules[-1], blocks, sizes[-1]) is None:
        raise TooSmall(f"a label of {area.width:g} × {area.height:g} mm is too small for what stands on it")
    best: tuple[tuple[float, float], Drawing] | None = None
    for module in modules:
        for base in sizes:
            worth = _worth(module, base)
            if best is not None and worth <= best[0]:
                break
            drawing = _flowed(area, symbol, module, blocks, base)
            if drawing is not None:
                best = (worth, drawing)
                break
    assert best is not None  # noqa: S101  what is smallest was seen to fit
    return Layout(drawing=best[1])


def wrapped(text: str, widths: Iterator[float], points: float, *, bold: bool = False) -> list[str] | None:
    """The text in lines, each no wider than the next of ``widths``; ``None`` where a word is too wide."""
    face, lines, line = typeface(bold=bold), [], ""
    room = next(widths)
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if face.width(longer, points) <= room + NOTHING:
            line = longer
            continue
        if line:
            lines.append(line)
            room = next(widths)
        if face.width(word, points) > room + NOTHING:
            return None
        line = word
    return [*lines, line]


def _worth(module: float, base: float) -> tuple[float, float]:
    """How well an arrangement serves: the worse off of scanner and reader first, then both together."""
    scanned, read = min(module / WANTED_MODULE, 1.0) if module else 1.0, base / WANTED_POINTS
    return min(scanned, read, 1.0), min(scanned, 1.0) + read


def _modules(area: Area, symbol: Symbol | None) -> Sequence[float]:
    """The sizes of a module that are whole dots, the largest first; 0 for no symbol."""
    if symbol is None:
        return (0.0,)
    dot = INCH / area.dpi
    most = min(MOST_MODULE, min(area.width, area.height) / symbol.size)
    dots = range(int(most / dot + NOTHING), 0, -1)
    return [count * dot for count in dots if count * dot >= LEAST_MODULE - 0.001]


def _sizes(area: Area, blocks: Sequence[Block]) -> Sequence[float]:
    """The sizes of type to try, the largest first, such that the smallest block is still readable."""
    least = area.least_points / min((block.scale for block in blocks), default=1.0)
    steps = max(int((area.most_points - least) / STEP), 0)
    return [least + step * STEP for step in range(steps, -1, -1)]


def _flowed(
    area: Area, symbol: Symbol | None, module: float, blocks: Sequence[Block], base: float
) -> Drawing | None:
    """Everything in its place at these sizes, or ``None`` where it does not fit beside or below the symbol."""
    corner = _cornered(area, symbol, module)
    if corner is None:
        return None
    for top in dict.fromkeys((area.margin, corner.below)):
        lines = _lines(area, corner, blocks, base, top)
        if lines is not None:
            return Drawing(area.width, area.height, (*corner.taken, *lines))
    return None


def _lines(
    area: Area, corner: _Corner, blocks: Sequence[Block], base: float, top: float
) -> tuple[Words, ...] | None:
    """Every line of the blocks from ``top`` on, or ``None`` where they do not fit."""
    lines: list[tuple[Block, Words]] = []
    for block in blocks:
        points = block.scale * base
        size = points * POINT
        top += block.apart * size if lines else 0.0
        if top + size > area.height - area.margin + NOTHING:
            return None
        texts = wrapped(block.text, _widths(area, corner, top, size), points, bold=block.bold)
        if texts is None:
            return None
        for text in texts:
            lines.append((block, Words(text, area.margin, top + ASCENT * size, points, block.bold)))
            top += size * LEADING
        top -= size * (LEADING - 1)
    spare = area.height - area.margin - top
    return None if spare < -NOTHING else tuple(_spread(lines, spare))


@dataclass(frozen=True, kw_only=True)
class _Corner:
    """The symbol in its corner, how wide a line beside it is, and where the lines below it begin."""

    taken: tuple[Modules, ...]
    narrow: float
    below: float


def _cornered(area: Area, symbol: Symbol | None, module: float) -> _Corner | None:
    if symbol is None:
        return _Corner(taken=(), narrow=0.0, below=area.margin)
    side, quiet = symbol.size * module, symbol.quiet * module
    free = max(area.margin, quiet)
    left, apart = area.width - free - side, max(quiet, 0.8)
    if left < free or side + 2 * free > area.height + NOTHING:
        return None
    placed = Modules(symbol, left, free, module)
    return _Corner(taken=(placed,), narrow=left - apart - area.margin, below=free + side + apart)


def _widths(area: Area, corner: _Corner, top: float, size: float) -> Iterator[float]:
    """How wide each line may be that begins at ``top``, one after the other."""
    while True:
        yield corner.narrow if top < corner.below else area.width - 2 * area.margin
        top += size * LEADING


def _spread(lines: Iterable[tuple[Block, Words]], spare: float) -> Iterator[Words]:
    """Let the blocks breathe: what is left of the height goes between them, within measure."""
    placed = list(lines)
    gaps = sum(before is not after for (before, _), (after, _) in pairwise(placed))
    more = min(spare / gaps, 1.2) if gaps else 0.0
    lower, previous = 0.0, placed[0][0] if placed else None
    for block, words in placed:
        lower += more if block is not previous else 0.0
        previous = block
        yield replace(words, baseline=words.baseline + lower)
