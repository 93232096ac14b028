"""The routes of instrument files that come many at once: shown and confirmed together, each recorded by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from flask import Response
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from qc_service.application.acts import Busy, Receipt
from qc_service.application.decoding import recorded
from qc_service.application.many_readings import MOST_FILES, Choice, ReadFile, read_files, show_readings
from qc_service.application.ports import Tampered, Unavailable
from qc_service.application.readings import AlreadyRecorded, Confirmation, ImportResults, import_results
from qc_service.application.result_sheets import ConfirmSheet, RecordSheet, record_sheet, show_sheets
from qc_service.domain.codec import from_plain
from qc_service.domain.errors import DomainError, Fault, Malformed
from qc_service.domain.identifiers import LotNumber
from qc_service.domain.lots import LOT
from qc_service.domain.measurements import WarningAnswer
from qc_service.domain.results import ResultRecorded
from qc_service.web import problems
from qc_service.web.asking import actor, answered, read_by, retry, told
from qc_service.web.pages import page
from qc_service.web.result_sheets import read
from qc_service.web.routes import Custom
from qc_service.web.service import service
from qc_service.web.uploads import several_uploaded, stated
from schemas.readings import (
    ConfirmationFormSchema,
    ConfirmedFileSchema,
    ConfirmedReadingsSchema,
    ConfirmReadingsSchema,
    ReadingChoicesSchema,
    ReadingsFormSchema,
    ShownReadingsSchema,
)

BESIDE = "statement"
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""What this page may do beyond the others: run its own script, and ask this service."""
Plain = dict[str, Any]


class ConfirmationStopped(Unavailable):
    """A file before this one could not be recorded; nothing was done about this one. Send the confirmation again."""


@dataclass(frozen=True)
class _Said:
    """One file's statement as it came, where it stands in the confirmation, and what records it."""

    pointer: str
    raw: Any
    act: Callable[[], _Recorded | Response]


@dataclass(frozen=True, kw_only=True)
class _Recorded:
    """One file that was recorded, in this request or an earlier one under the same key."""

    said: Plain
    receipt: Receipt


def post_readings() -> ResponseReturnValue:
    """Show what instrument files say and whose lots they are of; nothing is recorded."""
    person = actor()
    files = read_files(person, several_uploaded(BESIDE, MOST_FILES))
    choices = [from_plain(Choice, one) for one in (stated(ReadingChoicesSchema) or {}).get("choices", [])]
    found = service()
    occasion = found.acts.occasion(person)
    told_of = show_readings(found.store, found.view(), occasion, files, choices)
    tables = [file.upload for file in files if file.may_be_sheet]
    sheets = show_sheets(read, found.view(), occasion, tables)
    shown = [file | sheets.get(file["file"], {}) for file in told_of["files"]]
    return answered(told_of | {"files": shown})


def confirm_readings() -> ResponseReturnValue:
    """Record the files that are confirmed, each in an act of its own, and say what became of each."""
    person = actor()
    uploads = several_uploaded(BESIDE, MOST_FILES)
    files = {str(file.upload.file.sha256): file for file in read_files(person, uploads)}
    body = stated(ConfirmReadingsSchema, without="{}") or {}
    shared = tuple(from_plain(WarningAnswer, one) for one in body.get("answers", []))
    said = [
        *(_Said(f"/files/{place}", raw, partial(_recorded, place, raw, files, shared))
          for place, raw in enumerate(body["files"])),
        *(_Said(f"/sheets/{place}", raw, partial(_sheet_recorded, raw, files))
          for place, raw in enumerate(body.get("sheets", []))),
    ]  # fmt: skip
    if not said:
        raise Malformed("say which of the files are to be recorded", field="files")
    outcomes: list[_Recorded | Response] = []
    stopped = False
    for one in said:
        if stopped:
            waiting = ConfirmationStopped("A file before this one waits; send the confirmation again.")
            outcomes.append(problems.of_outage(waiting))
            continue
        try:
            outcomes.append(_outcome(one))
        except (Busy, Unavailable, Tampered) as outage:
            refusal = problems.of_domain(outage) if isinstance(outage, Busy) else problems.of_outage(outage)
            outcomes.append(refusal)
            stopped = True
    # Only now are they proven, so that one checkpoint does for all.
    told_of = zip(said, outcomes, strict=True)
    return answered({"results": [_result(one.raw, outcome, files) for one, outcome in told_of]})


