"""A stability study by HTTP: from the plan over pulls and results to a concluded shelf life, and what goes wrong."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests import scenes
from tests.answering import answer, audited, codes, refused
from tests.journeys.stability_scenes import (
    COLD,
    LOTS,
    STUDY,
    a_year,
    measured,
    plan,
    projection,
    pulled,
    started,
    verified,
    world,
)
from tests.staging import Stage, raise_stage

DEEP = {"min": "-90", "max": "-70", "unit": "Cel"}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A service with its sites and its product for each of these stories, since a study takes a year."""
    raised = raise_stage(tmp_path)
    scenes.sites(raised)
    scenes.product(raised)
    yield raised
    audited(raised)
    raised.made.close()


def study(stage: Stage) -> Any:
    """The study as it stands."""
    return stage.get("quality", f"/stability/{STUDY}")


def wrong(stage: Stage, who: str, path: str, **body: Any) -> list[str]:
    """The members that a malformed statement names."""
    problem = stage.post(who, path, 422, **body)
    assert problem["type"].endswith(":Malformed"), problem
    return [error["pointer"] for error in problem["errors"]]


def test_a_study_from_the_plan_to_the_shelf_life(stage: Stage) -> None:
    world(stage, *LOTS)
    reply = started(stage, *LOTS)
    assert (reply["kind"], reply["subject"]["status"]) == ("StabilityStudyStarted", "running")
    a_year(stage)
    found = projection(stage)
    (assay,) = found["assays"]
    assert assay["regression"]["model"] == "one_line"
    assert assay["covered"] == "12"
    assert (found["whole_months"], found["bounded"], found["bounded_by"]) == (
        18, "data_and_a_half", "particle_concentration",
    )  # fmt: skip
    assert 25 < float(assay["regression"]["lines"][0]["crosses"]) < 45
    assert found["unverified"] == found["missing"] == []
    refused(
        stage, "quality", f"/stability/{STUDY}/conclusion", "StudyConclusionRefused", ["beyond_supported"],
        shelf_life_months=24, statement="Two years.",
    )  # fmt: skip
    concluded = stage.post(
        "quality", f"/stability/{STUDY}/conclusion", shelf_life_months=18, statement="It keeps for 18 months."
    )
    assert concluded["body"]["assays"][0]["regression"] == assay["regression"]
    assert concluded["body"]["software"][0]["name"] == "scipy"
    after = study(stage)
    assert (after["status"], after["conclusion"]["shelf_life_months"]) == ("concluded", 18)
    assert after["conclusion"]["concluded_by"] == "Test Quality"
    (behind,) = stage.get("quality", f"/products/{scenes.PRODUCT}")["stability"]
    assert (behind["study"], behind["shelf_life_months"], behind["condition"]) == (STUDY, 18, "2 to 8 °C")


def test_a_later_conclusion_takes_the_place_of_the_first(stage: Stage) -> None:
    world(stage, *LOTS)
    started(stage, *LOTS)
    a_year(stage)
    for months in (12, 18):
        stage.post(
            "quality", f"/stability/{STUDY}/conclusion", shelf_life_months=months, statement="So long."
        )
    assert study(stage)["conclusion"]["shelf_life_months"] == 18


def test_the_table_and_the_chart_show_what_the_projection_says(stage: Stage) -> None:
    world(stage, *LOTS)
    started(stage, *LOTS)
    for suffix in ("csv", "svg"):
        stage.send("quality", "GET", f"/stability/{STUDY}/projection.{suffix}", status=200)
    a_year(stage)
    measured(stage, LOTS[0], 5, "9.9E+10", comparator="<")
    table = stage.send("quality", "GET", f"/stability/{STUDY}/projection.csv", status=200)
    assert table.content_type == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert len(rows) == 16
    assert [row["counted"] for row in rows] == ["yes"] * 15 + ["no"]
    assert rows[15]["left_out_because"] == "no_exact_value"
    line = projection(stage)["assays"][0]["regression"]["lines"][0]
    assert float(rows[0]["line"]) == pytest.approx(float(line["intercept"]), rel=1e-5)
    assert float(rows[0]["bound_below"]) < float(rows[0]["line"])
    assert rows[0]["bound_above"] == ""
    chart = stage.send("quality", "GET", f"/stability/{STUDY}/projection.svg", status=200)
    assert chart.content_type == "image/svg+xml"
    drawn = ET.fromstring(chart.text)  # noqa: S314  our own
    words = " ".join("".join(one.itertext()) for one in drawn.iter())
    for said in (
        *LOTS,
        "line of all lots",
        "95 % bound",
        "low limit 8E+10",
        "supported 18.0 months",
        "Months",
    ):
        assert said in words, said
    assert "15 results of 3 lots" in words
    named = f"/stability/{STUDY}/projection.svg?assay=ph"
    assert stage.get("quality", named, 422)["errors"][0]["pointer"] == "/assay"


