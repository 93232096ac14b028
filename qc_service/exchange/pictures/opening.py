"""A photo or video frame, opened in memory: what it costs is known from its header before a pixel of it is worked out.

Bounds: 12 MiB of JPEG, PNG or WebP, 40 million pixels, 30,000 of them along a side, and for a JPEG 40 scans, since a
progressive one may ask for thousands of passes over the whole picture. Pillow itself bounds what a PNG's text and
profiles unpack to.
"""

from __future__ import annotations

import math
from io import BytesIO

from PIL import ExifTags, Image

from qc_service.domain.errors import Malformed

FORMATS = ("JPEG", "PNG", "WEBP")
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")
MAX_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 40_000_000
MOST_ALONG = 30_000
"""Pixels along a side: the longest panorama has fewer, and a strip of one pixel's width takes seconds to reduce."""
MOST_SCANS = 40

_START_OF_SCAN = b"\xff\xda"
"""Nowhere else in a JPEG: within a scan every 0xFF is followed by 0x00 (ITU-T T.81, B.1.1.5)."""
_MIDDLE_GREY = 128
_TOLERATED = 1.25


class PictureUnreadable(Malformed):
    """A picture that is of another format, damaged, or larger than what is opened here."""


class Picture:
    """A picture that was found fit to be opened; ``size`` is its width and height as a person sees it.

    Raises ``PictureUnreadable``.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        image = _opened(content)
        self._stored = image.size
        self._turn = _turn(image)
        self.size = image.size if self._turn < 5 else (image.height, image.width)
        self._whole: Image.Image | None = None
        self._greys: dict[int, Image.Image] = {}

    def grey(self, most: int) -> Image.Image:
        """The picture in shades of grey, as it is stored, with about so many pixels at most.

        Raises ``PictureUnreadable``.
        """
        if most not in self._greys:
            width, height = self._stored
            scale = min(1.0, math.sqrt(most / (width * height)))
            wanted = (max(1, int(width * scale)), max(1, int(height * scale)))
            try:
                self._greys[most] = _reduced(self._decoded(wanted), wanted)
            except Exception as error:  # whatever a decoder fails with, it is the picture's fault
                raise PictureUnreadable("The picture is damaged: send it again.", field="picture") from error
        return self._greys[most]

    def seen_at(self, x: float, y: float) -> tuple[int, int]:
        """Where a person sees what is stored at these shares of width and height, in pixels (Exif, Orientation)."""
        places = {
            2: (1 - x, y), 3: (1 - x, 1 - y), 4: (x, 1 - y),
            5: (y, x), 6: (1 - y, x), 7: (1 - y, 1 - x), 8: (y, 1 - x),
        }  # fmt: skip
        across, down = places.get(self._turn, (x, y))
        return round(across * self.size[0]), round(down * self.size[1])

    def _decoded(self, wanted: tuple[int, int]) -> Image.Image:
        """A JPEG is decoded at about the size wanted, which is quick; anything else once, and kept for the next try."""
        if self._whole is None:
            image = _opened(self._content)
            if image.format in {"JPEG", "MPO"}:
                image.draft("L", wanted)
                return _in_grey(image)
            self._whole = _in_grey(image)
        return self._whole


def _reduced(image: Image.Image, wanted: tuple[int, int]) -> Image.Image:
    """What is a little larger is left as it is, since a JPEG decoded at a half is there for nothing."""
    if image.width * image.height <= wanted[0] * wanted[1] * _TOLERATED:
        return image
    return image.resize(wanted, Image.Resampling.BILINEAR)


def _opened(content: bytes) -> Image.Image:
    if len(content) > MAX_BYTES:
        raise PictureUnreadable(f"The picture has more than {MAX_BYTES:,} bytes.", field="picture")
    if content.count(_START_OF_SCAN) > MOST_SCANS and content.startswith(b"\xff\xd8"):
        raise PictureUnreadable("The picture has more scans than any camera makes.", field="picture")
    try:
        image = Image.open(BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except Exception as error:
        detail = "This is no JPEG, PNG or WebP picture, or it is damaged: take it again, as one of these."
        raise PictureUnreadable(detail, field="picture") from error
    if image.width * image.height > MOST_PIXELS:
        raise _too_large()
    if max(image.size) > MOST_ALONG:
        detail = f"The picture has more than {MOST_ALONG:,} pixels along a side: send the part with the code."
        raise PictureUnreadable(detail, field="picture")
    return image


def _too_large() -> PictureUnreadable:
    detail = f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels: send a smaller one."
    return PictureUnreadable(detail, field="picture")


def _turn(image: Image.Image) -> int:
    """How the camera was held, 1 to 8; a PNG's is not looked for, since that takes decoding it."""
    if image.format == "PNG":
        return 1
    try:
        turn = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # a damaged note beside a good picture
        return 1
    return turn if isinstance(turn, int) and 1 <= turn <= 8 else 1


def _in_grey(image: Image.Image) -> Image.Image:
    """The first frame in 8 bits of grey; what can be seen through stands before middle grey, so that black and white
    on it are both told apart from it."""
    image.load()
    if image.mode.startswith("I"):  # 16 bits, which a plain conversion would clip
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        seen = image.convert("LA")
        ground = Image.new("L", image.size, _MIDDLE_GREY)
        ground.paste(seen.getchannel("L"), mask=seen.getchannel("A"))
        return ground
    return image.convert("L")
