"""Shapes that several nouns of the wire share: strict requests, vials by name, amounts, lines, days and
moments."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

ROUTES = ("injection", "topical", "none")


class Strict(Schema):
    """A request: a member that is not described is refused."""

    class Meta:
        """Unknown members are refused."""

        unknown = RAISE


def line(description: str, *, required: bool = False, longest: int = 200) -> fields.String:
    """One line of text."""
    return fields.String(
        required=required,
        allow_none=not required,
        validate=validate.Length(1, longest),
        metadata={"description": description},
    )


def text(description: str, *, required: bool = False) -> fields.String:
    """Several lines of text."""
    return line(description, required=required, longest=4000)


def term(terms: tuple[str, ...], description: str, *, required: bool = False) -> fields.String:
    """One of a vocabulary's terms."""
    return fields.String(
        required=required,
        allow_none=not required,
        validate=validate.OneOf(terms),
        metadata={"description": description},
    )


def day(description: str, *, required: bool = False) -> fields.String:
    """A calendar day, ``2026-02-01``."""
    shape = {"format": "date", "description": description}
    return fields.String(required=required, allow_none=not required, metadata=shape)


def moment(description: str, *, required: bool = False) -> fields.String:
    """A moment with its zone, ``2026-02-01T09:00:00+01:00``."""
    shape = {"format": "date-time", "description": description}
    return fields.String(required=required, allow_none=not required, metadata=shape)


def count(description: str, *, least: int = 0, required: bool = False) -> fields.Integer:
    """A whole number."""
    return fields.Integer(
        required=required,
        allow_none=not required,
        strict=True,
        validate=validate.Range(least, 1_000_000),
        metadata={"description": description},
    )


class VialRefSchema(Strict):
    """One vial by its lot and serial."""

    lot = line("The lot's number.", required=True, longest=20)
    serial = line("The serial without separators.", required=True, longest=12)


class QuantitySchema(Strict):
    """An exact amount with its unit."""

    amount = line("A decimal as text, for example 1.50.", required=True, longest=40)
    unit = line("The unit, for example mL.", required=True, longest=20)
