"""Refuse what does not have exactly the stated shape: the strict readers that every format here uses."""

import base64
import binascii
import re
from collections.abc import Set
from typing import Any

#: The largest integer that every JSON reader keeps exactly (RFC 8785 section 3.2.2.3, RFC 7493 section 2.2).
MAX_INTEGER = 2**53 - 1

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_HEX = re.compile(r"[0-9a-f]*")
_NO_MEMBERS: frozenset[str] = frozenset()


class Malformed(ValueError):
    """The bytes are not the format they claim to be."""


def members(value: object, required: Set[str], optional: Set[str] = _NO_MEMBERS) -> dict[str, Any]:
    """`value` as an object with every `required` member and none beyond `optional`, else `Malformed`."""
    if type(value) is not dict:
        raise Malformed(f"expected an object, not {type(value).__name__}")
    names = value.keys()
    if missing := required - names:
        raise Malformed(f"missing members: {', '.join(sorted(missing))}")
    if unknown := names - required - optional:
        raise Malformed(f"unknown members: {', '.join(sorted(map(str, unknown)))}")
    return value


def items(value: object) -> list[Any]:
    """`value` as a JSON array."""
    if type(value) is not list:
        raise Malformed(f"expected an array, not {type(value).__name__}")
    return value


def text(value: object) -> str:
    """`value` as a string of at least one character."""
    if type(value) is not str or not value:
        raise Malformed("expected a text that is not empty")
    return value


def count(value: object) -> int:
    """`value` as an integer from 0 to 2^53-1; `True` is not a number."""
    if type(value) is not int or not 0 <= value <= MAX_INTEGER:
        raise Malformed("expected a count from 0 to 2^53-1")
    return value


def hexadecimal(value: object, octets: int) -> str:
    """`value` as the lowercase hexadecimal spelling of exactly `octets` bytes."""
    if type(value) is not str or len(value) != 2 * octets or not _HEX.fullmatch(value):
        raise Malformed(f"expected {2 * octets} lowercase hexadecimal digits")
    return value


def decimal(value: str) -> int:
    """The one spelling of a count in a text format: at most 19 ASCII digits, no sign, no leading zero."""
    if not _DECIMAL.fullmatch(value):
        raise Malformed("expected a decimal count without leading zeros")
    return int(value)


def to64(octets: bytes) -> str:
    """Standard padded base64 (RFC 4648 section 4)."""
    return base64.b64encode(octets).decode("ascii")


def from64(value: object) -> bytes:
    """The bytes that `value` spells in standard base64; any other spelling of them is `Malformed`."""
    if type(value) is not str:
        raise Malformed("expected base64 text")
    try:
        octets = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("not standard base64") from error
    if to64(octets) != value:
        raise Malformed("not the canonical base64 of its bytes")
    return octets


def to64url(octets: bytes) -> str:
    """Base64url without padding, as JOSE spells bytes (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def from64url(value: object) -> bytes:
    """The bytes that `value` spells in unpadded base64url; any other spelling is `Malformed`."""
    if type(value) is not str or set(value) & set("+/="):
        raise Malformed("expected unpadded base64url text")
    return from64(value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4))
