"""How the verifier is asked and how it answers: exit codes, words, JSON, and alone in a directory."""

from __future__ import annotations

import json
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.verifier.forging import LOT, ROOT, SERIAL, Forge, canonical
from tests.verifier.test_verifier_completeness import filled
from tests.verifier.test_verifier_evidence import story
from verifier import verify_bundle as stranger


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "1.root.json"
    path.write_bytes(ROOT)
    return path


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.json"
    path.write_bytes(canonical(released().bundle(serial=SERIAL)))
    return path


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    bundle = story().bundle()
    bundle["claimed"]["lots"] = {}
    path = tmp_path / "edited.json"
    path.write_bytes(canonical(bundle))
    return path


def released() -> Forge:
    """A filled lot of a donation, released for clinical use."""
    forge = filled()
    forge.say("donation/D1", "DonationCollected", {})
    forge.say(f"lot/{LOT}", "LotReleased", {"purpose": "clinical"})
    return forge


def test_a_good_bundle_is_told_in_words(good: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stranger.main([str(good), "--trust", str(root)]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"trust root   sha256:{stranger.sha256(ROOT)}\n")
    assert f"lot          {LOT}: released for clinical, expires 2027-10-31\n" in told
    assert f"vial         {SERIAL}: in_stock\n" in told
    assert "donation     D1: quarantined\n" in told
    assert "VERIFIED: authentic, complete in itself" in told
    assert "(1)" not in told


def test_an_expired_lot_is_told_so(tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "expired.json"
    path.write_bytes(canonical(released().bundle(as_of="2028-01-01T00:00:00Z")))
    assert stranger.main([str(path), "--trust", str(root)]) == 0
    assert "released for clinical, EXPIRED 2027-10-31" in capsys.readouterr().out


def test_each_step_is_explained_in_its_order(
    good: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stranger.main([str(good), "--trust", str(root), "--explain"]) == 0
    told = capsys.readouterr().out.splitlines()
    explained = [line for line in told if line.startswith("(")]
    assert [line.split()[0] for line in explained] == [f"({number})" for number in range(1, 14)]
    assert all(line.split()[1] == "ok" for line in explained)


def test_a_refusal_says_where_and_names_the_step(
    edited: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stranger.main([str(edited), "--trust", str(root)]) == 1
    told = capsys.readouterr().out
    assert "(9) NO  The manifest, signed by a record key" in told
    assert "     claimed: was changed after the manifest was signed\n" in told
    assert "NOT VERIFIED: step (9) of 13" in told


def test_programs_get_json(edited: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stranger.main([str(edited), "--trust", str(root), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == 1
    assert told["about"] == {"lot": LOT, "serial": None}
    assert told["trust_root"] == stranger.sha256(ROOT)
    assert told["steps"][-1] == {
        "findings": ["claimed: was changed after the manifest was signed"],
        "name": "manifest",
        "step": 9,
    }


def test_without_a_trust_root_there_is_no_answer(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stranger.main([str(good)]) == 2
    assert "a bundle that brings its own key proves nothing" in capsys.readouterr().err


def test_what_cannot_be_read_cannot_be_asked_about(
    good: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stranger.main([str(good.with_name("none.json")), "--trust", str(root)]) == 2
    assert stranger.main([str(good), "--trust", str(root.parent)]) == 2
    assert "Cannot read" in capsys.readouterr().err


def test_a_trust_root_that_does_not_hold_cannot_be_asked_by(good: Path, root: Path) -> None:
    root.write_bytes(ROOT[:-1])
    assert stranger.main([str(good), "--trust", str(root)]) == 2


def test_the_file_works_alone_beside_a_bundle_and_a_trust_root(good: Path, root: Path) -> None:
    shutil.copy(stranger.__file__, good.parent)
    command = [sys.executable, "-I", "verify_bundle.py", good.name, "--trust", root.name]
    answered = subprocess.run(command, cwd=good.parent, capture_output=True, text=True, check=False)
    assert answered.returncode == 0, answered.stderr
    assert "VERIFIED" in answered.stdout


def test_the_file_is_a_program(good: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["verify_bundle.py", str(good), "--trust", str(root)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(stranger.__file__, run_name="__main__")
    assert ended.value.code == 0
