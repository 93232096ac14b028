"""What other processes do to a database in the tests of concurrency and of crashes: real writers, started anew."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

from qc_service.application.actor import Occasion
from qc_service.application.acts import Acts, Busy
from qc_service.application.attesting import Attestor
from qc_service.application.publishing import Publisher
from qc_service.application.view import View
from qc_service.domain.errors import Refused
from qc_service.domain.permissions import Role
from qc_service.domain.records import New
from qc_service.domain.registers import REAGENT, ReagentStatus
from qc_service.ledger.forkfile import ForkFile
from qc_service.persistence.auditing import SqlAuditable
from qc_service.persistence.engine import open_engine
from tests.fakes import ISSUER, ScriptedClock, actor, signer
from tests.persistence.conftest import ROW_KEY
from tests.persistence.desk import accepted, reagent

SHARED = "SHARED"


@dataclass(frozen=True)
class Writer:
    """One service on one database, as another process opens it."""

    store: SqlAuditable
    acts: Acts

    @classmethod
    def open(cls, url: str) -> Writer:
        store = SqlAuditable(open_engine(url), ROW_KEY)
        attestor = Attestor(issuer=ISSUER, signer=signer(), fresh=secrets.token_bytes)
        return cls(store, Acts(store, attestor, ScriptedClock()))

    def lay(self, *news: New) -> tuple[int, str]:
        """Commit records whatever others do meanwhile; the place and digest of the first."""
        while True:
            try:
                receipt = self.acts.perform(lambda *_: news, actor(Role.QUALITY), None)
            except Busy:
                continue
            return receipt.records[0].index, receipt.records[0].digest


def append(url: str, name: str, acts: int, start: Barrier) -> list[tuple[int, str]]:
    """Lay records on streams of one's own and on one that all share; the places and digests of the firsts."""
    writer = Writer.open(url)
    start.wait()
    laid = []
    for number in range(acts):
        laid.append(
            writer.lay(
                New(name=f"{name}-{number}", body=reagent()), New(name=f"{name}-{number}", body=accepted())
            )
        )
        if number % 4 == 0:
            laid.append(writer.lay(New(name=SHARED, body=accepted(f"{name} {number}"))))
    writer.store.close()
    return laid


def accept_unless(url: str, pairs: Sequence[tuple[str, str]], start: Barrier) -> list[bool]:
    """Accept the first of each pair unless the second is accepted: a rule that reads another's stream."""
    writer = Writer.open(url)
    done = []
    for mine, other in pairs:
        start.wait()
        try:
            writer.acts.perform(_accept_unless(mine, other), actor(Role.QUALITY), None)
            done.append(True)
        except Refused:
            done.append(False)
    writer.store.close()
    return done


def _accept_unless(mine: str, other: str) -> Callable[[View, Occasion, None], Sequence[New]]:
    def use_case(view: View, _occasion: Occasion, _intent: None) -> Sequence[New]:
        if view.get(REAGENT, other).status is ReagentStatus.ACCEPTED:
            raise Refused(f"{other} is accepted, so {mine} is not.")
        return (New(name=mine, body=accepted()),)

    return use_case


@dataclass(frozen=True)
class Job:
    """So many writes in a few threads of one process, on streams of this name, with the signed head in a folder."""

    url: str
    folder: Path
    name: str
    writes: int
    threads: int


def write_until_killed(job: Job, acknowledged: Connection) -> None:
    """Write, sign the head, and say each commit on the pipe before the next."""
    writer = Writer.open(job.url)
    publisher = Publisher(writer.store, ISSUER, signer(2), ForkFile(job.folder / "checkpoint"))

    def write(thread: int) -> None:
        for number in range(job.writes // job.threads):
            stream = f"{job.name}-{thread}-{number}"
            index, digest = writer.lay(New(name=stream, body=reagent()))
            publisher.publish(at_least=index + 1)
            os.write(acknowledged.fileno(), f"{index} {digest}\n".encode())

    working = [threading.Thread(target=write, args=(thread,)) for thread in range(job.threads)]
    for one in working:
        one.start()
    for one in working:
        one.join()
