"""What the wire answers to acts, lists and refusals, whatever the noun."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import count, line, parts, several, varying, words

MOST = 2**53 - 1


class FaultSchema(Schema):
    """One thing wrong with a request."""

    pointer = words("A JSON pointer into the body, or empty.")
    detail = words("What is wrong there.")


class RefusalReasonSchema(Schema):
    """One reason against a decision, and the rule it comes from."""

    code = words("Stable, to act on and to quote.")
    detail = words("The reason in a sentence.")
    source = words("The rule that it comes from.")


class ProblemSchema(Schema):
    """A request that could not be answered (RFC 9457); a refusal lists every reason at once."""

    type = words("urn:qc-service:problem: and the rule's name.")
    title = words("The rule's name in words.")
    status = count("The HTTP status.", required=True)
    detail = words("What is wrong, in a sentence or several.")
    instance = words("The path that was asked.")
    errors = parts(FaultSchema, "Everything that is wrong with the request.", most=MOST)
    reasons = parts(RefusalReasonSchema, "Every reason why a decision was refused.", most=MOST)
    log_id = line("To find an unexpected failure by.", none=False)


class AlsoRecordedSchema(Schema):
    """A further record of the same act."""

    log_index = count("Its place in the log.", most=MOST, required=True)
    stream = words("What it is about.")
    seq = count("Its number in the stream, from 0.", required=True)
    kind = words("What happened.")
    body = varying("What it states, if it is a vial that was given.", required=False)


class RecordedSchema(Schema):
    """The reply to an act: its record as signed, its place in the log, and the proof of it."""

    record = varying("The DSSE envelope.")
    stream = words("What the record is about.")
    seq = count("Its number in the stream, from 0.", required=True)
    kind = words("What happened.")
    log_index = count("Its place in the log.", most=MOST, required=True)
    entry = words("Its log entry, base64: the leaf that the proof is for.")
    also = several(count("A place."), "Places of the further records.", most=MOST, required=True)
    also_recorded = parts(AlsoRecordedSchema, "The further records.", most=MOST, required=True)
    proof = words("c2sp.org/tlog-proof@v1, or null while no checkpoint can be signed.", none=True)
    proof_url = line("Where the proof will be, if it is null.", none=False)
    body = varying("What the record states, as in its envelope.", required=False)
    subject = varying("What the act was about, as lists show it now.", required=False)


class ListingSchema(Schema):
    """A page of a list, in the order of names."""

    items = several(varying("One of them."), "What is on this page.", most=1000, required=True)
    next = words("Send as `after` for the next page; null on the last.", none=True)
