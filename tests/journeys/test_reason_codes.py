"""Every reason code of the table is provoked by itself over HTTP, for anybody and signed in, as JSON and as a page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest

from qc_service.domain.verdict import NOTICES, RULES
from tests import scenes
from tests.answering import answer, codes, noticed
from tests.journeys.reason_codes import ELSEWHERE, SCENARIOS, Asked, Story, assayed, stored, suspended
from tests.staging import Stage, raise_stage

LAST = "key_compromised"
HEADLINES = {
    "in_order": "Records in order",
    "do_not_use": "DO NOT USE",
    "cannot_verify": "STOP – not checked",
}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A service of its own: some scenarios reach into its tables."""
    stage = raise_stage(tmp_path_factory.mktemp("service"))
    yield Story(stage)
    stage.made.close()


def replies(stage: Stage, asked: Asked) -> Iterator[tuple[str | None, Any, str]]:
    """The answer to each who asks, as JSON and as a page."""
    for who in asked.who:
        headers = {"Authorization": f"Bearer {stage.token(who)}"} if who else {}
        told = stage.client.get(asked.address, headers=headers | {"Accept": "application/json"})
        page = stage.client.get(asked.address, headers=headers | {"Accept": "text/html"})
        assert told.status_code == page.status_code == asked.status, told.text
        yield who, told.get_json(), html.unescape(page.text)


def test_every_code_of_the_table_has_a_scenario() -> None:
    assert set(SCENARIOS) | set(ELSEWHERE) == set(RULES)
    assert not set(SCENARIOS) & set(ELSEWHERE)


def alone(story: Story, code: str) -> Asked:
    """Provoke the code and see that it is all that is said, to everybody and on the page."""
    asked = SCENARIOS[code](story)
    rule = RULES[code]
    try:
        for who, told, page in replies(story.stage, asked):
            (reason,) = told["reasons"]
            assert (reason["code"], told["decision"]) == (code, rule.decides.value), who
            assert (reason["alert"], reason["blocks"], reason["next_step"]) == (
                rule.alert,
                True,
                rule.next_step,
            )
            if "/verify" not in asked.address:
                assert f"<h1>{HEADLINES[told['decision']]}</h1>" in page
                assert f"Code to quote: {code}</p>" in re.sub(r"\s+", " ", page)
                assert ('class="alert"' in page) is rule.alert
    finally:
        asked.restored()
    return asked


@pytest.mark.parametrize("code", [code for code in RULES if code in SCENARIOS and code != LAST])
def test_each_code_alone(story: Story, code: str) -> None:
    asked = alone(story, code)
    if asked.restored is not Asked.restored and asked.serial is not None:
        assert codes(answer(story.stage, asked.lot, asked.serial, "clinician")) == []


def test_the_unreachable_log_says_when_to_ask_again(story: Story) -> None:
    asked = SCENARIOS["log_unavailable"](story)
    try:
        for path in (asked.address, f"/api/v1/verify?code={asked.lot}", f"/check?lot={asked.lot}"):
            told = story.stage.client.get(path)
            assert (told.status_code, told.headers["Retry-After"]) == (503, "5")
            assert "not checked" in told.text or told.get_json()["decision"] == "cannot_verify"
    finally:
        asked.restored()


def test_reasons_come_all_at_once_in_the_order_of_the_table(story: Story) -> None:
    lot, serial = story.vial(story.lot())
    stored(story.stage, lot, "-50")
    scenes.hold(story.stage, lot)
    scenes.recall(story.stage, f"RC-{lot}-1", lots=[lot])
    scenes.recall(story.stage, f"RC-{lot}-2", "withdrawal", lots=[lot])
    for who in ("clinician", "other_clinician"):
        story.stage.post(who, "/verifications", lot=lot, serial=serial)
    scenes.disposed(story.stage, lot, serial, "waste")
    query = "?17=300101&country=DE"
    told = answer(story.stage, lot, serial, "other_clinician", query=query)
    given = codes(told)
    assert given == [
        "expiry_mismatch", "suspected_copy", "on_hold", "recalled", "withdrawn", "no_regulatory_basis",
        "not_consigned_here", "temperature_excursion", "wasted",
    ]  # fmt: skip
    assert given == sorted(given, key=list(RULES).index)
    assert told["decision"] == "do_not_use"
    # A lot by itself never asks for the serial where something forbids it already (rule V3).
    assert "serial_needed" not in codes(answer(story.stage, lot, None, query=query))


