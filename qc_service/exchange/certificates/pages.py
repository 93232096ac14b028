"""The certificate as pages: its head with the live answer's symbol, its sections, and at the foot of every page which
page of which certificate it is."""

from __future__ import annotations

from datetime import datetime

import orjson

from qc_service.domain.codec import to_plain
from qc_service.exchange.certificates import curve
from qc_service.exchange.certificates.attached import Attached
from qc_service.exchange.certificates.contents import Block, Contents, Curve, Facts, Sentence, Table, Tone
from qc_service.exchange.certificates.flow import (
    ACCENT,
    BODY,
    BOTTOM,
    GREY,
    HAIR,
    LACKING,
    LEADING,
    LEFT,
    PAGE,
    SMALL,
    WIDTH,
    Flow,
    fitting,
)
from qc_service.exchange.certificates.tagged import Colour, Tagged
from qc_service.exchange.labels.drawing import Box, Modules
from qc_service.exchange.labels.symbols import qr_code
from qc_service.exchange.labels.typeface import POINT, typeface

SYMBOL = 27.0
"""How wide the symbol is, in millimetres, with its quiet zone."""
TITLE = "Certificate of analysis"
_TONES: dict[Tone, tuple[Colour, Colour]] = {
    Tone.GOOD: ((18, 94, 52), (231, 244, 236)),
    Tone.OPEN: ((130, 72, 0), (253, 243, 224)),
    Tone.BAD: ((150, 24, 24), (252, 233, 231)),
}
LACKED = f"A character that this typeface does not have stands as {LACKING}; what is attached has it as it was written."


def drawn(contents: Contents, code: str, attached: tuple[Attached, ...], at: datetime) -> bytes:
    """The certificate as a PDF without its seal; the same contents and attachments make the same file.

    ``code`` is the beginning of the contents' SHA-256, which stands on every page.
    """
    named = f"{TITLE} {contents.number}"
    with Tagged(
        title=f"{named} – Lot {contents.lot}", subject=f"{contents.product}, lot {contents.lot}",
        author=contents.maker, at=at,
    ) as pages:  # fmt: skip
        flow = Flow(pages, f"{named} · {contents.product} · Lot {contents.lot}")
        flow.begin()
        _head(flow, contents, code)
        for section in contents.sections:
            flow.heading(section.title)
            for block in section.blocks:
                _put(flow, block)
        if _lacking(contents):
            flow.say(LACKED, SMALL, colour=GREY)
        for one in attached:
            pages.embed_file(
                bytes=one.content, basename=one.name, mime_type=one.media_type, desc=one.description,
                associated_file_relationship="Source", compress=True, creation_date=at, modification_date=at,
            )  # fmt: skip
        _feet(pages, f"{named} · Lot {contents.lot}", f"Code {code}")
        return bytes(pages.output())


def _lacking(contents: Contents) -> bool:
    """Whether some character of it is not in the typeface."""
    said = orjson.dumps(to_plain(contents)).decode()
    return not set(said).issubset(typeface().widths)


def _put(flow: Flow, block: Block) -> None:
    match block:
        case Facts():
            flow.facts(block)
        case Table():
            flow.table(block)
        case Sentence():
            flow.say(block.text, bold=block.strong)
            flow.top += 1.4
        case Curve():
            curve.draw(flow, block)


def _head(flow: Flow, contents: Contents, code: str) -> None:
    pages, beside = flow.pages, WIDTH - SYMBOL - 6
    _symbol(pages, f"{contents.address}?code={code}", flow.top)
    below = flow.top + SYMBOL + 3.5
    flow.say(TITLE.upper(), 10.0, bold=True, colour=ACCENT, kind="H1", width=beside)
    flow.top += 1.0
    flow.say(contents.product, 19.0, bold=True, width=beside)
    flow.say(f"Lot {contents.lot}", 14.0, bold=True, width=beside)
    flow.top += 1.0
    flow.say(f"Certificate {contents.number}, issued {contents.issued}", BODY, width=beside)
    flow.say(contents.maker, BODY, colour=GREY, width=beside)
    flow.say(f"Live answer: {contents.address}?code={code}", SMALL, colour=GREY, width=beside)
    flow.top = max(flow.top, below) + 2.5
    if contents.shout:
        _band(flow, contents.shout, "", *_TONES[Tone.BAD], points=21.0)
    _band(flow, contents.standing, contents.standing_more, *_TONES[contents.tone], points=13.0)


def _symbol(pages: Tagged, address: str, top: float) -> None:
    symbol = qr_code(address)
    module, left = SYMBOL / symbol.span, LEFT + WIDTH - SYMBOL
    quiet = symbol.quiet * module
    alt = f"QR code of the live answer for this certificate: {address}"
    with pages.marked("Figure", alt=alt):
        pages.symbol(Modules(symbol, left + quiet, top + quiet, module))
    pages.link(left, top, SYMBOL, SYMBOL, address)
    words = "Scan for the live answer"
    at = left + (SYMBOL - typeface().width(words, 6.5)) / 2
    with pages.marked("Caption"):
        pages.write_at(words, at, top + SYMBOL + 1.2, 6.5, colour=GREY)


def _band(flow: Flow, words: str, more: str, colour: Colour, tint: Colour, *, points: float) -> None:
    """A box with a bar at its side: what nobody may overlook."""
    inner = WIDTH - 10
    high = len(fitting(words, inner, points, bold=True)) * points * POINT * LEADING
    deep = len(fitting(more, inner, BODY)) * BODY * POINT * LEADING if more else 0.0
    height = high + deep + 5.0
    flow.room(height)
    with flow.pages.artifact():
        flow.pages.filled(Box(LEFT, flow.top, LEFT + WIDTH, flow.top + height), tint)
        flow.pages.filled(Box(LEFT, flow.top, LEFT + 1.6, flow.top + height), colour)
    end = flow.top + height
    flow.top += 2.5
    flow.say(words, points, bold=True, colour=colour, left=LEFT + 5, width=inner)
    if more:
        flow.say(more, left=LEFT + 5, width=inner)
    flow.top = end + 2.0


def _feet(pages: Tagged, named: str, code: str) -> None:
    """The foot of every page, once it is known how many there are."""
    whole = pages.page
    for number in range(1, whole + 1):
        pages.turn_to(number)
        with pages.artifact():
            pages.filled(Box(LEFT, BOTTOM + 4.6, LEFT + WIDTH, BOTTOM + 4.8), HAIR)
            of, baseline = f"Page {number} of {whole}", PAGE[1] - 11.0
            parts = fitting(named, WIDTH * 0.55, SMALL)
            pages.write_at(parts[0], LEFT, baseline, SMALL, colour=GREY)
            middle = LEFT + WIDTH * 0.56
            pages.write_at(code, middle, baseline, SMALL, colour=GREY)
            at = LEFT + WIDTH - typeface().width(of, SMALL)
            pages.write_at(of, at, baseline, SMALL, colour=GREY)