def test_the_list_says_what_is_due_and_overdue(stage: Stage) -> None:
    world(stage, *LOTS[:2])
    started(stage, *LOTS[:2])

    def row() -> Any:
        (found,) = stage.get("technician", "/stability")["items"]
        return found["due"], found["overdue"]

    assert row() == (2, 0)
    pulled(stage, 1, LOTS[0])
    assert row() == (1, 0)
    stage.clock.tick(days=10)
    assert row() == (0, 1)
    pulled(stage, 1, LOTS[1])
    assert row() == (0, 0)
    shown = study(stage)
    assert [pull["departures"] for pull in shown["pulls"]] == [[], ["after_window"]]
    assert {one["status"] for one in shown["schedule"]} == {"pulled", "planned"}
    assert stage.get("clinician", "/stability")["items"] == []
    hidden = stage.get("clinician", f"/stability/{STUDY}", 404)
    assert hidden["type"].endswith(":NotFound")
    assert hidden["detail"] == f"No study {STUDY} of yours is on record."
    again = stage.post("quality", "/stability", 409, **plan(stage, LOTS[0]))
    assert again["detail"] == f"Study {STUDY} is on record already: choose another name."


def test_one_result_of_one_lot_is_counted_as_one(stage: Stage) -> None:
    world(stage, LOTS[0])
    started(stage, LOTS[0])
    pulled(stage, 1, LOTS[0])
    measured(stage, LOTS[0], 1, "1.10E+11")
    chart = stage.send("quality", "GET", f"/stability/{STUDY}/projection.svg", status=200)
    assert "1 result of 1 lot, held against" in chart.text


def test_an_assay_that_the_lots_have_no_limits_for_is_named(stage: Stage) -> None:
    world(stage, LOTS[0])
    said = plan(stage, LOTS[0], assays=[{"assay": "nothing"}])
    (fault,) = stage.post("quality", "/stability", 422, **said)["errors"]
    assert fault == {
        "pointer": "/assays/0/assay", "detail": "the lots' specification has no assay named nothing",
    }  # fmt: skip


def test_a_pull_is_a_task_from_the_first_day_of_its_window_until_it_is_done(stage: Stage) -> None:
    world(stage, *LOTS[:2])
    started(stage, *LOTS[:2])

    def waiting(who: str, query: str = "task=pull") -> list[tuple[str, str, bool]]:
        items = stage.get(who, f"/tasks?{query}")["items"]
        return [(one["about"], one["title"], one["overdue"]) for one in items]

    about = f"stability/{STUDY}"
    due = [(about, f"Pull of lot {lot} for study {STUDY}", False) for lot in LOTS[:2]]
    assert waiting("quality") == waiting("auditor") == waiting("technician", "for=me") == due
    assert waiting("technician", f"task=pull&lot={LOTS[1]}") == due[1:]
    assert waiting("analyst", "for=me&task=pull") == waiting("clinician") == []
    assert waiting("quality", "task=pull&overdue=true") == []
    (first, _) = stage.get("technician", "/tasks?task=pull")["items"]
    days = (stage.clock() - timedelta(days=7)).date(), (stage.clock() + timedelta(days=7)).date()
    assert (first["opened_at"][:10], first["due_on"], first["number"]) == (*map(str, days), 1)
    stage.clock.tick(days=8)
    pulled(stage, 1, LOTS[0])
    assert waiting("technician", "for=me&overdue=true") == [(*due[1][:2], True)]
    stage.post("quality", f"/stability/{STUDY}/conclusion", statement="Stopped.")
    assert waiting("quality") == []


