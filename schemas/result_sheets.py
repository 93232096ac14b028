"""The wire's spreadsheets of results: how every row was read, and the confirmation that records the good ones."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import Strict, count, fixed, line, parts, several, text, truth, upload, varying, words
from schemas.members import part as one_part

MOST_ROWS = 1000


class ConfirmSheetSchema(Strict):
    """The analyst's confirmation of a sheet, which comes along as ``file`` in the same form."""

    confirm = fixed(64, "The file's SHA-256 as it was shown.", required=True)
    rows = several(
        count("The row in which a good result begins.", least=1, required=True),
        "Which results to record, by their row; all good ones unless said.",
        least=1,
        most=MOST_ROWS,
        none=True,
    )
    reason = text("Why they are recorded as they are.")


class SheetFormSchema(Strict):
    """A multipart form with a filled-in template: alone to see how it is read, with a statement to record it."""

    file = upload("The template as CSV or XLSX, filled in.")
    statement = one_part(
        ConfirmSheetSchema, "The confirmation, as JSON; without it nothing is recorded.", none=False
    )


class SheetRowSchema(Schema):
    """One result as it was read from the sheet."""

    row = count("The row in which it begins, as a spreadsheet numbers it.", least=1, required=True)
    rows = several(
        count("A row.", least=1, required=True),
        "Every row that it comes from: its replicates have rows of their own.",
        most=MOST_ROWS,
        required=True,
    )
    lot = line("The lot.", required=True)
    assay = line("The assay.", required=True)
    stated = words("The result in words, with its unit; null where it cannot be recorded.", none=True)
    started = words("When it began; with its zone once that is known.")
    read = words("When it was read.")
    replicates = several(varying("Label and value."), "What the value was worked out from.", most=MOST_ROWS)
    good = truth("Whether it can be recorded.", required=True)
    already = count("The number of the result on record that states just this.", least=1, none=True)
    follows = several(words("A kind of record."), "What would be recorded with it.", most=100)
    notes = several(words("A sentence."), "What is odd about it, though it can be recorded.", most=10)


class SheetErrorSchema(Schema):
    """One thing wrong in one cell."""

    row = count("The row, as a spreadsheet numbers it.", least=1, required=True)
    column = line("The template's column.", required=True)
    cell = words("The cell, such as D5; empty where the sheet has no such column.")
    what = words("What is wrong.")
    mend = words("What to write instead.")


class SheetSchema(Schema):
    """How a sheet is read; nothing is recorded yet."""

    file = fixed(64, "The file's SHA-256, to confirm it by.", required=True)
    sheet = words("The worksheet's name; null for CSV.", none=True)
    rows = parts(SheetRowSchema, "Every result that could be read, in order.", most=MOST_ROWS, required=True)
    errors = parts(SheetErrorSchema, "Everything that is wrong, by row.", most=100_000, required=True)
    unread = several(words("A sentence."), "Columns that are not read, and which was meant.", most=100)
    good = count("How many results can be recorded.", least=0, required=True)
