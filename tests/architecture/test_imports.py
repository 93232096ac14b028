"""The import contracts hold for the repository, and each of them is shown to fail when it is broken."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("qc_service", "schemas", "migrations", "verifier")
LINT = Path(sys.executable).with_name("lint-imports")


@dataclass(frozen=True)
class Breach:
    """One deliberate violation: a line planted in a room, and the contract that must name it."""

    room: str
    line: str
    contract: str

    def __str__(self) -> str:
        return f"{self.room}: {self.line}"


BREACHES = (
    Breach("qc_service/domain", "import flask", "domain: the standard library alone"),
    Breach("qc_service/domain", "from qc_service import ledger", "domain: the standard library alone"),
    Breach("qc_service/domain", "import qc_service.application", "Floors stand on lower floors"),
    Breach("qc_service/ledger", "import qc_service.domain", "ledger: knows no lot"),
    Breach("qc_service/ledger", "import sqlalchemy", "ledger: knows no lot"),
    Breach("qc_service/exchange", "import qc_service.application", "exchange: pure functions"),
    Breach("qc_service/application", "import sqlalchemy", "application: no framework"),
    Breach("qc_service/application", "import marshmallow", "application: no framework"),
    Breach("qc_service/application", "import schemas", "application: no framework"),
    Breach("qc_service/application", "import qc_service.persistence", "Floors stand on lower floors"),
    Breach("qc_service/application", "import segno", "Heavy libraries reach"),
    Breach(
        "qc_service/persistence", "import qc_service.application.acts", "persistence: the only SQLAlchemy"
    ),
    Breach("qc_service/persistence", "import qc_service.web", "Floors stand on lower floors"),
    Breach("qc_service/persistence", "import schemas", "persistence: the only SQLAlchemy"),
    Breach("qc_service/keystore", "import qc_service.application", "keystore: signers"),
    Breach("qc_service/web", "import sqlalchemy", "web: the only Flask"),
    Breach("qc_service/web", "import qc_service.persistence", "web: the only Flask"),
    Breach("qc_service/web", "import qc_service.keystore", "Floors stand on lower floors"),
    Breach("qc_service/settings", "import click", "settings: the standard library alone"),
    Breach("qc_service/app", "import qc_service.cli", "Floors stand on lower floors"),
    Breach("qc_service/cli", "import flask", "cli: asks the application"),
    Breach("schemas", "import qc_service.domain", "schemas: the wire contract"),
    Breach("schemas", "import flask", "schemas: the wire contract"),
    Breach("migrations", "import qc_service.domain", "migrations: tables"),
    Breach("verifier", "import qc_service.ledger", "verifier: nothing of ours"),
    Breach("verifier", "import schemas", "verifier: nothing of ours"),
)


def lint(project: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts of the project in this directory, as `make check` does."""
    command = [str(LINT), "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def broken(report: str) -> list[str]:
    """The names of the contracts that a report calls broken."""
    return re.findall(r"^(.+) BROKEN\b", report, flags=re.MULTILINE)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of everything the contracts read, to be damaged freely."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    contracts = Path("tests/architecture/rooms.py")
    (tmp_path / contracts).parent.mkdir(parents=True)
    shutil.copy(ROOT / contracts, tmp_path / contracts)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(project: Path, room: str, line: str) -> None:
    """Put one more line of code in a room, be it a package or a single module."""
    package = project / room
    module = package / "breach.py" if package.is_dir() else package.with_suffix(".py")
    with module.open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")


def test_the_house_keeps_its_contracts() -> None:
    outcome = lint(ROOT)
    assert outcome.returncode == 0, outcome.stdout


def test_an_undamaged_copy_keeps_them_too(copy: Path) -> None:
    outcome = lint(copy)
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize("breach", BREACHES, ids=str)
def test_a_forbidden_import_is_named(copy: Path, breach: Breach) -> None:
    plant(copy, breach.room, breach.line)
    outcome = lint(copy)
    assert outcome.returncode == 1
    assert any(name.startswith(breach.contract) for name in broken(outcome.stdout)), outcome.stdout


def test_a_stray_module_is_named(copy: Path) -> None:
    plant(copy, "qc_service/utils", "SPARE = 1")
    outcome = lint(copy)
    assert outcome.returncode == 1
    assert "qc_service.utils" in outcome.stdout


def test_a_circle_between_siblings_is_named(copy: Path) -> None:
    (copy / "schemas/east.py").write_text("import schemas.west\n", encoding="utf-8")
    (copy / "schemas/west.py").write_text("import schemas.east\n", encoding="utf-8")
    outcome = lint(copy)
    assert outcome.returncode == 1
    assert broken(outcome.stdout) == ["No circles between siblings on any floor"]
