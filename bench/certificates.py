"""How long a certificate takes, all of it: its contents from the records, the record bundled, drawn and sealed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

from bench.network import Network
from bench.table import Row
from qc_service.application.actor import Actor, Occasion
from qc_service.application.certificates.issuing import IssueCertificate, issue_certificate
from qc_service.domain.identifiers import Line, LotNumber, OrganisationId, PersonId, Text
from qc_service.domain.lots import LOT
from qc_service.domain.permissions import Role

GOAL = 0.3
"""Seconds of a core."""
TIMES = 9


def rows(network: Network) -> Iterator[Row]:
    """A certificate beside the bundle that it carries; nothing is recorded."""
    made, lot = network.stage.made, network.lots[0]
    state = made.view().get(LOT, lot)
    person = Actor(
        person=PersonId("b.quality"), printed_name=Line("Bench Quality"), roles=frozenset({Role.QUALITY}),
        organisation=OrganisationId(str(state.organisation)),
    )  # fmt: skip
    intent = IssueCertificate(lot=LotNumber(lot), reason=Text("Measured."))

    def issued() -> None:
        at = made.clock()
        issue_certificate(made.notary, made.view(), Occasion(actor=person, at=at, fresh=made.fresh), intent)

    issued()
    bundled = _median(lambda: made.bundler.consignable(state, made.clock()))
    whole = _median(issued)
    yield Row(
        what="a certificate: contents, bundle, pages and seal", measured=f"{whole * 1000:.0f} ms of a core",
        limit=f"its bundle {bundled * 1000:.0f} ms", ratio=whole / bundled, goal=f"< {GOAL * 1000:.0f} ms",
        met=whole < GOAL,
    )  # fmt: skip


def _median(once: Callable[[], object]) -> float:
    took = []
    for _ in range(TIMES):
        began = time.process_time()
        once()
        took.append(time.process_time() - began)
    return statistics.median(took)
