"""Linksets (RFC 9264): where else a code's address leads, for resolvers and the programs that follow them."""

from __future__ import annotations

from typing import Any

from qc_service.application.judging import Verdict
from qc_service.web.service import service

LINKSET = "application/linkset+json"
_VOCABULARY = "https://gs1.org/voc/"


def linkset(anchor: str, verdict: Verdict) -> dict[str, Any]:
    """The links of one code: its page, its answer, and where a lot is on record its bundle and the log.

    The same links stand for every vial of a lot, known or not, so that nothing is told about a serial.
    """
    page = {
        "href": anchor,
        "title": "What the records say of this code",
        "type": "text/html",
        "hreflang": ["en"],
    }
    answer = {"href": anchor, "title": "The same for programs", "type": "application/json"}
    links: dict[str, Any] = {
        "anchor": anchor,
        f"{_VOCABULARY}defaultLink": [page],
        f"{_VOCABULARY}verificationService": [answer],
        f"{_VOCABULARY}recallStatus": [page],
    }
    bundle = verdict.plain()["evidence"]["bundle"]
    if bundle is not None:
        public = service().public_url
        links[f"{_VOCABULARY}certificationInfo"] = [
            {
                "href": public + bundle,
                "title": "Provenance bundle to verify offline",
                "type": "application/json",
            },
            {
                "href": f"{public}/log/checkpoint",
                "title": "Signed checkpoint of the log",
                "type": "text/plain",
            },
        ]
    return {"linkset": [links]}
