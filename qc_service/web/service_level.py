"""How fast the service answers, by its own clock and published: the share of answers within 300 ms (V9).

Measured is the whole of an answer on the server, from the request as it was received to the reply as it is ready to be
sent, for every way of asking about a vial: by link, scan or lot, as JSON or a page, anonymous or signed in, recorded or
not. Pictures are measured apart, since to decode one takes longer. Each worker process counts for itself since its
start.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from time import perf_counter

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from qc_service.domain.moments import instant_text
from qc_service.web.asking import answered
from qc_service.web.metrics import EXTENSION as METRICS
from qc_service.web.pages import page
from qc_service.web.routes import Custom
from qc_service.web.service import service
from schemas.verdicts import ServiceLevelSchema

EXTENSION = "qc_service.service_level"
STARTED = "qc_service.started"
"""Where the time at which a request came stands in its environment."""
IN_TIME = 0.3
TARGET_PERCENT = 95
SOURCE = "Commission Delegated Regulation (EU) 2016/161, Article 35, as good practice"
ASKING = ("/01/", "/00/", "/check", "/verify/", "/api/v1/verify", "/api/v1/verifications")
APART = ("/check/picture", "/api/v1/verify/image")


class ServiceLevel(Collector):
    """How many answers there were, and how many of them in time; safe to share between threads."""

    def __init__(self, since: str) -> None:
        self.since = since
        self.answers = 0
        self.in_time = 0
        self._lock = Lock()

    def count(self, seconds: float) -> None:
        """Count an answer that took so long."""
        with self._lock:
            self.answers += 1
            self.in_time += seconds < IN_TIME

    def collect(self) -> Iterator[Metric]:
        """Both counts for a scraper."""
        yield CounterMetricFamily("qc_verify_answers", "Answers about a vial or lot.", value=self.answers)
        yield CounterMetricFamily(
            "qc_verify_answers_in_time", "Those that took less than 0.3 s.", value=self.in_time
        )

    def plain(self) -> dict[str, object]:
        """The figure as it is published."""
        with self._lock:
            answers, in_time = self.answers, self.in_time
        share = in_time * 10_000 // answers if answers else None
        return {
            "since": self.since,
            "answers": answers,
            "in_time": in_time,
            "milliseconds": int(IN_TIME * 1000),
            "share_percent": None if share is None else f"{share // 100}.{share % 100:02d}",
            "target_percent": TARGET_PERCENT,
            "source": SOURCE,
            "counted_by": "this worker process since it started; others count for themselves",
        }


def install(app: Flask) -> None:
    """Measure every answer from now on; entered first, so that it is the last to see a reply."""
    with app.app_context():
        level = app.extensions[EXTENSION] = ServiceLevel(instant_text(service().clock()))
    app.extensions[METRICS].registry.register(level)

    @app.after_request
    def measure(response: Response) -> Response:
        started = request.environ.get(STARTED)
        if started is not None and response.status_code < 300 and _asks():
            level.count(perf_counter() - started)
        return response


def _asks() -> bool:
    path = request.path
    if not path.startswith(ASKING) or path.startswith(APART):
        return False
    return path != "/check" or bool(request.args)


def service_level() -> ResponseReturnValue:
    """The figure, as a page for people and as JSON for programs."""
    level: ServiceLevel = current_app.extensions[EXTENSION]
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return answered(level.plain())
    return page("service_level.html", level=level.plain())


ROUTES = (
    Custom(
        "GET", "/service-level", service_level, "How fast the service answers", public=True, root=True,
        reply=ServiceLevelSchema, gives="text/html, application/json",
    ),
)  # fmt: skip
