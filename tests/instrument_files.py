"""Made-up files of instruments, each of a sample, to be sent together: what a morning in the laboratory leaves."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parent / "exchange" / "fixtures"
SERIAL = "00-0000"
"""The number of the made-up ZetaView."""


@dataclass(frozen=True)
class Made:
    """A file as the instrument would have written it."""

    name: str
    content: bytes

    @property
    def part(self) -> tuple[BytesIO, str, str]:
        """The file as a part of a form."""
        return BytesIO(self.content), self.name, "text/plain"


def tracked(
    sample: str, *, concentration: str = "1.05e+11", mode: str = "102.0", day: str = "01/08/2026"
) -> Made:
    """A NanoSight summary of two videos; the day is as the program writes it, day first."""
    content = (FIXTURES / "nanosight-two-videos.csv").read_bytes()
    for old, new in (
        ("Sample Name,EV-TEST-7", f"Sample Name,{sample}"),
        ("09:15:00  01/02/2026", f"09:15:00  {day}"),
        ("EV made up 2026-02-01 09-15-00", f"EV made up {'-'.join(reversed(day.split('/')))} 09-15-00"),
        ("6.00e+08,8.00e+08,7.00e+08", f"{concentration},{concentration},{concentration}"),
        ("Mode,100.0,104.0,102.0", f"Mode,{mode},{mode},{mode}"),
    ):
        assert old.encode() in content
        content = content.replace(old.encode(), new.encode())
    return Made(f"{sample or 'unnamed'}-ExperimentSummary.csv", content)


def undiluted(file: Made) -> Made:
    """The same summary by somebody who did not write the dilution down, of which the reader warns."""
    return Made(file.name, file.content.replace(b"1.00e+03,1.00e+03", b"Not recorded,Not recorded"))


def zeta_files(
    sample: str, *, drift: str = "good", number: int = 7, day: str = "2026-08-01"
) -> tuple[Made, ...]:
    """What a ZetaView leaves of a sample: the sizes, their companion with the concentration, and the profile."""
    stem = f"{day.replace('-', '')}_{number:04}_{sample}"

    def of(fixture: str, name: str) -> Made:
        content = (FIXTURES / fixture).read_bytes()
        for old, new in (
            ("20260201_0007_EV-TEST-7", stem), ("Experiment:\t20260201_0007", f"Experiment:\t{stem[:13]}"),
            ("Sample:\tEV-TEST-7", f"Sample:\t{sample}"), ("Date:\t2026-02-01", f"Date:\t{day}"),
            ("Check Result:\tgood", f"Check Result:\t{drift}"),
            ("Number of Traces:\t10\t(at", "Number of Traces:\t25\t(at"),
            ("120.500000\tDilution", "120.000000\tDilution"),
            ("\t25.8\t", f"\t{number}.8\t"),
        ):  # fmt: skip
            content = content.replace(old.encode(), new.encode())
        return Made(f"{stem}_{name}.txt", content)

    return (
        of("zetaview-size.txt", "size_488"),
        of("20260201_0007_EV-TEST-7_size_488_3pos.txt", "size_488_3pos"),
        of("zetaview-profile.txt", "prof_488"),
    )


def form(*files: Made, **parts: str) -> dict[str, Any]:
    """A form with these files."""
    return {"file": [file.part for file in files], **parts}
