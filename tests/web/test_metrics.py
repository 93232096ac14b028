"""What the service counts of itself: acts by status, answers by decision, how long they took, and the log's sizes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from qc_service.application.publishing import ForkDetected, Publisher
from tests.staging import Stage, raise_stage

LINK = "/01/09506000134352/10/EX261101A/21/7K3M9QW2TX4B"


def counted(stage: Stage) -> dict[str, float]:
    """Every sample by its name and labels."""
    response = stage.send("auditor", "GET", "//metrics", status=200)
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    families = text_string_to_metric_families(response.text)
    return {
        "|".join((sample.name, *sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A service with its people and nothing else."""
    return raise_stage(tmp_path)


def test_who_scrapes_has_a_token(stage: Stage) -> None:
    assert stage.client.get("/metrics").status_code == 401
    assert stage.client.get("/metrics").mimetype == "application/problem+json"


def test_acts_are_counted_by_the_status_of_their_reply(stage: Stage) -> None:
    before = counted(stage)
    stage.send("technician", "POST", "/organisations", {}, status=422)
    stage.send("technician", "POST", "/organisations", {"id": "x-y-z"}, status=422)
    after = counted(stage)
    assert after["qc_acts_total|422"] - before.get("qc_acts_total|422", 0) == 2
    assert after["qc_acts_total|201"] == before["qc_acts_total|201"] > 0


def test_public_answers_are_counted_by_decision_and_timed_whichever_way_they_go(stage: Stage) -> None:
    stage.client.get(LINK, headers={"Accept": "application/json"})
    stage.client.get(LINK, headers={"Accept": "text/html"})
    stage.client.get("/api/v1/verify?code=nonsense")
    found = counted(stage)
    assert found["qc_answer_seconds_count"] == 3
    decided = {name: value for name, value in found.items() if re.match(r"qc_answers_total", name)}
    assert decided.keys() == {
        f"qc_answers_total|{one}" for one in ("in_order", "do_not_use", "cannot_verify")
    }
    assert sum(decided.values()) == 3
    assert found["qc_answer_seconds_bucket|+Inf"] == 3


def test_the_sizes_of_the_log_and_of_its_checkpoint_are_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = stage.made.store.head().size
    assert counted(stage).items() >= {"qc_log_entries": size, "qc_checkpoint_entries": size}.items()

    def refuse(*_: object, **__: object) -> bytes:
        raise ForkDetected("The head does not extend.")

    monkeypatch.setattr(Publisher, "publish", refuse)
    found = counted(stage)
    assert found["qc_log_entries"] == size
    assert found["qc_checkpoint_entries"] != found["qc_checkpoint_entries"]
