"""ISBT 128 as a person types or reads it: donation numbers, unique identifiers of products, and the European code.

``G123417654321A`` is the number ``G123417654321`` with its check character (scanned it is ``=G12341765432170``); labels
print it as ``G1234 17 654321 A``. A unique identifier of a medical product of human origin is processor, product,
donation and division in 29 characters, ``A9999E0398A999921123456A00000``. The Single European Code stands in print as
``SEC: PL001499Z549917123456 A00T041600320171231``.
"""

from __future__ import annotations

import re

from qc_service.domain.identifiers import Din
from qc_service.exchange.codes.reading import Form, Reading, Unreadable
from qc_service.exchange.codes.structures import BY_NUMBER

_DIN = Din.GRAMMAR.pattern
_TYPED = re.compile(rf"({_DIN})([0-9A-Z*])", re.ASCII)
_PRINTED = re.compile(r"([0-9A-Z]{5}) (\d\d) (\d{6}) ([0-9A-Z*])", re.ASCII)
_UNIQUE = re.compile(rf"([0-9A-NP-Z]{{5}})([A-Z][0-9A-Z]{{4}})({_DIN})([0-9A-Z]{{6}})", re.ASCII)
_EUROPEAN = re.compile(r"SEC: ?([0-9A-Z]{21}) ([0-9A-Z]{19})", re.ASCII)


def from_typed(text: str) -> Reading | None:
    """What the text says if it has one of the three shapes, else ``None``. Raises ``Unreadable``."""
    printed = _PRINTED.fullmatch(text)
    donation = _TYPED.fullmatch("".join(printed.groups()) if printed else text)
    if donation is not None:
        return _donation(donation[0], Din(donation[1]), donation[2])
    unique = _UNIQUE.fullmatch(text)
    if unique is not None:
        names = ("processor", "product_description", "din", "division")
        return _typed(text, dict(zip(names, unique.groups(), strict=True)))
    european = _EUROPEAN.fullmatch(text)
    if european is not None:
        return _typed(text, dict(BY_NUMBER["038"].read("".join(european.groups()))))
    return None


def _donation(text: str, din: Din, check: str) -> Reading:
    if din.check_character != check:
        raise Unreadable(f"the check character {check} does not fit the donation number: type it again")
    return _typed(text, {"din": din, "check_character": check})


def _typed(text: str, fields: dict[str, str]) -> Reading:
    return Reading(kind="isbt128", form=Form.TYPED, fields=fields, canonical=text)