def _outcome(said: _Said) -> _Recorded | Response:
    """What becomes of one file. Raises only what keeps those behind it from being recorded, too."""
    try:
        return said.act()
    except (Busy, Unavailable, Tampered):
        raise
    except ValidationError as error:
        return problems.of_schema(error)
    except DomainError as error:
        return _placed(error, said.pointer)
    except Exception as error:  # one file that nobody thought of must not keep out what comes after it
        return problems.of_surprise(error)


def _recorded(
    place: int, raw: Any, files: dict[str, ReadFile], shared: tuple[WarningAnswer, ...]
) -> _Recorded | Response:
    try:
        said: Plain = read_by(ConfirmedFileSchema).load(raw)
    except ValidationError as error:
        raise ValidationError({"files": {place: error.messages}}) from error
    digest, lot = said["confirm"], said["lot"]
    if digest not in files:
        raise Malformed("no file of this digest came along", field="confirm")
    file = files[digest]
    statement = {name: value for name, value in said.items() if name != "lot"}
    intent = ImportResults(
        lot=LotNumber(lot),
        upload=file.upload,
        confirmation=from_plain(Confirmation, statement),
        beside=file.beside,
        shared=shared,
    )
    once = retry(
        actor(), {**said, "shared": [(one.code, one.answer) for one in shared]}, each=f"{digest}/{lot}"
    )
    receipt = service().acts.perform(import_results, actor(), intent, retry=once)
    return _Recorded(said=said, receipt=receipt)


def _sheet_recorded(said: Plain, files: dict[str, ReadFile]) -> _Recorded:
    """A filled-in template, in an act of its own over all its lots."""
    digest = said["confirm"]
    if digest not in files:
        raise Malformed("no file of this digest came along", field="confirm")
    intent = RecordSheet(upload=files[digest].upload, confirmation=from_plain(ConfirmSheet, said))
    once = retry(actor(), said, each=digest)
    receipt = service().acts.perform(partial(record_sheet, read), actor(), intent, retry=once)
    return _Recorded(said=said, receipt=receipt)


def _placed(error: DomainError, pointer: str) -> Response:
    """The same refusal, whose pointers lead into the confirmation."""
    if isinstance(error, AlreadyRecorded):
        return answered({"results": list(error.results)})
    if isinstance(error, Malformed):
        faults = tuple(
            Fault(pointer=f"{pointer}{fault.pointer}", detail=fault.detail) for fault in error.faults
        )
        placed = type(error)(error.detail, faults=faults)
        return problems.of_domain(placed)
    return problems.of_domain(error)


def _result(raw: Any, outcome: _Recorded | Response, files: dict[str, ReadFile]) -> Plain:
    said = raw if isinstance(raw, dict) else {}
    digest, lot = _text(said.get("confirm")), _text(said.get("lot"))
    file = files.get(digest or "")
    named: Plain = {
        "name": file and str(file.upload.name),
        "file": digest,
        "lot": lot,
        "results": [],
        "opened": [],
    }
    if isinstance(outcome, Response):
        document = orjson.loads(outcome.get_data())
        if outcome.status_code == 200:
            return {**named, "status": 200, **document}
        return {**named, "status": outcome.status_code, "problem": document}
    bodies = [recorded(record).body for record in outcome.receipt.records]
    return {
        **named,
        "status": 201,
        "results": [body.result for body in bodies if isinstance(body, ResultRecorded)],
        "opened": [type(body).__name__ for body in bodies if not isinstance(body, ResultRecorded)],
        "reply": told(outcome.receipt, f"{LOT.room}/{lot}" if lot else ""),
    }


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def readings_page() -> ResponseReturnValue:
    """The page into which files are dropped; it says nothing of anybody, and asks with the token that is typed in."""
    response = page("readings.html")
    response.headers["Content-Security-Policy"] = POLICY
    return response


ROUTES = (
    Custom(
        "GET", "/readings", readings_page, "The page into which instrument files are dropped", public=True, root=True,
        gives="text/html",
    ),
    Custom(
        "POST", "/readings", post_readings, "Show what many instrument files say, and whose lots they are of",
        form=ReadingsFormSchema, reply=ShownReadingsSchema,
    ),
    Custom(
        "POST", "/readings/confirmation", confirm_readings, "Record the instrument files that are confirmed",
        form=ConfirmationFormSchema, reply=ConfirmedReadingsSchema,
    ),
)  # fmt: skip