def released(stage: Stage, kind: str) -> str:
    """A released lot in a study of this kind, with a vial at the clinic, and its first pull."""
    lot = scenes.released_lot(stage, "EX-STAB-R", scenes.donation(stage, "A999026000001"))
    serial = scenes.consigned(stage, lot, "SHP-STAB")[0]
    today = stage.clock().date().isoformat()
    started(stage, lot, kind=kind, condition=DEEP, lots=[{"lot": lot, "placed_on": today, "vials": 1}])
    pulled(stage, 1, lot, samples=[{"lot": lot, "vials": 1}])
    assert answer(stage, lot, serial)["decision"] == "in_order"
    return serial


def test_a_failure_in_the_labelled_condition_stops_the_lot_until_quality_has_decided(stage: Stage) -> None:
    lot, serial = "EX-STAB-R", released(stage, "long_term")
    reply = measured(stage, lot, 1, "7.0E+10")
    assert reply["body"]["out_of_specification"] is True
    assert {one["kind"] for one in reply["also_recorded"]} == {"InvestigationOpened", "LotHeld"}
    assert codes(answer(stage, lot, serial)) == ["specification_not_met"]
    (alert,) = stage.get("quality", "/alerts")["items"]
    assert (
        alert["title"] == "particle_concentration out of specification in a stability study at demo-biologics"
    )
    told = stage.get("quality", f"/alerts/{alert['id']}")
    assert (told["record"], told["about"]) == ("StabilityResultRecorded", f"stability/{STUDY}")
    (opened,) = stage.get("quality", f"/lots/{lot}/results")["investigations"]
    assert opened["study_result"] == {"study": STUDY, "result": 1}
    conclusion: dict[str, Any] = {"statement": "Stopped."}
    refused(
        stage, "quality", f"/stability/{STUDY}/conclusion", "StudyConclusionRefused",
        ["result_unverified", "investigation_open"], **conclusion,
    )  # fmt: skip
    invalid = f"/stability/{STUDY}/results/1/invalidation"
    said: dict[str, Any] = {"investigation": 1, "cause": "The sample was diluted twice."}
    refused(stage, "quality", invalid, "InvalidationRefused", ["no_laboratory_error"], **said)
    phases = f"/lots/{lot}/investigations/1/phases"
    retest = {"phase": "retest", "plan": "Twice.", "retests": 2}
    stage.post("quality", phases, phase="laboratory", plan="Look at the dilution.")
    assert wrong(stage, "quality", phases, **retest) == ["/phase"]
    stage.post(
        "quality", f"{phases}/laboratory/conclusion", finding="Diluted twice.", cause="laboratory",
    )  # fmt: skip
    stage.post(
        "quality", f"/lots/{lot}/investigations/1/conclusion", phase="laboratory", root_cause="Diluted twice.",
        conclusion="laboratory_error",
    )  # fmt: skip
    stage.post("quality", invalid, **said)
    refused(stage, "quality", invalid, "InvalidationRefused", ["result_invalid"], **said)
    stage.post(
        "quality", f"/lots/{lot}/holds/1/lift", explanation="The laboratory's error; the retest passes."
    )
    measured(stage, lot, 1, "1.05E+11", retests=1)
    verified(stage, 2)
    assert answer(stage, lot, serial)["decision"] == "in_order"
    shown = study(stage)["results"]
    assert [(one["valid"], one["retests"]) for one in shown] == [(False, None), (True, 1)]
    stage.post("quality", f"/stability/{STUDY}/conclusion", **conclusion)


def test_a_failure_where_the_vials_are_stressed_alerts_and_stops_nothing(stage: Stage) -> None:
    lot, serial = "EX-STAB-R", released(stage, "accelerated")
    reply = measured(stage, lot, 1, "7.0E+10")
    assert reply["also_recorded"] == []
    assert answer(stage, lot, serial)["decision"] == "in_order"
    assert len(stage.get("quality", "/alerts")["items"]) == 1


