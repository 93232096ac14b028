"""Linksets (RFC 9264): where else a code's address leads, for resolvers and the programs that follow them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from qc_service.application.judging import Verdict
from qc_service.web.service import service

LINKSET = "application/linkset+json"
_VOCABULARY = "https://gs1.org/voc/"


def linkset(anchor: str, verdict: Verdict) -> dict[str, Any]:
    """The links of one code: its page, its answer, where a vial's is sent verification messages, and where a lot is on
    record its bundle and the log.

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
        f"{_VOCABULARY}defaultLinkMulti": [page, answer],
        f"{_VOCABULARY}recallStatus": [page],
    }
    told = verdict.plain()
    public, bundle = service().public_url, told["evidence"]["bundle"]
    if messaging := _messaging(public, told["vial"]):
        links[f"{_VOCABULARY}verificationService"] = [messaging]
    if bundle is not None:
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


def _messaging(public: str, vial: Mapping[str, str | None]) -> dict[str, str] | None:
    """Where verification messages about this vial go; the requester puts its own part of the query behind it."""
    named = [vial[name] for name in ("gtin", "lot", "serial")]
    if None in named:
        return None
    gtin, lot, serial = (quote(str(value), safe="") for value in named)
    return {
        "href": f"{public}/verify/gtin/{gtin}/lot/{lot}/ser/{serial}",
        "title": "Verification messaging (GS1 Lightweight Verification Messaging)",
        "type": "application/json",
    }
