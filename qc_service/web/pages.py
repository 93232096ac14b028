"""Pages for people: plain HTML and one style sheet, rendered here and served from here; nothing foreign.

The page of instrument files alone has a script, its own file; every other page works without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from flask import Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from qc_service.domain.wording import day, figure, moment, month, words
from qc_service.web.problems import CONTENT_TYPE
from qc_service.web.routes import Custom

STATIC = {"page.css": "text/css; charset=utf-8", "readings.js": "text/javascript; charset=utf-8"}
HTML = "text/html; charset=utf-8"
MACHINE_PATHS = (
    "/api/",
    "/log/",
    "/trust/",
    "/.well-known/",
    "/openapi.json",
    "/healthz",
    "/readyz",
    "/metrics",
)


def page(template: str, *, status: int = 200, **said: Any) -> Response:
    """A page; an answer is of its moment, so it is never stored."""
    response = Response(render_template(template, **said), status=status, content_type=HTML)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept, Authorization"
    return response


def groups(serial: str) -> str:
    """A serial as printed, in groups of four."""
    return "-".join(serial[start : start + 4] for start in range(0, len(serial), 4))


def dialled(phone: str) -> str:
    """A telephone number as a ``tel:`` address takes it (RFC 3966): digits, and a plus in front."""
    digits = "".join(one for one in phone if one.isascii() and one.isdigit())
    return f"+{digits}" if phone.lstrip().startswith("+") else digits


def static(name: str) -> ResponseReturnValue:
    """The style sheet of every page, or the script of the one that has one."""
    if name not in STATIC:
        raise NotFound("The pages have no such file.")
    content = Path(current_app.root_path, "static", name).read_bytes()
    return Response(content, content_type=STATIC[name], headers={"Cache-Control": "public, max-age=3600"})


def for_people(response: Response) -> Response:
    """A problem on the way to a page is told to a person as a page; a program gets the document."""
    if response.content_type != CONTENT_TYPE or request.path.startswith(MACHINE_PATHS):
        return response
    offered = [CONTENT_TYPE, "application/json", "text/html"]
    if request.accept_mimetypes.best_match(offered) != "text/html":
        return response
    document = orjson.loads(response.get_data())
    told = page("problem.html", status=response.status_code, problem=document)
    told.headers.extend(
        (name, value)
        for name, value in response.headers
        if name in {"Retry-After", "Allow", "WWW-Authenticate"}
    )
    return told


def install(app: Flask) -> None:
    """Let templates speak plainly, and problems be pages where a person asked."""
    app.jinja_env.filters.update(
        words=words, figure=figure, month=month, day=day, moment=moment, groups=groups, dialled=dialled
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.after_request(for_people)


ROUTES = (
    Custom(
        "GET", "/static/<name>", static, "The style sheet of the pages, or a page's script", public=True, root=True,
        gives="text/css, text/javascript",
    ),
)  # fmt: skip
