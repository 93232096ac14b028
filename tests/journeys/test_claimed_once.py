"""A vial is claimed once: fifty tries at the same moment from two clinics, on a service of two worker processes."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any, NamedTuple

import pytest

from qc_service.app import assemble, audit_installation
from qc_service.application.tokens import issue
from qc_service.settings import Settings
from tests import scenes
from tests.answering import codes
from tests.cli.running import environment, free_port, started
from tests.persistence.databases import Postgresql, sqlite_file
from tests.staging import Stage, identity, raise_stage

LOT, TRIES, VIALS = "EX-RACE", 50, 3
CLAIMANTS = ("clinician", "other_clinician")


class Race(NamedTuple):
    """A service that runs, the vials that one of the clinics has, and a token for a clinician of each."""

    settings: Settings
    address: str
    serials: tuple[str, ...]
    tokens: dict[str, str]

    def post(self, path: str, who: str, key: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Send an act; the status and what came back."""
        request = urllib.request.Request(  # noqa: S310  the test's own service
            f"{self.address}/api/v1{path}", json.dumps(body).encode(), method="POST",
            headers={
                "Authorization": f"Bearer {self.tokens[who]}", "Idempotency-Key": key,
                "Content-Type": "application/json",
            },
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.loads(refusal.read())

    def at_once(self, path: str, body: dict[str, Any]) -> list[tuple[str, int, Any]]:
        """The same act by both clinics in turn, every one sent when all are ready to send."""
        ready = Barrier(TRIES)

        def send(number: int) -> tuple[str, int, Any]:
            who = CLAIMANTS[number % 2]
            ready.wait(30)
            return who, *self.post(path, who, f"{path[-20:].replace('/', '.')}-{number:04d}", body)

        with ThreadPoolExecutor(TRIES) as senders:
            return list(senders.map(send, range(TRIES)))


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def race(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Race]:
    """Vials at one clinic, and the service served by two processes, on either database."""
    home = tmp_path_factory.mktemp("race")
    server = None if request.param == "sqlite" else Postgresql.start()
    url = server.database() if server else sqlite_file(home)
    stage = raise_stage(home, url)
    stage.clock.now = max(stage.clock.now, _now() - timedelta(days=40))
    scenes.sites(stage)
    scenes.product(stage)
    lot = scenes.released_lot(stage, LOT, scenes.donation(stage, "A999026000301"))
    serials = scenes.consigned(stage, lot, "SHP-RACE", count=VIALS)
    tokens = {who: _token(stage, who) for who in CLAIMANTS}
    stage.made.close()
    log, port = home / "told.txt", free_port()
    with started(home, log, "serve", PORT=str(port), QC_WORKERS="2", DATABASE_URL=url) as running:
        while "Serving at " not in log.read_text():
            assert running.poll() is None, log.read_text()
        settings = Settings.from_environment(environment(home, DATABASE_URL=url))
        yield Race(settings, f"http://127.0.0.1:{port}", serials, tokens)
    if server:
        server.stop()


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _token(stage: Stage, who: str) -> str:
    """A token that counts today, whenever that is."""
    made = stage.made
    return issue(
        made.tokens, made.view(), person=identity(who), label="race", at=_now(),
        lasts=timedelta(days=1), fresh=made.fresh,
    )  # fmt: skip


def test_v4_one_of_fifty_tries_from_two_clinics_claims_and_every_other_hears_why_not(race: Race) -> None:
    for serial in race.serials:
        told = race.at_once(f"/vials/{LOT}/{serial}/preparation", {"starts": ["thaw"], "route": "injection"})
        assert [who for who, status, _ in told if status == 201] == ["clinician"]
        lost = [(who, status, said) for who, status, said in told if status != 201]
        assert {(status, said["title"]) for _, status, said in lost} == {(422, "Preparation refused")}
        for who, _, said in lost:
            assert "already_used" in codes(said) or who == "other_clinician"
            assert "not_consigned_here" in codes(said) or who == "clinician"
        assert [who for who, _, said in lost if "used_elsewhere" in codes(said)]


def test_every_alarming_try_is_on_record_and_the_audit_is_clean(race: Race) -> None:
    made = assemble(race.settings)
    for serial in race.serials:
        kinds = [record.kind for record in made.store.stream(f"vial/{LOT}/{serial}")]
        assert kinds.count("VialPrepared") == 1
        assert kinds.count("VialChecked") > 1
    assert audit_installation(made, lambda _: None).findings == ()
    made.close()
