"""What the value of an application identifier must look like: parts of a length, a character set and a check.

A format is written ``n13:mod10+x..17?``: thirteen digits whose last checks the others, then up to seventeen characters
of GS1's set 82 that may be left out; ``n2..6`` is two to six digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from qc_service.exchange.codes.countries import COUNTRIES, SEVERAL
from qc_service.exchange.codes.days import day_of, time_of

CHARACTERS = {
    "n": "0123456789",
    "x": "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz",
    "y": "#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "z": "-0123456789=ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz",
}
"""Digits, and the sets 82, 39 and 64 (GS1 General Specifications 7.11)."""

_PART = re.compile(r"([nxyz])(?:(\d*)(\.\.))?(\d+)(?::([a-z0-9]+))?(\?)?", re.ASCII)
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
_LEAST_PREFIX = 4
_PAIR = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class TooLong(ValueError):
    """The value goes on where its format has ended."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a value; ``strange`` finds a character that cannot stand in it."""

    characters: str
    least: int
    most: int
    optional: bool
    check: str
    strange: re.Pattern[str]

    @classmethod
    def written(cls, text: str) -> Part:
        """The part that is written like this."""
        matched = _PART.fullmatch(text)
        if matched is None:
            raise ValueError(f"{text!r} is not a part of a format")
        letter, fewest, upto, length, check, optional = matched.groups()
        most = int(length)
        return cls(
            characters=letter,
            least=int(fewest or 1) if upto else most,
            most=most,
            optional=bool(optional),
            check=check or "",
            strange=re.compile(f"[^{re.escape(CHARACTERS[letter])}]"),
        )

    def read(self, text: str, today: date) -> str:
        """The text as it stands for a reader; a day becomes ISO 8601. Raises ``ValueError`` in words."""
        if len(text) < self.least:
            raise ValueError("the value is too short" if text else "the value is empty")
        strange = self.strange.search(text)
        if strange is not None:
            raise ValueError(f"the character {strange[0]!a} cannot stand here")
        return CHECKS[self.check](text, today) if self.check else text


def read_value(parts: tuple[Part, ...], text: str, today: date) -> str:
    """A whole value, part by part; each takes as much as it may. Raises ``ValueError`` in words."""
    if len(parts) == 1 and len(text) <= parts[0].most:
        return parts[0].read(text, today)
    said: list[str] = []
    start = 0
    for part in parts:
        piece = text[start : start + part.most]
        if not piece and part.optional:
            break
        said.append(part.read(piece, today))
        start += len(piece)
    if start < len(text):
        raise TooLong("the value is too long")
    timed = len(said) > 1 and parts[0].check in {"day", "day0"}
    return (
        f"{said[0]}{'/' if parts[1].check == 'day' else 'T'}{''.join(said[1:])}" if timed else "".join(said)
    )


def mod10(digits: str) -> int:
    """The weighted sum modulo 10, which is 0 where the last digit fits (weights 3,1 from the right)."""
    return (sum(map(int, digits[::-2])) + 3 * sum(map(int, digits[-2::-2]))) % 10


def check_pair(payload: str) -> str:
    """The two check characters of a GMN (GS1 General Specifications 7.9.5)."""
    values = [CHARACTERS["x"].index(character) for character in payload]
    total = sum(value * prime for value, prime in zip(reversed(values), _PRIMES, strict=False)) % 1021
    return _PAIR[total >> 5] + _PAIR[total & 31]


def _holds(rule: Callable[[str], bool], complaint: str) -> Callable[[str, date], str]:
    def checked(text: str, _: date) -> str:
        if not rule(text):
            raise ValueError(complaint)
        return text

    return checked


def _begins_with_prefix(text: str) -> bool:
    """A GS1 company prefix has at least four digits."""
    return len(text) >= _LEAST_PREFIX and set(text[:_LEAST_PREFIX]) <= set(CHARACTERS["n"])


def _is_model(text: str) -> bool:
    return check_pair(text[:-2]) == text[-2:]


def _piece_of_total(text: str) -> bool:
    return 1 <= int(text[:2]) <= int(text[2:])


CHECKS: dict[str, Callable[[str, date], str]] = {
    "mod10": _holds(lambda text: mod10(text) == 0, "the check digit does not fit, so a digit is wrong"),
    "model": _holds(
        lambda text: _begins_with_prefix(text) and _is_model(text), "the check character pair does not fit"
    ),
    "prefix": _holds(_begins_with_prefix, "it does not begin with a company prefix of digits"),
    "country": _holds(COUNTRIES.__contains__, "there is no country with this number"),
    "processor": _holds((COUNTRIES | {SEVERAL}).__contains__, "there is no country with this number"),
    "day": lambda text, today: day_of(text, today, zero_day=False).isoformat(),
    "day0": lambda text, today: day_of(text, today, zero_day=True).isoformat(),
    "time": lambda text, _: time_of(text),
    "zero": _holds(lambda text: text == "0", "the first digit is 0"),
    "plain": _holds(lambda text: len(text) == 1 or text[0] != "0", "the number begins with 0"),
    "piece": _holds(_piece_of_total, "the piece is not one of the total"),
    "media": _holds(lambda text: 1 <= int(text) <= 10 or int(text) >= 80, "there is no such media type"),
    "index": _holds(lambda text: text in CHARACTERS["z"] and text != "=", "there is no such importer index"),
}
"""By name: takes the text of a part and gives what it stands for, or raises ``ValueError`` in words."""
