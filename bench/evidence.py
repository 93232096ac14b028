"""What an auditor and a recall wait for: a whole audit, a bundle and its verification, and a recall of many lots."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable

from bench.limits import rate
from bench.network import DIN, Network
from bench.table import Row
from qc_service.app import audit_installation
from qc_service.ledger.dsse import PAYLOAD_TYPE, pae
from qc_service.ledger.keys import PublicKey
from tests import scenes
from verifier import verify_bundle

BUNDLED_STEPS = 25
"""Steps added to a lot so that its bundle has some forty records of its own."""


def audited(network: Network, *, entries: int) -> Row:
    """The whole audit of a log that has grown to this many entries, beside its signatures alone on one core."""
    stage = network.stage
    store = stage.made.store
    lot = "AUDITED"
    stage.post(
        "technician", "/lots", number=lot, kind="finished", product=scenes.PRODUCT, donations=[DIN],
        quantity={"amount": "50", "unit": "mL"},
    )  # fmt: skip
    numbers = range(10_000)
    for number in numbers:
        if store.head().size >= entries:
            break
        if number % 40 == 0:
            lot = f"AUDITED-{number:05d}"
            stage.post(
                "technician", "/lots", number=lot, kind="finished", product=scenes.PRODUCT, donations=[DIN],
                quantity={"amount": "50", "unit": "mL"},
            )  # fmt: skip
        scenes.step(stage, lot, "storage")
    size = store.head().size
    took = _seconds(lambda: _must_be_clean(network))
    one = store.records(size - 1, 1)[0]
    public, signed = stage.made.keystore.signer("record").public, pae(PAYLOAD_TYPE, one.payload)
    alone = size / rate(lambda: public.verify(signed, one.signature))
    return Row(
        what=f"audit of {size:,} entries",
        measured=f"{took:.1f} s",
        limit=f"{alone:.1f} s of signatures on one core",
        ratio=took / alone,
        goal="≤ 2.00",
        met=took <= 2 * alone,
    )


def _must_be_clean(network: Network) -> None:
    report = audit_installation(network.stage.made, lambda _: None)
    if report.findings:
        raise RuntimeError(f"the audit found {report.findings[0]}")


def bundled(network: Network) -> list[Row]:
    """A lot's bundle, and its verification by the stranger's program beside its signature checks alone."""
    stage, lot = network.stage, network.lots[-1]
    for _ in range(BUNDLED_STEPS):
        scenes.step(stage, lot, "storage")
    made = stage.made
    content = stage.send("auditor", "GET", f"/lots/{lot}/provenance", status=200).data
    took = _seconds(lambda: stage.send("auditor", "GET", f"/lots/{lot}/provenance", status=200))
    root = made.root.to_bytes()
    verified = _seconds(lambda: verify_bundle.verify(content, root))
    if verify_bundle.verify(content, root).exit_code:
        raise RuntimeError("the bundle does not verify")
    alone = _signatures(content, made.keystore.signer("record").public)
    vials = len(network.serials[lot])
    return [
        Row(
            what=f"bundle of a lot with {len(made.store.stream(f'lot/{lot}'))} records and {vials:,} vials",
            measured=f"{took * 1000:.0f} ms", goal="≤ 300 ms", met=took <= 0.3,
        ),
        Row(
            what="offline verification of it",
            measured=f"{verified * 1000:.0f} ms", limit=f"{alone * 1000:.0f} ms of signatures",
            ratio=verified / alone, goal="≤ 1.50", met=verified <= 1.5 * alone,
        ),
    ]  # fmt: skip


def _signatures(bundle: bytes, public: PublicKey) -> float:
    """The time that the signatures of a bundle's records take alone."""
    envelopes = [one["envelope"] for one in json.loads(bundle)["records"] if one.get("envelope")]
    signed = [
        (base64.b64decode(one["signatures"][0]["sig"]), pae(PAYLOAD_TYPE, base64.b64decode(one["payload"])))
        for one in envelopes
    ]
    return _seconds(lambda: [public.verify(octets, signature) for signature, octets in signed])


def recalled(network: Network) -> Row:
    """One recall that reaches every lot of the donation, in one transaction; vials are not rewritten."""
    stage = network.stage
    vials = sum(len(serials) for serials in network.serials.values())
    began = time.perf_counter()
    stage.post(
        "quality", "/recalls", recall="RCL-BENCH", kind="recall", depth="patient", explanation="A measured recall.",
        scope={"donations": [DIN]},
    )  # fmt: skip
    took = time.perf_counter() - began
    lot, serial = network.some_vials(1)[0]
    page = f"//01/{scenes.GTIN}/10/{lot}/21/{serial}"
    told = stage.get(None, page, headers={"Accept": "application/json"})
    if "recalled" not in [reason["code"] for reason in told["reasons"]]:
        raise RuntimeError("the recall does not reach the answer")
    return Row(
        what=f"recall of {len(network.lots):,} lots with {vials:,} vials, signed, at once",
        measured=f"{took:.1f} s",
    )


def _seconds(once: Callable[[], object]) -> float:
    """The shortest of three: what the machine does beside is not the service's."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        once()
        times.append(time.perf_counter() - began)
    return min(times)
