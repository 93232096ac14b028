"""Evidence for a patient's chart as a page and a sticker, for the clinic that recorded the check or administration."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from qc_service.application.charts import ChartEntry, chart_entry
from qc_service.domain.errors import Malformed
from qc_service.exchange.labels.pixels import png
from qc_service.exchange.labels.zpl import RESOLUTIONS, zpl
from qc_service.exchange.papers.charts import Evidence, chart_page, sticker, sticker_page
from qc_service.web.asking import actor
from qc_service.web.pages import groups
from qc_service.web.routes import Custom
from qc_service.web.service import service

PDF = "application/pdf"
ASKED = {
    "format": "`pdf` (default), `png` or `zpl`",
    "dpi": "the print head's dots an inch, for `zpl`: 203 or 300 (default)",
}


def chart(log_index: int) -> ResponseReturnValue:
    """The page."""
    entry = _evidence(chart_entry(service().store, actor(), log_index))
    return _file(chart_page(entry), PDF, f"check-{log_index}.pdf")


def chart_sticker(log_index: int) -> ResponseReturnValue:
    """The sticker."""
    entry = _evidence(chart_entry(service().store, actor(), log_index))
    wanted, dpi = request.args.get("format", "pdf"), request.args.get("dpi", "300")
    if dpi not in map(str, RESOLUTIONS):
        raise Malformed("A print head has 203 or 300 dots an inch.", field="dpi")
    if wanted == "pdf":
        return _file(sticker_page(entry), PDF, f"sticker-{log_index}.pdf")
    if wanted == "png":
        return _file(png(sticker(entry, 300), 300), "image/png", f"sticker-{log_index}.png")
    if wanted == "zpl":
        told = zpl(sticker(entry, int(dpi)), int(dpi)).encode()
        return _file(told, "application/zpl", f"sticker-{log_index}.zpl")
    raise Malformed("Ask for the format pdf, png or zpl.", field="format")


def _evidence(entry: ChartEntry) -> Evidence:
    own = {name: value for name, value in vars(entry).items() if name not in {"number", "digest", "serial"}}
    serial = groups(entry.serial) if entry.serial else None
    return Evidence(**own, check_number=entry.check_number, groups=serial)


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, content_type=media_type, headers=headers)


ROUTES = (
    Custom(
        "GET", "/verifications/<int:log_index>/chart", chart,
        "A recorded check or administration as a page for the patient's chart", gives=PDF,
    ),
    Custom(
        "GET", "/verifications/<int:log_index>/sticker", chart_sticker, "The same as a sticker", query=ASKED,
        gives=f"{PDF}, image/png, application/zpl",
    ),
)  # fmt: skip
