"""The lots that a sample's name speaks of: an exact number among its words, and never one that was repaired.

Laboratories write a lot's number into the sample's name with whatever else they want to know of it::

    EV_ex261101a_p2-1000      the lot EX261101A, passage 2, diluted 1000 times
    EX-2611-02                the lot EX-2611-02, although there is a lot EX-2611, too
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from string import ascii_uppercase, digits

from qc_service.domain.identifiers import LotNumber

MOST_WORDS = 24
"""How many words of a name are looked at; the rest of a longer one is no sample's name."""
SHORTEST, LONGEST = 3, 20
"""How many characters a lot's number has, as its grammar says."""
SHORTEST_TO_RESEMBLE = 5
"""A shorter word is one letter away from too many numbers to say anything."""
_WORD = re.compile(r"[^\W_]+")
_DILUTION = re.compile(r"1|[1-9]\d{0,6}0")


@dataclass(frozen=True, kw_only=True)
class NamedLots:
    """The lots whose number a name holds, and, only where it holds none, those whose number nearly stands there."""

    exact: tuple[LotNumber, ...] = ()
    near: tuple[LotNumber, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Run:
    """Neighbouring words, from ``start`` to before ``stop``, written together in capitals."""

    start: int
    stop: int
    key: str


class LotNames:
    """The numbers of lots, to be looked for in the names of samples."""

    def __init__(self, numbers: Iterable[LotNumber]) -> None:
        self._lots: dict[str, list[LotNumber]] = {}
        for number in numbers:
            self._lots.setdefault(number.replace("-", ""), []).append(number)

    def within(self, name: str) -> NamedLots:
        """Which lots the name speaks of, in capitals or not, and with or without separators.

        Nothing but whole words counts. A number that is part of a longer one which stands there counts only where
        what the longer one adds reads like a dilution, so that both may be meant. Where no number stands there,
        those one slip of the keyboard away are named as near: they are to be asked about.
        """
        words = [word.upper() for word in _WORD.findall(name)[:MOST_WORDS]]
        runs = list(_runs(words))
        found = [run for run in runs if run.key in self._lots]
        meant = [run for run in found if not any(_swallows(other, run, words) for other in found)]
        if meant:
            return NamedLots(exact=self._of(run.key for run in meant))
        likely = (run.key for run in runs if len(run.key) >= SHORTEST_TO_RESEMBLE)
        return NamedLots(near=self._of(slip for key in likely for slip in _slips(key) if slip in self._lots))

    def _of(self, keys: Iterable[str]) -> tuple[LotNumber, ...]:
        return tuple(dict.fromkeys(number for key in keys for number in self._lots[key]))


def _runs(words: list[str]) -> Iterator[_Run]:
    """Every run of words that is as long as a lot's number, and made of its letters."""
    for start in range(len(words)):
        key = ""
        for stop, word in enumerate(words[start:], start=start + 1):
            key += word
            if len(key) > LONGEST or not key.isascii():
                break
            if len(key) >= SHORTEST:
                yield _Run(start=start, stop=stop, key=key)


def _swallows(longer: _Run, run: _Run, words: list[str]) -> bool:
    """Whether a run is only a part of a longer one, which does not go on with what may be a dilution."""
    if longer is run or not (longer.start <= run.start and run.stop <= longer.stop):
        return False
    added = words[run.stop : longer.stop]
    return longer.start < run.start or not all(_DILUTION.fullmatch(word) for word in added)


def _slips(key: str) -> Iterator[str]:
    """What stands one slip away: a character more, less or another, or two that changed places."""
    letters = ascii_uppercase + digits
    for place in range(len(key) + 1):
        before, behind = key[:place], key[place:]
        yield from (before + letter + behind for letter in letters)
        if behind:
            yield before + behind[1:]
            yield from (before + letter + behind[1:] for letter in letters if letter != behind[0])
        if len(behind) > 1:
            yield before + behind[1] + behind[0] + behind[2:]
