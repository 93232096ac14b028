"""Commands about certificates: fetch one, check it offline against a trust root, decide about the key that seals."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from qc_service.cli import main
from qc_service.domain.keys import KEY, KeyRole
from qc_service.exchange.certificates.looking import looked_at
from qc_service.exchange.certificates.making import drawn, sealed
from tests import scenes
from tests.exchange.certificates import AT as DRAWN_AT
from tests.exchange.certificates import CODE, contents, seal_of
from tests.staging import Stage, raise_stage

DIN, LOT = "A999026000001", "EX261101A"
Command = Callable[..., Result]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A service with a released lot that has two certificates."""
    raised = raise_stage(tmp_path_factory.mktemp("home"))
    scenes.sites(raised)
    scenes.product(raised)
    scenes.donation(raised, DIN)
    scenes.released_lot(raised, LOT, DIN)
    raised.post("quality", f"/lots/{LOT}/certificates")
    raised.post("quality", f"/lots/{LOT}/certificates", reason="A name was misspelt.")
    return raised


@pytest.fixture
def command(stage: Stage) -> Command:
    environment = {"QC_HOME": str(stage.made.settings.home)}
    return lambda *arguments: CliRunner().invoke(main, arguments, env=environment)


@pytest.fixture
def root(stage: Stage) -> str:
    return str(stage.made.keystore.root_path(1))


@pytest.fixture
def written(command: Command, tmp_path: Path) -> Path:
    path = tmp_path / "certificate.pdf"
    assert command("certificate", LOT, "-o", str(path), "--by", "t.quality").exit_code == 0
    return path


def told(result: Result) -> Any:
    return json.loads(result.stdout)


def test_the_newest_certificate_is_written_as_it_was_issued(
    stage: Stage, command: Command, written: Path, tmp_path: Path
) -> None:
    kept = [
        stage.send("quality", "GET", f"/lots/{LOT}/certificates/{number}", status=200).data
        for number in (1, 2)
    ]
    assert written.read_bytes() == kept[1]
    first = tmp_path / "first.pdf"
    assert told(
        command("certificate", LOT, "-o", str(first), "--number", "1", "--by", "t.quality", "--json")
    )["sha256"]
    assert first.read_bytes() == kept[0]


@pytest.mark.parametrize(
    "arguments",
    [(LOT, "--by", "t.other-clinician"), ("EX-NONE", "--by", "t.quality"), (LOT, "--by", "t.nobody")],
)
def test_what_is_not_theirs_or_not_there_is_not_written(command: Command, arguments: tuple[str, ...]) -> None:
    assert command("certificate", *arguments).exit_code == 1


def test_a_certificate_is_checked_offline_by_the_trust_root_alone(
    command: Command, written: Path, root: str
) -> None:
    result = command("check-certificate", str(written), "--trust", root, "--json")
    assert result.exit_code == 0
    said = told(result)
    assert (said["whole"], said["faults"], said["lot"], said["number"]) == (True, [], LOT, 2)
    assert said["live_answer"].endswith(f"/coa/{LOT}/2")
    plain = command("check-certificate", str(written), "--trust", root)
    assert "Whole and unchanged" in plain.stdout
    assert not {"authentic", "safe", "effective", "approved"} & set(plain.stdout.lower().split())


def test_a_changed_file_or_another_issuer_is_named(
    command: Command, written: Path, root: str, tmp_path: Path
) -> None:
    content = bytearray(written.read_bytes())
    content[700] ^= 1
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(bytes(content))
    result = command("check-certificate", str(changed), "--trust", root)
    assert (result.exit_code, "DO NOT GO BY THIS FILE" in result.stdout) == (1, True)
    forged = tmp_path / "forged.pdf"
    forged.write_bytes(
        sealed(drawn(contents(), CODE, (), DRAWN_AT), seal_of(), DRAWN_AT, "Somebody", "Forged")
    )
    result = command("check-certificate", str(forged), "--trust", root)
    assert (result.exit_code, "does not hold" in result.stdout) == (1, True)
    other = raise_stage(tmp_path / "other")
    result = command("check-certificate", str(written), "--trust", str(other.made.keystore.root_path(1)))
    assert (result.exit_code, "not signed by a key that the trust root names" in result.stdout) == (1, True)
    other.made.close()


def test_what_is_inside_resealed_by_somebody_else_is_named(
    command: Command, written: Path, root: str, tmp_path: Path
) -> None:
    inside = looked_at(written.read_bytes()).attached
    moved = tmp_path / "moved.pdf"
    moved.write_bytes(
        sealed(drawn(contents(), CODE, inside, DRAWN_AT), seal_of(), DRAWN_AT, "Somebody", "Forged")
    )
    result = command("check-certificate", str(moved), "--trust", root)
    assert (result.exit_code, "somebody else sealed this file" in result.stdout) == (1, True)


def test_without_a_trust_root_nothing_is_asked(command: Command, written: Path) -> None:
    assert command("check-certificate", str(written), "--trust", str(written)).exit_code == 2


def test_a_new_key_seals_what_is_issued_next_and_the_one_before_is_retired(tmp_path: Path) -> None:
    stage = raise_stage(tmp_path)
    before = stage.made.keystore.seal()
    why = ("--by", "t.administrator", "--explanation", "As planned.")
    environment = {"QC_HOME": str(tmp_path)}
    result = CliRunner().invoke(main, ("key", "seal", *why, "--json"), env=environment)
    assert result.exit_code == 0, result.output
    said = told(result)
    after = stage.made.keystore.seal()
    assert (said["keyid"], said["certificate"]) == (after.signer.public.keyid, after.fingerprint)
    assert after.authority == before.authority
    keys = [stage.made.view().get(KEY, one.signer.public.keyid) for one in (before, after)]
    assert [(key.role, key.withdrawn) for key in keys] == [(KeyRole.SEAL, True), (KeyRole.SEAL, False)]
    halfway = CliRunner().invoke(
        main, ("key", "seal", *why, "--key", str(tmp_path / "checkpoint")), env=environment
    )
    assert halfway.exit_code == 2
    compromised = ("key", "compromised", after.signer.public.keyid, "--since-size", "0", *why)
    assert CliRunner().invoke(main, compromised, env=environment).exit_code == 0
    stage.made.close()
