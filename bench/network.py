"""The made-up network that is measured: lots of released vials, some of them at a clinic, through the service's own
use cases with a scripted clock."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from qc_service.domain.moments import instant_text
from tests import scenes
from tests.staging import Stage, raise_stage

DIN = "A999026000001"
SEED = 7


@dataclass(frozen=True, kw_only=True)
class Network:
    """A service with its records; every lot was made of the one donation and has as many vials."""

    stage: Stage
    home: Path
    database_url: str
    lots: tuple[str, ...]
    serials: dict[str, tuple[str, ...]]

    @property
    def environment(self) -> dict[str, str]:
        """What a server of this service needs to be told."""
        return {
            "QC_HOME": str(self.home), "DATABASE_URL": self.database_url, "QC_REQUESTS_PER_MINUTE": "0",
            "BENCH_NOW": instant_text(self.stage.clock()),
        }  # fmt: skip

    def some_vials(self, count: int) -> list[tuple[str, str]]:
        """Lot and serial of vials in stock, drawn without regard to their order."""
        stock = [(lot, serial) for lot in self.lots for serial in self.serials[lot]]
        return random.Random(SEED).sample(stock, min(count, len(stock)))


@contextmanager
def founded(*, lots: int, vials: int, database_url: str = "") -> Iterator[Network]:
    """Make a network of so many released lots with so many vials in stock each."""
    with TemporaryDirectory(prefix="qc-bench-") as folder:
        home = Path(folder)
        stage = raise_stage(home, database_url)
        scenes.sites(stage)
        scenes.product(stage)
        scenes.donation(stage, DIN)
        names = tuple(f"EX{number:05d}" for number in range(lots))
        for lot in names:
            scenes.filled_lot(stage, lot, DIN, stock=vials)
        stage.clock.tick(days=15)
        for lot in names:
            _test_and_release(stage, lot)
        serials = {lot: _in_stock(stage, lot) for lot in names}
        try:
            yield Network(stage=stage, home=home, database_url=database_url, lots=names, serials=serials)
        finally:
            stage.made.close()


def _test_and_release(stage: Stage, lot: str) -> None:
    for said in scenes.PASSING:
        scenes.result(stage, lot, said)
    scenes.result(stage, lot, {"assay": "sterility", "finding": "no_growth"}, days=14)
    for number in range(1, 5):
        stage.post("second_analyst", f"/lots/{lot}/results/{number}/verification")
    stage.decide("quality", f"/lots/{lot}/assessment", f"lot/{lot}")
    stage.decide("quality", f"/lots/{lot}/release", f"lot/{lot}", purpose="clinical")


def _in_stock(stage: Stage, lot: str) -> tuple[str, ...]:
    return tuple(str(vial.serial) for vial in stage.made.store.vials(lot) if vial.state.value == "in_stock")
