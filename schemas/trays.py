"""The wire's trays: many codes in one question."""

from __future__ import annotations

from schemas.members import Strict, line, several, term
from schemas.terms import ROUTES
from schemas.vials import COUNTRY

MOST_CODES = 100


class TraySchema(Strict):
    """The codes on a tray, each exactly as it was scanned."""

    codes = several(
        line("A code.", required=True, longest=2048),
        "In the order of the tray.",
        least=1,
        most=MOST_CODES,
        required=True,
    )
    country = line(COUNTRY, longest=2)
    route = term(ROUTES, "The route of use.")
