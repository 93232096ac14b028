"""Trends over HTTP: the chart as JSON, as a picture whose points are links, and as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from qc_service.exchange.separated import separated
from tests import scenes
from tests.staging import Stage, raise_stage

PATH = f"/products/{scenes.PRODUCT}/trends/osmolality"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service with four lots, whose osmolality was measured."""
    raised = raise_stage(tmp_path_factory.mktemp("home"))
    scenes.sites(raised)
    scenes.product(raised)
    din = scenes.donation(raised, "A999026000101")
    for number, value in (("EX-T1", "-300"), ("EX-T2", "290"), ("EX-T3", "305"), ("EX-T4", "320")):
        scenes.registered_lot(raised, number, din)
        scenes.result(raised, number, {"assay": "osmolality", "value": value, "unit": "mOsm/kg"})
        raised.clock.tick(hours=1)
    yield raised
    raised.made.close()


def got(stage: Stage, path: str, status: int = 200) -> Any:
    return stage.send("quality", "GET", path, status=status)


def test_the_chart_as_json_leads_to_each_lot(stage: Stage) -> None:
    told = stage.get("quality", PATH)
    assert [point["lot"] for point in told["points"]] == ["EX-T1", "EX-T2", "EX-T3", "EX-T4"]
    for point in told["points"]:
        assert stage.get("quality", point["href"].removeprefix("/api/v1"))["results"]
    assert stage.get("quality", f"{PATH}?last=2")["earlier_before"] == told["points"][2]["read_at"]
    overview = stage.get("quality", f"/products/{scenes.PRODUCT}/trends")
    listed = {one["assay"]: one for one in overview["items"]}["osmolality"]
    assert stage.get("quality", listed["href"].removeprefix("/api/v1")) == told


def test_the_chart_as_a_picture_has_links_and_no_script(stage: Stage) -> None:
    response = got(stage, f"{PATH}.svg")
    assert response.mimetype == "image/svg+xml"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    root = ET.fromstring(response.text)  # noqa: S314  of our own making
    links = {one.get("href") for one in root.iter(f"{SVG}a")}
    assert links == {f"/api/v1/lots/EX-T{at}/results" for at in range(1, 5)}
    assert "mOsm/kg" in response.text
    assert "osmolality" in (root[0].text or "")


def test_the_chart_as_a_table_opens_in_a_spreadsheet(stage: Stage) -> None:
    response = got(stage, f"{PATH}.csv")
    assert response.mimetype == "text/csv"
    assert (
        response.headers["Content-Disposition"] == f'attachment; filename="{scenes.PRODUCT}-osmolality.csv"'
    )
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["value"] for row in rows] == ["-300", "290", "305", "320"]
    assert rows[0]["lot"] == "EX-T1"
    assert rows[0]["bound"] == ""
    assert rows[0]["centre"] == "153.75"


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    (_, row) = csv.reader(io.StringIO(separated(("a", "b"), [(text, "-1.5E-3")]).decode(), newline=""))
    assert row == [f"'{text}", "-1.5E-3"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("last=0", "last"), ("last=10001", "last"), ("last=x", "last"), ("since=yesterday", "since"),
        ("until=2026-13-01", "until"), ("until=2026-01-01T00:00", "until"), ("baseline_since=1", "baseline_since"),
        ("rules=nelson_9", "rules"), ("rules=", "rules"), ("page=1", "page"), ("last=1&last=2", "last"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_named(stage: Stage, query: str, field: str) -> None:
    for ending in ("", ".svg", ".csv"):
        told = got(stage, f"{PATH}{ending}?{query}", 422).get_json()
        assert [one["pointer"] for one in told["errors"]] == [f"/{field}"]


def test_rules_and_times_are_chosen(stage: Stage) -> None:
    told = stage.get("quality", f"{PATH}?rules=nelson_3,western_electric_1&since=2026-01-01&until=2999-12-31")
    assert [one["rule"] for one in told["rules"]] == ["western_electric_1", "nelson_3"]
    assert len(told["points"]) == 4
    told = stage.get("quality", f"{PATH}?baseline_until={told['points'][2]['read_at']}")
    assert told["limits"]["values"] == 2


def test_a_chart_is_its_organisations_own(stage: Stage) -> None:
    for path in (PATH, f"{PATH}.svg", f"{PATH}.csv", f"/products/{scenes.PRODUCT}/trends"):
        assert stage.get("clinician", path, 404)["detail"].endswith("of yours is on record.")
        stage.get(None, path, 401)
    assert (
        "has a number for the assay potency"
        in stage.get("quality", PATH.replace("osmolality", "potency"), 404)["detail"]
    )
