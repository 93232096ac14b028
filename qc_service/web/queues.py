"""The route of queues: acts from where there was no network, each answered as its own route would."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from qc_service.application.acts import Busy, Receipt, UseCase
from qc_service.application.decoding import recorded
from qc_service.application.late_use import prepare_late
from qc_service.application.ports import Tampered, Unavailable
from qc_service.application.queueing import Desk, Queue, Queued, QueueGap, QueueStopped
from qc_service.domain.codec import from_plain
from qc_service.domain.errors import DomainError, Fault, Malformed
from qc_service.web import problems, shipments, vials
from qc_service.web.asking import actor, answered, read_by, received, retry_of, told
from qc_service.web.routes import Custom, Write
from qc_service.web.service import service
from schemas.queue import QueueAnswerSchema, QueuedActSchema, QueueSchema

PREFIX = "/api/v1"
_PARAMETER = re.compile(r"<(\w+)>")
Plain = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """An act that can be queued: its route online, the member of its body that is the time, and what records it."""

    route: Write
    time: str
    use_case: UseCase[Any]


def _kind(routes: Sequence[object], path: str, time: str, use_case: UseCase[Any] | None = None) -> Kind:
    route = next(route for route in routes if isinstance(route, Write) and route.path == path)
    return Kind(route=route, time=time, use_case=use_case or route.use_case)


_VIAL = "/vials/<lot>/<serial>"
KINDS = {
    "verification": _kind(vials.ROUTES, "/verifications", "checked_at"),
    "preparation": _kind(vials.ROUTES, f"{_VIAL}/preparation", "prepared_at", prepare_late),
    "clock": _kind(vials.ROUTES, f"{_VIAL}/clocks", "started_at"),
    "administration": _kind(vials.ROUTES, f"{_VIAL}/administration", "given_at"),
    "disposition": _kind(vials.ROUTES, f"{_VIAL}/disposition", "happened_at"),
    "receipt": _kind(shipments.ROUTES, "/shipments/<shipment>/receipt", "received_at"),
}


@dataclass(frozen=True, kw_only=True)
class _Known:
    """An act that was read, with its kind, for the reply to it."""

    queued: Queued
    kind: Kind

    @property
    def stream(self) -> str:
        room, member = self.kind.route.subject
        return f"{room}/{getattr(self.queued.intent, member)}"


Outcome = tuple[_Known, Receipt] | Plain


def send_queue() -> ResponseReturnValue:
    """Apply acts that were written down offline, each once and in the order of the device."""
    person = actor()
    body = received(QueueSchema)
    found = service()
    desk = Desk(acts=found.acts, store=found.store, kept=found.queues, clock=found.clock, worded=_worded)
    queue = Queue(desk, person, body["device"], complete=body.get("complete", False))
    acts = body["acts"]
    outcomes: dict[int, Outcome] = {}
    stopped = False
    for place in sorted(range(len(acts)), key=lambda place: _number(acts[place])):
        if stopped:
            outcomes[place] = _problem_of(QueueStopped("An act before this one waits; send the queue again."))
            continue
        try:
            outcomes[place] = _outcome(queue, place, acts[place])
        except (Busy, Unavailable, Tampered) as outage:
            outcomes[place], stopped = _problem_of(outage), True
    # Only now are they proven, so that one checkpoint does for all.
    results = [_result(acts[place], outcomes[place]) for place in range(len(acts))]
    return answered({"device": body["device"], "expected": queue.expected, "results": results})


def _number(raw: Any) -> int:
    number = raw.get("n") if isinstance(raw, dict) else None
    return number if type(number) is int else 0


def _outcome(queue: Queue, place: int, raw: Any) -> Outcome:
    """What becomes of one act. Raises only what keeps those behind it from being answered, too."""
    number = _number(raw)
    try:
        queue.must_follow(number)
        known = _read(place, raw)
        done = queue.answer(known.queued)
        return orjson.loads(done) if isinstance(done, bytes) else (known, done)
    except (Busy, Unavailable, Tampered):
        raise
    except QueueGap as gap:
        return _problem_of(gap)
    except ValidationError as error:
        refused = problems.of_schema(error)
    except DomainError as error:
        refused = problems.of_domain(_placed(error, place, raw))
    except Exception as error:  # one act that nobody thought of must not keep out what comes after it
        refused = problems.of_surprise(error)
    queue.passed(number)
    return _document(refused)


def _read(place: int, raw: Any) -> _Known:
    """The act, as its own route would read it. Raises ``ValidationError`` or ``Malformed``, which say where."""
    here: Any = {"acts": {place: None}}
    try:
        act: Plain = read_by(QueuedActSchema).load(raw)
    except ValidationError as error:
        here["acts"][place] = error.messages
        raise ValidationError(here) from error
    kind = KINDS[act["kind"]]
    path, names = act.get("path", {}), set(_PARAMETER.findall(kind.route.path))
    if path.keys() != names or not all(isinstance(value, str) for value in path.values()):
        here["acts"][place] = {"path": [f"must name {', '.join(sorted(names)) or 'nothing'}, in text"]}
        raise ValidationError(here)
    if kind.time in act["body"]:
        here["acts"][place] = {"body": {kind.time: ["is said by happened_at"]}}
        raise ValidationError(here)
    try:
        body = read_by(kind.route.body).load({**act["body"], kind.time: act["happened_at"]})
    except ValidationError as error:
        here["acts"][place] = {"body": error.messages}
        raise ValidationError(here) from error
    said = {**body, **path}
    intent = from_plain(kind.route.intent, said)
    where = PREFIX + _PARAMETER.sub(lambda name: path[name[1]], kind.route.path)
    queued = Queued(
        id=act["id"], number=act["n"], path=where, use_case=kind.use_case, intent=intent,
        retry=retry_of(actor(), "POST", where, act["id"], said),
    )  # fmt: skip
    return _Known(queued=queued, kind=kind)


def _placed(error: DomainError, place: int, raw: Any) -> DomainError:
    """The same refusal, whose pointers lead into the queue."""
    if not isinstance(error, Malformed):
        return error
    here, kind = f"/acts/{place}", KINDS[raw["kind"]]
    faults = tuple(
        Fault(pointer=here + _into_act(fault.pointer, kind, raw), detail=fault.detail)
        for fault in error.faults
    )
    return Malformed(error.detail, faults=faults)


def _into_act(pointer: str, kind: Kind, raw: Mapping[str, Any]) -> str:
    member = pointer.partition("/")[2].partition("/")[0]
    if member == kind.time:
        return "/happened_at"
    return f"/path{pointer}" if member in raw.get("path", {}) else f"/body{pointer}"


def _worded(refusal: DomainError) -> bytes:
    return problems.of_domain(refusal).get_data()


def _problem_of(error: Exception) -> Plain:
    response = problems.of_domain(error) if isinstance(error, DomainError) else problems.of_outage(error)
    return _document(response)


def _document(response: Response) -> Plain:
    document: Plain = orjson.loads(response.get_data())
    return document


def _result(raw: Any, outcome: Outcome) -> Plain:
    act = raw if isinstance(raw, dict) else {}
    known = {"id": act.get("id"), "n": act.get("n")}
    if isinstance(outcome, dict):
        return {**known, "status": outcome["status"], "problem": outcome}
    about, receipt = outcome
    reply = told(receipt, about.stream, about.kind.route.encloses)
    main = next(record for record in receipt.records if record.index == reply["log_index"])
    reasons = getattr(recorded(main).body, "reasons", ())
    return {**known, "status": about.kind.route.status, "reply": reply, "reasons": list(reasons)}


ROUTES = (
    Custom(
        "POST",
        "/queue",
        send_queue,
        "Apply acts that were written down without a network, each once and in order",
        body=QueueSchema,
        reply=QueueAnswerSchema,
    ),
)
