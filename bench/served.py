"""What the servers of a benchmark serve: the service at the time of its made-up records, and the floor below it."""

from __future__ import annotations

import json
import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask, Response

from qc_service.app import create_app
from qc_service.domain.moments import parse_instant
from qc_service.settings import Settings


def service() -> Flask:
    """The service that the environment describes, its clock going on from ``BENCH_NOW``."""
    began, started = parse_instant(os.environ["BENCH_NOW"]), time.monotonic()

    def clock() -> datetime:
        return began + timedelta(seconds=int(time.monotonic() - started))

    return create_app(Settings.from_environment(os.environ), clock)


def floor() -> Flask:
    """One route that says what the file ``BENCH_FLOOR`` holds: ``{"headers": {…}, "body": "…"}``."""
    said = json.loads(Path(os.environ["BENCH_FLOOR"]).read_text("utf-8"))
    headers, body = said["headers"], said["body"].encode()
    app = Flask("floor", static_folder=None)

    @app.get("/")
    def answer() -> Response:
        return Response(body, headers=headers)

    return app
