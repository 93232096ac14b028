"""Made-up photographs of labels: symbols of a known size, held at a slant on a busy table, blurred, dim or noisy."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import zxingcpp
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

SCALE = 8
"""Pixels of a module as a symbol is drawn, before it is photographed."""
QUIET = 5 * SCALE
TWELVE_MEGAPIXELS = (4000, 3000)
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Label:
    """A symbol in a photograph: ``module`` is the width of its smallest square there in pixels, ``at`` its middle as
    shares of the photograph; ``tilt`` 0.5 makes its far side half as much smaller as its near side is larger."""

    symbol: Image.Image
    module: float = 8
    at: tuple[float, float] = (0.5, 0.5)
    turned: float = 0
    tilt: float = 0


def gs1(brackets: str, kind: str = "DataMatrix") -> Image.Image:
    """A GS1 symbol of an element string as it stands under one."""
    chosen: zxingcpp.BarcodeFormat = getattr(zxingcpp.BarcodeFormat, kind)
    made = zxingcpp.create_barcode(brackets, chosen, gs1=True, force_square=True)
    return Image.fromarray(made.to_image(scale=SCALE))


def plain(text: str, kind: str = "QRCode") -> Image.Image:
    """A symbol of any text."""
    chosen: zxingcpp.BarcodeFormat = getattr(zxingcpp.BarcodeFormat, kind)
    return Image.fromarray(zxingcpp.create_barcode(text, chosen).to_image(scale=SCALE))


def table(size: tuple[int, int], rng: random.Random) -> Image.Image:
    """A table with things on it: edges, stripes and grain, in which a reader may see codes that are none."""
    width, height = size
    ground = Image.linear_gradient("L").resize(size).point(lambda value: 90 + value / 4)
    pen = ImageDraw.Draw(ground)
    for _ in range(40):
        x, y, broad = rng.randrange(width), rng.randrange(height), rng.randrange(width // 100, width // 8)
        pen.ellipse((x, y, x + broad, y + broad // 2), fill=rng.randrange(60, 220))
        for stripe in range(8):
            left = x + stripe * broad // 8
            pen.rectangle((left, y, left + rng.randrange(2, 12), y + broad // 3), fill=rng.randrange(90))
    grain = Image.new("L", (width // 4, height // 4))
    grain.putdata([rng.randrange(100, 156) for _ in range(grain.width * grain.height)])
    return Image.blend(ground, grain.resize(size), 0.15)


def photograph(
    *labels: Label, size: tuple[int, int] = TWELVE_MEGAPIXELS, seed: int = 1, blur: float = 0,
    contrast: float = 1, noise: float = 0, glare: float = 0,
) -> Image.Image:  # fmt: skip
    """The labels on a table, in shades of grey; the same seed takes the same photograph.

    ``glare`` is the share of the first label's width that a white spot covers.
    """
    rng = random.Random(seed)
    photo = table(size, rng)
    for label in labels:
        _lay(photo, label)
    if glare:
        _shine(photo, labels[0], glare)
    if contrast != 1:
        photo = ImageEnhance.Contrast(photo).enhance(contrast)
    if blur:
        photo = photo.filter(ImageFilter.GaussianBlur(blur))
    return Image.blend(photo, Image.effect_noise(size, 200), noise) if noise else photo


def saved(photo: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    """The photograph as a file; a JPEG is in colour, as a camera makes it."""
    written = BytesIO()
    (photo.convert("RGB") if kind == "JPEG" and photo.mode == "L" else photo).save(written, kind, **how)
    return written.getvalue()


def _lay(photo: Image.Image, label: Label) -> None:
    drawn = label.symbol
    paper = Image.new("L", (drawn.width + 2 * QUIET, drawn.height + 2 * QUIET), 235)
    paper.paste(drawn, (QUIET, QUIET))
    corners = [(0.0, 0.0), (paper.width, 0.0), (paper.width, paper.height), (0.0, paper.height)]
    seen = [_seen(photo.size, paper.size, label, corner) for corner in corners]
    left, top = (math.floor(min(axis)) for axis in zip(*seen, strict=True))
    right, bottom = (math.ceil(max(axis)) for axis in zip(*seen, strict=True))
    lens = _lens([(x - left, y - top) for x, y in seen], corners)
    area = (right - left, bottom - top)
    turned = paper.transform(area, Image.Transform.PERSPECTIVE, lens, Image.Resampling.BICUBIC)
    mask = Image.new("L", paper.size, 255).transform(area, Image.Transform.PERSPECTIVE, lens)
    photo.paste(turned, (left, top), mask)


def _seen(
    size: tuple[int, int], paper: tuple[int, int], label: Label, corner: tuple[float, float]
) -> tuple[float, float]:
    scale, angle = label.module / SCALE, math.radians(label.turned)
    x, y = (corner[0] - paper[0] / 2) * scale, (corner[1] - paper[1] / 2) * scale
    across = x * math.cos(angle) - y * math.sin(angle)
    down = x * math.sin(angle) + y * math.cos(angle)
    depth = 1 + label.tilt * across / (max(paper) * scale)
    return size[0] * label.at[0] + across / depth, size[1] * label.at[1] + down / depth


def _shine(photo: Image.Image, label: Label, share: float) -> None:
    x, y = photo.width * label.at[0], photo.height * label.at[1]
    reach = label.symbol.width * label.module / SCALE * share / 2
    ImageDraw.Draw(photo).ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)


def _lens(seen: Points, drawn: Points) -> list[float]:
    """The eight numbers by which Pillow finds for a seen point the drawn one; by elimination, with pivots."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(seen, drawn, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for column in range(8):
        pivot = max(range(column, 8), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(8):
            if row != column:
                factor = rows[row][column] / rows[column][column]
                rows[row] = [one - factor * other for one, other in zip(rows[row], rows[column], strict=True)]
    return [rows[row][8] / rows[row][row] for row in range(8)]
