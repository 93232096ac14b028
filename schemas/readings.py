"""The wire's instrument files, many at once: shown with a statement for each, and confirmed together."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import Strict, count, fixed, line, name, part, parts, several, upload, varying, words
from schemas.queue import Unread
from schemas.replies import ProblemSchema, RecordedSchema
from schemas.result_sheets import ConfirmSheetSchema, SheetSchema
from schemas.results import ConfirmReadingSchema, WarningAnswerSchema

MOST_FILES = 50
MOST_SHEETS = 10


class ReadingChoiceSchema(Strict):
    """What you say of a file where it was left open."""

    file = fixed(64, "The file's SHA-256 as it was shown.", required=True)
    lot = name("The lot's number.")
    instrument = name("From the register of equipment.")
    facility = name("The laboratory.")


class ReadingChoicesSchema(Strict):
    """What was chosen for some of the files."""

    choices = parts(ReadingChoiceSchema, "One for each file.", most=MOST_FILES)


class ReadingsFormSchema(Strict):
    """A multipart form with many instrument files."""

    file = several(
        upload("An instrument's text export, unchanged."), "The files.", most=MOST_FILES, required=True
    )
    statement = part(ReadingChoicesSchema, "What was chosen, as JSON.", none=False)


class DoubtSchema(Schema):
    """What somebody has to look at before a file is confirmed."""

    member = words("The statement's member that it is about.")
    code = words(
        "Stable: several_lots, near_match, no_lot, named_elsewhere, lot_not_in_testing, already_recorded, …"
    )
    detail = words("What is doubtful, and what to do.")


class OfferedLotSchema(Schema):
    """A lot that may be chosen."""

    lot = words("Its number.")
    product = words("Its product's code.")
    status = words("Where it stands.")


class ShownFileSchema(Schema):
    """One file: what it says, whose lot it is of, and the statement that would record it."""

    name = words("The file's name.")
    file = fixed(64, "Its SHA-256.", required=True)
    unreadable = words("Why it gives no reading; then nothing else is said.", none=True)
    beside = several(
        fixed(64, "A file."), "The other files of the same measurement.", most=MOST_FILES, required=True
    )
    reading = varying("Instrument, sample, values, warnings that are to be answered.", none=True)
    sheet = part(
        SheetSchema,
        "How each row is read, where it is a filled-in template; confirm it under sheets.",
        none=True,
    )
    lot = line("The lot, where it is beyond doubt or was chosen.")
    matched = line("How it was found.")
    candidates = parts(OfferedLotSchema, "The lots that it may be of.", most=MOST_FILES)
    proposed = several(
        varying("A value with its limits, and whether it would pass, fail or show neither."),
        "The results.",
        most=1000,
    )
    statement = varying(
        "What to send back; a member that is null or missing is for you to fill in.", required=False
    )
    sources = varying("Where each member of the statement was taken from.", required=False)
    choices = varying("What a doubtful member may be.", required=False)
    doubts = parts(DoubtSchema, "What to look at.", most=MOST_FILES)
    recorded = several(count("A result's number."), "The results that this file gave before.", most=1000)


class ShownReadingsSchema(Schema):
    """Every file as it was read; nothing is recorded."""

    files = parts(ShownFileSchema, "One for each file that was sent.", most=MOST_FILES, required=True)
    lots = parts(OfferedLotSchema, "Your lots that wait for results.", most=200, required=True)


class ConfirmedFileSchema(ConfirmReadingSchema):
    """The confirmation of one file, as it was suggested or changed."""

    lot = name("The lot's number.", required=True)


class ConfirmReadingsSchema(Strict):
    """The confirmation of many files, each recorded by itself."""

    files = several(
        Unread(ConfirmedFileSchema, required=True, allow_none=True, metadata={"description": "One of them."}),
        "The statements; a file without one is not recorded.",
        most=MOST_FILES,
        required=True,
    )
    sheets = parts(
        ConfirmSheetSchema,
        "The filled-in templates among the files, each recorded by itself.",
        most=MOST_SHEETS,
    )
    answers = parts(WarningAnswerSchema, "Answers that serve every file with that warning.", most=1000)


class ConfirmationFormSchema(Strict):
    """A multipart form with the files again, and what is confirmed of them."""

    file = several(upload("The same files."), "The files.", most=MOST_FILES, required=True)
    statement = part(ConfirmReadingsSchema, "The statements, as JSON.", required=True)


class ConfirmedFileResultSchema(Schema):
    """What became of one file."""

    name = words("The file's name.", none=True)
    file = words("Its SHA-256.", none=True)
    lot = words("The lot; null of a sheet, which may have several.", none=True)
    status = count("201 recorded now, 200 recorded before, otherwise the problem's.", required=True)
    results = several(count("A number."), "Its results in the lot.", most=1000, required=True)
    opened = several(words("A kind of record."), "What was opened with them.", most=1000, required=True)
    reply = part(RecordedSchema, "The reply, where it was recorded now.")
    problem = part(ProblemSchema, "The problem, where it was not.")


class ConfirmedReadingsSchema(Schema):
    """What became of every file, in the order of the statements."""

    results = parts(ConfirmedFileResultSchema, "One for each statement.", most=MOST_FILES, required=True)
