"""A thermal printer in a few lines: it draws the graphic fields of ZPL formats, and refuses what it does not know."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PIL import Image

FORMAT = re.compile(r"\^XA(.*?)\^XZ", re.DOTALL)
COMMAND = re.compile(r"\^([A-Z]{2})([^^]*)")


@dataclass(frozen=True)
class Printed:
    """One label as it leaves the printer."""

    picture: Image.Image
    quantity: int


def printed(text: str) -> list[Printed]:
    """Every label of the text, in order."""
    rest = FORMAT.sub("", text)
    assert not rest.strip(), f"outside of a format: {rest[:40]!r}"
    return [_label(found) for found in FORMAT.findall(text)]


def _label(commands: str) -> Printed:
    width = height = 0
    origin, quantity, picture = (0, 0), 1, None
    for name, parameters in COMMAND.findall(commands):
        if name == "PW":
            width = int(parameters)
        elif name == "LL":
            height = int(parameters)
        elif name == "FO":
            left, top = parameters.split(",")
            origin = (int(left), int(top))
        elif name == "GF":
            picture = picture or Image.new("L", (width, height), 255)
            field = _field(parameters)
            picture.paste(field, origin)
        elif name == "PQ":
            quantity = int(parameters)
        else:
            assert name in {"LH", "FS"}, f"^{name} is not known here"
    assert picture is not None
    return Printed(picture=picture, quantity=quantity)


def _field(parameters: str) -> Image.Image:
    kind, sent, total, per_row, dots = parameters.split(",", 4)
    assert kind == "A"
    assert sent == total
    rows = _rows(dots, int(per_row) * 2)
    assert len(rows) * int(per_row) == int(total)
    picture = Image.frombytes("1", (int(per_row) * 8, len(rows)), bytes.fromhex("".join(rows)))
    return picture.convert("L").point(lambda lit: 255 - lit)


def _rows(dots: str, digits: int) -> list[str]:
    rows: list[str] = []
    row, count = "", 0
    for one in dots.strip():
        if one in ",!":
            rows.append(row.ljust(digits, "0" if one == "," else "F"))
            row = ""
        elif one == ":":
            assert not row
            rows.append(rows[-1])
        elif "G" <= one <= "Y":
            count += ord(one) - ord("G") + 1
        elif "g" <= one <= "z":
            count += 20 * (ord(one) - ord("g") + 1)
        else:
            row += one * (count or 1)
            count = 0
            if len(row) == digits:
                rows.append(row)
                row = ""
        assert len(row) < digits
    assert not row
    return rows
