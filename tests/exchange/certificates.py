"""A certificate to look at: every kind of block, long enough for several pages, in words that are hard to set."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec

from qc_service.exchange.certificates.attached import Attached
from qc_service.exchange.certificates.contents import (
    Contents,
    Curve,
    Facts,
    Section,
    Sentence,
    Table,
    Tone,
    columns,
)
from qc_service.exchange.certificates.pages import drawn
from qc_service.ledger.keys import P256Signer
from qc_service.ledger.seal import Seal, authority_certificate, seal_certificate

AT = datetime(2026, 11, 25, 20, 10, tzinfo=UTC)
CODE = "0123456789abcdef"
ADDRESS = "https://qc.example/coa/EX261101A/2"
ROWS = tuple(
    (f"Test number {row}\nRequired", "1.05\u00a0×\u00a010¹¹ particles/mL", "1.1\u00a0×\u00a010¹¹", "Passes")
    for row in range(1, 41)
)
BUNDLE = Attached(
    name="EX261101A.provenance.json",
    media_type="application/json",
    description="The record",
    content=b"{}" * 9,
)
CURVE = Curve(
    title="Result 1: NanoSight", described="A curve with its peak at 110 nm.", across="Diameter (nm)",
    up="Concentration (particles/mL)",
    points=tuple((f"{size}.5", f"{3e9 * math.exp(-(((size - 110) / 35) ** 2)):.0f}") for size in range(1000)),
)  # fmt: skip


def contents(**changes: object) -> Contents:
    """A certificate's contents; ``changes`` replace what stands at its head."""
    return Contents(**{**HEAD, **changes})  # type: ignore[arg-type]


HEAD: dict[str, object] = {
    "number": 2, "lot": "EX261101A", "product": "Demonstration exosomes", "maker": "Demonstration Biologics",
    "shout": "", "standing": "Released by the manufacturer's quality unit for clinical use",
    "standing_more": "Released by Test Quality on 20 November 2026, 14:05 UTC.", "tone": Tone.GOOD,
    "issued": "25 November 2026, 20:10 UTC, by Test Quality", "address": ADDRESS,
    "sections": (
        Section(
            title="Product and lot",
            blocks=(
                Facts(facts=(("Lot", "EX261101A"), ("Storage", "−90 to −70 °C"), ("A long one", "word " * 200))),
            ),
        ),
        Section(
            title="Results against their limits",
            blocks=(
                Table(
                    columns=columns({"Test": 40, "Result": 30, "Compared": 20, "Outcome": 20}, strong="Outcome"),
                    rows=ROWS,
                ),
            ),
        ),
        Section(title="Size distribution", blocks=(CURVE,)),
        Section(
            title="Odd words",
            blocks=(
                Sentence(text="Donaudampfschifffahrt" * 30),
                Sentence(text="漢字, кириллица, ελληνικά", strong=True),
                Table(columns=columns({"Deviation": 20, "Statement": 80}), rows=(("x" * 200, "long " * 1500),)),
                Table(columns=columns({"Nothing": 1}), rows=()),
            ),
        ),
    ),
}  # fmt: skip


def page_of(**changes: object) -> bytes:
    """It, drawn and not sealed."""
    return drawn(contents(**changes), CODE, (BUNDLE,), AT)


def seal_of(issuer: str = "demo.qc.example") -> Seal:
    """A fresh seal with an authority of its own."""
    above, sealing = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = authority_certificate(above, issuer, AT)
    made = seal_certificate(sealing.public_key(), issuer, AT, authority=authority, authority_key=above)
    return Seal(signer=P256Signer(sealing), chain=(made, authority))
