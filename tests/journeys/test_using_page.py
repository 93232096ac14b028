"""The page about using a vial: what it sends is taken as it stands, one after the other, and says what it promises."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qc_service.application.vial_dispositions import DispositionKind
from tests import scenes
from tests.staging import Stage

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "use-a-vial.md").read_text(encoding="utf-8")
ACTS = re.findall(r"^act (\S+) (\S+) '([^']+)'$", PAGE, re.MULTILINE)
LOT, SERIAL, DAY = "EX261101A", "7K3M9QW2TX49", "271031"


@pytest.fixture(scope="module")
def replies(stage: Stage) -> tuple[Any, ...]:
    """What is answered to each act of the page, of a vial that is there."""
    scenes.released_lot(stage, LOT, scenes.donation(stage, "A999026000301"))
    (serial,) = scenes.consigned(stage, LOT, "SHP-PAGE", count=1)
    day = scenes.expiry(stage, LOT).strftime("%y%m%d")

    def sent() -> Iterator[Any]:
        for key, path, body in ACTS:
            said = json.loads(body.replace(SERIAL, serial).replace(DAY, day))
            headers = {"Idempotency-Key": key}
            yield stage.send(
                "clinician", "POST", path.replace(SERIAL, serial), said, headers=headers
            ).get_json()

    return tuple(sent())


def test_each_act_of_the_page_is_taken_and_says_what_the_page_promises(replies: tuple[Any, ...]) -> None:
    checked, prepared, punctured, given, aside = replies
    assert checked["answer"]["decision"] == "in_order"
    assert punctured["body"]["use_before"] <= prepared["body"]["use_before"]
    assert (given["body"]["given_without_clear_answer"], given["body"]["reasons"]) == (False, [])
    assert aside["kind"] == "VialSetAside"


def test_the_chart_of_the_page_is_that_of_its_replies(stage: Stage, replies: tuple[Any, ...]) -> None:
    papers = re.findall(r"/api/v1(/verifications/498/[^\"]+)\"", PAGE)
    assert len(papers) == 2
    for index in (replies[0]["log_index"], replies[3]["log_index"]):
        for path in papers:
            stage.send("clinician", "GET", path.replace("498", str(index)), status=200)


def test_the_page_names_every_kind_of_disposition() -> None:
    (listed,) = re.findall(r"^`kind` is (.+?)\.", PAGE, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(\w+)`", listed)) == {kind.value for kind in DispositionKind}
