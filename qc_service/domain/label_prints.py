"""Printing a lot's labels: what a print was of, which vials, and when one needs a reason (21 CFR 211.125)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from qc_service.domain.errors import Malformed, Refused
from qc_service.domain.identifiers import Sha256, Slug
from qc_service.domain.records import Body, record

MOST_LABELS = 2_500
"""How many labels one print is of; a fill of more is printed in parts."""


class LabelSymbol(StrEnum):
    """The one symbol on a label; each names the vial in a way of its own."""

    GS1_DATA_MATRIX = "gs1_data_matrix"
    DIGITAL_LINK_QR = "digital_link_qr"
    ISBT128_DATA_MATRIX = "isbt128_data_matrix"
    OFFLINE_TOKEN_QR = "offline_token_qr"  # noqa: S105  the name of a symbol

    @property
    def on_vials(self) -> bool:
        """Whether it is for the vial's own label; a token is for its carton or insert."""
        return self is not LabelSymbol.OFFLINE_TOKEN_QR


class LabelFormat(StrEnum):
    """What a print is sent to the printer as; the last two are of one label."""

    PDF = "pdf"
    ZPL_203 = "zpl_203"
    ZPL_300 = "zpl_300"
    SVG = "svg"
    PNG = "png"


SINGLES = frozenset({LabelFormat.SVG, LabelFormat.PNG})
"""The formats that hold one label."""
THERMAL = {LabelFormat.ZPL_203: 203, LabelFormat.ZPL_300: 300}
"""The formats for thermal printers, with their dots an inch."""


@dataclass(frozen=True, kw_only=True)
class Ordinals:
    """Vials that follow each other in the fill, by their ordinals; both ends are within."""

    first: int
    last: int

    def __post_init__(self) -> None:
        """Refuse a range that is empty or begins below zero."""
        if not 0 <= self.first <= self.last:
            raise Malformed("vials are numbered from 0, and a range does not end before it begins")

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


@record("lot")
@dataclass(frozen=True, kw_only=True)
class LabelsPrinted(Body):
    """Labels were made for these vials; ``label`` is the file of everything that stands on them beside their serials.

    ``number`` counts the lot's prints from 1. Why vials that had a label got another is the record's reason.
    """

    number: int
    symbol: LabelSymbol
    format: LabelFormat
    stock: Slug
    vials: tuple[Ordinals, ...]
    label: Sha256

    def __post_init__(self) -> None:
        """Refuse ranges that are not in order and apart: a set of vials has one spelling."""
        if not self.vials or any(before.last + 1 >= after.first for before, after in pairwise(self.vials)):
            raise Malformed("name the vials in ranges that are in order and apart", field="vials")

    @property
    def count(self) -> int:
        """How many labels it was of."""
        return sum(map(len, self.vials))

    @property
    def ordinals(self) -> tuple[int, ...]:
        """Every vial, in the order of the fill."""
        return tuple(one for part in self.vials for one in range(part.first, part.last + 1))


class ReprintNeedsReason(Refused):
    """Some of these vials have a label already: a second one is printed for a reason, and the first is destroyed."""


class TooManyLabels(Refused):
    """One print is of at most 2,500 labels: print the fill in parts."""


class LabelTooSmall(Refused):
    """The stock's labels do not hold what must stand on them: take a larger one."""


class CharacterNotPrintable(Refused):
    """A word on the label has a character that the typeface lacks."""


class SymbolUnavailable(Refused):
    """The records do not have what this symbol says of a vial: take another symbol, or record it."""


def ranges(ordinals: Iterable[int]) -> tuple[Ordinals, ...]:
    """These vials in their one spelling, each named once."""
    found: list[Ordinals] = []
    for one in sorted(set(ordinals)):
        if found and found[-1].last + 1 == one:
            found[-1] = Ordinals(first=found[-1].first, last=one)
        else:
            found.append(Ordinals(first=one, last=one))
    return tuple(found)


def printed_before(
    prints: Iterable[LabelsPrinted], symbol: LabelSymbol, ordinals: Iterable[int]
) -> tuple[Ordinals, ...]:
    """Those of the vials that had one before: a label of their own, or for a token an insert."""
    had = {
        one for earlier in prints if earlier.symbol.on_vials == symbol.on_vials for one in earlier.ordinals
    }
    return ranges(had.intersection(ordinals))


def labels_on_vials(prints: Iterable[LabelsPrinted]) -> int:
    """How many labels were printed for the vials themselves: those that are counted (21 CFR 211.125(c))."""
    return sum(printed.count for printed in prints if printed.symbol.on_vials)
