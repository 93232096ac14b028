"""The table of application identifiers held against GS1's syntax dictionary, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from qc_service.exchange.codes.application_identifiers import TABLE

DICTIONARY = Path(__file__).parents[3] / "shared" / "vectors" / "gs1" / "gs1-syntax-dictionary.txt"
_LINE = re.compile(r"(\d{2,4})(?:-(\d{2,4}))?\s+([*?]*)\s+([^#]*)")
_PART = re.compile(r"\[?([NXYZ])(\.\.)?(\d+)\]?((?:,[a-z0-9]+)*)")
_CHECKS = {
    "csum": "mod10", "csumalpha": "pair", "yymmd0": "day0", "yymmdd": "day", "hhmi": "time", "hh": "time", "mi": "time",
    "ss": "time", "zero": "zero", "nozeroprefix": "plain", "pieceoftotal": "piece", "mediatype": "media",
    "importeridx": "index", "iso3166": "country", "iso3166999": "processor", "gcppos1": "prefix", "gcppos2": "",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """What the dictionary says of one identifier."""

    letters: str
    least: int
    checks: frozenset[str]
    fixed: bool
    query: bool
    needs: frozenset[frozenset[str]]
    excludes: frozenset[str]
    paths: frozenset[tuple[str, ...]] | None


def _entries() -> dict[str, Entry]:
    if not DICTIONARY.exists():
        return {}
    lines = [line for line in DICTIONARY.read_text(encoding="utf-8").splitlines() if line[:1].isdigit()]
    return dict(one for line in lines for one in _of_line(line))


def _of_line(line: str) -> Iterator[tuple[str, Entry]]:
    matched = _LINE.match(line)
    assert matched is not None
    first, last, flags, rest = matched.groups()
    words = rest.split()
    said = dict(word.partition("=")[::2] for word in words if _PART.fullmatch(word) is None)
    parts = [found for word in words if (found := _PART.fullmatch(word))]
    for number in range(int(first), int(last or first) + 1):
        ai = str(number).zfill(len(first))
        yield (
            ai,
            Entry(
                letters="".join(part[1].lower() * int(part[3]) for part in parts),
                least=sum(1 if part[2] else int(part[3]) for part in parts if not part[0].startswith("[")),
                checks=frozenset(_checks(part[1], part[4]) for part in parts) - {""}
                if ai in TABLE
                else frozenset(),
                fixed="*" in flags,
                query="?" in flags,
                needs=frozenset(
                    frozenset(group.split("+")) for group in said.get("req", "").split(",") if group
                ),
                excludes=_ours(said.get("ex", "")) - {ai},
                paths=frozenset(tuple(filter(None, path.split(","))) for path in said["dlpkey"].split("|"))
                if "dlpkey" in said
                else None,
            ),
        )


def _checks(letter: str, names: str) -> str:
    """Our name for a part's checks; digits always begin with a company prefix."""
    ours = {_CHECKS[name] for name in names.split(",") if name} - {"prefix" if letter == "N" else "", ""}
    return "model" if ours == {"pair", "prefix"} else "+".join(sorted(ours))


def _ours(pattern: str) -> frozenset[str]:
    """The identifiers of our table that such a list means, where n stands for any digit."""
    wanted = [re.compile(one.replace("n", r"\d")) for one in pattern.split(",") if one]
    return frozenset(ai for ai in TABLE if any(one.fullmatch(ai) for one in wanted))


ENTRIES = _entries()


def test_every_identifier_of_the_table_is_in_the_dictionary() -> None:
    if not ENTRIES:
        pytest.skip("the published dictionary is not beside this project")
    assert TABLE.keys() <= ENTRIES.keys()


@pytest.mark.parametrize("ai", [ai for ai in TABLE if ai in ENTRIES])
def test_an_identifier_is_as_the_dictionary_says(ai: str) -> None:
    entry, known = ENTRIES[ai], TABLE[ai]
    assert "".join(part.characters * part.most for part in known.parts) == entry.letters
    assert sum(part.least for part in known.parts if not part.optional) == entry.least
    assert {part.check for part in known.parts} - {""} == entry.checks
    assert (known.fixed, known.query) == (entry.fixed, entry.query)
    assert frozenset(group for group in known.needs) == entry.needs
    assert known.excludes == entry.excludes
    assert (None if known.paths is None else frozenset(known.paths)) == entry.paths
