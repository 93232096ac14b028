"""Every code that a picture shows, read exactly as if a scanner had sent it.

A try costs little on the reduced picture and more on the whole one, so they come in that order, and the first that
finds something readable is the last: reduced as it is, reduced and sharpened (for a picture out of focus), whole (for a
small symbol in a large picture). A picture drawn to look like thousands of codes takes seconds of looking; after the
first of them it is looked at no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from time import thread_time

import zxingcpp
from PIL import Image, ImageFilter

from qc_service.exchange.codes import Reading, Unreadable, read_code
from qc_service.exchange.pictures.opening import Picture

REDUCED = 3_000_000
WHOLE = 16_000_000
"""The most pixels of the first tries and of the one on the whole picture."""
MOST_CODES = 20
"""More codes than that are not told apart by choosing from a list."""

PATIENCE = 1.0
"""Seconds of computing after which no further try is begun; a photograph takes a third of that for all of them."""

_FORMATS = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.Code128,
        zxingcpp.BarcodeFormat.DataBarExp,
        zxingcpp.BarcodeFormat.EAN13,
    ]
)
_TRIES: tuple[Callable[[Picture], Image.Image], ...] = (
    lambda picture: picture.grey(REDUCED),
    lambda picture: _sharpened(picture.grey(REDUCED)),
    lambda picture: picture.grey(WHOLE),
)
_OF_ONE_THING = ("serial", "sscc")


@dataclass(frozen=True, kw_only=True)
class SeenCode:
    """A code in a picture: ``text`` is what a scanner would send, symbology identifier and separators included.

    ``corners`` are in pixels of the picture as a person sees it, from the symbol's own top left corner on.
    """

    text: str
    reading: Reading | Unreadable
    corners: tuple[tuple[int, int], ...]

    @property
    def fields(self) -> Mapping[str, str]:
        """What it says; nothing where it cannot be read."""
        return self.reading.fields if isinstance(self.reading, Reading) else {}


def codes_in(picture: Picture, today: date) -> tuple[SeenCode, ...]:
    """The different codes in view, from top to bottom; what names one thing counts before what names its kind.

    Two symbols that say the same of one vial are one code, and the fuller one is given. Raises ``PictureUnreadable``.
    """
    seen: tuple[SeenCode, ...] = ()
    started = thread_time()
    for attempt in _TRIES:
        found = _found(picture, attempt(picture), today)
        seen = found or seen
        if any(code.fields for code in found) or thread_time() - started > PATIENCE:
            break
    return _different(_weightiest(seen))[:MOST_CODES]


def _sharpened(grey: Image.Image) -> Image.Image:
    """Everything that differs from its surroundings differs three and a half times as much."""
    return Image.blend(grey.filter(ImageFilter.BoxBlur(6)), grey, 3.5)


def _found(picture: Picture, grey: Image.Image, today: date) -> tuple[SeenCode, ...]:
    reduced = grey.width * grey.height < 2 * REDUCED  # what is larger was tried at smaller sizes already
    barcodes = zxingcpp.read_barcodes(
        grey, formats=_FORMATS, text_mode=zxingcpp.TextMode.Plain, try_downscale=reduced
    )
    codes = [_seen(picture, grey, barcode, today) for barcode in barcodes]
    return tuple(sorted(codes, key=lambda code: min((y, x) for x, y in code.corners)))


def _seen(picture: Picture, grey: Image.Image, barcode: zxingcpp.Barcode, today: date) -> SeenCode:
    text = barcode.symbology_identifier + barcode.text
    place = barcode.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    return SeenCode(
        text=text,
        reading=read_code(text, today),
        corners=tuple(picture.seen_at(one.x / grey.width, one.y / grey.height) for one in corners),
    )


def _weightiest(codes: tuple[SeenCode, ...]) -> tuple[SeenCode, ...]:
    """Those that name one vial or carton; without any, those that can be read; without any, all."""
    naming = tuple(code for code in codes if any(name in code.fields for name in _OF_ONE_THING))
    return naming or tuple(code for code in codes if code.fields) or codes


def _different(codes: Iterable[SeenCode]) -> tuple[SeenCode, ...]:
    kept: list[SeenCode] = []
    for code in codes:
        same = next((place for place, other in enumerate(kept) if _same(code, other)), None)
        if same is None:
            kept.append(code)
        elif len(code.fields) > len(kept[same].fields):
            kept[same] = code
    return tuple(kept)


def _same(one: SeenCode, other: SeenCode) -> bool:
    """Whether two codes name the same thing and contradict each other in nothing."""
    if not one.fields or not other.fields:
        return one.text == other.text
    shared = one.fields.keys() & other.fields.keys()
    if any(one.fields[name] != other.fields[name] for name in shared):
        return False
    smaller = min(one.fields.keys(), other.fields.keys(), key=len)
    return shared == smaller or any(name in shared for name in _OF_ONE_THING)
