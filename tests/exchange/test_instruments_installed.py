"""Importers that a laboratory brings along: the how-to's own example, and what one does wrong."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qc_service.exchange.instruments import UnreadableFile, installed, read_instrument

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "add-an-instrument.md"
RESULT = b"Osmometer result;EV-TEST-7;301,5;mOsm/kg\n"
BROKEN = """
from qc_service.exchange.instruments import Importer, MeasuredValue, Reading

class Broken(Importer):
    format = "broken"
    def recognises(self, text):
        if text.startswith("fails"):
            raise RuntimeError("recognises fails")
        return text.startswith("Broken")
    def read(self, text, filename):
        if "raise" in text:
            raise KeyError("nothing there")
        assay, value, unit = text.split("|")[1:4]
        value = MeasuredValue(assay=assay, value=value, unit=unit)
        return Reading(instrument="B", format=self.format, sample=None, measured_at=None, operator=None, settings=(),
                       values=(value,), warnings=())
"""


def block(language: str) -> str:
    """The one block of a language in the how-to."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL)
    return str(found)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages."""
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    installed.cache_clear()
    for name in ("our_osmometer", "broken_importer"):
        sys.modules.pop(name, None)


def install(site: Path, entries: str, **modules: str) -> None:
    """Put modules and an entry point file where an installer puts them."""
    for name, source in modules.items():
        (site / f"{name}.py").write_text(source, "utf-8")
    folder = site / "ours-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: ours\nVersion: 1.0\n", "utf-8")
    (folder / "entry_points.txt").write_text(entries, "utf-8")
    importlib.invalidate_caches()
    installed.cache_clear()


def entries_of(pyproject: str) -> str:
    """The entry points of a pyproject.toml as an installer writes them down."""
    return pyproject.replace('[project.entry-points."', "[").replace('"]', "]").replace('"', "")


def test_the_how_tos_importer_is_found_and_reads(site: Path) -> None:
    with pytest.raises(UnreadableFile):
        read_instrument(RESULT, "result.txt")
    install(site, entries_of(block("toml")), our_osmometer=block("python"))
    reading = read_instrument(RESULT, "result.txt")
    assert (reading.format, reading.sample) == ("osmometer-export", "EV-TEST-7")
    assert [(one.assay, one.value, one.unit) for one in reading.values] == [
        ("osmolality", "301.5", "mOsm/kg")
    ]
    for cut in (RESULT[:30], RESULT[:24]):
        with pytest.raises(UnreadableFile):
            read_instrument(cut, "result.txt")
    assert installed().unusable == ()


def test_an_importer_that_cannot_be_loaded_is_named_and_keeps_no_other_back(site: Path) -> None:
    install(
        site,
        entries_of(block("toml")) + "missing = nowhere:Importer\nno = os:getcwd\nnone = os:name\n",
        our_osmometer=block("python"),
    )
    assert [importer.format for importer in installed().importers] == ["osmometer-export"]
    assert [reason.split("'")[1] for reason in installed().unusable] == ["missing", "no", "none"]
    assert read_instrument(RESULT, "result.txt").format == "osmometer-export"


@pytest.mark.parametrize(
    "text",
    [
        "Broken raise", "Broken", "Broken|size_mode|1.5|miles", "Broken|size_mode|NaN|nm", "Broken|size_mode|x|nm",
        "Broken|Size!|1.5|nm",
    ],
)  # fmt: skip
def test_whatever_a_strangers_importer_does_wrong_is_a_file_without_a_reading(site: Path, text: str) -> None:
    install(site, "[qc_service.importers]\nbroken = broken_importer:Broken\n", broken_importer=BROKEN)
    with pytest.raises(UnreadableFile) as caught:
        read_instrument(text.encode(), "broken.txt")
    assert caught.value.code == "malformed"
    assert "'broken'" in caught.value.detail


def test_a_strangers_importer_that_fails_to_look_recognises_nothing(site: Path) -> None:
    install(site, "[qc_service.importers]\nbroken = broken_importer:Broken\n", broken_importer=BROKEN)
    with pytest.raises(UnreadableFile) as caught:
        read_instrument(b"fails at the first look", "broken.txt")
    assert caught.value.code == "unknown_format"
    assert read_instrument(b"Broken|size_mode|1.5|nm", "broken.txt").values[0].value == "1.5"
