"""A certificate over what a laboratory really leaves behind: an instrument's file with its curve, a value in another
unit, a diluted specimen, a correction, and a result that was shown invalid."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pypdfium2
import pytest

from qc_service.exchange.certificates.looking import looked_at
from tests import scenes
from tests.instrument_files import tracked
from tests.staging import Stage, raise_stage

DIN, LOT = "A999026000001", "EX261101A"
WHY = "A slip of the pen."
CRITERIA = (
    *scenes.CRITERIA,
    {"assay": "size_mode", "kind": "numeric", "method": "NTA", "unit": "nm", "low": "80", "high": "150"},
    {"assay": "ph", "kind": "numeric", "method": "USP <791>", "unit": "pH", "low": "7.0", "high": "7.6"},
)
SCALE = 3


def from_file(stage: Stage) -> None:
    """The analyst drops the tracker's file in, looks at what it says and confirms two of its values."""
    file = tracked(f"{LOT}-1000")
    path = f"/lots/{LOT}/results"
    shown = stage.send("analyst", "POST", path, data={"file": file.part}, status=200).get_json()
    now = scenes.at(stage.clock())
    said = {
        "confirm": shown["file"], "method": "SOP-NTA", "method_version": "1", "facility": scenes.LABORATORY,
        "instrument": "NTA-01", "started": now, "read": now, "assays": ["particle_concentration", "size_mode"],
    }  # fmt: skip
    parts = {"file": file.part, "statement": json.dumps(said)}
    stage.send("analyst", "POST", path, data=parts)


def by_hand(stage: Stage) -> None:
    """What is typed: in another unit, of a diluted specimen, as replicates of which one entry was a slip."""
    specimen = {"factor": "10", "measured": "0.004"}
    scenes.result(stage, LOT, {"assay": "endotoxin", "unit": "IU/mL", "dilution": specimen})
    scenes.result(stage, LOT, {"assay": "mycoplasma", "finding": "not_detected"})
    scenes.result(stage, LOT, {"assay": "sterility", "finding": "no_growth"}, days=14)
    now = scenes.at(stage.clock())
    replicates = [
        {"label": f"vial {number}", "value": value} for number, value in enumerate(("7.28", "7.32"))
    ]
    said: dict[str, Any] = {
        "assay": "ph", "unit": "pH", "replicates": replicates, "method": "SOP-PH", "method_version": "3",
        "facility": scenes.LABORATORY, "started": now, "read": now,
    }  # fmt: skip
    stage.post(
        "analyst", f"/lots/{LOT}/results", **{**said, "replicates": [{"label": "vial 0", "value": "7.38"}]}
    )
    stage.post("analyst", f"/lots/{LOT}/results/6/correction", **said, reason=WHY)


