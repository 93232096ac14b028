"""The routes of open work: assignments and notes of investigations and deviations, and the work lists."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, request

from qc_service.application.matters import read_deviation, read_investigation
from qc_service.application.tasks import (
    AssignDeviation,
    AssignInvestigation,
    NoteOnDeviation,
    NoteOnInvestigation,
    assign_deviation,
    assign_investigation,
    note_on_deviation,
    note_on_investigation,
)
from qc_service.application.work_list import Whose, WorkAsked, work_list
from qc_service.domain.codec import from_plain
from qc_service.domain.errors import Fault, Malformed
from qc_service.domain.lots import LOT
from qc_service.web.asking import actor, answered, whole_number
from qc_service.web.routes import Custom, Read, Write
from qc_service.web.service import service
from schemas.tasks import AssignSchema, MatterSchema, TakeNoteSchema, WorkListSchema

ASKED = {
    "for": (
        "`me`: what I was asked, for quality what nobody was asked yet, for technicians what is to be pulled; "
        "or `organisation`, unless said"
    ),
    "task": "only of this kind: investigation, deviation, hold, action, effectiveness, closure, pull",
    "overdue": "`true`: only what should have been done by now",
    "lot": "only of this lot",
    "page_size": "how many at most, from 1 to 200; 50 unless said",
    "after": "the `next` of the page before",
}
_MEMBERS = {"for": "whose", "task": "task", "lot": "lot", "after": "after"}


def tasks() -> Response:
    """What waits for the person or their organisation, what is overdue first."""
    person, found = actor(), service()
    today = found.clock().date()
    told, following = work_list(found.store.catalogue, person, _asked(), today)
    response = answered({"items": told, "next": following or None, "today": today.isoformat()})
    if following:
        query = urlencode({**request.args.to_dict(), "after": following})
        response.headers["Link"] = f'<{found.public_url}{request.path}?{query}>; rel="next"'
    return response


def _asked() -> WorkAsked:
    faults = [
        Fault(pointer=f"/{name}", detail="is not a parameter here" if name not in ASKED else "is said twice")
        for name, values in request.args.lists()
        if name not in ASKED or len(values) > 1
    ]
    if request.args.get("for", Whose.ME) not in set(Whose):
        faults.append(Fault(pointer="/for", detail=f"is one of {', '.join(Whose)}"))
    if request.args.get("overdue", "true") not in ("true", "false"):
        faults.append(Fault(pointer="/overdue", detail="is true or false"))
    if faults:
        raise Malformed("The query cannot be understood.", faults=tuple(faults))
    plain: dict[str, object] = {
        member: request.args[name] for name, member in _MEMBERS.items() if name in request.args
    }
    plain["overdue"] = request.args.get("overdue") == "true"
    plain["size"] = whole_number("page_size", request.args.get("page_size", "50"), least=1, most=200)
    return from_plain(WorkAsked, plain)


def one_investigation(lot: str, investigation: int) -> Response:
    """An investigation with everything that was arranged and noted."""
    found = service()
    today = found.clock().date()
    return answered(read_investigation(found.view(), actor(), lot, investigation, today=today))


def one_deviation(lot: str, deviation: int) -> Response:
    """A deviation, likewise."""
    found = service()
    return answered(read_deviation(found.view(), actor(), lot, deviation, today=found.clock().date()))


SUBJECT = (LOT.room, "lot")
"""An assignment is on a stream of its own, and the lot is what the reply would speak of."""

ROUTES = (
    Custom("GET", "/tasks", tasks, "What waits, and for whom", reply=WorkListSchema, query=ASKED),
    Read("/investigations", listing="investigation", summary="List investigations of every lot"),
    Custom(
        "GET",
        "/lots/<lot>/investigations/<int:investigation>",
        one_investigation,
        "One investigation, its phases, tests and notes",
        reply=MatterSchema,
    ),
    Write(
        "POST",
        "/lots/<lot>/investigations/<int:investigation>/assignment",
        use_case=assign_investigation,
        intent=AssignInvestigation,
        body=AssignSchema,
        subject=SUBJECT,
        summary="Assign an investigation, or put its day off",
    ),
    Write(
        "POST",
        "/lots/<lot>/investigations/<int:investigation>/notes",
        use_case=note_on_investigation,
        intent=NoteOnInvestigation,
        body=TakeNoteSchema,
        subject=SUBJECT,
        summary="Note what was found",
    ),
    Read("/deviations", listing="deviation", summary="List deviations of every lot"),
    Custom(
        "GET",
        "/lots/<lot>/deviations/<int:deviation>",
        one_deviation,
        "One deviation, its decision and notes",
        reply=MatterSchema,
    ),
    Write(
        "POST",
        "/lots/<lot>/deviations/<int:deviation>/assignment",
        use_case=assign_deviation,
        intent=AssignDeviation,
        body=AssignSchema,
        subject=SUBJECT,
        summary="Assign a deviation, or put its day off",
    ),
    Write(
        "POST",
        "/lots/<lot>/deviations/<int:deviation>/notes",
        use_case=note_on_deviation,
        intent=NoteOnDeviation,
        body=TakeNoteSchema,
        subject=SUBJECT,
        summary="Note what was found",
    ),
)
