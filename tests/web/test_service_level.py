"""How fast the service answers: what is measured, what is not, and how the figure is published."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qc_service.web import service_level
from qc_service.web.service_level import EXTENSION, ServiceLevel
from tests.staging import Stage, raise_stage

LINK = "/01/09506000134352/10/EX261101A/21/7K3M9QW2TX4B"
JSON = {"Accept": "application/json"}


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A service with its people and nothing else."""
    return raise_stage(tmp_path)


def told(stage: Stage) -> dict[str, object]:
    """The figure as a program reads it."""
    figure: dict[str, object] = stage.get(None, "//service-level", headers=JSON)
    return figure


def test_before_the_first_answer_there_is_no_figure(stage: Stage) -> None:
    figure = told(stage)
    assert (figure["answers"], figure["in_time"], figure["share_percent"]) == (0, 0, None)
    assert (figure["milliseconds"], figure["target_percent"]) == (300, 95)
    assert "there is no figure yet" in stage.client.get("/service-level").text


def test_every_way_of_asking_is_measured_and_nothing_else(stage: Stage) -> None:
    asked = [
        (LINK, JSON), (LINK, {}), ("/api/v1/verify?code=nonsense", {}), ("/check?lot=EX261101A", {}),
        ("/01/09506000134352/10/EX261101A", JSON),
    ]  # fmt: skip
    for address, headers in asked:
        assert stage.client.get(address, headers=headers).status_code == 200
    assert told(stage)["answers"] == len(asked)
    stage.get("clinician", "//01/09506000134352/10/EX261101A", headers=JSON)
    stage.post("clinician", "/verifications", lot="EX261101A", serial="7K3M9QW2TX4B")
    assert told(stage)["answers"] == len(asked) + 2
    for address, status in (
        ("/check", 200),
        ("/api/v1/verify", 422),
        ("/log/checkpoint", 200),
        ("/docs", 200),
    ):
        assert stage.client.get(address).status_code == status
    assert stage.client.post("/api/v1/verify/image").status_code >= 400
    assert told(stage)["answers"] == len(asked) + 2


def test_a_slow_answer_is_counted_as_one(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.client.get(LINK, headers=JSON)
    stage.client.get(LINK)
    monkeypatch.setattr(service_level, "perf_counter", lambda: 10**9)
    stage.client.get(LINK)
    figure = told(stage)
    assert (figure["answers"], figure["in_time"], figure["share_percent"]) == (3, 2, "66.66")
    page = re.sub(r"\s+", " ", stage.client.get("/service-level").text)
    assert "66.66 % of 3 answers took less than 300 ms" in page
    metrics = stage.send("auditor", "GET", "//metrics", status=200).text
    assert "qc_verify_answers_total 3.0" in metrics
    assert "qc_verify_answers_in_time_total 2.0" in metrics


def test_the_limit_itself_is_not_in_time() -> None:
    level = ServiceLevel("2026-11-25T10:00:00Z")
    for seconds in (0.0, 0.299, 0.3, 4.0):
        level.count(seconds)
    assert (level.answers, level.in_time, level.plain()["share_percent"]) == (4, 2, "50.00")


def test_a_figure_is_of_one_process(stage: Stage) -> None:
    assert EXTENSION in stage.client.application.extensions
    assert str(told(stage)["counted_by"]).startswith("this worker process")
