"""The routes of spreadsheets: the template, and what was filled in, shown first and recorded once confirmed."""

from __future__ import annotations

from functools import partial

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from qc_service.application.result_sheets import ConfirmSheet, RecordSheet, record_sheet, show_sheet
from qc_service.domain.codec import from_plain
from qc_service.domain.permissions import Permission
from qc_service.exchange.sheets.template import Filled
from qc_service.web.asking import actor, answered, performed
from qc_service.web.routes import Custom
from qc_service.web.service import service
from qc_service.web.uploads import stated, uploaded
from schemas.result_sheets import ConfirmSheetSchema, SheetFormSchema, SheetSchema

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def post_sheet() -> Response:
    """How a filled-in template is read; recorded once a ``statement`` confirms it."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType("Send the sheet as multipart/form-data.")
    upload = uploaded(beside="statement")
    statement = stated(ConfirmSheetSchema)
    if statement is None:
        found = service()
        return answered(show_sheet(read, found.view(), found.acts.occasion(actor()), upload))
    intent = RecordSheet(upload=upload, confirmation=from_plain(ConfirmSheet, statement))
    said = {**statement, "file": str(upload.file.sha256)}
    return performed(partial(record_sheet, read), intent, stream="", said=said)


def read(content: bytes) -> Filled:
    """What a filled-in template states. Raises ``UnreadableFile``."""
    # The library for workbooks takes as long to load as the rest of the service, and few processes need it.
    from qc_service.exchange.sheets.reading import read_sheet  # noqa: PLC0415

    return read_sheet(content)


def get_csv_template() -> Response:
    """The template as CSV."""
    return _template("csv", CSV_TYPE)


def get_xlsx_template() -> Response:
    """The template as a workbook."""
    return _template("xlsx", XLSX_TYPE)


def _template(ending: str, media_type: str) -> Response:
    from qc_service.exchange.sheets import blank  # noqa: PLC0415, as above

    actor().must(Permission.READ_RECORDS)
    content = blank.csv_template() if ending == "csv" else blank.xlsx_template()
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="results.{ending}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


ROUTES = (
    Custom(
        "POST",
        "/results/sheet",
        view=post_sheet,
        form=SheetFormSchema,
        shows=SheetSchema,
        summary="Show how a filled-in template is read, and record its results once it is confirmed",
    ),
    Custom(
        "GET",
        "/templates/results.csv",
        view=get_csv_template,
        gives="text/csv",
        summary="The template for results, as CSV",
    ),
    Custom(
        "GET",
        "/templates/results.xlsx",
        view=get_xlsx_template,
        gives=XLSX_TYPE,
        summary="The template for results, as a workbook with instructions and lists to pick from",
    ),
)
