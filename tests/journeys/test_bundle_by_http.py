"""The auditor's part of the main job: a bundle fetched over HTTP is verified elsewhere, by the one file alone."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import scenes
from tests.staging import Stage, raise_stage
from verifier import verify_bundle as stranger

DIN, LOT = "A999026000001", "EX261101A"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A service with a released lot, of which three vials reached a clinic."""
    raised = raise_stage(tmp_path / "service")
    scenes.sites(raised)
    scenes.product(raised)
    scenes.donation(raised, DIN)
    scenes.released_lot(raised, LOT, DIN)
    return raised


def root(stage: Stage) -> bytes:
    """The trust root, as anybody gets it."""
    return stage.send(None, "GET", "//trust/1.root.json", status=200).get_data()


def bundle(stage: Stage, who: str, path: str = f"/lots/{LOT}/provenance") -> bytes:
    """A bundle, as one of the people gets it."""
    response = stage.send(who, "GET", path, status=200)
    assert response.content_type == "application/json"
    assert response.headers["Content-Disposition"].startswith("attachment")
    return response.get_data()


def test_the_released_lots_bundle_verifies_where_there_is_nothing_else(stage: Stage, tmp_path: Path) -> None:
    zipped = stage.send("auditor", "GET", f"/lots/{LOT}/provenance?format=zip", status=200)
    elsewhere = tmp_path / "elsewhere"
    with zipfile.ZipFile(io.BytesIO(zipped.data)) as archive:
        archive.extractall(elsewhere)
    names = sorted(path.name for path in elsewhere.iterdir())
    assert names == [f"{LOT}.provenance.json", "README.txt", "verify_bundle.py"]
    (elsewhere / "1.root.json").write_bytes(root(stage))
    command = [sys.executable, "-I", "verify_bundle.py", names[0], "--trust", "1.root.json"]
    answered = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=False)
    assert answered.returncode == 0, answered.stdout + answered.stderr
    assert f"lot          {LOT}: released for clinical" in answered.stdout
    assert f"donation     {DIN}: eligible" in answered.stdout
    assert command[3] in (elsewhere / "README.txt").read_text(encoding="utf-8")


def test_every_reader_gets_a_bundle_that_verifies(stage: Stage) -> None:
    serial, _, _ = scenes.consigned(stage, LOT, "SHP-1")
    stage.post("clinician", f"/vials/{LOT}/{serial}/preparation", starts=["thaw"], route="injection")
    withheld, states = {}, []
    for who in ("auditor", "quality", "technician", "clinician"):
        for path in (f"/lots/{LOT}/provenance", f"/vials/{LOT}/{serial}/provenance"):
            outcome = stranger.verify(bundle(stage, who, path), root(stage))
            assert outcome.found == [[]] * 13
            assert outcome.case.unconfirmed == {}
            withheld[who] = outcome.plain()["withheld"]
            states.append(outcome.case.state["vial"])
    assert [state["state"] for state in states if state] == ["in_preparation"] * 4
    assert withheld == {"auditor": 0, "quality": 0, "technician": 2, "clinician": 2}


def test_whoever_may_not_see_the_lot_is_not_told_that_it_exists(stage: Stage) -> None:
    serial, _, _ = scenes.consigned(stage, LOT, "SHP-1")
    for path in (f"/lots/{LOT}", "/lots/EX999999Z", f"/vials/{LOT}/{serial}"):
        stage.get("other_clinician", f"{path}/provenance", status=404)
    stage.get(None, f"/lots/{LOT}/provenance", status=401)


def test_another_format_is_refused(stage: Stage) -> None:
    refused = stage.get("auditor", f"/lots/{LOT}/provenance?format=tar", status=422)
    assert refused["errors"][0]["pointer"] == "/format"


def test_a_forgers_service_does_not_pass_for_ours(stage: Stage, tmp_path: Path) -> None:
    forger = raise_stage(tmp_path / "forger")
    scenes.sites(forger)
    scenes.product(forger)
    scenes.donation(forger, DIN)
    scenes.released_lot(forger, LOT, DIN)
    forged = bundle(forger, "auditor")
    assert stranger.verify(forged, root(forger)).exit_code == 0
    refused = stranger.verify(forged, root(stage))
    assert refused.exit_code == 1
    assert refused.found[-1] == ["checkpoint: is not signed by the log that the trust root names"]
