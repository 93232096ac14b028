"""What the service counts of itself, in the text form of Prometheus, for whoever may read records.

Each worker process counts its own acts and answers and is scraped by chance; the sizes are the log's and the same from
all. With several workers, let a scraper sum what it sees over time, or run one worker where exact counts matter.
"""

from __future__ import annotations

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from qc_service.application.ports import Unavailable
from qc_service.domain.permissions import Permission
from qc_service.domain.verdict import Decision
from qc_service.web.asking import actor
from qc_service.web.routes import Custom
from qc_service.web.service import service

EXTENSION = "qc_service.metrics"
TEXT = "text/plain; version=0.0.4; charset=utf-8"
QUESTIONS = ("/check/", "/api/v1/verify/")
"""Where something is posted and nothing recorded."""
BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.3, 1.0)
"""The upper bounds of the histogram's buckets, in seconds."""


class Metrics:
    """The counts of one process; safe to share between threads."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._acts = Counter(
            "qc_acts", "Acts that were asked for, by the reply's status.", ["status"], registry=self.registry
        )
        answers = Counter(
            "qc_answers",
            "Public answers about vials and lots, by decision.",
            ["decision"],
            registry=self.registry,
        )
        self._answers = {decision: answers.labels(decision.value) for decision in Decision}
        self._seconds = Histogram(
            "qc_answer_seconds", "How long a public answer took.", buckets=BOUNDS, registry=self.registry
        )
        self._entries = Gauge("qc_log_entries", "Entries in the log.", registry=self.registry)
        self._signed = Gauge(
            "qc_checkpoint_entries", "Entries under the last signed checkpoint.", registry=self.registry
        )

    def act(self, status: int) -> None:
        """Count an act by the status of its reply."""
        self._acts.labels(str(status)).inc()

    def answer(self, decision: Decision, seconds: float) -> None:
        """Count a public answer and how long it took."""
        self._answers[decision].inc()
        self._seconds.observe(seconds)

    def text(self, entries: int, signed: int | None) -> bytes:
        """Everything counted so far; ``signed`` is ``None`` where no checkpoint can be had, and shows as NaN."""
        self._entries.set(entries)
        self._signed.set(float("nan") if signed is None else signed)
        return generate_latest(self.registry)


def install(app: Flask) -> None:
    """Count every act from now on."""
    counted = app.extensions[EXTENSION] = Metrics()

    @app.after_request
    def count(response: Response) -> Response:
        if request.method == "POST" and not request.path.startswith(QUESTIONS):
            counted.act(response.status_code)
        return response


def metrics() -> ResponseReturnValue:
    """The counts of the process that answers, and the log's sizes."""
    actor().must(Permission.READ_RECORDS)
    counted: Metrics = current_app.extensions[EXTENSION]
    content = counted.text(service().store.head().size, _signed())
    return Response(content, content_type=TEXT, headers={"Cache-Control": "no-store"})


def _signed() -> int | None:
    """The size under the last signed checkpoint; nothing is signed for the asking, once there is one."""
    try:
        return int(service().publisher.publish(at_least=1).split(b"\n")[1])
    except Unavailable:
        return None


ROUTES = (Custom("GET", "/metrics", metrics, "Counts of the service itself", root=True, gives=TEXT),)
