"""The routes of labels: a print is recorded, its file is made from the record as often as it is asked for."""

from __future__ import annotations

import base64
import re
from decimal import Decimal
from functools import partial
from typing import Any

import orjson
from flask import Response, request

from qc_service.application.actor import Actor
from qc_service.application.labels import (
    PrintLabels,
    job_of,
    print_labels,
    read_prints,
    specimen_of,
)
from qc_service.application.view import View
from qc_service.domain.codec import from_plain
from qc_service.domain.errors import Malformed, NotFound
from qc_service.domain.label_prints import SINGLES, THERMAL, LabelFormat
from qc_service.domain.lots import LOT
from qc_service.domain.permissions import Permission
from qc_service.exchange.labels.calibration import calibration
from qc_service.exchange.labels.jobs import LabelJob, Placement
from qc_service.exchange.labels.press import MEDIA_TYPES, name_of, pressed
from qc_service.exchange.labels.stocks import STOCKS, Stock
from qc_service.web.asking import actor, performed, received, whole_number
from qc_service.web.routes import Custom, Read
from qc_service.web.service import service
from schemas.labels import LabelPrintsSchema, LabelStocksSchema, PrintLabelsSchema

FARTHEST = 20
"""Millimetres by which a printer may be off."""
_OFFSET = re.compile(r"-?\d{1,2}(?:\.\d{1,2})?", re.ASCII)
PLACED = {
    "start": "On a sheet that was begun: its first free label, from 1, row by row.",
    "x": f"How far this printer is to be moved to the right, in millimetres: -{FARTHEST} to {FARTHEST}, such as 0.5.",
    "y": "How far down, likewise.",
}
SHOWN = {
    "stock": "Which label stock, by its code.",
    "symbol": "Which symbol; gs1_data_matrix unless said.",
    "format": "svg unless said, or png.",
    "isbt128_product": "How ISBT 128 describes the product: its symbol alone wants it.",
}


def post_labels(lot: str) -> Response:
    """Record a print of a lot's labels; ``Location`` is where the file to print is."""
    said = {**received(PrintLabelsSchema), "lot": lot}
    intent = from_plain(PrintLabels, said)
    response = performed(
        partial(print_labels, service().press),
        intent,
        stream=f"{LOT.room}/{lot}",
        said=said,
        encloses="label",
    )
    payload = orjson.loads(base64.b64decode(orjson.loads(response.get_data())["record"]["payload"]))
    response.headers["Location"] = _address(lot, payload["predicate"]["body"]["number"])
    return response


def get_print(lot: str, number: int) -> Response:
    """The file of a print: the same as it was when it was recorded, placed as this printer needs it."""
    job = job_of(service().press, service().view(), actor(), lot, number)
    return _file(job, _placement(job.stock, job.format), "attachment")


def get_preview(lot: str) -> Response:
    """A specimen of a lot's label, for no vial: nothing is recorded, and its code verifies as unknown."""
    found = service()
    asked = {"symbol": "gs1_data_matrix", "format": "svg", **request.args.to_dict(), "lot": lot}
    intent = from_plain(PrintLabels, asked)
    if intent.format not in SINGLES:
        raise Malformed("a specimen is svg or png", field="format")
    job = specimen_of(found.press, found.view(), actor(), intent, at=found.clock())
    return _file(job, Placement(), "inline")


def list_prints(view: View, person: Actor, lot: str) -> dict[str, Any]:
    """A lot's prints, each with where its file is."""
    told = read_prints(view, person, lot)
    return {**told, "items": [{**one, "file": _address(lot, one["number"])} for one in told["items"]]}


def list_stocks(_view: View, person: Actor) -> dict[str, Any]:
    """Every stock that labels are printed on."""
    person.must(Permission.READ_RECORDS)
    return {"items": [_stock(stock) for stock in sorted(STOCKS.values(), key=lambda stock: stock.roll)]}


def get_calibration(stock: str) -> Response:
    """A page that shows how far a printer is off, to be held against a sheet of labels."""
    actor().must(Permission.PRINT_LABELS)
    found = STOCKS.get(stock)
    if found is None:
        raise NotFound(f"No label stock {stock} is known: see /api/v1/label-stocks.")
    if found.roll:
        raise Malformed("a roll has no calibration page: its printer finds the labels itself", field="stock")
    page = calibration(found, _placement(found, LabelFormat.PDF), service().clock())
    return _sent(page, MEDIA_TYPES[LabelFormat.PDF], f"{stock}-calibration.pdf", "inline")


def _address(lot: str, number: int) -> str:
    return f"{service().public_url}/api/v1/lots/{lot}/labels/{number}"


def _file(job: LabelJob, placement: Placement, how: str) -> Response:
    return _sent(pressed(job, placement), MEDIA_TYPES[job.format], name_of(job), how)


def _sent(content: bytes, media_type: str, name: str, how: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'{how}; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _placement(stock: Stock, into: LabelFormat) -> Placement:
    """Where on the sheet, as the query says. Raises ``Malformed``, also where there is no sheet."""
    if stock.roll or into is not LabelFormat.PDF:
        for name in PLACED:
            if name in request.args:
                raise Malformed("is for sheets: this print is for a roll or of one label", field=name)
        return Placement()
    start = whole_number("start", request.args.get("start", "1"), least=1, most=stock.per_page)
    return Placement(start=start, right=_offset("x"), down=_offset("y"))


def _offset(name: str) -> Decimal:
    text = request.args.get(name, "0")
    if not _OFFSET.fullmatch(text) or abs(Decimal(text)) > FARTHEST:
        raise Malformed(f"is a number of millimetres from -{FARTHEST} to {FARTHEST}, such as 0.5", field=name)
    return Decimal(text)


def _stock(stock: Stock) -> dict[str, Any]:
    thermal = set() if stock.roll else set(THERMAL)
    return {
        "code": stock.code, "name": stock.name, "roll": stock.roll, "label": _size(stock.size),
        "page": _size(stock.page), "columns": stock.columns, "rows": stock.rows,
        "formats": [one.value for one in LabelFormat if one not in thermal],
    }  # fmt: skip


def _size(size: tuple[float, float]) -> dict[str, str]:
    return dict(zip(("width", "height"), (f"{side:g}" for side in size), strict=True))


ROUTES = (
    Read("/label-stocks", answer=list_stocks, reply=LabelStocksSchema, summary="Label stocks to print on"),
    Custom(
        "GET",
        "/label-stocks/<stock>/calibration",
        view=get_calibration,
        query={name: PLACED[name] for name in ("x", "y")},
        gives="application/pdf",
        summary="A page that shows how far a printer is off",
    ),
    Read(
        "/lots/<lot>/labels", answer=list_prints, reply=LabelPrintsSchema, summary="A lot's prints of labels"
    ),
    Custom(
        "POST",
        "/lots/<lot>/labels",
        view=post_labels,
        body=PrintLabelsSchema,
        summary="Print labels for a lot's vials",
    ),
    Custom(
        "GET",
        "/lots/<lot>/labels/preview",
        view=get_preview,
        query=SHOWN,
        gives="image/svg+xml, image/png",
        summary="A specimen of a lot's label",
    ),
    Custom(
        "GET",
        "/lots/<lot>/labels/<int:number>",
        view=get_print,
        query=PLACED,
        gives="application/pdf, text/plain, image/svg+xml, image/png",
        summary="The file of a print",
    ),
)
