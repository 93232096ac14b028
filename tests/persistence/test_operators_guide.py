"""The operator's guide names every table with its class, and every setting that is read."""

from __future__ import annotations

import re
from pathlib import Path

from qc_service import settings
from qc_service.persistence.tables import metadata

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "operators-guide.md").read_text("utf-8")


def test_every_table_stands_under_its_class() -> None:
    for table in metadata.tables.values():
        entry = re.search(rf"\* \*\*{table.info['class']}\*\*.*?(?=\n\* |\n\n)", GUIDE, re.DOTALL)
        assert entry is not None
        assert f"`{table.name}`" in entry[0], table.name


def test_every_setting_is_named() -> None:
    read = re.findall(r'environment(?:\.get\(|, )"([A-Z_]+)"', Path(settings.__file__).read_text("utf-8"))
    assert len(read) >= 7
    for name in (*read, "QC_PASSPHRASE"):
        assert f"`{name}`" in GUIDE, name
