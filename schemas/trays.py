"""The wire's trays: many codes in one question."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import Strict, line, moment, parts, several, term, varying
from schemas.replies import RecordedSchema
from schemas.terms import ROUTES
from schemas.verdicts import DECISIONS
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


class RecordTraySchema(TraySchema):
    """The same, to be recorded; a code that is there twice is recorded once."""

    checked_at = moment("When it was asked, if not now.")


class RecordedCheckSchema(RecordedSchema):
    """One recorded check, as it would be replied by itself."""

    answer = varying("The answer as it was given and signed.")


class RecordedTraySchema(Schema):
    """The recorded checks of a tray, the worst answer first."""

    decision = term(DECISIONS, "The worst answer.", required=True)
    checks = parts(
        RecordedCheckSchema, "One for each vial or code, with its proof.", most=1000, required=True
    )
