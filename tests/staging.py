"""A whole service on one SQLite file with a scripted clock, made-up people and their tokens, asked over HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from qc_service.app import Capabilities, Founder, assemble, initialise, web_app
from qc_service.application.tokens import issue
from qc_service.domain.identifiers import CountryCode, Gln, Line, OrganisationId, PersonId
from qc_service.settings import Settings
from tests.fakes import ISSUER, ScriptedClock

MAKER = "demo-biologics"
CLINIC = "harbour-clinic"
OTHER_CLINIC = "hill-clinic"
PEOPLE = {
    "technician": (MAKER, ("technician",)),
    "analyst": (MAKER, ("analyst",)),
    "second_analyst": (MAKER, ("analyst",)),
    "quality": (MAKER, ("quality",)),
    "second_quality": (MAKER, ("quality",)),
    "logistics": (MAKER, ("logistics",)),
    "clinician": (CLINIC, ("clinician",)),
    "other_clinician": (OTHER_CLINIC, ("clinician",)),
    "auditor": (MAKER, ("auditor",)),
}
"""Who there is beside the administrator: organisation and roles."""

FOUNDER = Founder(
    organisation=OrganisationId(MAKER),
    name=Line("Demonstration Biologics"),
    country=CountryCode("US"),
    zone=Line("America/New_York"),
    quality_phone=Line("+1 555 0100"),
    gln=Gln("9506000140445"),
    administrator=PersonId("t.administrator"),
    printed_name=Line("Test Administrator"),
)


def identity(who: str) -> str:
    """The person's identity: ``second_analyst`` is ``t.second-analyst``."""
    return f"t.{who.replace('_', '-')}"


@dataclass
class Stage:
    """A running service; ``send`` speaks HTTP for one of the people and fails where the status is not expected."""

    made: Capabilities
    clock: ScriptedClock
    client: FlaskClient
    tokens: dict[str, str] = field(default_factory=dict)
    keys: int = 0

    def send(
        self,
        who: str | None,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        status: int = 201,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> TestResponse:
        """One request below ``/api/v1`` (or at the root, where the path begins with ``//``)."""
        sent = dict(headers or {})
        if who is not None:
            sent.setdefault("Authorization", f"Bearer {self.token(who)}")
        if method != "GET":
            self.keys += 1
            sent.setdefault("Idempotency-Key", f"key-{self.keys:08d}")
        if body is not None:
            more["json"] = body
        at = path[1:] if path.startswith("//") else f"/api/v1{path}"
        response = self.client.open(at, method=method, headers=sent, **more)
        response.request.environ["wsgi.input"].close()
        assert response.status_code == status, f"{method} {at}: {response.status_code} {response.text}"
        return response

    def post(self, who: str, path: str, status: int = 201, **body: object) -> Any:
        """Send a body and return the reply's JSON."""
        return self.send(who, "POST", path, body, status=status).get_json()

    def decide(self, who: str, path: str, stream: str, status: int = 201, **body: object) -> Any:
        """The same for a decision that needs If-Match: with what the stream is at now."""
        seq = len(self.made.store.stream(stream)) - 1
        headers = {"If-Match": f'"{seq}"'}
        return self.send(who, "POST", path, body, status=status, headers=headers).get_json()

    def get(self, who: str | None, path: str, status: int = 200, **more: Any) -> Any:
        """Ask and return the reply's JSON."""
        return self.send(who, "GET", path, status=status, **more).get_json()

    def token(self, who: str) -> str:
        """The person's token, made when it is first needed."""
        if who not in self.tokens:
            self.tokens[who] = issue(
                self.made.tokens,
                self.made.view(),
                person=identity(who),
                label="test",
                at=self.clock(),
                lasts=timedelta(days=366),
                fresh=self.made.fresh,
            )
        return self.tokens[who]


def raise_stage(home: Path, database_url: str = "") -> Stage:
    """Initialise a service in this folder, with its organisations and people."""
    clock = ScriptedClock()
    environment = {"QC_HOME": str(home), "DATABASE_URL": database_url, "QC_REQUESTS_PER_MINUTE": "0"}
    made = initialise(Settings.from_environment(environment), ISSUER, FOUNDER, {}, clock)
    stage = Stage(made, clock, web_app(made).test_client())
    for clinic in (CLINIC, OTHER_CLINIC):
        stage.post(
            "administrator", "/organisations", id=clinic, name=clinic.replace("-", " ").title(), kind="clinic",
            country="US", zone="America/New_York",
        )  # fmt: skip
    for who, (organisation, roles) in PEOPLE.items():
        stage.post(
            "administrator", "/persons", id=identity(who), printed_name=f"Test {who.replace('_', ' ').title()}",
            roles=list(roles), organisation=organisation,
        )  # fmt: skip
    return stage


def restaged(stage: Stage, home: Path) -> Stage:
    """A copy of a service on a SQLite file as it stands, which goes its own way from here on."""
    shutil.copytree(stage.made.settings.home, home)
    settings = Settings.from_environment({"QC_HOME": str(home), "QC_REQUESTS_PER_MINUTE": "0"})
    clock = ScriptedClock(stage.clock.now)
    made = assemble(settings, {}, clock)
    return Stage(made, clock, web_app(made).test_client(), dict(stage.tokens), stage.keys)


@contextmanager
def served(stage: Stage) -> Iterator[str]:
    """The service on a port of this machine, for a browser or a command that asks it."""
    server = make_server("127.0.0.1", 0, stage.client.application, threaded=False)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
