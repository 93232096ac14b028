"""Reading any file: the gate before the importers, the shape of the answer, and fuzz."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qc_service.exchange.instruments import (
    IMPORTERS,
    MAX_FILE_BYTES,
    Importer,
    Reading,
    UnreadableFile,
    read_instrument,
    reading_dict,
)

FIXTURES = Path(__file__).parent / "fixtures"
SAMPLES = {path.name: path.read_bytes() for path in sorted(FIXTURES.iterdir())}


def refusal(content: bytes, filename: str = "file.txt") -> UnreadableFile:
    """The refusal a file meets."""
    with pytest.raises(UnreadableFile) as caught:
        read_instrument(content, filename)
    assert str(caught.value) == f"{caught.value.code}: {caught.value.detail}"
    return caught.value


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\t\n", "empty"),
        (b"\0\0\0\0", "empty"),
        (b"x" * (MAX_FILE_BYTES + 1), "too_large"),
        (b"PK\x03\x04 workbook", "binary"),
        (bytes(range(256)), "binary"),
        ("NTA Experiment Summary File".encode("utf-16"), "truncated"),
        ("NTA Experiment Summary File".encode("utf-16-le"), "truncated"),
        ("NTA Experiment Summary File".encode("utf-16-be"), "truncated"),
        ("NTA Experiment Summary File".encode("utf-16")[:-1], "wrong_encoding"),
        (b"\xff\xfe", "empty"),
        (" \n".encode("utf-16"), "empty"),
        ("\x01\x02\x03".encode("utf-16"), "binary"),
        (b"a,b,c\n1,2,3\n", "unknown_format"),
        (b"{}", "unknown_format"),
        (b"x", "unknown_format"),
    ],
)
def test_what_is_no_export_is_refused_by_name(content: bytes, code: str) -> None:
    error = refusal(content)
    assert error.code == code
    assert error.detail.endswith(".")


def test_a_file_of_the_largest_size_is_still_looked_at() -> None:
    assert refusal(b"x" * MAX_FILE_BYTES).code == "unknown_format"


def test_the_answer_has_the_members_of_the_command_and_no_others() -> None:
    answer = reading_dict(read_instrument(SAMPLES["zetaview-size-nothing.txt"], "size.txt"))
    assert list(answer) == ["instrument", "sample", "measured_at", "values", "warnings"]
    assert answer["values"] == []
    assert answer["warnings"] == [
        {
            "code": "zero_traces",
            "detail": "Number of Traces: 0. There is no size distribution to take a size from.",
        }
    ]
    profile = reading_dict(read_instrument(SAMPLES["zetaview-profile.txt"], "prof.txt"))
    assert profile["values"] == [
        {"assay": "zeta_potential", "value": "-22.250000", "unit": "mV"},
        {"assay": "particles_per_frame", "value": "8.250000", "unit": "particles/frame"},
    ]


@pytest.mark.parametrize("name", SAMPLES)
def test_line_ends_byte_order_mark_and_utf8_do_not_matter(name: str) -> None:
    content = SAMPLES[name]
    reading = read_instrument(content, name)
    lines = content.decode("latin-1").replace("\r\n", "\n")
    for variant in (
        lines.encode("latin-1"),
        lines.replace("\n", "\r\n").encode("latin-1"),
        lines.replace("\n", "\r").encode("latin-1"),
        lines.encode("utf-8-sig"),
        lines.encode("utf-16"),
        lines.encode("utf-16-be"),
        lines.rstrip("\n").encode("utf-8"),
    ):
        assert read_instrument(variant, name) == reading


def test_a_laboratory_adds_an_importer_of_its_own() -> None:
    class PhMeter(Importer):
        """One line, ``pH 7.40``."""

        format = "ph-meter"

        def recognises(self, text: str) -> bool:
            return text.startswith("pH ")

        def read(self, text: str, filename: str) -> Reading:
            return Reading(
                instrument="pH meter",
                format=self.format,
                sample=filename,
                measured_at=None,
                operator=None,
                settings=(),
                values=(),
                warnings=(),
            )

    reading = read_instrument(b"pH 7.40\n", "C:\\exports/EV-TEST-7", (*IMPORTERS, PhMeter()))
    assert (reading.format, reading.sample) == ("ph-meter", "EV-TEST-7")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_cut_in_half_is_truncated(name: str) -> None:
    content = SAMPLES[name]
    assert refusal(content[: len(content) // 2], name).code == "truncated"


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(sorted(SAMPLES)), place=st.integers(0, 10_000))
def test_a_file_cut_anywhere_reads_or_is_refused(name: str, place: int) -> None:
    content = SAMPLES[name]
    reads_or_refuses(content[: place % len(content)], name)


@settings(max_examples=600, deadline=None)
@given(
    name=st.sampled_from(sorted(SAMPLES)),
    edits=st.lists(
        st.tuples(
            st.integers(0, 10_000),
            st.integers(0, 40),
            st.one_of(
                st.binary(max_size=4),
                st.sampled_from([b"\t", b"\n", b",", b'"', b"[", b"-", b"E", b"9E99", b"NaN", b"0", b"\xb5"]),
            ),
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_a_mutated_file_reads_or_is_refused(name: str, edits: list[tuple[int, int, bytes]]) -> None:
    content = SAMPLES[name]
    for place, length, replacement in edits:
        start = place % (len(content) + 1)
        content = content[:start] + replacement + content[start + length :]
    reads_or_refuses(content, name)


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=400), filename=st.text(max_size=60))
def test_any_bytes_under_any_name_read_or_are_refused(content: bytes, filename: str) -> None:
    reads_or_refuses(content, filename)
    for start in (
        b"NTA Experiment Summary File\n",
        b"Original File:\t",
        b"Position\tConc. (p./mL)\tRemoval\n",
    ):
        reads_or_refuses(start + content, filename)


def reads_or_refuses(content: bytes, filename: str) -> None:
    """No other outcome than a reading or UnreadableFile."""
    outcome: Reading | None = None
    with contextlib.suppress(UnreadableFile):
        outcome = read_instrument(content, filename)
    assert outcome is None or list(reading_dict(outcome))
