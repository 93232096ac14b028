"""A vial's label: which words stand on it in which size, on labels from a carton's down to a cryogenic vial's.

A label that cannot bear everything bears less, as 21 CFR 610.60(c) has it: its package then bears the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from qc_service.domain.identifiers import VialSerial
from qc_service.domain.label_prints import LabelFormat, LabelSymbol
from qc_service.domain.label_words import TOPICAL_ONLY, LabelWords
from qc_service.exchange.codes import element_string
from qc_service.exchange.labels.drawing import Drawing
from qc_service.exchange.labels.jobs import LabelJob, VialLabel
from qc_service.exchange.labels.layout import Area, Block, Layout, TooSmall, laid_out
from qc_service.exchange.labels.symbols import Symbol, data_matrix, gs1_data_matrix, qr_code
from qc_service.exchange.labels.typeface import typeface

WIDEST = "W" * 12
"""No serial is wider: the place of every serial is kept free for it."""
WIDEST_GROUPED = "-".join([WIDEST[:4]] * 3)
DOTS = {LabelFormat.ZPL_203: 203, LabelFormat.ZPL_300: 300, LabelFormat.PNG: 300}
"""Dots an inch; what is drawn in lines takes those of an office printer."""
OFFICE_DOTS = 600
SPECIMEN = "SPECIMEN"

_DRAWN: dict[LabelSymbol, Callable[[str], Symbol]] = {
    LabelSymbol.GS1_DATA_MATRIX: gs1_data_matrix,
    LabelSymbol.DIGITAL_LINK_QR: qr_code,
    LabelSymbol.ISBT128_DATA_MATRIX: data_matrix,
    LabelSymbol.OFFLINE_TOKEN_QR: lambda text: qr_code(text, correction="l"),
}


@dataclass(frozen=True, kw_only=True)
class Tier:
    """How much a label bears. ``least`` is its smallest type in points; the numbers behind are relative sizes.

    ``storage`` is that a label that does not bear everything says by which route, and how it is kept. ``forecast`` is
    that the lot was not released yet, which the sheet says too.
    """

    least: float
    shout: float
    identity: float
    minor: float
    full: bool = True
    regulatory: bool = False
    one_line: bool = False
    storage: bool = False
    forecast: bool = True


TIERS = (
    Tier(least=6.0, shout=1.55, identity=1.25, minor=0.8, regulatory=True),
    Tier(least=4.0, shout=1.55, identity=1.25, minor=0.8),
    Tier(least=4.0, shout=1.3, identity=1.1, minor=0.85, full=False, storage=True),
    Tier(least=4.0, shout=1.2, identity=1.0, minor=0.8, full=False, one_line=True, storage=True),
    Tier(least=4.0, shout=1.3, identity=1.1, minor=0.85, full=False),
    Tier(least=4.0, shout=1.2, identity=1.0, minor=0.9, full=False, one_line=True),
    Tier(least=4.0, shout=1.05, identity=1.0, minor=1.0, full=False, one_line=True, forecast=False),
)
COARSE_LEAST = 5.0
"""The smallest type at 203 dots an inch, where a point has fewer than three dots."""


def drawings(job: LabelJob) -> Iterator[Drawing]:
    """Every label of the job, in order, all arranged alike. Raises ``TooSmall`` and ``CharacterMissing`` at once."""
    symbols = [_DRAWN[job.symbol](vial.code) for vial in job.vials]
    mark = max((vial.mark for vial in job.vials), key=lambda text: typeface(bold=True).width(text, 10))
    layout = arranged(job, max(symbols, key=lambda symbol: symbol.size), mark)
    return (layout.filled(symbol, _own(vial, mark)) for symbol, vial in zip(symbols, job.vials, strict=True))


def _own(vial: VialLabel, mark: str) -> dict[str, str]:
    """What stands in the places that were kept free for this vial's own words."""
    serial = {WIDEST_GROUPED: vial.serial.grouped, WIDEST: str(vial.serial)}
    return {_kept(mark): _kept(vial.mark), **serial} if mark else serial


