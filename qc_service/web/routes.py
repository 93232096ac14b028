"""The route table: what each path takes, does and answers, as values; the views and the OpenAPI document follow it.

A new route is one line in its noun's ``ROUTES``. Paths are below ``/api/v1``; ``<lot>`` is a path parameter and, for
a write, a member of the intent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask.typing import ResponseReturnValue
from marshmallow import Schema


@dataclass(frozen=True)
class Write:
    """An act: body and path parameters become the intent, the use case makes records of it.

    ``subject`` names the room and the intent's member that together are the stream the reply speaks of.
    ``status`` is 201 for what is new. ``encloses`` names the reply's member for the JSON file that the record keeps.
    """

    method: str
    path: str
    use_case: Callable[..., Any]
    intent: type[Any]
    subject: tuple[str, str]
    summary: str
    body: type[Schema]
    if_match: bool = False
    key_required: bool = False
    status: int = 201
    encloses: str = ""


@dataclass(frozen=True)
class Read:
    """A question: a list of a room from the catalogue (``listing``), or one thing (``answer``).

    ``answer(view, actor, **path_parameters, **query_parameters)`` returns plain values. ``query`` describes the query
    parameters; one named like a Python keyword reaches the function with an underscore behind it. ``etag`` names the
    room and the path parameter of the stream whose sequence number is the ETag. With ``today`` the function is told the
    day, in UTC; ``row(row, today)`` adds to a row of a list what depends on it.
    """

    path: str
    summary: str
    answer: Callable[..., Any] | None = None
    listing: str = ""
    reply: type[Schema] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    etag: tuple[str, str] | None = None
    today: bool = False
    row: Callable[[dict[str, Any], date], dict[str, Any]] | None = None


@dataclass(frozen=True)
class Custom:
    """A route with a view of its own: files, bundles, pages; ``public`` ones need no token.

    ``root`` routes are not below ``/api/v1``. ``body`` comes as JSON, ``form`` as ``multipart/form-data``, a file by
    itself as one of ``takes``; ``shows`` is what an act answers with 200 as long as it only shows what it would record.
    A ``reply`` comes with ``status``. What is ``public`` records nothing, and takes no header of an act.
    """

    method: str
    path: str
    view: Callable[..., ResponseReturnValue]
    summary: str
    public: bool = False
    root: bool = False
    body: type[Schema] | None = None
    form: type[Schema] | None = None
    takes: tuple[str, ...] = ()
    key_required: bool = False
    status: int = 200
    reply: type[Schema] | None = None
    shows: type[Schema] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    gives: str = "application/json"


Route = Write | Read | Custom
