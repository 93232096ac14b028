"""The paper form for downtime, and the page that says when to reach for it."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue

from qc_service.application.telephones import quality_phones
from qc_service.exchange.papers.downtime import downtime_form
from qc_service.web.pages import HTML, page
from qc_service.web.routes import Custom
from qc_service.web.service import service

PDF = "application/pdf"


def about_form() -> ResponseReturnValue:
    """The page."""
    return page("downtime.html", phones=quality_phones(service().store))


def form() -> ResponseReturnValue:
    """The form."""
    found = service()
    day = found.clock().replace(hour=0, minute=0, second=0)
    headers = {
        "Cache-Control": "no-store", "Content-Disposition": 'inline; filename="downtime-form.pdf"',
    }  # fmt: skip
    return Response(downtime_form(quality_phones(found.store), day), content_type=PDF, headers=headers)


ROUTES = (
    Custom(
        "GET", "/downtime-form", about_form, "When to use the paper form, and the form", public=True, root=True,
        gives=HTML,
    ),
    Custom(
        "GET", "/downtime-form.pdf", form, "The paper form for downtime, to print", public=True, root=True, gives=PDF,
    ),
)  # fmt: skip
