"""docs/problems.md lists every problem type that the service has, with its status, and none that it has not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from werkzeug import exceptions

import qc_service.app
from qc_service.application.ports import Tampered, Unavailable
from qc_service.domain.errors import DomainError
from qc_service.web.problems import STATUS

ROW = re.compile(r"^\| `(\w+)` \| (\d{3}) \| (.+) \| (.+) \|$", re.MULTILINE)
LISTED = ROW.findall((Path(__file__).parents[2] / "docs" / "problems.md").read_text("utf-8"))
ABSTRACT = {"DomainError"}
BY_HAND = {"InternalError": 500, "NotReady": 503}
"""Written where they happen, without a class of their own."""


def _below(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _below(narrower)


def _status(kind: type[Exception]) -> int:
    return next(status for wide, status in STATUS if issubclass(kind, wide))


def _ours() -> dict[str, int]:
    found = {kind for wide in (DomainError, Unavailable, Tampered) for kind in _below(wide)}
    ours = {kind for kind in found if kind.__module__.startswith(qc_service.__name__)}
    return {kind.__name__: _status(kind) for kind in ours if kind.__name__ not in ABSTRACT}


def test_every_rule_of_the_service_is_listed_with_its_status() -> None:
    listed = {name: int(status) for name, status, _, _ in LISTED}
    assert {name: listed.get(name) for name in _ours()} == _ours()


def test_whatever_else_is_listed_is_a_refusal_of_http_with_that_status() -> None:
    for name, status, _, _ in LISTED:
        if name not in _ours():
            code = BY_HAND.get(name) or getattr(exceptions, name).code
            assert int(status) == code, name


def test_each_is_listed_once_and_says_what_mends_it() -> None:
    names = [name for name, *_ in LISTED]
    assert sorted(names) == sorted(set(names))
    assert all(means and mends for _, _, means, mends in LISTED)