def test_between_the_two_a_failure_is_looked_into(stage: Stage) -> None:
    lot, serial = "EX-STAB-R", released(stage, "intermediate")
    reply = measured(stage, lot, 1, "7.0E+10")
    assert [one["kind"] for one in reply["also_recorded"]] == ["InvestigationOpened"]
    assert answer(stage, lot, serial)["decision"] == "in_order"


def test_a_doubtful_result_is_looked_into_and_an_investigation_of_another_shows_nothing(stage: Stage) -> None:
    world(stage, LOTS[0])
    started(stage, LOTS[0])
    pulled(stage, 1, LOTS[0])
    for value in ("1.00E+11", "1.01E+11"):
        measured(stage, LOTS[0], 1, value)
    reply = stage.post(
        "quality", f"/stability/{STUDY}/results/1/investigation", description="The video was out of focus."
    )
    assert (reply["kind"], reply["stream"]) == ("InvestigationOpened", f"lot/{LOTS[0]}")
    refused(
        stage, "quality", f"/stability/{STUDY}/results/2/invalidation", "InvalidationRefused",
        ["investigation_of_another", "no_laboratory_error"], investigation=1, cause="Out of focus.",
    )  # fmt: skip


def test_nobody_verifies_their_own_result(stage: Stage) -> None:
    world(stage, LOTS[0])
    started(stage, LOTS[0])
    pulled(stage, 1, LOTS[0])
    measured(stage, LOTS[0], 1, "1.00E+11")
    refused(
        stage, "analyst", f"/stability/{STUDY}/results/1/verification", "VerificationRefused",
        ["verifier_is_analyst"],
    )  # fmt: skip


def test_an_excursion_waits_for_quality_and_takes_what_came_after_it(stage: Stage) -> None:
    world(stage, LOTS[0])
    started(stage, LOTS[0])
    pulled(stage, 1, LOTS[0])
    measured(stage, LOTS[0], 1, "1.00E+11")
    stage.clock.tick(days=40)
    now = scenes.at(stage.clock())
    path = f"/stability/{STUDY}/excursions"
    for highest in ("7.9", "12.4"):
        temperature = {"min": "2.1", "max": highest, "unit": "Cel"}
        stage.post("technician", path, began_at=now, ended_at=now, temperature=temperature)
    assert [one["open"] for one in study(stage)["excursions"]] == [False, True]
    verified(stage, 1)
    refused(
        stage,
        "quality",
        f"/stability/{STUDY}/conclusion",
        "StudyConclusionRefused",
        ["excursion_open"],
        statement="Done.",
    )
    for number, status in ((1, 409), (2, 201), (2, 409)):
        stage.post(
            "quality", f"{path}/{number}/decision", status, acceptable=False, statement="Too warm for a day."
        )
    stage.clock.tick(days=51)
    pulled(stage, 2, LOTS[0])
    measured(stage, LOTS[0], 2, "9.9E+10")
    (assay,) = projection(stage)["assays"]
    assert assay["left_out"] == [{"result": 2, "because": "after_excursion"}]
    shown = study(stage)["excursions"][1]
    assert (shown["acceptable"], shown["decided_by"]) == (False, "Test Quality")


def test_a_plan_is_amended_with_a_reason_and_keeps_what_was_pulled(stage: Stage) -> None:
    world(stage, LOTS[0])
    started(stage, LOTS[0])
    pulled(stage, 2, LOTS[0])
    points = [{"months": months, "window_days": 10} for months in (0, 3, 6, 12, 18, 24)]
    path, reason = f"/stability/{STUDY}/amendments", "Two years are wanted."
    refused(stage, "quality", path, "StudyRefused", ["time_point_pulled"], time_points=points, reason=reason)
    kept = [{"months": months, "window_days": 7} for months in (0, 3)]
    stage.post("quality", path, time_points=kept + points[2:], reason=reason)
    shown = study(stage)
    assert (shown["amendments"], len(shown["time_points"]), shown["supporting"]) == (1, 6, None)
    assert wrong(stage, "quality", path, time_points=kept[::-1], reason=reason) == ["/time_points"]


