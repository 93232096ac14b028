"""One search over every room that is listed."""

from __future__ import annotations

from flask import Response, request

from qc_service.application.ports import Query
from qc_service.application.rooms import ROOMS
from qc_service.domain.errors import Malformed
from qc_service.domain.permissions import SEE_EVERYTHING, Permission
from qc_service.web.asking import actor, answered, listed
from qc_service.web.routes import Custom
from qc_service.web.service import service

OF_EACH_ROOM = 20
SHORTEST = 2


def search() -> Response:
    """What matches in each room, at most twenty of each; an empty list says that nothing does."""
    person = actor()
    person.must(Permission.READ_RECORDS)
    sought = request.args.get("q", "").strip()
    if len(sought) < SHORTEST:
        raise Malformed("is at least two characters of a name, number or title", field="q")
    seen_by = None if person.roles & SEE_EVERYTHING else str(person.organisation)
    queries = [Query(room=room, size=OF_EACH_ROOM, search=sought, seen_by=seen_by) for room in ROOMS]
    rows = [row for query in queries for row in service().store.catalogue(query)[0]]
    return answered({"items": [listed(row) for row in rows]})


ROUTES = (
    Custom(
        "GET", "/search", search, "Search every list by name or title", query={"q": "two characters or more"}
    ),
)
