"""The wire's members refuse what does not fit their shape, say so in words, and each says what it holds."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest
from marshmallow import Schema, fields

import schemas
from schemas.members import (
    QuantitySchema,
    Strict,
    count,
    decimal,
    fixed,
    line,
    name,
    part,
    several,
    term,
    truth,
)

MISSING: Any = object()


class Sample(Strict):
    """One member of each shape."""

    number = name("A name.", required=True)
    note = line("A line.")
    choice = term(("left", "right"), "A term.", none=False)
    places = count("A count.", least=1, most=9)
    code = fixed(3, "A code.")
    exact = decimal("A decimal.")
    agreed = truth("A truth.")
    quantity = part(QuantitySchema, "A part.")
    names = several(name("One of them.", required=True), "A list.", least=1, most=2)


def faults(**said: Any) -> Any:
    """What is wrong with a sample; a member that is ``MISSING`` is left out."""
    whole = {"number": "ABC", **said}
    return Sample().validate({member: value for member, value in whole.items() if value is not MISSING})


@pytest.mark.parametrize(
    ("member", "value", "fault"),
    [
        ("number", MISSING, "is missing"),
        ("number", None, "must not be null"),
        ("number", 5, "must be text"),
        ("number", "AB", "must have 3 to 40 characters"),
        ("note", "", "must have 1 to 200 characters"),
        ("choice", None, "must not be null"),
        ("choice", "up", "must be one of left, right"),
        ("places", "5", "must be a whole number"),
        ("places", 5.0, "must be a whole number"),
        ("places", True, "must be a whole number"),
        ("places", 10, "must be a whole number from 1 to 9"),
        ("code", "ABCD", "must have 3 characters"),
        ("exact", 1.5, "must be a number written as text"),
        ("agreed", 1, "must be true or false"),
        ("agreed", "true", "must be true or false"),
        ("agreed", None, "must not be null"),
        ("names", "ABC", "must be a list"),
        ("names", [], "must have 1 to 2 items"),
        ("unheard_of", 1, "is not a member here"),
    ],
)
def test_a_member_that_does_not_fit_is_refused_in_words(member: str, value: Any, fault: str) -> None:
    assert faults(**{member: value}) == {member: [fault]}


def test_faults_are_found_at_every_depth() -> None:
    assert faults(quantity=[], names=["ABC", "A"]) == {
        "quantity": {"_schema": ["must be an object"]},
        "names": {1: ["must have 3 to 40 characters"]},
    }
    assert faults(quantity={"amount": "1", "uint": "mL"}) == {
        "quantity": {"unit": ["is missing"], "uint": ["is not a member here"]}
    }


def test_what_fits_is_taken_as_it_is() -> None:
    said = {
        "number": "ABC", "note": None, "choice": "left", "places": 9, "code": "ABC", "exact": "1.50", "agreed": False,
        "quantity": {"amount": "1.0", "unit": "mL"}, "names": ["ABC"],
    }  # fmt: skip
    assert Sample().load(said) == said


def every_schema() -> list[type[Schema]]:
    rooms = [
        importlib.import_module(f"schemas.{room.name}") for room in pkgutil.iter_modules(schemas.__path__)
    ]
    return [
        kind
        for room in rooms
        for kind in vars(room).values()
        if isinstance(kind, type) and issubclass(kind, Schema) and kind.__module__ == room.__name__
    ]


@pytest.mark.parametrize("schema", every_schema(), ids=lambda schema: schema.__name__)
def test_every_member_says_what_it_holds(schema: type[Schema]) -> None:
    assert schema.__doc__
    for member, field in schema().fields.items():
        assert field.metadata.get("description"), member
        if isinstance(field, fields.List):
            assert field.inner.metadata.get("description"), member


def test_names_of_schemas_are_unique() -> None:
    """The contract for programs lists them by name."""
    names = [schema.__name__ for schema in every_schema()]
    assert len(names) == len(set(names))
