"""The golden bundles: a lot's for an auditor and a vial's for its clinic, with the trust root they verify by.

``python -m tests.verifier.golden_bundles`` writes them anew, after a format has changed on purpose.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.application.provenance_world import CLINICIAN, ProvenanceWorld

GOLDEN = Path(__file__).parent / "golden"


def made(home: Path) -> dict[str, bytes]:
    """Every golden file by its name, from fixed keys, clock and randomness."""
    story = ProvenanceWorld(home)
    return {
        "1.root.json": story.root,
        "lot.json": story.lot(),
        "vial-for-its-clinic.json": story.vial(CLINICIAN),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        for name, octets in made(Path(home)).items():
            (GOLDEN / name).write_bytes(octets)
