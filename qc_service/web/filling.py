"""The routes of filling: the fill, the count of labels, and the vials with their serials."""

from __future__ import annotations

from flask import Response, request

from qc_service.application.filling import ReconcileLabels, RecordFill, reconcile_labels, record_fill
from qc_service.application.lot_reading import read_vials
from qc_service.web.asking import actor, answered, whole_number
from qc_service.web.routes import Custom, Write
from qc_service.web.service import service
from schemas.filling import FilledVialsSchema, ReconcileLabelsSchema, RecordFillSchema

LOT = ("lot", "lot")
"""The room, and the member that names the stream."""
LARGEST_PAGE = 1_000
LARGEST_FILL = 10_000


def vials_of_lot(lot: str) -> Response:
    """A page of a lot's vials, with a link to the next."""
    size = whole_number("page_size", request.args.get("page_size", "100"), least=1, most=LARGEST_PAGE)
    begun = request.args.get("after")
    after = -1 if begun is None else whole_number("after", begun, least=0, most=LARGEST_FILL)
    page = read_vials(service().view(), actor(), lot, size=size, after=after)
    response = answered(page)
    if page["next"] is not None:
        address = f"{service().public_url}{request.path}?page_size={size}&after={page['next']}"
        response.headers["Link"] = f'<{address}>; rel="next"'
    return response


ROUTES = (
    Write(
        "POST",
        "/lots/<lot>/fill",
        use_case=record_fill,
        intent=RecordFill,
        body=RecordFillSchema,
        subject=LOT,
        summary="Record a fill of up to 10,000 vials",
    ),
    Write(
        "POST",
        "/lots/<lot>/labels-reconciliation",
        use_case=reconcile_labels,
        intent=ReconcileLabels,
        body=ReconcileLabelsSchema,
        subject=LOT,
        summary="Record a count of the lot's labels",
    ),
    Custom(
        "GET",
        "/lots/<lot>/vials",
        view=vials_of_lot,
        reply=FilledVialsSchema,
        query={
            "page_size": f"How many, at most {LARGEST_PAGE:,}; 100 unless said.",
            "after": "The ordinal to go on after.",
        },
        summary="A lot's vials with their serials, for printing labels",
    ),
)
