"""What the wire's catalogues have of their own: names, countries, zones, digests, decimals and lists of words."""

from __future__ import annotations

from collections.abc import Sequence

from marshmallow import fields, validate


def name(description: str) -> fields.String:
    """What a thing goes by in paths: 2 to 40 characters."""
    return fields.String(
        required=True, validate=validate.Length(2, 40), metadata={"description": description}
    )


def country() -> fields.String:
    """A country by its two letters."""
    described = {"description": "A country by its two letters (ISO 3166-1)."}
    return fields.String(required=True, validate=validate.Length(equal=2), metadata=described)


def zone() -> fields.String:
    """A time zone by its IANA name."""
    described = {"description": "An IANA time zone, for example Europe/Berlin."}
    return fields.String(required=True, validate=validate.Length(1, 64), metadata=described)


def digest() -> fields.String:
    """A file that was attached before."""
    described = {"description": "The SHA-256 of a file attached before, 64 lower-case hexadecimal digits."}
    return fields.String(allow_none=True, validate=validate.Length(equal=64), metadata=described)


def decimal(description: str, *, required: bool = False) -> fields.String:
    """An exact number as text, ``12.50`` or ``1.9E+11``."""
    shape = {"format": "decimal", "description": description}
    return fields.String(
        required=required, allow_none=not required, validate=validate.Length(1, 90), metadata=shape
    )


def several(words: Sequence[str], description: str) -> fields.List[str]:
    """Words of a vocabulary, in order."""
    return fields.List(
        fields.String(validate=validate.OneOf(words)),
        required=True,
        validate=validate.Length(max=100),
        metadata={"description": description},
    )