def shown_invalid(stage: Stage) -> None:
    """A first size out of its limits was a laboratory error: two retests under a plan, and quality disregards it."""
    at = f"/lots/{LOT}/investigations/1"
    scenes.result(stage, LOT, {"assay": "size_mode", "value": "300", "unit": "nm"})
    stage.post(
        "quality", f"{at}/phases", phase="laboratory", plan="The cell, the standard and the raw record."
    )
    laboratory: dict[str, Any] = {"finding": "A cell was dirty.", "cause": "laboratory"}
    stage.post("quality", f"{at}/phases/laboratory/conclusion", **laboratory)
    stage.post("quality", f"{at}/phases", phase="retest", plan="Two retests of the same sample.", retests=2)
    for value in ("101", "103"):
        scenes.result(stage, LOT, {"assay": "size_mode", "value": value, "unit": "nm", "retests": 8})
    retests: dict[str, Any] = {"finding": "Both are within limits.", "cause": "laboratory"}
    stage.post("quality", f"{at}/phases/retest/conclusion", **retests)
    said: dict[str, Any] = {
        "phase": "retest",
        "root_cause": "A dirty cell.",
        "conclusion": "laboratory_error",
    }
    stage.post("quality", f"{at}/conclusion", disposition="release", **said)
    stage.post("quality", f"/lots/{LOT}/results/8/invalidation", investigation=1, cause="The cell was dirty.")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file as quality gets it."""
    stage = raise_stage(tmp_path_factory.mktemp("home"))
    scenes.sites(stage)
    scenes.product(stage, criteria=CRITERIA)
    scenes.donation(stage, DIN)
    stage.post("quality", "/equipment", id="NTA-01", name="Tracker", calibration_due="2027-01-01")
    scenes.filled_lot(stage, LOT, DIN)
    stage.clock.tick(days=15)
    from_file(stage)
    by_hand(stage)
    shown_invalid(stage)
    numbers = [
        one["result"] for one in stage.get("quality", f"/lots/{LOT}/results")["results"] if one["valid"]
    ]
    stage.post("second_analyst", f"/lots/{LOT}/verification", results=numbers)
    stage.decide("quality", f"/lots/{LOT}/assessment", f"lot/{LOT}")
    stage.post("quality", f"/lots/{LOT}/certificates")
    content: bytes = stage.send("quality", "GET", f"/lots/{LOT}/certificates/1", status=200).data
    stage.made.close()
    return content


def section(certificate: bytes, title: str) -> dict[str, Any]:
    (inside,) = (
        one.content for one in looked_at(certificate).attached if one.name.endswith(".contents.json")
    )
    (found,) = (one for one in json.loads(inside)["sections"] if one["title"] == title)
    return dict(found)


def words(certificate: bytes) -> str:
    with pypdfium2.PdfDocument(certificate) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


def test_the_curve_of_the_kept_file_is_drawn_where_its_points_are(certificate: bytes) -> None:
    """Blue ink stands over the sizes at which the file counts particles, the higher the more, and none outside."""
    curve, figures = section(certificate, "Size distribution")["blocks"]
    assert curve["points"] == [
        ["25.5", "0"],
        ["75.5", "11"],
        ["125.5", "22"],
        ["175.5", "33"],
        ["225.5", "44"],
    ]
    assert "peak at 225.5 nm" in curve["described"]
    assert ["Size mode", "102 nm"] in [
        [name, value.replace("102.0", "102")] for name, value in figures["rows"]
    ]
    with pypdfium2.PdfDocument(certificate) as document:
        (page,) = (one for one in document if "Diameter (nm)" in one.get_textpage().get_text_range())
        picture = page.render(scale=SCALE).to_pil().convert("RGB")
    columns: dict[int, int] = {}
    for y in range(picture.height):
        for x in range(picture.width):
            red, green, blue = picture.getpixel((x, y))
            if blue > 150 and red < 60 and green < 110:
                columns.setdefault(x, y)
    first, last = min(columns), max(columns)
    assert last - first > picture.width / 2, "the curve spans the chart"
    at = [
        columns[min(columns, key=lambda x: abs(x - first - (last - first) * part))]
        for part in (0.1, 0.4, 0.7, 0.95)
    ]
    assert all(higher < lower - 5 * SCALE for lower, higher in pairwise(at)), (
        "it rises as the file's points do"
    )


def test_a_reader_who_cannot_see_it_has_the_curve_in_words_and_its_key_figures_in_a_table(
    certificate: bytes,
) -> None:
    said = words(certificate)
    for wanted in ("Results 1, 2: NanoSight NTA", "Size d50 112", "Size mode 102", "Size d10 81"):
        assert wanted in said
    assert (
        "reaches from 25.5 to 225.5 nm" in section(certificate, "Size distribution")["blocks"][0]["described"]
    )


@pytest.mark.parametrize(
    "wanted",
    [
        "0.04 IU/mL = 0.04 EU/mL (1 IU/mL is 1 EU/mL)", "Diluted 10-fold, read as 0.004", "Diluted 1.00 × 10³-fold",
        "Corrects result 6", "Corrected Result 7 stands in its place", "vial 0: 7.28; vial 1: 7.32", "of 2 replicates",
        "Retest of result 8", "Shown invalid Investigation 1: The cell was dirty.", "300 nm", "A dirty cell.",
        "calibrated until 1 January 2027",
    ],
)  # fmt: skip
def test_how_each_result_came_about_is_printed(certificate: bytes, wanted: str) -> None:
    assert wanted in words(certificate)