def test_a_study_is_of_vials_that_were_kept_for_it(stage: Stage) -> None:
    world(stage, LOTS[0], stability=2)
    vials = stage.get("quality", f"/lots/{LOTS[0]}/vials?page_size=60")["items"]
    stock = next(vial["serial"] for vial in vials if vial["state"] == "in_stock")
    kept = [vial["serial"] for vial in vials if vial["state"] == "stability"]
    today = stage.clock().date().isoformat()

    def placed(serials: list[str]) -> dict[str, Any]:
        lots = [{"lot": LOTS[0], "placed_on": today, "vials": len(serials), "serials": serials}]
        return plan(stage, LOTS[0], lots=lots)

    wanted = ["vials_not_kept", "not_a_stability_vial", "not_a_stability_vial"]
    refused(
        stage, "quality", "/stability", "StudyRefused", wanted, **placed([*kept[:1], stock, "7K3M9QW2TX49"])
    )
    stage.post("quality", "/stability", **placed(kept))
    path = f"/stability/{STUDY}/time-points/1/pull"
    now = scenes.at(stage.clock())
    sample = [{"lot": LOTS[0], "vials": 1, "serials": ["7K3M9QW2TX49"]}]
    assert wrong(stage, "technician", path, pulled_at=now, samples=sample) == ["/samples/0/serials/0"]
    for serial, departures in ((kept[0], []), (stock, ["vials_not_placed"]), (kept[1], ["more_than_left"])):
        sample = [{"lot": LOTS[0], "vials": 1, "serials": [serial]}]
        reply = stage.post("technician", path, pulled_at=now, samples=sample)
        assert reply["body"]["departures"] == departures
    stage.post("quality", "/stability", 409, **placed(kept))


def test_what_is_not_there_is_named_by_its_member(stage: Stage) -> None:
    world(stage, *LOTS[:2])
    today = stage.clock().date().isoformat()
    later = stage.clock().date().replace(year=2040).isoformat()

    def started_wrong(**differing: Any) -> list[str]:
        return wrong(stage, "quality", "/stability", **plan(stage, LOTS[0], **differing))

    one = {"lot": LOTS[0], "placed_on": today, "vials": 1}
    assert started_wrong(product="EXO-NONE") == ["/product"]
    assert started_wrong(facility="no-such-site") == ["/facility"]
    assert started_wrong(lots=[{**one, "lot": "EX-NONE"}]) == ["/lots/0/lot"]
    assert started_wrong(lots=[{**one, "placed_on": later}]) == ["/lots/0/placed_on"]
    assert started_wrong(assays=[{"assay": "ph"}]) == ["/assays/0/assay"]
    assert started_wrong(assays=[{"assay": "endotoxin", "direction": "decreases"}]) == ["/assays/0/direction"]
    scenes.product(stage, "EXO-OTHER", gtin="09506000134369")
    assert started_wrong(product="EXO-OTHER") == ["/lots/0/lot"]
    started(stage, LOTS[0])
    now = scenes.at(stage.clock())
    path = f"/stability/{STUDY}/time-points/1/pull"
    sample = {"lot": LOTS[0], "vials": 1}
    assert wrong(stage, "technician", path, pulled_at=now, samples=[sample, sample]) == ["/samples"]
    assert wrong(stage, "technician", path, pulled_at=now, samples=[{**sample, "lot": LOTS[1]}]) == [
        "/samples/0/lot"
    ]
    assert wrong(stage, "technician", path, pulled_at="2040-01-01T00:00:00Z", samples=[sample]) == [
        "/pulled_at"
    ]
    assert wrong(stage, "technician", path, pulled_at=now, samples=[sample], pulled_by="n.nobody") == [
        "/pulled_by"
    ]
    stage.post("technician", path.replace("/1/", "/9/"), 404, pulled_at=now, samples=[sample])
    assert measured(stage, LOTS[0], 1, "1E+11", 422)["errors"][0]["pointer"] == "/point"
    pulled(stage, 1, LOTS[0])
    for member, differing in (
        ("/lot", {"lot": LOTS[1]}), ("/assay", {"assay": "ph", "unit": "pH"}), ("/unit", {"unit": "particles/vial"}),
        ("/pull", {"pull": 2}), ("/retests", {"retests": 1}), ("/resamples", {"resamples": 1}),
        ("/facility", {"facility": "no-such-laboratory"}),
        ("/raw_file", {"raw_file": "0" * 64}), ("/read", {"read": "2040-01-01T00:00:00Z"}),
    ):  # fmt: skip
        said: dict[str, Any] = {"lot": LOTS[0], **differing}
        problem = measured(stage, said.pop("lot"), 1, "1.0E+11", 422, **said)
        assert problem["errors"][0]["pointer"] == member, problem
    measured(stage, LOTS[0], 1, "1.0E+11", pull=1)
    backwards = {"began_at": now, "ended_at": "2020-01-01T00:00:00Z", "temperature": COLD}
    assert wrong(stage, "technician", f"/stability/{STUDY}/excursions", **backwards) == ["/ended_at"]


