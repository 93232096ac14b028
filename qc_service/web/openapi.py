"""The contract for programs: an OpenAPI 3.1 document drawn from the route table, and the same as a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, current_app
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from qc_service.web.pages import page
from qc_service.web.routes import Custom, Read, Route, Write
from schemas.replies import ListingSchema, ProblemSchema, RecordedSchema

EXTENSION = "qc_service.openapi"
PREFIX = "/api/v1"
JSON, PROBLEM, FORM = "application/json", "application/problem+json", "multipart/form-data"
FILTERS = {
    "status": "only in this state",
    "organisation": "only of this organisation",
    "product": "only of this product",
    "kind": "only of this kind",
    "lot": "only of this lot",
    "assignee": "only what this person was asked to do",
    "q": "only with this in the name or title",
}
PAGING: dict[str, tuple[dict[str, Any], str]] = {
    "page_size": ({"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "how many at most"),
    "after": ({"type": "string"}, "the `next` of the page before"),
}
REFUSALS = {
    "400": "The request cannot be read.",
    "401": "Nobody is named: send a bearer token.",
    "403": "This person may not.",
    "404": "Nothing of that name is on record, or none that this reader may see.",
    "409": "Something else happened first, the name is taken, or the key was used for something else.",
    "412": "The stream has changed since: read again and decide again.",
    "413": "The body is too large.",
    "415": "The body is of another media type.",
    "422": "The statement is malformed, or the decision is refused, with every reason.",
    "428": "A header that this act needs is missing.",
    "429": "Too many questions from this address.",
    "503": "The store, the clock or a key does not serve; nothing was changed.",
}
_PARAMETER = re.compile(r"<(?:(int|path):)?(\w+)>")
_KEY = {
    "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{8,128}$"},
    "description": "The same key with the same content gets the same answer, with other content a 409.",
}  # fmt: skip
_IF_MATCH = {
    "name": "If-Match", "in": "header", "schema": {"type": "string", "pattern": '^"[0-9]{1,15}"$'},
    "description": "The ETag last read: the act is refused when the stream has moved since.",
}  # fmt: skip
_ETAG = {"ETag": {"schema": {"type": "string"}, "description": "The stream's sequence number."}}
_LINK = {"Link": {"schema": {"type": "string"}, "description": 'The next page, rel="next".'}}
_INTRODUCTION = (
    "Signed records of exosome lots, from the donation to the clinic's answer and the auditor's proof. Times are UTC "
    "in whole seconds, decimals are strings with a unit beside them, members that are not described are refused. An "
    "answer about a vial is about records; it does not mean approved, safe or effective."
)


def full_path(route: Route) -> str:
    """The route's path as the application has it."""
    return route.path if isinstance(route, Custom) and route.root else PREFIX + route.path


def method_of(route: Route) -> str:
    """The route's method in lower case, as OpenAPI has it."""
    return "get" if isinstance(route, Read) else route.method.lower()