def arranged(job: LabelJob, symbol: Symbol, mark: str) -> Layout:
    """The arrangement that says most and fits. Raises ``TooSmall`` and ``CharacterMissing``."""
    width, height = job.stock.size
    dpi = DOTS.get(job.format, OFFICE_DOTS)
    area = Area(width=width, height=height, margin=1.0 if job.stock.roll else 1.5, dpi=dpi)
    for tier in TIERS:
        least = max(tier.least, COARSE_LEAST) if dpi < 300 else tier.least
        try:
            return laid_out(replace(area, least_points=least), symbol, list(_blocks(job, tier, mark)))
        except TooSmall:
            continue
    raise TooSmall(
        f"{job.stock.name}: too small for these words and a symbol of {symbol.size} × {symbol.size} modules"
    )


def _blocks(job: LabelJob, tier: Tier, mark: str) -> Iterator[Block]:
    words, minor = job.label.words, tier.minor
    if words.topical_only:
        yield Block(text=TOPICAL_ONLY, scale=tier.shout, bold=True)
    yield Block(text=words.product, bold=True)
    yield from _identity(words, tier)
    for text in filter(None, (SPECIMEN if job.specimen else "", _kept(mark))):
        yield Block(text=text, bold=True)
    if words.warning and (tier.forecast or words.forbidden):
        yield Block(text=words.warning, scale=minor, bold=True)
    for text in _said(words, tier):
        yield Block(text=text, scale=minor)
    if tier.full:
        yield Block(text=_caption(job), scale=minor * 0.94)
    for text in (*words.footing, words.regulatory) if tier.regulatory else ():
        yield Block(text=" ".join(text.split()), scale=minor)


def _said(words: LabelWords, tier: Tier) -> Iterator[str]:
    """Use, contents, storage, cautions and maker, as far as the tier has them."""
    if tier.full:
        yield words.contents if words.topical_only else f"{words.use} · {words.contents}"
        yield words.keeping
    elif tier.storage:
        yield words.keeping_longest if words.topical_only else f"{words.use} · {words.keeping_longest}"
    elif not (words.topical_only or tier.one_line):
        yield words.use
    yield from words.cautions
    yield (
        f"{words.maker}, {words.establishment}, {' '.join(words.address.split())}"
        if tier.full
        else words.maker
    )


def _identity(words: LabelWords, tier: Tier) -> Iterator[Block]:
    """Lot, expiry and serial, the largest words but for the shout."""
    lot, expiry = f"LOT {words.lot}", f"EXP {_kept(words.expiry)}"
    lines = (f"{lot} {expiry}",) if tier.one_line else (lot, expiry)
    for place, line in enumerate((*lines, f"SN {WIDEST_GROUPED}")):
        yield Block(text=line, scale=tier.identity, bold=True, apart=0.05 if place else 0.15)


def _caption(job: LabelJob) -> str:
    """What people read of the symbol: each element in one piece, so that lines break between them."""
    words = job.label.words
    if job.symbol is LabelSymbol.GS1_DATA_MATRIX and words.gtin is not None:
        elements = element_string(words.gtin, words.lot, _STAND_IN, words.expires_on).replace(
            _STAND_IN, WIDEST
        )
        return elements.replace("(", " (").strip()
    if job.symbol is LabelSymbol.ISBT128_DATA_MATRIX and job.label.isbt is not None:
        din = job.label.isbt.din
        return f"{din[:5]}\u00a0{din[5:7]}\u00a0{din[7:]}\u00a0{din.check_character} {job.label.isbt.description}"
    if job.symbol is LabelSymbol.OFFLINE_TOKEN_QR:
        return "The code works without a network: it says where the vial comes from, not that it may be used."
    return f"Scan for the record, or ask {job.label.link.split('//')[-1]}"


_STAND_IN = VialSerial("2" * 12)


def _kept(text: str) -> str:
    """The text in one piece: no line breaks within."""
    return text.replace(" ", "\u00a0")
