"""Real exports of the instruments, read where they lie beside the project."""

import time
from pathlib import Path

import pytest

from qc_service.exchange.instruments import Reading, UnreadableFile, read_instrument

EXPORTS = Path(__file__).parents[3] / "shared" / "instruments"
WARNED = ("zero_traces", "drift_too_high")


def warned(reading: Reading) -> list[str]:
    """The codes of a reading's warnings, in order."""
    return [warning.code for warning in reading.warnings]


def exports() -> list[Path]:
    """The real exports, where they are at hand."""
    return sorted(EXPORTS.iterdir()) if EXPORTS.is_dir() else []


def export(name: str) -> Reading:
    """The reading of one real export; skips the test where it is not at hand."""
    path = EXPORTS / name
    if not path.is_file():
        pytest.skip("the real exports are not beside the project")
    return read_instrument(path.read_bytes(), name)


@pytest.mark.parametrize("path", exports(), ids=lambda path: path.name)
def test_a_real_export_reads_in_under_50_ms_or_is_refused_when_cut(path: Path) -> None:
    content = path.read_bytes()
    reading = read_instrument(content, path.name)
    took = []
    for _ in range(5):
        begun = time.thread_time()
        read_instrument(content, path.name)
        took.append(time.thread_time() - begun)
    assert min(took) < 0.05
    assert reading.sample
    assert reading.values or "zero_traces" in warned(reading)
    for part in (4, 2):
        with pytest.raises(UnreadableFile, match=r"^truncated: "):
            read_instrument(content[: len(content) * (part - 1) // part], path.name)


def figures(reading: Reading) -> dict[str, str]:
    """Value by assay."""
    return {value.assay: value.value for value in reading.values}


def test_the_real_nanosight_summary_gives_its_average_column() -> None:
    reading = export("nanosight-summary-12-videos.csv")
    assert figures(reading) == {
        "particle_concentration": "1470000000",
        "size_mean": "100.5",
        "size_mode": "95.3",
        "size_sd": "19.1",
        "size_d10": "84.7",
        "size_d50": "96.4",
        "size_d90": "113.3",
        "particles_per_frame": "200.6",
        "particle_concentration_cv": "25.4",
    }
    assert warned(reading) == ["dilution_not_recorded", "sample_not_named"]
    assert sum(1 for replicate in reading.replicates if replicate.assay == "size_d50") == 12


@pytest.mark.parametrize(
    ("name", "values", "codes"),
    [
        ("zetaview-20250219_0001_EV_ip_p1_F8-1000_size_488.txt", {}, WARNED),
        (
            "zetaview-20250219_0002_EV_ip_p1_F8-1000_size_488.txt",
            {"size_d10": "12.4", "size_d50": "95.000000", "size_d90": "243.0"},
            WARNED[1:],
        ),
        (
            "zetaview-20250219_0004_EV_ip_p1_F7-1000_size_488.txt",
            {"size_d10": "66.3", "size_d50": "141.346154", "size_d90": "333.0"},
            WARNED[1:],
        ),
        (
            "zetaview-20250219_0002_EV_ip_p1_F8-1000_size_488_11pos.txt",
            {"particle_concentration": "1.9E+11", "particle_concentration_measured": "1.9E+8"},
            ("positions_removed",),
        ),
        (
            "zetaview-20250219_0004_EV_ip_p1_F7-1000_size_488_11pos.txt",
            {"particle_concentration": "9.2E+10", "size_median": "141.8", "size_mode": "101.1"},
            ("positions_removed",),
        ),
        (
            "zetaview-20250219_0006_EV_ip_p1_F7-1000_prof_488.txt",
            {"zeta_potential": "-22.210896"},
            WARNED[1:],
        ),
    ],
)
def test_the_real_zetaview_exports(name: str, values: dict[str, str], codes: tuple[str, ...]) -> None:
    reading = export(name)
    found = figures(reading)
    assert {assay: found.get(assay) for assay in values} == values
    assert bool(found) == bool(values)
    assert warned(reading) == list(codes)
    assert reading.sample in {"EV_ip_p1_F8-1000", "EV_ip_p1_F7-1000"}