def test_lots_without_limits_or_with_different_ones_are_not_compared(stage: Stage) -> None:
    world(stage, LOTS[0])
    stage.clock.tick(days=1)
    stage.post("quality", f"/lots/{LOTS[0]}/assessment")
    wider = [{**one, "low": "7E+10"} if "low" in one else one for one in scenes.CRITERIA]
    scenes.specified(stage, criteria=wider, change="A wider limit.")
    din = scenes.donation(stage, "A999026000109")
    scenes.registered_lot(stage, LOTS[1], din)
    stage.clock.tick(hours=2)
    scenes.fill(stage, LOTS[1])
    today = stage.clock().date().isoformat()
    lots = [{"lot": lot, "placed_on": today, "vials": 1} for lot in LOTS[:2]]
    assert wrong(stage, "quality", "/stability", **plan(stage, lots=lots)) == ["/assays/0/assay"]
    bare: dict[str, Any] = {
        "code": "EXO-BARE", "name": "Bare", "source_tissues": ["umbilical_cord"], "routes_allowed": ["topical"],
        "dose_form": "gel", "country": "US", "zone": "America/New_York", "process": [],
        "storage": [{"min": "2", "max": "8", "unit": "Cel", "shelf_life_days": 90}],
    }  # fmt: skip
    stage.post("quality", "/products", **bare)
    scenes.registered_lot(stage, LOTS[2], din, code="EXO-BARE")
    said = plan(stage, product="EXO-BARE", lots=[{"lot": LOTS[2], "placed_on": today, "vials": 1}])
    refused(stage, "quality", "/stability", "StudyRefused", ["no_specification"], **said)


def test_what_departs_in_the_laboratory_is_a_deviation_of_the_lot(stage: Stage) -> None:
    world(stage, LOTS[0])
    started(stage, LOTS[0])
    pulled(stage, 1, LOTS[0])
    reply = measured(stage, LOTS[0], 1, "1.0E+11", facility=scenes.RECOVERY)
    assert [one["kind"] for one in reply["also_recorded"]] == ["DeviationOpened"]
    assert reply["body"]["covered_by"] is None


def test_the_page_on_running_a_study_is_taken_as_it_stands(stage: Stage) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "run-a-stability-study.md").read_text(
        encoding="utf-8"
    )
    here = {
        "$LOT": LOTS[0],
        "north-works": scenes.SITE,
        "demo-assays": scenes.LABORATORY,
        "1.02E+10": "1.02E+11",
    }
    for demonstrated, ours in here.items():
        page = page.replace(demonstrated, ours)
    acts = re.findall(r"^act (\S+) (\S+) '([^']+)'$", page, re.MULTILINE)
    people = ("quality", "technician", "analyst", "second_analyst", "technician", "quality", "quality")
    world(stage, LOTS[0])
    stage.clock.tick(days=2)
    kinds = []
    for who, (key, path, body) in zip(people, acts, strict=True):
        reply = stage.send(who, "POST", path, json.loads(body), headers={"Idempotency-Key": key}).get_json()
        kinds.append((reply["kind"], reply["body"].get("departures")))
    assert [kind for kind, _ in kinds] == [
        "StabilityStudyStarted", "TimePointPulled", "StabilityResultRecorded", "StabilityResultVerified",
        "StabilityTemperatureRecorded", "StabilityExcursionDecided", "StabilityStudyConcluded",
    ]  # fmt: skip
    assert kinds[1][1] == []
    reads = re.findall(r"/api/v1(/stability/[^\"]+)\"", page)
    assert len(reads) == 2
    for path in reads:
        stage.send("auditor", "GET", path, status=200)
