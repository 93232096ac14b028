"""The demonstration as a stranger meets it: one command, one file that says what there is, and HTTP."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from tests.cli.running import ROOT, free_port, get, started, until

LOTS = {
    "released": "released",
    "quarantined": "quarantined",
    "on_hold": "on_hold",
    "rejected": "rejected",
    "recalled": "recalled",
    "expired": "released",
}
ANONYMOUS = {
    "in_order": ("in_order", set()),
    "administered": ("do_not_use", {"already_used"}),
    "recalled": ("do_not_use", {"recalled"}),
    "expired": ("do_not_use", {"expired"}),
    "quarantined": ("do_not_use", {"not_released", "quarantined"}),
    "elsewhere": ("do_not_use", {"already_used"}),
    "topical_only": ("in_order", set()),
}
"""What anybody is answered about each vial."""
CLINICIAN = ANONYMOUS | {
    "quarantined": ("do_not_use", {"not_released", "quarantined", "not_consigned_here"}),
    "elsewhere": ("do_not_use", {"used_elsewhere", "not_consigned_here"}),
    "topical_only": ("do_not_use", {"route_not_permitted"}),
}
"""What the clinician is answered who would inject it."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Everything a visitor saw of two runs, after which the service was stopped."""

    home: Path
    told: str
    mode: int
    first: dict[str, Any]
    second: dict[str, Any]
    anonymous: dict[str, Any]
    clinician: dict[str, Any]
    pages: dict[str, str]
    lots: dict[str, str]
    bundle: bytes
    study: dict[str, Any]
    drawn: bytes
    acts: list[str]
    recognised: set[int]


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """One run of the demonstration on a fresh home, looked at over HTTP, and a second run on another port."""
    folder = tmp_path_factory.mktemp("demo")
    home, log = folder / "var", folder / "told.txt"
    published = home / "demo.json"
    with started(home, log, "demo", PORT=str(free_port())) as running:
        until(published, running, log)
        first = json.loads(published.read_bytes())
        seen = _look(first)
    mode, told = published.stat().st_mode & 0o777, log.read_text()
    published.unlink()
    with started(home, log, "demo", PORT=str(free_port())) as running:
        until(published, running, log)
        second = json.loads(published.read_bytes())
        recognised = {get(f"{second['base_url']}/api/v1/lots", one)[0] for one in second["tokens"].values()}
    return Visit(home=home, told=told, mode=mode, first=first, second=second, recognised=recognised, **seen)


def _look(demo: dict[str, Any]) -> dict[str, Any]:
    base, tokens, vials = demo["base_url"], demo["tokens"], demo["vials"]

    def asked(vial: dict[str, str], who: str) -> Any:
        code = quote(vial["gs1_scan"], safe="")
        return json.loads(get(f"{base}/api/v1/verify?code={code}&country=US&route=injection", tokens[who])[1])

    def lot(number: str) -> Any:
        return json.loads(get(f"{base}/api/v1/lots/{number}", tokens["auditor"])[1])["status"]

    links = {name: vial["digital_link"] for name, vial in vials.items()}
    released = f"{base}/api/v1/lots/{demo['lots']['released']}/provenance"
    return {
        "anonymous": {name: json.loads(get(link)[1]) for name, link in links.items()},
        "clinician": {name: asked(vial, "clinician") for name, vial in vials.items()},
        "pages": {name: get(link, accept="text/html")[1].decode() for name, link in links.items()},
        "lots": {name: lot(number) for name, number in demo["lots"].items()},
        "bundle": get(released, tokens["auditor"])[1],
        "study": json.loads(get(f"{base}/api/v1/stability/STB-DEMO-01/projection", tokens["auditor"])[1]),
        "drawn": get(f"{base}/api/v1/stability/STB-DEMO-01/projection.svg", tokens["auditor"])[1],
        "acts": _a_study_of_ones_own(demo),
    }


def _a_study_of_ones_own(demo: dict[str, Any]) -> list[str]:
    """Take the page on running a stability study as it stands; the kinds of the records that it makes."""
    page = (ROOT / "docs" / "how-to" / "run-a-stability-study.md").read_text(encoding="utf-8")
    acts = re.findall(r"^act (\S+) (\S+) '([^']+)'$", page, re.MULTILINE)
    people = ("quality", "technician", "analyst", "quality", "technician", "quality", "quality")
    kinds = []
    for who, (key, path, said) in zip(people, acts, strict=True):
        headers = {
            "Authorization": f"Bearer {demo['tokens'][who]}", "Content-Type": "application/json",
            "Idempotency-Key": key,
        }  # fmt: skip
        content = said.replace("$LOT", demo["lots"]["released"]).encode()
        with urlopen(Request(f"{demo['base_url']}/api/v1{path}", content, headers)) as reply:  # noqa: S310
            answer = json.load(reply)
        kinds += [answer["kind"], *(one["kind"] for one in answer["also_recorded"])]
    return kinds


def _answered(verdict: Any) -> tuple[str, set[str]]:
    return verdict["decision"], {reason["code"] for reason in verdict["reasons"]}


