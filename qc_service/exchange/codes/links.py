"""GS1 Digital Link addresses: a code as a web address, read and written.

``https://qc.example/01/09506000134352/10/EX261101A/21/7K3M9QW2TX49?17=271031``: a key, its qualifiers in their order,
and everything else in the query (GS1 Digital Link Standard: URI Syntax).
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

from qc_service.exchange.codes.application_identifiers import TABLE, ApplicationIdentifier
from qc_service.exchange.codes.elements import Elements
from qc_service.exchange.codes.reading import Unreadable

CANONICAL_BASE = "https://id.gs1.org"
SCHEME = re.compile(r"(?:https?|HTTPS?)://")
_AUTHORITY = re.compile(r"[A-Za-z0-9.:\[\]-]+", re.ASCII)
_ESCAPES = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*", re.ASCII)


def from_link(text: str) -> Elements:
    """The elements of an address, key first. Raises ``Unreadable``."""
    rest = SCHEME.sub("", text, count=1).partition("#")[0]
    address, _, query = rest.partition("?")
    authority, _, path = address.partition("/")
    if not _AUTHORITY.fullmatch(authority):
        raise Unreadable("the address names no host")
    elements = _of_path(path.split("/"))
    key = elements[0][0]
    for pair in filter(None, re.split("[&;]", query)):
        name, _, value = pair.partition("=")
        if name.isascii() and name.isdigit():
            elements.append((_in_query(name, key), _decoded(value.replace("+", " "))))
    return elements


def link(base: str, elements: Elements) -> str | None:
    """The address of these elements below ``base``, or ``None`` where they have none.

    The key is the first element that may be one; what is neither its qualifier nor allowed in a query has no place in
    an address.
    """
    said = {known.ai: value for known, value in elements}
    key = next((known for known, _ in elements if known.paths is not None), None)
    if key is None or key.paths is None:
        return None
    order = (
        max(key.paths, key=lambda path: sum(ai in said for ai in path))
        if len(key.paths) > 1
        else key.paths[0]
    )
    path = [key.ai, *[ai for ai in order if ai in said]]
    query = sorted(said.keys() - path)
    if not all(TABLE[ai].query and not _is_qualifier(ai, key) for ai in query):
        return None
    steps = "/".join([f"{ai}/{_encoded(said[ai])}" for ai in path])
    asked = "&".join([f"{ai}={_encoded(said[ai])}" for ai in query])
    return f"{base}/{steps}?{asked}" if asked else f"{base}/{steps}"


def _of_path(steps: list[str]) -> Elements:
    """The key stands as far to the right as pairs of identifier and value reach from the end."""
    for start in range(len(steps) - 2, -1, -2):
        key = TABLE.get(steps[start])
        if key is not None and key.paths is not None:
            break
    else:
        raise Unreadable("the address has no GS1 key in its path")
    named = steps[start::2]
    if not any(_follows(named[1:], path) for path in key.paths):
        raise Unreadable(f"what follows ({key.ai}) in the path are not its qualifiers in their order")
    values = [_decoded(value) for value in steps[start + 1 :: 2]]
    if "" in values:
        raise Unreadable(f"({named[values.index('')]}): the value is empty")
    return [(TABLE[ai], value) for ai, value in zip(named, values, strict=True)]


def _follows(named: list[str], path: tuple[str, ...]) -> bool:
    return [ai for ai in path if ai in named] == named


def _in_query(name: str, key: ApplicationIdentifier) -> ApplicationIdentifier:
    known = TABLE.get(name)
    if known is None:
        raise Unreadable(f"the application identifier {name} in the query is not read here")
    if _is_qualifier(name, key) or name == key.ai:
        raise Unreadable(f"({name}) belongs in the path, not in the query")
    if not known.query:
        raise Unreadable(f"({name}) may not stand in an address")
    return known


def _is_qualifier(ai: str, key: ApplicationIdentifier) -> bool:
    return key.paths is not None and any(ai in path for path in key.paths)


def _decoded(text: str) -> str:
    if "%" not in text:
        return text
    if not _ESCAPES.fullmatch(text):
        raise Unreadable("a percent sign in the address is not followed by two hexadecimal digits")
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeError as error:
        raise Unreadable("the address is not UTF-8") from error


def _encoded(text: str) -> str:
    return text if text.isalnum() and text.isascii() else quote(text, safe="")
