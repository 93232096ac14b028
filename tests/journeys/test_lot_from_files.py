"""A lot's whole quality control from files and confirmations: who does it types fewer than ten values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import scenes
from tests.instrument_files import SERIAL, Made, form, tracked, undiluted, zeta_files
from tests.staging import Stage, raise_stage

DIN, LOT = "A999026000001", "EX261101A"
TEN = 10


def criterion(assay: str, kind: str, method: str, **terms: str) -> dict[str, Any]:
    return {"assay": assay, "kind": kind, "method": method, "method_version": "2", **terms}


CRITERIA = (
    criterion(
        "particle_concentration", "numeric", "SOP-NTA", unit="particles/mL", low="8E+10", high="1.2E+11"
    ),
    criterion("size_mode", "numeric", "SOP-NTA", unit="nm", low="80", high="150"),
    criterion("zeta_potential", "numeric", "SOP-ZETA", unit="mV", high="-10"),
    criterion("identity_transmembrane", "presence", "SOP-FLOW", expected="positive"),
    criterion("purity_calnexin", "presence", "SOP-BLOT", expected="not_detected"),
    criterion("endotoxin", "numeric", "SOP-LAL", unit="EU/mL", high="0.50", basis="K/M with K = 5 EU/kg/h"),
    criterion("sterility", "growth", "SOP-STERILITY", expected="no_growth"),
    criterion("mycoplasma", "presence", "SOP-PCR", expected="not_detected"),
    criterion("ph", "numeric", "SOP-PH", unit="pH", low="7.0", high="7.6"),
    criterion("appearance", "qualitative", "SOP-LOOK", expected="clear, no particles"),
    criterion("fill_volume", "numeric", "SOP-FILL", unit="mL", low="0.95", high="1.10"),
)
HEADER = "lot,assay,value,unit,finding,method,method_version,facility,started,read"
ROWS = (
    "identity_transmembrane,,,positive,SOP-FLOW", "purity_calnexin,,,not_detected,SOP-BLOT",
    "endotoxin,<0.05,EU/mL,,SOP-LAL", "mycoplasma,,,not_detected,SOP-PCR", "ph,7.31,pH,,SOP-PH",
    'appearance,,,"clear, no particles",SOP-LOOK', "fill_volume,1.02,mL,,SOP-FILL",
)  # fmt: skip


def sheet(stage: Stage) -> Made:
    """The everyday results as the laboratory's spreadsheet has them: one row each, and sterility over fourteen days."""
    today = stage.clock().date()
    began = (today - timedelta(days=14)).isoformat()
    lines = [f"{LOT},{row},2,{scenes.LABORATORY},{began} 08:00,{began} 09:00" for row in ROWS]
    sterility = f"{LOT},sterility,,,no_growth,SOP-STERILITY,2,{scenes.LABORATORY},{began} 00:00,{today} 00:00"
    return Made("results.csv", "\n".join([HEADER, *lines, sterility, ""]).encode())


@dataclass
class Hands:
    """People at a screen: what they send that neither a file nor the service gave them, they typed."""

    stage: Stage
    given: set[str] = field(default_factory=set)
    typed: list[str] = field(default_factory=list)

    def look(self, who: str, path: str) -> Any:
        """Ask, and have whatever was answered."""
        return self._got(self.stage.send(who, "GET", path, status=200))

    def send(
        self, who: str, path: str, said: Mapping[str, Any], *files: Made, status: int = 201, at: str = ""
    ) -> Any:
        """Send a statement, beside files or alone; ``at`` is the ETag that the decision rests on."""
        self._count(said)
        headers = {"If-Match": at} if at else {}
        if not files:
            return self._got(self.stage.send(who, "POST", path, said, status=status, headers=headers))
        self.given |= {hashlib.sha256(file.content).hexdigest() for file in files}
        parts: dict[str, Any] = form(*files) if len(files) > 1 else {"file": files[0].part}
        if said:
            parts["statement"] = json.dumps(said)
        return self._got(self.stage.send(who, "POST", path, data=parts, status=status))

    def etag(self, who: str, path: str) -> str:
        return str(self.stage.send(who, "GET", path, status=200).headers["ETag"])

    def _got(self, reply: Any) -> Any:
        told = reply.get_json()
        self.given |= set(leaves(told))
        return told

    def _count(self, said: Any) -> None:
        self.typed += [leaf for leaf in leaves(said) if leaf not in self.given]


