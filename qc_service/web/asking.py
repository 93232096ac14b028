"""From a request to an intent and from records to a reply: recognise, read strictly, perform, answer with proof."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
from collections.abc import Collection, Mapping
from functools import cache, partial
from typing import Any

import orjson
from flask import Response, g, request
from marshmallow import Schema
from werkzeug.exceptions import BadRequest, PreconditionRequired, UnsupportedMediaType

from qc_service.application.actor import Actor
from qc_service.application.acts import Expected, Receipt, UseCase
from qc_service.application.decoding import recorded
from qc_service.application.index import catalogue_row
from qc_service.application.ports import CatalogueRow, Retry, StoredRecord
from qc_service.application.records import enclosed, envelope
from qc_service.application.tokens import Unrecognised, recognise
from qc_service.domain.codec import to_plain
from qc_service.domain.errors import Fault, Malformed
from qc_service.web.service import service

GIVEN = "VialAdministered"
"""Of each vial given in an act it is said what stood against it; nothing else that follows from an act is spelt out."""

_KEY = re.compile(r"[A-Za-z0-9._:-]{8,128}", re.ASCII)
LARGEST_JSON = 2 * 1024 * 1024
"""A body of more bytes is refused unread; the longest list that anything takes, 10,000 serials, is a tenth of it."""
_NUMBER = re.compile(r"0|[1-9]\d{0,8}", re.ASCII)
_ETAG = re.compile(r'"(\d{1,15})"', re.ASCII)
Plain = dict[str, Any]

log = logging.getLogger(__name__)


def actor() -> Actor:
    """The person who asks. Raises ``Unrecognised`` (401)."""
    if "actor" not in g:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unrecognised("Say who you are: send the header 'Authorization: Bearer <token>'.")
        found = service()
        g.actor = recognise(found.tokens, found.view(), token, found.clock())
    known: Actor = g.actor
    return known


def received(schema: type[Schema]) -> Plain:
    """The request's JSON body, by the wire contract. Raises 413, 415, 400, or ``ValidationError`` (422)."""
    request.max_content_length = LARGEST_JSON
    content = request.get_data(cache=True)
    if not content:
        body: Any = {}
    elif request.mimetype != "application/json":
        raise UnsupportedMediaType("Send the body as application/json.")
    else:
        try:
            body = read_json(content)
        except ValueError as error:
            raise BadRequest(f"The body is not JSON: {error}.") from error
    loaded: Plain = read_by(schema).load(body)
    return loaded


def read_json(content: bytes | str) -> Any:
    """JSON in which every member is named once. Raises ``ValueError`` that says where it is not that.

    Two members of one name mean one thing to one reader and another to the next, so neither is taken.
    """
    try:
        plain = orjson.loads(content)
        json.loads(content, object_pairs_hook=_distinct)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return plain


def _distinct(pairs: list[tuple[str, Any]]) -> None:
    names = {name for name, _ in pairs}
    if len(names) < len(pairs):
        raise ValueError("two members of one object have the same name")


@cache
def read_by(schema: type[Schema]) -> Schema:
    """A schema is made once: to copy its fields takes longer than to read a body with them."""
    return schema()


def queried(known: Collection[str]) -> dict[str, str]:
    """The query, whose every parameter is known here and said once: a filter that was mistyped must not list all."""
    faults = [
        Fault(pointer=f"/{name}", detail="is not a parameter here" if name not in known else "is said twice")
        for name, values in request.args.lists()
        if name not in known or len(values) > 1
    ]
    if faults:
        raise Malformed("The query cannot be understood.", faults=tuple(faults))
    return request.args.to_dict()


def whole_number(name: str, text: str, *, least: int, most: int) -> int:
    """A query parameter's number in its one spelling; its length is looked at before its value is worked out.

    Raises ``Malformed``, which names the parameter and its bounds.
    """
    if not (_NUMBER.fullmatch(text) and least <= int(text) <= most):
        raise Malformed(f"is a whole number from {least} to {most}", field=name)
    return int(text)


