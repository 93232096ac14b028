"""What a demonstration keeps between runs, and ``demo.json``, which it writes once it answers."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from qc_service.app import Capabilities
from qc_service.cli.demo.story import NamedVial, Remains
from qc_service.domain.identifiers import Gtin, LotNumber, VialSerial
from qc_service.exchange.codes import digital_link, gs1_scan
from qc_service.settings import Settings

KEPT, PUBLISHED = "demonstration.json", "demo.json"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What the story left, who may be asked for, and a token for each of them."""

    remains: Remains
    people: dict[str, str]
    tokens: dict[str, str]

    def write(self, home: Path) -> None:
        """Keep it beside the keys; it holds tokens, so only its owner may read it."""
        remains = asdict(self.remains)
        for vial in remains["vials"].values():
            vial["expires_on"] = vial["expires_on"].isoformat()
        write_json(home / KEPT, {**remains, "people": self.people, "tokens": self.tokens})

    @classmethod
    def read(cls, home: Path) -> Kept:
        """What an earlier run kept."""
        plain = json.loads((home / KEPT).read_bytes())
        vials = {
            name: NamedVial(**{**vial, "expires_on": date.fromisoformat(vial["expires_on"])})
            for name, vial in plain["vials"].items()
        }
        remains = Remains(lots=plain["lots"], vials=vials, donations=tuple(plain["donations"]))
        return cls(remains=remains, people=plain["people"], tokens=plain["tokens"])


def published(kept: Kept, made: Capabilities, settings: Settings) -> dict[str, Any]:
    """What ``demo.json`` says; passwords stand in ``people`` once people can sign in."""
    base_url = settings.public_url
    return {
        "base_url": base_url,
        "log": {"origin": made.issuer, "verifier_key": made.publisher.verifier},
        "trust_root": str(settings.home / "trust" / "1.root.json"),
        "tokens": kept.tokens,
        "people": {},
        "lots": kept.remains.lots,
        "vials": {name: _labelled(base_url, vial) for name, vial in kept.remains.vials.items()},
        "donations": list(kept.remains.donations),
    }


def _labelled(base_url: str, vial: NamedVial) -> dict[str, str]:
    gtin, lot, serial = Gtin(vial.gtin), LotNumber(vial.lot), VialSerial(vial.serial)
    return {
        "gtin": vial.gtin,
        "lot": vial.lot,
        "serial": vial.serial,
        "digital_link": digital_link(base_url, gtin, lot, serial, vial.expires_on),
        "gs1_scan": gs1_scan(gtin, lot, serial, vial.expires_on),
    }


def write_json(path: Path, plain: object) -> None:
    """Write a file whole or not at all, for its owner's eyes."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(plain, file, indent=2, ensure_ascii=False)
        file.write("\n")
    fresh.replace(path)
