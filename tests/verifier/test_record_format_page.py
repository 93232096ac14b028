"""The page on the record format shows what there is: its examples are those of the golden bundle."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

from tests.verifier.golden_bundles import GOLDEN
from verifier import verify_bundle as stranger

PAGE = (Path(__file__).parents[2] / "docs" / "record-format.md").read_text(encoding="utf-8")
EXAMPLES: list[dict[str, Any]] = [
    json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
]
BUNDLE: dict[str, Any] = json.loads((GOLDEN / "lot.json").read_bytes())


def test_the_examples_are_one_record_of_the_golden_bundle() -> None:
    statement, envelope, entry, claimed = EXAMPLES
    (record,) = (one for one in BUNDLE["records"] if one["envelope"]["signatures"] == envelope["signatures"])
    assert json.loads(base64.b64decode(record["envelope"]["payload"])) == statement
    assert json.loads(base64.b64decode(record["entry"])) == entry
    assert record["envelope"]["payload"].startswith(envelope["payload"].rstrip("…"))
    assert claimed["donations"] == BUNDLE["claimed"]["donations"]
    assert claimed["lots"].items() <= BUNDLE["claimed"]["lots"].items()


def test_the_checkpoint_shown_is_the_golden_one() -> None:
    assert f"```\n{BUNDLE['checkpoint']}```" in PAGE


def test_every_member_of_the_formats_is_described() -> None:
    shapes = (
        stranger.BUNDLE,
        stranger.RECORD,
        stranger.PREDICATE,
        stranger.ENTRY,
        stranger.MANIFEST,
        stranger.FILL,
    )
    missing = [
        name for shape in shapes for name in shape if f"`{name}`" not in PAGE and f'"{name}"' not in PAGE
    ]
    assert missing == []