def test_v3_a_lot_by_itself_is_never_in_order_however_it_is_asked(story: Story) -> None:
    good, held = story.lot(), story.lot()
    scenes.hold(story.stage, held)
    for lot, decision, reasons in (
        (good, "cannot_verify", ["serial_needed"]),
        (held, "do_not_use", ["on_hold"]),
    ):
        for who in (None, "clinician", "quality"):
            for told in (answer(story.stage, lot, None, who), story.stage.get(who, f"/verify?code={lot}")):
                assert (told["decision"], codes(told)) == (decision, reasons)
        for path in (f"/01/{scenes.GTIN}/10/{lot}", f"/check?lot={lot}"):
            page = story.stage.client.get(path, headers={"Accept": "text/html"}).text
            assert f"<h1>{HEADLINES[decision]}</h1>" in page
    (reason,) = answer(story.stage, good, None)["reasons"]
    assert reason["detail"] == (
        f"Lot {good} is released, in date and not recalled. This does not identify your vial: "
        "scan the square code or type the serial."
    )


def test_p7_a_certification_withdrawn_after_a_step_forbids_nothing(story: Story) -> None:
    lot, serial = story.vial(story.lot())
    suspended(story.stage, str(story.stage.clock().date()))
    for who in (None, "clinician"):
        assert codes(answer(story.stage, lot, serial, who)) == []
    suspended(story.stage, "2025-06-01")
    for who in (None, "clinician"):
        assert codes(answer(story.stage, lot, serial, who)) == ["facility_not_certified"]
    for day in ("2025-06-01", str(story.stage.clock().date())):
        suspended(story.stage, day, "active")


def test_p9_an_excursion_in_the_maker_s_storage_holds_the_lot_until_quality_assessed_it(story: Story) -> None:
    lot, serial = story.vial(story.lot())
    stored(story.stage, lot, "-71")
    assert codes(answer(story.stage, lot, serial)) == []
    stored(story.stage, lot, "-50")
    for who in (None, "clinician"):
        assert codes(answer(story.stage, lot, serial, who)) == ["temperature_excursion"]
    assert story.stage.get("quality", f"/lots/{lot}")["status"] == "on_hold"
    story.stage.post("quality", f"/lots/{lot}/holds/1/lift", explanation="Stable for two hours at -50 Cel.")
    assert codes(answer(story.stage, lot, serial)) == []


def test_the_notices_of_an_answer_that_is_in_order(story: Story) -> None:
    lot, serial = story.vial(one_person(story))
    assert noticed(answer(story.stage, lot, serial)) == [
        "custody_not_checked",
        "expires_soon",
        "one_person_policy",
    ]
    told = answer(story.stage, lot, serial, "clinician")
    assert (told["decision"], noticed(told)) == ("in_order", ["expires_soon", "one_person_policy"])
    assert not {code for code in NOTICES if code in RULES}


def one_person(story: Story) -> str:
    """A lot whose donor, results and release one person decided on, and which expires within the month."""
    stage = story.stage
    stage.post(
        "administrator", "/persons", id="t.all-hands", printed_name="Test All Hands", roles=["quality", "analyst"],
        organisation="demo-biologics",
    )  # fmt: skip
    lot = "EX-900"
    scenes.donation(stage, "A999026000900", determine=False)
    stage.decide(
        "all_hands", "/donations/A999026000900/eligibility", "donation/A999026000900", standing="eligible"
    )
    scenes.filled_lot(stage, lot, "A999026000900", days=40)
    stage.clock.tick(days=15)
    assayed(stage, lot, "all_hands")
    stage.decide("all_hands", f"/lots/{lot}/assessment", f"lot/{lot}")
    stage.decide("all_hands", f"/lots/{lot}/release", f"lot/{lot}", purpose="clinical")
    return lot


def test_the_last_code_alone_for_the_key_signs_no_more(story: Story) -> None:
    alone(story, LAST)
    assert story.stage.post("quality", "/lots/EX-001/hold", 503, explanation="Again.")["title"] == (
        "Signing key withdrawn"
    )