def test_demo_json_says_what_the_contract_says(visit: Visit) -> None:
    demo = visit.first
    assert set(demo) == {
        "base_url", "log", "trust_root", "tokens", "people", "lots", "vials", "donations",
    }  # fmt: skip
    assert set(demo["tokens"]) == {
        "technician", "analyst", "quality", "logistics", "clinician", "other_clinician", "auditor", "administrator",
    }  # fmt: skip
    assert demo["log"]["origin"].startswith("demo.")
    assert demo["log"]["verifier_key"].startswith(demo["log"]["origin"] + "+")
    assert Path(demo["trust_root"]) == visit.home / "trust" / "1.root.json"
    assert set(demo["lots"]) == set(LOTS)
    assert set(demo["vials"]) == set(ANONYMOUS)
    assert len(demo["donations"]) == 4
    for vial in demo["vials"].values():
        assert set(vial) == {"gtin", "lot", "serial", "digital_link", "gs1_scan"}
        assert vial["digital_link"].startswith(f"{demo['base_url']}/01/{vial['gtin']}/10/{vial['lot']}/21/")


def test_what_holds_tokens_is_for_its_owner_alone(visit: Visit) -> None:
    assert visit.mode == 0o600


@pytest.mark.parametrize("name", list(ANONYMOUS))
def test_anybody_is_answered_as_the_vial_is_named(visit: Visit, name: str) -> None:
    assert _answered(visit.anonymous[name]) == ANONYMOUS[name]


@pytest.mark.parametrize("name", list(CLINICIAN))
def test_the_clinician_is_answered_as_the_vial_is_named(visit: Visit, name: str) -> None:
    assert _answered(visit.clinician[name]) == CLINICIAN[name]


def test_pages_shout_topical_only_and_what_the_answer_cannot_see(visit: Visit) -> None:
    assert "TOPICAL ONLY" in visit.pages["topical_only"]
    assert "Records in order" in visit.pages["in_order"]
    assert "cannot see inside the vial" in visit.pages["in_order"]


def test_there_is_a_lot_in_every_state(visit: Visit) -> None:
    assert visit.lots == LOTS


def test_the_terminal_tells_what_was_signed_and_why_something_was_refused(visit: Visit) -> None:
    for told in (
        "✎ EligibilityDetermined  donation/", "ReleaseRefused", "donor_not_eligible", "verifier_is_analyst",
        "ShipmentRefused", "PreparationRefused", "recalled", "growth on day 3", "sha256:", "PoolingRefused",
        "recalled, not_prepared; quality is alerted", "three days late", "skips the clarification",
    ):  # fmt: skip
        assert told in visit.told, told
    assert visit.first["vials"]["in_order"]["digital_link"] in visit.told
    assert visit.told.count("curl -H 'Authorization: Bearer ") == 8


def test_three_lots_under_study_have_a_projection(visit: Visit) -> None:
    assert (visit.study["whole_months"], visit.study["bounded"]) == (2, "data_frozen")
    assert (visit.study["missing"], visit.study["unverified"]) == ([], [])
    (assay,) = visit.study["assays"]
    assert {line["lot"] for line in assay["regression"]["lines"]} == {
        visit.first["lots"][name] for name in ("released", "recalled", "expired")
    }
    assert b"9 results of 3 lots" in visit.drawn
    for path in (
        "/api/v1/stability/STB-DEMO-01/projection,",
        "/api/v1/stability/STB-DEMO-01/projection.svg:",
    ):
        assert path in visit.told


def test_a_visitor_runs_a_study_by_the_page(visit: Visit) -> None:
    assert visit.acts == [
        "StabilityStudyStarted", "TimePointPulled", "StabilityResultRecorded", "StabilityResultVerified",
        "StabilityTemperatureRecorded", "StabilityExcursionDecided", "StabilityStudyConcluded",
    ]  # fmt: skip


def test_a_second_run_goes_on_where_the_first_ended(visit: Visit) -> None:
    first, second = visit.first, visit.second
    assert second["base_url"] != first["base_url"]
    assert second["vials"]["in_order"]["digital_link"].startswith(second["base_url"])
    for member in ("lots", "donations", "tokens", "log", "trust_root"):
        assert second[member] == first[member]
    assert {name: vial["serial"] for name, vial in second["vials"].items()} == {
        name: vial["serial"] for name, vial in first["vials"].items()
    }
    assert visit.recognised == {200}


def _verify_alone(folder: Path, visit: Visit, bundle: bytes) -> subprocess.CompletedProcess[str]:
    """Run the stranger's verifier in a directory that holds only the bundle, the verifier and the trust root."""
    shutil.copy(ROOT / "verifier" / "verify_bundle.py", folder)
    shutil.copy(visit.home / "trust" / "1.root.json", folder)
    (folder / "bundle.json").write_bytes(bundle)
    return subprocess.run(
        [sys.executable, "-I", "verify_bundle.py", "bundle.json", "--trust", "1.root.json"],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_released_lot_verifies_with_the_service_stopped(visit: Visit, tmp_path: Path) -> None:
    verified = _verify_alone(tmp_path, visit, visit.bundle)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert f"lot          {visit.first['lots']['released']}: released for clinical" in verified.stdout


def test_a_changed_bundle_does_not(visit: Visit, tmp_path: Path) -> None:
    at = len(visit.bundle) // 2
    changed = visit.bundle[:at] + bytes([visit.bundle[at] ^ 1]) + visit.bundle[at + 1 :]
    assert _verify_alone(tmp_path, visit, changed).returncode == 1
