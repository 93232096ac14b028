"""The wire's queue: acts that were written down without a network, and what each was answered."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from schemas.members import Strict, count, moment, name, parts, several, term, truth, uuid, varying, words
from schemas.replies import ProblemSchema, RecordedSchema

KINDS = ("verification", "preparation", "clock", "administration", "disposition", "receipt")
MOST_ACTS = 100


class QueuedActSchema(Strict):
    """One act, as it would be sent online: what its path names, and its body without the time."""

    id = uuid("Made by the device, once for each act.", required=True)
    n = count("Its number on the device, from 1 and without a gap.", least=1, most=10**9, required=True)
    kind = term(KINDS, "What was done.", required=True)
    happened_at = moment("When it was done.", required=True)
    path = varying("What the path names online: lot and serial, or shipment.", required=False)
    body = varying("The body that it would have online, without the time.")


class Unread(fields.Nested):
    """Described, and not read: what is wrong with one act must not keep the others out."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return value


class QueueSchema(Strict):
    """What a device has written down, in whatever parts it comes."""

    device = name("What you call the device; each numbers its own acts.", required=True)
    acts = several(
        Unread(QueuedActSchema, required=True, allow_none=True, metadata={"description": "One of them."}),
        "The acts.",
        least=1,
        most=MOST_ACTS,
        required=True,
    )
    complete = truth("True where what is missing before these acts is lost for good.")


class QueueResultSchema(Schema):
    """What one act was answered: the reply that it would have online, or a problem."""

    id = words("The act.", none=True)
    n = count("Its number.", most=10**9, required=True, none=True)
    status = count("The HTTP status that it would have online.", required=True)
    reply = fields.Nested(RecordedSchema, metadata={"description": "The reply, where it was recorded."})
    reasons = several(words("A code."), "Where it was recorded, what the records say against it.")
    problem = fields.Nested(ProblemSchema, metadata={"description": "The problem, where it was not."})


class QueueAnswerSchema(Schema):
    """What a queue was answered, in the order in which its acts were sent."""

    device = name("The device.", required=True)
    expected = count("The number that comes next.", most=10**10, required=True)
    results = parts(QueueResultSchema, "The answers.", most=MOST_ACTS, required=True)
