"""ISBT 128 data structures, one a line: how each begins and what its characters are, in this project's own notation.

A line is ``number start part…``; the start is a data identifier, and a part is ``name/`` with a letter for its
characters, how many there are, and perhaps ``:`` and a check. ``-/`` is a part without a meaning yet. The donation
number (001) begins with ``=`` alone: its first character is part of the number. To add a structure, add its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from qc_service.domain.identifiers import Din, checksum_37_2
from qc_service.exchange.codes.days import time_of
from qc_service.exchange.codes.reading import Fault, Unreadable

LINES = r"""
001 =    din/n13:din flags/g2
002 =%   blood_group/a2 phenotype/u1 -/u1
003 =<   product_description/u5:description collection_type/a1 division_code/a2
004 =>   expires_on/d6:day
005 &>   expires_at/d10:moment
006 =*   collected_on/d6:day
007 &*   collected_at/d10:moment
008 =}   produced_on/d6:day
009 &}   produced_at/d10:moment
019 =;   donor_facility/n5 donor_number/d16
031 =(   time_zone/d1 -/d1 time_type/d2 time/d12:calendar
032 =,   division/u6
033 &+   processor/n5 product_reference/u6
034 =/   processor/n5 product_reference/u6 product_description/u5
035 &,1  lot/u18:padded
036 &,2  supplemental_number/u18:padded
038 &,4  sec_country/c2 sec_establishment/u6 sec_donation/u13 sec_coding/u1 sec_product/u7 sec_split/u3 sec_expires_on/d8:eight
039 &:   registry_donor/u19:registry
"""  # noqa: E501  a line is a structure

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
CHARACTERS = {
    "a": _DIGITS + _LETTERS + _LETTERS.lower(),
    "c": _LETTERS,
    "d": _DIGITS,
    "g": _DIGITS + _LETTERS.replace("I", "").replace("O", "").replace("Q", "").replace("Z", ""),
    "n": _DIGITS + _LETTERS.replace("O", ""),
    "u": _DIGITS + _LETTERS,
}
"""By the letter of a part: all, capitals, digits, those of flags, those of a facility's number, digits and capitals."""

CENTURIES = {"0": 2000, "1": 2100, "9": 1900}
_UNREAD = re.compile(r"[=&][!-/:-@\[-`{-~a-z]", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One part of a structure; without a ``name`` it is read and not told."""

    name: str
    letter: str
    size: int
    check: str
    refused: re.Pattern[str]

    @classmethod
    def written(cls, text: str) -> Piece:
        """The part that is written like this: ``lot/u18:padded``."""
        name, _, form = text.partition("/")
        form, _, check = form.partition(":")
        return cls(
            name=name.removeprefix("-"),
            letter=form[0],
            size=int(form[1:]),
            check=check,
            refused=re.compile(f"[^{CHARACTERS[form[0]]}]"),
        )

    def read(self, text: str) -> str:
        """What the text stands for; empty where it says that there is nothing. Raises ``ValueError`` in words."""
        strange = self.refused.search(text)
        if strange is not None:
            raise ValueError(f"the character {strange[0]!a} cannot stand here")
        return CHECKS[self.check](text) if self.check else text


@dataclass(frozen=True, kw_only=True)
class Structure:
    """One data structure: ``size`` counts what follows its ``start``."""

    number: str
    start: str
    pieces: tuple[Piece, ...]
    size: int

    def read(self, content: str) -> list[tuple[str, str]]:
        """The named values of a whole content. Raises ``Unreadable``."""
        found = []
        place = 0
        for piece in self.pieces:
            end = place + piece.size
            try:
                value = piece.read(content[place:end])
            except ValueError as error:
                name = f" {piece.name.replace('_', ' ')}" if piece.name else ""
                raise Unreadable(f"in structure {self.number}{name}: {error}") from error
            if piece.name and value:
                found.append((piece.name, value))
            place = end
        return found


def _of_line(line: str) -> Structure:
    number, start, *parts = line.split()
    pieces = tuple(map(Piece.written, parts))
    return Structure(number=number, start=start, pieces=pieces, size=sum(piece.size for piece in pieces))


TABLE: Mapping[str, Structure] = {
    known.start: known for known in map(_of_line, filter(None, LINES.split("\n")))
}
"""Every structure that is read, by its data identifier."""

BY_NUMBER: Mapping[str, Structure] = {known.number: known for known in TABLE.values()}


def beginning(text: str, place: int) -> Structure:
    """The structure that begins at this place of the text. Raises ``Unreadable``."""
    start = text[place : place + 2]
    known = TABLE.get(start) or TABLE.get(text[place : place + 3])
    if known is not None:
        return known
    if start[:1] == "=" and start[1:] in CHARACTERS["u"]:
        return TABLE["="]
    if _UNREAD.match(start):
        raise Unreadable(
            f"the ISBT 128 structure that begins with {start!a} is not read here: scan the code that carries the"
            " donation number or the lot",
            Fault.UNSUPPORTED,
        )
    raise Unreadable(f"an ISBT 128 structure should begin at {text[place : place + 6]!a}")


def _din(text: str) -> str:
    if not Din.GRAMMAR.fullmatch(text):
        raise ValueError(f"{text!a} is not a donation number such as {Din.EXAMPLE}")
    return text


def _description(text: str) -> str:
    if text[0] in _DIGITS:
        raise ValueError("it begins with a letter")
    return text


@lru_cache(maxsize=4096)
def day_of(text: str) -> str:
    """``cyyjjj``: a century, a year and the day within it, as ISO 8601. Raises ``ValueError`` in words."""
    century = CENTURIES.get(text[0])
    if century is None:
        raise ValueError(f"the century {text[0]} is none in which a label can be read")
    year, day = century + int(text[1:3]), int(text[3:])
    last = date(year, 12, 31).timetuple().tm_yday
    if not 1 <= day <= last:
        raise ValueError(f"day {text[3:]} does not exist in {year}")
    return (date(year, 1, 1) + timedelta(days=day - 1)).isoformat()


def _calendar(text: str) -> str:
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:8])).isoformat()
    except ValueError as error:
        raise ValueError(f"the day {text[:8]} does not exist") from error
    return f"{day}T{time_of(text[8:])}" if text[8:] else day


def _padded(text: str) -> str:
    value = text.lstrip("0")
    if not value:
        raise ValueError("it is all padding")
    return value


def _registry(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d{3}[A-Z0-9]{13}\d{2}", text, re.ASCII):
        raise ValueError("it is an organisation of 4 digits, 13 characters and a checksum of 2 digits")
    if checksum_37_2(text[:-2]) != int(text[-2:]):
        raise ValueError(f"the checksum {text[-2:]} does not fit, so a character is wrong")
    return text


CHECKS: dict[str, Callable[[str], str]] = {
    "din": _din,
    "description": _description,
    "day": day_of,
    "moment": lambda text: f"{day_of(text[:6])}T{time_of(text[6:])}",
    "calendar": _calendar,
    "eight": lambda text: "" if text == "0" * 8 else _calendar(text),
    "padded": _padded,
    "registry": _registry,
}
"""By name: takes the text of a part and gives what it stands for, or raises ``ValueError`` in words."""
