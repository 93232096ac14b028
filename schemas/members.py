"""What the wire is made of: strict requests, and members that each say what they hold, in shape and in words.

A member may be left out or null unless it is ``required``; ``none`` says otherwise, for a request's member with a
default of its own and for an answer's member that is always there and may be null.
"""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

MILLION = 1_000_000
_NOT_AN_OBJECT = {"type": "must be an object"}


class Strict(Schema):
    """A request: a member that is not described is refused."""

    error_messages = {**_NOT_AN_OBJECT, "unknown": "is not a member here"}  # noqa: RUF012  marshmallow's own name

    class Meta:
        """Unknown members are refused."""

        unknown = RAISE


class Truth(fields.Boolean):
    """``true`` or ``false``, and no word or number for it."""

    def _deserialize(self, value: Any, *where: Any, **how: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return bool(super()._deserialize(value, *where, **how))


def _member(description: str, kind: str, required: bool, none: bool | None, **shape: str) -> dict[str, Any]:
    return {
        "required": required,
        "allow_none": not required if none is None else none,
        "metadata": {**shape, "description": description},
        "error_messages": {
            "required": "is missing",
            "null": "must not be null",
            "invalid": f"must be {kind}",
        },
    }


def _length(least: int, most: int) -> validate.Length:
    return validate.Length(least, most, error="must have {min} to {max} characters")


def line(
    description: str, *, required: bool = False, none: bool | None = None, longest: int = 200
) -> fields.String:
    """One line of text."""
    return fields.String(validate=_length(1, longest), **_member(description, "text", required, none))


def text(description: str, *, required: bool = False, none: bool | None = None) -> fields.String:
    """Several lines of text."""
    return line(description, required=required, none=none, longest=4000)


def name(description: str, *, required: bool = False, none: bool | None = None) -> fields.String:
    """What a thing goes by in paths."""
    return fields.String(validate=_length(3, 40), **_member(description, "text", required, none))


def uuid(description: str, *, required: bool = False, none: bool | None = None) -> fields.String:
    """A UUID in its one spelling, lower case with hyphens."""
    spelling = validate.Regexp(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", error="must be a UUID, lower case with hyphens"
    )
    return fields.String(validate=spelling, **_member(description, "text", required, none, format="uuid"))


def fixed(
    length: int, description: str, *, required: bool = False, none: bool | None = None
) -> fields.String:
    """A code of so many characters."""
    exact = validate.Length(equal=length, error="must have {equal} characters")
    return fields.String(validate=exact, **_member(description, "text", required, none))


def words(description: str, *, none: bool = False) -> fields.String:
    """An answer's sentence or name, however long."""
    return fields.String(**_member(description, "text", True, none))


def day(description: str, *, required: bool = False, none: bool | None = None) -> fields.String:
    """A calendar day, ``2026-02-01``."""
    return fields.String(**_member(description, "text", required, none, format="date"))


def moment(description: str, *, required: bool = False, none: bool | None = None) -> fields.String:
    """A moment with its zone, ``2026-02-01T09:00:00+01:00``."""
    return fields.String(**_member(description, "text", required, none, format="date-time"))


def decimal(description: str, *, required: bool = False, none: bool | None = None) -> fields.String:
    """An exact number as text, ``12.50`` or ``1.9E+11``."""
    shape = _member(description, "a number written as text", required, none, format="decimal")
    return fields.String(validate=_length(1, 90), **shape)


def count(
    description: str, *, least: int = 0, most: int = MILLION, required: bool = False, none: bool | None = None
) -> fields.Integer:
    """A whole number."""
    bounds = validate.Range(least, most, error="must be a whole number from {min} to {max}")
    return fields.Integer(
        strict=True, validate=bounds, **_member(description, "a whole number", required, none)
    )


def truth(description: str, *, required: bool = False) -> Truth:
    """True or false."""
    return Truth(**_member(description, "true or false", required, False))


def term(
    terms: tuple[str, ...], description: str, *, required: bool = False, none: bool | None = None
) -> fields.String:
    """One of a vocabulary's terms."""
    choice = validate.OneOf(terms, error="must be one of {choices}")
    return fields.String(validate=choice, **_member(description, "text", required, none))


def several(
    member: fields.Field[Any], description: str, *, least: int = 0, most: int = 100, required: bool = False,
    none: bool = False,
) -> fields.List[Any]:  # fmt: skip
    """A list of so many members of one kind; left out, it is empty."""
    bounds = validate.Length(least, most, error="must have {min} to {max} items")
    return fields.List(member, validate=bounds, **_member(description, "a list", required, none))


def some(
    terms: tuple[str, ...], description: str, *, least: int = 0, required: bool = False, none: bool = False
) -> fields.List[Any]:
    """Some of a vocabulary's terms, in order."""
    one = term(terms, "One of them.", required=True)
    return several(one, description, least=least, required=required, none=none)


def part(
    schema: type[Schema], description: str, *, required: bool = False, none: bool | None = None
) -> fields.Nested:
    """A part with members of its own."""
    return fields.Nested(schema, **_member(description, "an object", required, none))


def parts(
    schema: type[Schema], description: str, *, least: int = 0, most: int = 100, required: bool = False
) -> fields.List[Any]:
    """A list of such parts; left out, it is empty."""
    one = part(schema, "One of them.", required=True)
    return several(one, description, least=least, most=most, required=required)


def tally(description: str) -> fields.Dict:
    """An answer's counts by name."""
    number = fields.Integer(strict=True)
    return fields.Dict(keys=fields.String(), values=number, **_member(description, "an object", True, False))


def upload(description: str) -> fields.Raw:
    """A form's file."""
    return fields.Raw(
        required=True, metadata={"type": "string", "format": "binary", "description": description}
    )


def varying(description: str, *, required: bool = True, none: bool = False) -> fields.Dict:
    """An answer's object whose members depend on what it is about."""
    return fields.Dict(**_member(description, "an object", required, none))


class VialRefSchema(Strict):
    """One vial by its lot and serial."""

    lot = name("The lot's number.", required=True)
    serial = line("The serial without separators.", required=True, longest=12)


class QuantitySchema(Strict):
    """An exact amount with its unit."""

    amount = decimal("How much, for example 1.50.", required=True)
    unit = line("The unit, for example mL.", required=True, longest=20)