def leaves(plain: Any) -> Iterator[str]:
    """Every value in a document, as text."""
    if isinstance(plain, Mapping):
        for value in plain.values():
            yield from leaves(value)
    elif isinstance(plain, list | tuple):
        for value in plain:
            yield from leaves(value)
    elif plain is not None:
        yield str(plain)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A filled lot whose product asks for eleven assays, in a laboratory whose instruments are registered."""
    raised = raise_stage(tmp_path)
    scenes.sites(raised)
    scenes.product(raised, criteria=CRITERIA)
    scenes.donation(raised, DIN)
    raised.post("quality", "/equipment", id="NTA-01", name="NanoSight", calibration_due="2027-01-01")
    raised.post(
        "quality", "/equipment", id="ZV-01", name="Zeta", serial_number=SERIAL, calibration_due="2027-01-01"
    )
    scenes.filled_lot(raised, LOT, DIN)
    raised.clock.tick(days=16)
    return raised


def measured(hands: Hands, concentration: str) -> None:
    """The analyst's part: the instruments' files and the sheet, looked at and confirmed."""
    day = hands.stage.clock().date() - timedelta(days=1)
    profile = zeta_files(f"{LOT}-500", day=day.isoformat())[2]
    files = (
        undiluted(tracked(f"{LOT}-1000", concentration=concentration, day=day.strftime("%d/%m/%Y"))), profile,
    )  # fmt: skip
    shown = hands.send("analyst", "/readings", {}, *files, status=200)
    assert [one["doubts"] for one in shown["files"]] == [[], []]
    (code,) = {warning["code"] for one in shown["files"] for warning in one["reading"]["warnings"]}
    said = {
        "files": [one["statement"] for one in shown["files"]],
        "answers": [{"code": code, "answer": "Diluted 1:1000, by the notebook."}],
    }
    confirmed = hands.send("analyst", "/readings/confirmation", said, *files, status=200)
    assert [one["status"] for one in confirmed["results"]] == [201, 201]
    filled = sheet(hands.stage)
    read = hands.send("analyst", "/results/sheet", {}, filled, status=200)
    assert read["errors"] == []
    hands.send("analyst", "/results/sheet", {"confirm": read["file"]}, filled)


def verified_and_assessed(hands: Hands) -> None:
    """The second analyst's and quality's part."""
    results = hands.look("second_analyst", f"/lots/{LOT}/results")["results"]
    assert len(results) == len(CRITERIA)
    numbers = [one["result"] for one in results]
    hands.send("second_analyst", f"/lots/{LOT}/verification", {"results": numbers})
    hands.send("quality", f"/lots/{LOT}/assessment", {}, at=hands.etag("quality", f"/lots/{LOT}"))


def test_a_lots_whole_quality_control_takes_fewer_than_ten_typed_values(stage: Stage) -> None:
    hands = Hands(stage)
    measured(hands, "1.05e+11")
    verified_and_assessed(hands)
    lot = hands.look("quality", f"/lots/{LOT}")
    assert lot["next_release"]["blocked_by"] == []
    assert lot["quality"]["in_words"] == "meets its specification"
    assert hands.typed == ["Diluted 1:1000, by the notebook."]
    assert len(hands.typed) < TEN
    scenes.release(stage, LOT)


def test_a_value_out_of_specification_from_a_file_keeps_the_lot_from_release(stage: Stage) -> None:
    hands = Hands(stage)
    measured(hands, "2.05e+11")
    verified_and_assessed(hands)
    lot = hands.look("quality", f"/lots/{LOT}")
    codes = {reason["code"] for reason in lot["next_release"]["blocked_by"]}
    assert {"investigation_open"} <= codes
    stage.decide("quality", f"/lots/{LOT}/release", f"lot/{LOT}", 422, purpose="clinical")


def test_what_is_typed_is_counted(stage: Stage) -> None:
    """The count is of no use unless it grows by what nobody gave."""
    hands = Hands(stage)
    said = {
        "assay": "ph", "value": "7.31", "unit": "pH", "method": "SOP-PH", "method_version": "2",
        "facility": scenes.LABORATORY, "started": scenes.at(stage.clock()), "read": scenes.at(stage.clock()),
    }  # fmt: skip
    hands.send("analyst", f"/lots/{LOT}/results", said)
    assert len(hands.typed) == 8
    hands.send("analyst", f"/lots/{LOT}/results", {**said, "value": "7.32"})
    assert len(hands.typed) == 9
