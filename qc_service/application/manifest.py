"""The fill manifest: every serial of a fill with what became of the vial, kept beside the record that commits to it.

{"secret": "<64 hex>", "vials": [{"fate": "stock", "serial": "7K3M9QW2TX49"}, …]}
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from qc_service.domain.identifiers import LotNumber, OrganisationId, VialSerial
from qc_service.domain.vials import Vial, filled_vial
from qc_service.ledger.canonical import canonical, parse


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The serials of a fill in the order of their ordinals, with their fates, and the secret that salts them."""

    secret: bytes
    vials: tuple[tuple[VialSerial, str], ...]

    def content(self) -> bytes:
        """The file's bytes (canonical JSON)."""
        listed = [{"fate": fate, "serial": str(serial)} for serial, fate in self.vials]
        return canonical({"secret": self.secret.hex(), "vials": listed})

    @property
    def serials(self) -> tuple[VialSerial, ...]:
        """The serials alone, in order."""
        return tuple(serial for serial, _ in self.vials)


@lru_cache(maxsize=16)
def read_manifest(content: bytes) -> Manifest:
    """Read a manifest's bytes; they must be as ``content`` writes them."""
    plain = parse(content)
    listed = tuple((VialSerial(one["serial"]), str(one["fate"])) for one in plain["vials"])
    return Manifest(secret=bytes.fromhex(plain["secret"]), vials=listed)


def filled_vials(lot: str, organisation: OrganisationId, content: bytes) -> tuple[Vial, ...]:
    """The vials that a fill made, from its manifest."""
    vials = read_manifest(content).vials
    alike = {
        fate: filled_vial(lot=LotNumber(lot), serial=serial, ordinal=0, organisation=organisation, fate=fate)
        for fate, serial in {fate: serial for serial, fate in vials}.items()
    }
    return tuple(
        replace(alike[fate], serial=serial, ordinal=ordinal) for ordinal, (serial, fate) in enumerate(vials)
    )
