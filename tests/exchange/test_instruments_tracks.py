"""NanoSight lists of particles and tracks: sizes that are computed, and said to be."""

from pathlib import Path

import pytest

from qc_service.exchange.instruments import Reading, UnreadableFile, read_instrument

NAME = "EV-TEST-7_00_ParticleData.csv"
TEXT = (Path(__file__).parent / "fixtures" / NAME).read_text("utf-8").replace("\r\n", "\n")
TITLES, *ROWS = TEXT.strip().split("\n")


def read(text: str = TEXT, filename: str = NAME) -> Reading:
    return read_instrument(text.encode(), filename)


def figures(reading: Reading) -> dict[str, str]:
    return {value.assay: value.value for value in reading.values}


def test_the_sizes_of_the_included_particles_are_computed_and_said_to_be() -> None:
    reading = read()
    assert (reading.format, reading.sample) == ("nanosight-nta-tracks", "EV-TEST-7_00")
    assert figures(reading) == {
        "size_mean": "109.0",
        "size_d10": "61.2",
        "size_d50": "93.5",
        "size_d90": "140.9",
    }
    assert all(value.derived for value in reading.values)
    (warning,) = reading.warnings
    assert (warning.code, warning.detail[:43]) == (
        "sizes_of_tracks",
        "The sizes were computed from 10 particles o",
    )
    assert reading.settings == (("Particles", "11"), ("Included", "10"))


def test_all_tracks_counts_each_particle_once_whatever_parts_its_cells() -> None:
    tracks = "\n".join([TITLES, *(row for row in ROWS for _ in range(5))])
    reading = read(tracks, "EV-TEST-7_00-AllTracks.csv")
    assert figures(reading) == figures(read())
    assert reading.sample == "EV-TEST-7_00"
    continental = tracks.replace(",", ";").replace(".", ",")
    assert figures(read(continental)) == figures(read())


def test_a_list_under_another_name_has_no_sample() -> None:
    assert [warning.code for warning in read(filename="list.csv").warnings] == [
        "sizes_of_tracks",
        "sample_not_named",
    ]


def test_particles_that_are_all_left_out_give_no_size() -> None:
    reading = read(TEXT.replace("True", "False"))
    assert reading.values == ()
    assert [warning.code for warning in reading.warnings] == ["zero_traces"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (TITLES, "truncated"),
        (TITLES.replace(",Included in distribution?", ""), "truncated"),
        (TITLES.replace("Size/nm", "Some size/nm") + "\n" + ROWS[0], "malformed"),
        ("\n".join([TITLES, ROWS[0][:-5]]), "truncated"),
        ("\n".join([TITLES, ROWS[0].replace("True", "Maybe"), ROWS[1]]), "malformed"),
        ("\n".join([TITLES, ROWS[0].replace("61.2", "wide"), ROWS[1]]), "malformed"),
        (TEXT.replace("61.2", f'"{"1" * 140_000}'), "malformed"),
    ],
)
def test_a_list_out_of_form_is_refused(text: str, code: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(text)
    assert caught.value.code == code
