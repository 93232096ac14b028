"""Every route there is, noun by noun; OpenAPI and the application follow this list."""

from __future__ import annotations

from qc_service.web import (
    attachments,
    disposition,
    donations,
    facilities,
    filling,
    log,
    lots,
    openapi,
    pages,
    parties,
    processing,
    products,
    provenance,
    public,
    reactions,
    recalls,
    registers,
    results,
    searching,
    shipments,
    tracing,
    vials,
)
from qc_service.web.routes import Route

ROUTES: tuple[Route, ...] = (
    *parties.ROUTES,
    *facilities.ROUTES,
    *registers.ROUTES,
    *attachments.ROUTES,
    *products.ROUTES,
    *donations.ROUTES,
    *lots.ROUTES,
    *processing.ROUTES,
    *results.ROUTES,
    *disposition.ROUTES,
    *filling.ROUTES,
    *shipments.ROUTES,
    *vials.ROUTES,
    *recalls.ROUTES,
    *reactions.ROUTES,
    *tracing.ROUTES,
    *searching.ROUTES,
    *provenance.ROUTES,
    *public.ROUTES,
    *pages.ROUTES,
    *openapi.ROUTES,
    *log.ROUTES,
)
