"""One spelling for every JSON value that is ever hashed or signed (RFC 8785, narrowed).

    {"body":{"count":500},"seq":0}

Members sorted, no spaces, UTF-8. Narrower than the RFC on purpose: member names are ASCII, numbers are
integers within ±(2^53-1), there are no floats. Within these limits RFC 8785 and a plain sorted JSON dump
agree byte for byte.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

import orjson

from .shape import MAX_INTEGER, Malformed

#: Deeper nesting is refused rather than left to the stack of whoever reads it.
MAX_DEPTH = 64


class NotCanonical(Malformed):
    """The value has no canonical form here, or the bytes are not in it."""


def canonical(value: Any, depth: int = MAX_DEPTH) -> bytes:
    """The RFC 8785 bytes of `value`, built of dict, list, tuple, str, int, bool and None and of nothing else.

    Raises `NotCanonical` for a float, an integer beyond ±(2^53-1), a member name that is not an ASCII string,
    a lone surrogate, a subclass of the types named (an enum, say) or more than `depth` levels.
    """
    _check(value, depth)
    return spelled(value)


def spelled(value: Any) -> bytes:
    """The same bytes for a value whose parts were all checked before; `NotCanonical` for a lone surrogate."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise NotCanonical("a text holds a lone surrogate") from error


def parse(payload: bytes) -> Any:
    """The value whose canonical form is exactly `payload`.

    Because the bytes must equal the canonical form of what they parse to, a repeated member, a space, another
    escape, another order or another spelling of a number is `NotCanonical`.
    """
    value = read(payload)
    if canonical(value) != payload:
        raise NotCanonical("the bytes are not the canonical form of their value")
    return value


def read(payload: bytes) -> Any:
    """What the JSON says, for a caller that goes on to write it again and compare; everybody else wants `parse`."""
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise NotCanonical("not JSON") from error


def digest(payload: bytes) -> str:
    """SHA-256 in lowercase hexadecimal; of a payload, the digest that chains, entries and labels carry."""
    return hashlib.sha256(payload).hexdigest()


def _check(value: Any, depth: int) -> None:
    kind = type(value)
    if kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise NotCanonical("an integer lies outside ±(2^53-1)")
    elif kind is dict:
        for name in value:
            if type(name) is not str or not name.isascii():
                raise NotCanonical("a member name is not an ASCII string")
        _check_each(value.values(), depth)
    elif kind is list or kind is tuple:
        _check_each(value, depth)
    elif kind is not str and kind is not bool and value is not None:
        raise NotCanonical(f"{kind.__name__} has no place in a record")


def _check_each(values: Iterable[Any], depth: int) -> None:
    if depth == 0:
        raise NotCanonical(f"nested deeper than {MAX_DEPTH} levels")
    for value in values:
        if type(value) is not str:  # most are, and every string will do
            _check(value, depth - 1)
