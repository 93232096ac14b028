"""The application's routes: every table entry becomes a view, and every reply carries the same strict headers."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import IO, Any
from urllib.parse import urlencode

from flask import Flask, Request, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter

from qc_service.application.actor import Actor
from qc_service.application.index import catalogue_row
from qc_service.application.ports import Query
from qc_service.domain.codec import from_plain
from qc_service.domain.errors import Malformed
from qc_service.domain.parties import ORGANISATION
from qc_service.domain.permissions import SEE_EVERYTHING, Permission
from qc_service.web import bursts, limits, metrics, openapi, pages, problems, service_level
from qc_service.web.asking import actor, answered, listed, performed, queried, received, whole_number
from qc_service.web.express import Express
from qc_service.web.nouns import ROUTES
from qc_service.web.routes import Custom, Read, Route, Write
from qc_service.web.service import EXTENSION, service

PREFIX = "/api/v1"
LISTED_FILTERS = ("status", "organisation", "product", "kind", "lot", "assignee")
LISTED = {"page_size", "after", "q", *LISTED_FILTERS}
LARGEST_PAGE = 200
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}


class UploadsInMemory(Request):
    """Uploaded parts stay in memory: a body is bounded, and no file is left behind when one is refused."""

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        return BytesIO()


class Ordinal(IntegerConverter):
    """The number of a step, a result or a hold in a path: from 1, in its one spelling."""

    regex = "[1-9][0-9]{0,8}"


def install(app: Flask) -> None:
    """Enter every route, the problem documents and the headers."""
    app.request_class = UploadsInMemory
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.url_map.converters["int"] = Ordinal
    for route in ROUTES:
        prefix = "" if isinstance(route, Custom) and route.root else PREFIX
        method = "GET" if isinstance(route, Read) else route.method
        endpoint = f"{method} {prefix}{route.path}".replace(".", "·")
        app.add_url_rule(prefix + route.path, endpoint, _view(route), methods=[method])
    metrics.install(app)
    service_level.install(app)
    bursts.install(app)
    app.before_request(limits.check)
    app.before_request(_speakable)
    app.after_request(_strict)
    pages.install(app)
    problems.install(app)
    openapi.install(app, ROUTES, app.extensions[EXTENSION].public_url)
    app.wsgi_app = Express(app, HEADERS)  # type: ignore[method-assign]


def _speakable() -> None:
    """No name holds a NUL, and not every database can be asked for one; only a scan is read as it came."""
    if not request.path.startswith(PREFIX):
        return
    if "\0" in request.path:
        raise NotFound("There is nothing of this name.")
    for name, value in request.args.items(multi=True):
        if "\0" in value and name != "code":
            raise Malformed("holds a character that no name has", field=name)


def _strict(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _view(route: Route) -> Callable[..., ResponseReturnValue]:
    if isinstance(route, Write):
        return _writing(route)
    if isinstance(route, Custom):
        return route.view if route.public else _recognised(route.view)
    return _listing(route) if route.listing else _reading(route)


def _recognised(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    def recognised(**path: str) -> ResponseReturnValue:
        actor()
        return view(**path)

    return recognised


def _writing(route: Write) -> Callable[..., ResponseReturnValue]:
    room, member = route.subject

    def write(**path: Any) -> Response:
        actor()
        said = {**received(route.body), **path}
        intent = from_plain(route.intent, said)
        stream = f"{room}/{getattr(intent, member)}"
        return performed(
            route.use_case, intent, stream=stream, said=said, status=route.status, if_match=route.if_match,
            key_required=route.key_required, encloses=route.encloses,
        )  # fmt: skip

    return write


def _reading(route: Read) -> Callable[..., ResponseReturnValue]:
    answer = route.answer
    assert answer is not None  # noqa: S101  a Read without a listing has an answer: the table's own rule

    def read(**path: Any) -> Response:
        person = actor()
        person.must(Permission.READ_RECORDS)
        view = service().view()
        named: dict[str, Any] = {_python(name): value for name, value in queried(route.query).items()}
        if route.today:
            named["today"] = service().clock().date()
        plain = answer(view, person, **path, **named)
        return answered(plain, seq=_seq(route, path))

    return read


def _seq(route: Read, path: dict[str, str]) -> int | None:
    if route.etag is None:
        return None
    room, member = route.etag
    row = catalogue_row(service().view(), f"{room}/{path[member]}")
    return None if row is None else row.seq


def _python(name: str) -> str:
    return f"{name}_" if name in {"from", "class", "in", "is", "not", "or", "and", "as"} else name


def _listing(route: Read) -> Callable[..., ResponseReturnValue]:
    def listing() -> Response:
        person = actor()
        person.must(Permission.READ_RECORDS)
        asked = queried(LISTED)
        query = Query(
            room=route.listing,
            size=whole_number("page_size", asked.get("page_size", "50"), least=1, most=LARGEST_PAGE),
            after=asked.get("after", ""),
            filters={name: asked[name] for name in LISTED_FILTERS if name in asked},
            search=asked.get("q", ""),
            seen_by=_seen_by(person, route.listing),
        )
        rows, following = service().store.catalogue(query)
        items = [listed(row) for row in rows]
        if route.row is not None:
            items = [route.row(item, service().clock().date()) for item in items]
        response = answered({"items": items, "next": following or None})
        if following:
            response.headers["Link"] = f'<{_address({**asked, "after": following})}>; rel="next"'
        return response

    return listing


def _address(arguments: dict[str, str]) -> str:
    return f"{service().public_url}{request.path}?{urlencode(arguments)}"


def _seen_by(person: Actor, room: str) -> str | None:
    """Whose rows a list shows; whoever ships must find the organisations to ship to."""
    ships_to_all = room == ORGANISATION.room and person.may(Permission.SHIP)
    return None if ships_to_all or person.roles & SEE_EVERYTHING else str(person.organisation)
