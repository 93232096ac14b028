"""Every route there is, noun by noun."""

from __future__ import annotations

from qc_service.web import donations, log
from qc_service.web.routes import Route

ROUTES: tuple[Route, ...] = (
    *donations.ROUTES,
    *log.ROUTES,
)