def retry(
    person: Actor, said: Mapping[str, object], *, required: bool = False, each: str = ""
) -> Retry | None:
    """The idempotency of this request: scoped to person, method and path; ``said`` is what must be the same again.

    ``each`` names one act of a request that makes several.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        if required:
            raise PreconditionRequired("Send an Idempotency-Key header: this act must not happen twice.")
        return None
    if not _KEY.fullmatch(key):
        raise Malformed("An Idempotency-Key is 8 to 128 letters, digits or . _ : -", field="Idempotency-Key")
    path = f"{request.path}#{each}" if each else request.path
    return retry_of(person, request.method, path, key, said)


def retry_of(person: Actor, method: str, path: str, key: str, said: Mapping[str, object]) -> Retry:
    """The idempotency of an act that this person sends there under this key."""
    scope = orjson.dumps([person.person, method, path, key])
    fingerprint = orjson.dumps(dict(said), option=orjson.OPT_SORT_KEYS)
    return Retry(scope=hashlib.sha256(scope).hexdigest(), fingerprint=hashlib.sha256(fingerprint).hexdigest())


def expected(stream: str, *, required: bool) -> Expected | None:
    """What the sender last saw of a stream, by ``If-Match``. Raises 428 where it is required and absent."""
    header = request.headers.get("If-Match")
    if header is None:
        if required:
            raise PreconditionRequired(
                "Send If-Match with the ETag you last read: this decision rests on it."
            )
        return None
    matched = _ETAG.fullmatch(header)
    if not matched:
        raise Malformed('If-Match is the ETag you last read, for example "5".', field="If-Match")
    return Expected(stream=stream, seq=int(matched.group(1)))


def performed(
    use_case: UseCase[Any], intent: Any, *, stream: str, said: Mapping[str, object], status: int = 201,
    if_match: bool = False, key_required: bool = False, encloses: str = "",
) -> Response:  # fmt: skip
    """Perform an act for the person who asks, and reply with its records and their proof.

    A repeated request is answered as before, whatever has become of the stream that its ``If-Match`` speaks of.
    ``encloses`` names the member under which the JSON file kept with the record is sent along.
    """
    person = actor()
    receipt = service().acts.perform(
        use_case,
        person,
        intent,
        retry=retry(person, said, required=key_required),
        expected=partial(expected, stream, required=if_match),
    )
    return written(receipt, stream, status, encloses)


def written(receipt: Receipt, stream: str, status: int, encloses: str = "") -> Response:
    """The reply to an act, with the sequence number of the stream it was about as its ETag."""
    plain = told(receipt, stream, encloses)
    return answered(plain, status, seq=_last(receipt, plain["stream"]))


def told(receipt: Receipt, stream: str, encloses: str = "") -> Plain:
    """What the reply to an act says: the record of the stream it was about, its entry in the log, the others' places
    and a proof. ``body`` is what the record states, to be read without unpacking its envelope. What is enclosed was
    signed as it stands, so nothing unsigned stands beside it."""
    main = next((record for record in receipt.records if record.stream == stream), receipt.records[0])
    proof = _proof(main)
    reply: Plain = {
        "record": envelope(main),
        "stream": main.stream,
        "seq": main.seq,
        "kind": main.kind,
        "log_index": main.index,
        "entry": base64.b64encode(main.entry).decode(),
        "also": [record.index for record in receipt.records if record is not main],
        "also_recorded": [_further(record) for record in receipt.records if record is not main],
        "proof": proof,
    }
    if proof is None:
        reply["proof_url"] = f"{service().public_url}/api/v1/records/{main.index}/proof"
    if encloses:
        return {**reply, encloses: orjson.loads(enclosed(service().store, main) or b"null")}
    reply["body"] = to_plain(recorded(main).body)
    row = catalogue_row(service().view(), main.stream, until=_last(receipt, main.stream))
    return reply if row is None else {**reply, "subject": listed(row)}


def _further(record: StoredRecord) -> Plain:
    place = {"log_index": record.index, "stream": record.stream, "seq": record.seq, "kind": record.kind}
    return {**place, "body": to_plain(recorded(record).body)} if record.kind == GIVEN else place


def _last(receipt: Receipt, stream: str) -> int:
    return max(record.seq for record in receipt.records if record.stream == stream)


def _proof(record: StoredRecord) -> str | None:
    """The record is committed, so whatever keeps its proof back is no reason to deny it."""
    try:
        return service().publisher.proof(record.index)
    except Exception:
        log.exception("no proof can be given yet that entry %d is in the log", record.index)
        return None


def listed(row: CatalogueRow) -> Plain:
    """A catalogue row as lists and replies show it."""
    room, _, name = row.stream.partition("/")
    return {
        "id": name, "stream": row.stream, "kind_of": room, "status": row.status, "title": row.title, "seq": row.seq,
        "organisation": row.organisation, **row.summary,
    }  # fmt: skip


def answered(plain: object, status: int = 200, *, seq: int | None = None) -> Response:
    """A JSON reply, never cached; with a stream's sequence number as its ETag."""
    response = Response(orjson.dumps(plain), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    if seq is not None:
        response.set_etag(str(seq))
    return response
