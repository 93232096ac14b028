"""Everything that a certificate says, in the order in which it is read: sections of named values, tables, sentences
and curves.

It is made from the records and drawn from these values alone; the SHA-256 of its canonical JSON stands on record, and
the beginning of that on paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Pair = tuple[str, str]


class Tone(StrEnum):
    """In which way the lot stands; the words say it, colour only underlines them."""

    GOOD = "good"
    OPEN = "open"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Values with their names, in two columns where they are short."""

    facts: tuple[Pair, ...]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its heading, its part of the table's width, and whether what stands in it is the point of the row."""

    name: str
    share: int
    strong: bool = False


def columns(shares: Mapping[str, int], *, strong: str = "") -> tuple[Column, ...]:
    """The columns of these headings and shares; the one named ``strong`` is the point of the rows."""
    return tuple(Column(name=name, share=share, strong=name == strong) for name, share in shares.items())


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under headings; the paragraphs of a cell stand on lines of their own. ``none`` says that it is empty."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    none: str = "None on record."


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A paragraph."""

    text: str
    strong: bool = False


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A distribution over size, as the instrument's file has it: each point's size in nanometres and its height.

    ``described`` says in words what the curve shows, for whoever cannot see it.
    """

    title: str
    described: str
    across: str
    up: str
    points: tuple[Pair, ...]


Block = Facts | Table | Sentence | Curve


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part with its heading."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Contents:
    """A certificate: what stands at its head, and its sections. ``address`` is where its live answer is."""

    number: int
    lot: str
    product: str
    maker: str
    shout: str
    standing: str
    standing_more: str
    tone: Tone
    issued: str
    address: str
    sections: tuple[Section, ...]
