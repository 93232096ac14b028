"""The wire's storage: one way to keep a product, as definitions, fills and answers state it."""

from __future__ import annotations

from schemas.members import Strict, count, decimal, term


class StorageConditionSchema(Strict):
    """One way to keep a product, with its own shelf life."""

    min = decimal("The lowest temperature.", required=True)
    max = decimal("The highest temperature.", required=True)
    unit = term(("Cel",), "Degrees Celsius.", required=True)
    shelf_life_days = count("How many days it keeps so.", required=True)