def document(routes: Iterable[Route], server: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these routes."""
    spec = APISpec(
        title="qc-service",
        version="1",
        openapi_version="3.1.0",
        info={"description": _INTRODUCTION, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        servers=[{"url": server}],
        security=[{"bearer": []}],
        plugins=[MarshmallowPlugin(schema_name_resolver=_name)],
    )
    described = {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of one person, made by an administrator.",
    }
    spec.components.security_scheme("bearer", described)
    for status, detail in REFUSALS.items():
        spec.components.response(
            f"Problem{status}", {"description": detail, "content": {PROBLEM: {"schema": ProblemSchema}}}
        )
    for route in routes:
        path = _PARAMETER.sub(r"{\2}", full_path(route))
        spec.path(path=path, operations={method_of(route): _operation(route)})
    written: dict[str, Any] = spec.to_dict()
    return written


def _name(schema: Schema | type[Schema]) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Schema")


def _operation(route: Route) -> dict[str, Any]:
    path = full_path(route)
    steps = [step for step in path.removeprefix(PREFIX).split("/") if step]
    public = isinstance(route, Custom) and route.public
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{method_of(route)} {path}").strip("_"),
        "summary": route.summary,
        "tags": [steps[0] if steps and path.startswith(PREFIX) else "public"],
        "parameters": [*_path_parameters(path), *_query(route), *_headers(route)],
        "responses": {**_good(route), **_refusals(route)},
    }
    if public:
        operation["security"] = [{}, {"bearer": []}]
    if content := _taken(route):
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _taken(route: Route) -> dict[str, Any]:
    body = None if isinstance(route, Read) else route.body
    form = route.form if isinstance(route, Custom) else None
    taken: dict[str, Any] = {
        media: {"schema": schema} for media, schema in ((JSON, body), (FORM, form)) if schema is not None
    }
    files = route.takes if isinstance(route, Custom) else ()
    return taken | {media: {"schema": {"type": "string", "format": "binary"}} for media in files}


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 0} if kind == "int" else {"type": "string"},
        }
        for kind, name in _PARAMETER.findall(path)
    ]


def _query(route: Route) -> list[dict[str, Any]]:
    text = {"type": "string"}
    named: dict[str, tuple[Mapping[str, Any], str]] = {}
    if isinstance(route, Read) and route.listing:
        named = {**PAGING, **{name: (text, detail) for name, detail in FILTERS.items()}}
    if not isinstance(route, Write):
        named |= {name: (text, detail) for name, detail in route.query.items()}
    return [
        {"name": name, "in": "query", "schema": schema, "description": detail}
        for name, (schema, detail) in named.items()
    ]


def _headers(route: Route) -> list[dict[str, Any]]:
    if not _acts(route) or (isinstance(route, Custom) and route.public):
        return []
    key_required = not isinstance(route, Read) and route.key_required
    if_match = isinstance(route, Write) and route.if_match
    return [{**_KEY, "required": key_required}, {**_IF_MATCH, "required": if_match}]


def _acts(route: Route) -> bool:
    return method_of(route) != "get"


def _good(route: Route) -> dict[str, Any]:
    if isinstance(route, Write) or (_acts(route) and route.reply is None):
        status = str(route.status) if isinstance(route, Write) else "201"
        said = {"description": "Recorded.", "headers": _ETAG, "content": {JSON: {"schema": RecordedSchema}}}
        return {status: said, **_preview(route)}
    if isinstance(route, Read):
        schema = ListingSchema if route.listing else route.reply
        headers = _LINK if route.listing else _ETAG if route.etag else {}
        content = {JSON: {"schema": schema or {"type": "object"}}}
        return {"200": {"description": route.summary, "headers": headers, "content": content}}
    content = {media.partition(";")[0]: _shown(media, route.reply) for media in route.gives.split(", ")}
    return {str(route.status): {"description": route.summary, "content": content}}


def _preview(route: Route) -> dict[str, Any]:
    if not isinstance(route, Custom) or route.shows is None:
        return {}
    return {
        "200": {"description": "Shown; nothing is recorded yet.", "content": {JSON: {"schema": route.shows}}}
    }


def _shown(media: str, reply: type[Schema] | None) -> dict[str, Any]:
    if media == JSON:
        return {"schema": reply or {"type": "object"}}
    return {"schema": {"type": "object"} if media.endswith("json") else {"type": "string"}}


def _refusals(route: Route) -> dict[str, Any]:
    public = isinstance(route, Custom) and route.public
    statuses = ["404", "422", "503", *(["429"] if public else ["401", "403"])]
    if _acts(route):
        statuses += ["400", "409", "412", "413", "415", "428"]
    return {status: f"Problem{status}" for status in sorted(statuses)}


def install(app: Flask, routes: Iterable[Route], server: str) -> None:
    """Draw the document once, from every route there is."""
    app.extensions[EXTENSION] = document(routes, server)


def openapi() -> ResponseReturnValue:
    """The OpenAPI 3.1 document."""
    content = orjson.dumps(current_app.extensions[EXTENSION])
    return Response(content, content_type=JSON, headers={"Cache-Control": "no-cache"})


def docs() -> ResponseReturnValue:
    """The same as a page."""
    drawn = current_app.extensions[EXTENSION]
    rooms: dict[str, list[dict[str, Any]]] = {}
    for path, operations in drawn["paths"].items():
        for method, operation in operations.items():
            said = {"method": method.upper(), "path": path, **operation}
            rooms.setdefault(operation["tags"][0], []).append(said)
    return page("docs.html", introduction=_INTRODUCTION, rooms=dict(sorted(rooms.items())))


ROUTES = (
    Custom("GET", "/openapi.json", openapi, "This description, as OpenAPI 3.1", public=True, root=True),
    Custom("GET", "/docs", docs, "This description, as a page", public=True, root=True, gives="text/html"),
)
