"""The routes of lots: registration, the list, and everything a reader is told of one."""

from __future__ import annotations

from flask import Response

from qc_service.application.lot_reading import read_lot
from qc_service.application.lots import RegisterLot, register_lot
from qc_service.application.review import read_review
from qc_service.domain.lots import LOT
from qc_service.web.asking import actor, answered, queried
from qc_service.web.routes import Custom, Read, Write
from qc_service.web.service import service
from schemas.lots import LotSchema, RegisterLotSchema
from schemas.review import ReviewSchema


def one_lot(lot: str) -> Response:
    """A lot, with its stream's sequence number as the ETag."""
    found = service()
    view = found.view()
    told = read_lot(view, actor(), lot, at=found.clock())
    return answered(told, seq=len(view.history(f"{LOT.room}/{lot}")) - 1)


def lot_review(lot: str) -> Response:
    """What stands out of a lot."""
    queried(())
    found = service()
    return answered(read_review(found.view(), actor(), lot, at=found.clock()))


ROUTES = (
    Read("/lots", listing=LOT.room, summary="List lots"),
    Write(
        "POST",
        "/lots",
        use_case=register_lot,
        intent=RegisterLot,
        body=RegisterLotSchema,
        subject=(LOT.room, "number"),
        summary="Register a lot",
    ),
    Custom(
        "GET", "/lots/<lot>", view=one_lot, reply=LotSchema, summary="One lot, and what blocks its release"
    ),
    Custom(
        "GET",
        "/lots/<lot>/review",
        view=lot_review,
        reply=ReviewSchema,
        summary="What stands out of a lot: missing, out, odd, open, and who must do what next",
    ),
)
