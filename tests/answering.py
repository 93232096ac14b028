"""What a running service answered: an answer's codes, a refusal with all its reasons, and a clean audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qc_service.app import audit_installation
from tests import scenes
from tests.staging import Stage

JSON = {"Accept": "application/json"}


def answer(
    stage: Stage, lot: str, serial: str | None, who: str | None = None, *, gtin: str = scenes.GTIN, query: str = ""
) -> Any:  # fmt: skip
    """The public answer about one vial, or about a lot without a serial, as this person gets it."""
    vial = "" if serial is None else f"/21/{serial}"
    return stage.get(who, f"//01/{gtin}/10/{lot}{vial}{query}", headers=JSON)


def codes(told: Mapping[str, Any]) -> list[str]:
    """The codes of the reasons, of an answer or a refusal, in their order."""
    return [reason["code"] for reason in told["reasons"]]


def noticed(told: Mapping[str, Any]) -> list[str]:
    """The codes of an answer's notices."""
    return [notice["code"] for notice in told["notices"]]


def refused(
    stage: Stage, who: str, path: str, rule: str, reasons: Sequence[str] = (), *, deciding: str | None = None,
    http: int = 422, recorded: int = 0, **body: Any,
) -> Any:  # fmt: skip
    """The problem document of an act that the rule refuses for exactly these reasons, in this order.

    ``deciding`` names the stream of a decision that wants ``If-Match``; ``http`` is the status, and ``recorded`` how
    many records even the refusal leaves.
    """
    before = stage.made.store.head().size
    headers = {}
    if deciding is not None:
        headers["If-Match"] = f'"{len(stage.made.store.stream(deciding)) - 1}"'
    response = stage.send(who, "POST", path, body, status=http, headers=headers)
    told = response.get_json()
    assert response.content_type == "application/problem+json"
    assert told["type"] == f"urn:qc-service:problem:{rule}"
    assert (told["status"], told["instance"]) == (http, f"/api/v1{path}")
    assert told["title"]
    assert told["detail"]
    given = told.get("reasons", [])
    assert [reason["code"] for reason in given] == list(reasons)
    assert all(reason["detail"] for reason in given)
    assert stage.made.store.head().size == before + recorded
    return told


def audited(stage: Stage) -> None:
    """Audit everything that the service keeps; nothing may be amiss."""
    report = audit_installation(stage.made, lambda _: None)
    assert report.findings == ()
    assert report.entries == stage.made.store.head().size
    assert report.rows
