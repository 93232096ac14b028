"""The command that imports: files are shown, what is missing is said, and all is recorded with one call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests import scenes
from tests.cli.running import run
from tests.instrument_files import Made, tracked, undiluted
from tests.staging import Stage, raise_stage, served

LOT, OTHER = "EX261101A", "EX261101B"
ANSWER = "dilution_not_recorded=Diluted 1:1000, by the notebook."


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Two lots that wait for their results."""
    raised = raise_stage(tmp_path_factory.mktemp("service"))
    scenes.sites(raised)
    scenes.product(raised)
    scenes.donation(raised, "A999026000001")
    for lot in (LOT, OTHER):
        scenes.registered_lot(raised, lot, "A999026000001")
    raised.post("quality", "/equipment", id="NTA-01", name="NanoSight", calibration_due="2027-01-01")
    yield raised
    raised.made.close()


def imported(stage: Stage, folder: Path, files: tuple[Made, ...], *options: str) -> CompletedProcess[str]:
    token = folder / "token"
    token.write_text(stage.token("analyst"))
    for file in files:
        (folder / file.name).write_bytes(file.content)
    names = [str(folder / file.name) for file in files]
    with served(stage) as url:
        return run(folder, "import-readings", *names, "--url", url, "--token-file", str(token), *options)


def test_files_are_shown_then_recorded_once_nothing_is_missing(stage: Stage, tmp_path: Path) -> None:
    good, doubtful = undiluted(tracked(LOT)), tracked("EX261101C", concentration="2e+11")
    files = (good, doubtful, Made("broken.csv", b"\x00\x01"))
    shown = imported(stage, tmp_path, files)
    assert shown.returncode == 1
    assert f"{good.name}: {LOT}\n  particle_concentration 1.05E+11 particles/mL, wanted" in shown.stdout
    assert ": pass\n" in shown.stdout
    assert f"{doubtful.name}: which lot?\n  ? lot: The sample's name" in shown.stdout
    assert "  ? method_version: " in shown.stdout
    assert "  ! dilution_not_recorded: " in shown.stdout
    assert stage.get("quality", f"/lots/{LOT}/results")["results"] == []

    said = ("--lot", f"{doubtful.name}={OTHER}", "--set", "method_version=1", "--answer", ANSWER)
    ready = imported(stage, tmp_path, files[:2], *said)
    assert (ready.returncode, ": fail\n" in ready.stdout) == (0, True)
    done = imported(stage, tmp_path, files[:2], *said, "--record")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == (
        f"{good.name}, lot {LOT}: recorded as result 1\n"
        f"{doubtful.name}, lot {OTHER}: recorded as result 1; InvestigationOpened\n"
    )
    again = imported(stage, tmp_path, files[:1], "--answer", ANSWER, "--record")
    assert (again.returncode, "on record already as result 1" in again.stdout) == (0, True)


def test_what_is_not_recorded_is_said_and_so_is_what_cannot_be_asked(stage: Stage, tmp_path: Path) -> None:
    warned = undiluted(tracked(OTHER, concentration="9e+10"))
    refused = imported(stage, tmp_path, (warned,), "--set", "method_version=1", "--record", "--json")
    assert refused.returncode == 1
    (result,) = json.loads(refused.stdout)["results"]
    assert result["problem"]["title"] == "Warnings unanswered"
    told = imported(stage, tmp_path, (warned,), "--set", "method_version=1", "--record")
    assert f"{warned.name}, lot {OTHER}: not recorded: " in told.stdout
    nothing = imported(stage, tmp_path, (tracked("standard"),), "--record")
    assert (nothing.returncode, "--lot FILE=LOT" in nothing.stderr) == (1, True)
    for wrong in (("--set", "colour=red"), ("--lot", "other.csv=EX1"), ("--answer", "nothing")):
        assert imported(stage, tmp_path, (warned,), *wrong).returncode == 2
    many = tuple(Made(f"{number}.csv", b"x") for number in range(51))
    assert imported(stage, tmp_path, many).returncode == 2


def test_a_filled_in_template_is_shown_and_recorded_among_them(stage: Stage, tmp_path: Path) -> None:
    titles = "lot,value,unit,assay,method,method_version,facility,started,read\n"
    rest = f"EU/mL,endotoxin,SOP-QC-12,3,{scenes.LABORATORY},2026-07-01 10:00,2026-07-01 11:00\n"
    wrong = Made("morning.csv", f"{titles}{LOT},<0.05,{rest}{LOT},about 3,{rest}".encode())
    shown = imported(stage, tmp_path, (wrong,))
    assert shown.returncode == 1
    assert (
        f"morning.csv: a sheet, of which 1 results can be recorded\n  {LOT} endotoxin < 0.05 EU/mL"
        in shown.stdout
    )
    assert "  ! B3: value " in shown.stdout
    right = Made("morning.csv", f"{titles}{LOT},<0.05,{rest}".encode())
    assert imported(stage, tmp_path, (right,)).returncode == 0
    done = imported(stage, tmp_path, (right,), "--record")
    assert (done.returncode, "morning.csv: recorded as result " in done.stdout) == (0, True)
