"""ISBT 128 as scanned: single structures, structures read one after another, and compound messages.

``=+02000=/A9990000000D0001&,1000000000EX261101A`` announces two structures and carries 034 and 035. The count is
verified, and every structure cut to its length, before any field of it is used (ISBT 128 Standard, data structure 023).
"""

from __future__ import annotations

from collections.abc import Sequence

from qc_service.domain.identifiers import Din
from qc_service.exchange.codes.reading import Form, Reading, Unreadable
from qc_service.exchange.codes.structures import CHARACTERS, Structure, beginning

COMPOUND = "=+"
_HEAD = 7
_FIRST_CHECKSUM = 60
_CHECKSUMS = frozenset(map(str, range(_FIRST_CHECKSUM, _FIRST_CHECKSUM + 37)))
_DIVIDED_ELSEWHERE = "99"
_TIME = "031"


def from_message(text: str) -> Reading:
    """One structure, several, or a compound message. Raises ``Unreadable``."""
    head, found = _cut(text)
    fields: dict[str, str] = dict(head)
    said: dict[str, str] = {}
    for known, content in found:
        if said.setdefault(_identity(known, content), content) != content:
            raise Unreadable(f"structure {known.number} stands twice with different values")
        for name, value in _named(known, content):
            if fields.setdefault(name, value) != value:
                raise Unreadable(f"two structures of the message differ in {name.replace('_', ' ')}")
    _complete(fields, said)
    return Reading(kind="isbt128", form=Form.SCAN, fields=fields, canonical=text)


def compound(structures: Sequence[str]) -> str:
    """A compound message of these, in their order and without a specified sequence (023 with 000)."""
    return f"{COMPOUND}{len(structures):02d}000{''.join(structures)}"


def flags_of(din: Din) -> str:
    """The flags that carry the number's checksum: ``88`` for ``A999026000001``."""
    return str(_FIRST_CHECKSUM + din.checksum)


def _cut(text: str) -> tuple[dict[str, str], list[tuple[Structure, str]]]:
    if not text.startswith(COMPOUND):
        return {}, _structures(text, 0)
    head = text[len(COMPOUND) : _HEAD]
    if len(head) < _HEAD - len(COMPOUND) or not set(head) <= set(CHARACTERS["d"]):
        raise Unreadable(
            "a compound message begins with =+ and 5 digits: how many structures, and their sequence"
        )
    count, found = int(head[:2]), _structures(text, _HEAD)
    if count != len(found):
        raise Unreadable(
            f"the compound message announces {count} structures and carries {len(found)}: scan it again"
        )
    if not found:
        raise Unreadable("the compound message carries nothing")
    return {"message": head[2:]}, found


def _structures(text: str, start: int) -> list[tuple[Structure, str]]:
    found: list[tuple[Structure, str]] = []
    place = start
    while place < len(text):
        if text.startswith(COMPOUND, place):
            raise Unreadable("a compound message stands behind another structure: scan one code at a time")
        known = beginning(text, place)
        place += len(known.start)
        content = text[place : place + known.size]
        if len(content) < known.size:
            raise Unreadable(
                f"structure {known.number} has {known.size} characters behind {known.start!a}, not {len(content)}"
            )
        found.append((known, content))
        place += known.size
    return found


def _identity(known: Structure, content: str) -> str:
    """A message may tell several times (031) if each is of another type."""
    return known.number if known.number != _TIME else f"{known.number}/{content[2:4]}"


def _named(known: Structure, content: str) -> list[tuple[str, str]]:
    named = known.read(content)
    if known.number == _TIME:
        told = dict(named)
        return [
            (f"time_{told['time_type']}", told["time"]),
            (f"time_zone_{told['time_type']}", told["time_zone"]),
        ]
    return named


def _complete(fields: dict[str, str], said: dict[str, str]) -> None:
    if "din" in fields:
        din, flags = Din(fields["din"]), fields["flags"]
        if flags in _CHECKSUMS and flags != flags_of(din):
            raise Unreadable(f"the flags {flags} are a checksum that does not fit the number: scan it again")
        fields["check_character"] = din.check_character
    if fields.get("division_code") == _DIVIDED_ELSEWHERE and "032" not in said:
        raise Unreadable(
            "the product code says that a division (032) stands with it, and there is none: scan both"
        )
