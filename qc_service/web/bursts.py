"""Anonymous questions about serials that are not on record, counted by place: a burst of them is for quality to see.

A GET writes nothing, so these counts are in memory alone: of one worker process, since its start, for at most an hour
each and in bounded room. Of an address a shortened network is kept to be shown, and beside it a keyed digest whose key
nobody has once the process ends; the address itself is kept nowhere.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from threading import Lock
from typing import Any

from flask import Flask, Response, current_app
from flask.typing import ResponseReturnValue
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from qc_service.application.copies import limits
from qc_service.application.judging import Verdict
from qc_service.application.view import View
from qc_service.domain.code_checks import UNKNOWN
from qc_service.domain.identifiers import OrganisationId
from qc_service.domain.lots import LOT
from qc_service.domain.moments import instant_text
from qc_service.domain.permissions import SEE_EVERYTHING, Permission
from qc_service.domain.products import PRODUCT
from qc_service.domain.verdict import Decision, ScannedCode
from qc_service.web.asking import actor, answered
from qc_service.web.limits import asker
from qc_service.web.metrics import EXTENSION as METRICS
from qc_service.web.routes import Custom
from qc_service.web.service import service
from schemas.copies import BurstsSchema

EXTENSION = "qc_service.bursts"
WITHIN = timedelta(minutes=60)
MOST_PLACES = 4096
MOST_NAMES = 20
"""Lots and products that one place is counted by; what more it names is counted together, so that nobody makes names up
until the other places are forgotten."""
MOST_SERIALS = 200
MOST_TOLD = 200
SHORTENED = {4: 24, 6: 48}


@dataclass(kw_only=True)
class Count:
    """What one place asked about one lot or product within the hour; of serials their digests, so many at most."""

    network: str
    lot: str | None
    gtin: str | None
    since: datetime
    until: datetime
    questions: int = 0
    serials: set[bytes] = field(default_factory=set)


Named = tuple[bytes, str | None, str | None]
"""A place, and the lot and product that it asked about."""


class UnknownCodes(Collector):
    """The counts of one process, the longest untouched first; safe to share between threads."""

    def __init__(self) -> None:
        self.questions = 0
        self._key = secrets.token_bytes(16)
        self._counts: OrderedDict[Named, Count] = OrderedDict()
        self._names: Counter[bytes] = Counter()
        self._lock = Lock()

    def count(self, address: str | None, fields: ScannedCode, at: datetime) -> None:
        """Count a question about a serial that is not on record."""
        place = asker(address or "unknown")
        key = (self._digest(place), fields.lot, fields.gtin)
        serial = self._digest(fields.serial or "")
        with self._lock:
            self._forget(at)
            if key not in self._counts and self._names[key[0]] >= MOST_NAMES:
                key = (key[0], None, None)
            known = self._counts.get(key)
            self._names[key[0]] += known is None
            if known is None or at - known.since > WITHIN:
                known = Count(network=_shortened(place), lot=key[1], gtin=key[2], since=at, until=at)
            self._counts[key] = known
            self._counts.move_to_end(key)
            if len(self._counts) > MOST_PLACES:
                self._drop(next(iter(self._counts)))
            self.questions += 1
            known.questions += 1
            known.until = at
            if len(known.serials) < MOST_SERIALS:
                known.serials.add(serial)

    def collect(self) -> Iterator[Metric]:
        """How many there were, for a scraper."""
        words = "Anonymous questions about serials that are not on record."
        yield CounterMetricFamily("qc_unknown_serials", words, value=self.questions)

    def standing(self, at: datetime) -> tuple[Count, ...]:
        """The counts of the last hour, those of the most serials first."""
        with self._lock:
            self._forget(at)
            return tuple(sorted(self._counts.values(), key=lambda one: -len(one.serials)))

    def _forget(self, at: datetime) -> None:
        while self._counts:
            oldest = next(iter(self._counts))
            if at - self._counts[oldest].until <= WITHIN:
                return
            self._drop(oldest)

    def _drop(self, key: Named) -> None:
        del self._counts[key]
        self._names[key[0]] -= 1
        if not self._names[key[0]]:
            del self._names[key[0]]

    def _digest(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode(), key=self._key, digest_size=8).digest()


def _shortened(place: str) -> str:
    """The network of a place, by which one address cannot be told from 255 others."""
    try:
        address = ip_address(place.partition("/")[0])
    except ValueError:
        return "unknown"
    return str(ip_network(f"{address}/{SHORTENED[address.version]}", strict=False))


def install(app: Flask) -> None:
    """Count from now on."""
    counts = app.extensions[EXTENSION] = UnknownCodes()
    app.extensions[METRICS].registry.register(counts)


def noticed(extensions: dict[str, Any], address: str | None, verdict: Verdict, at: datetime) -> None:
    """Count an anonymous answer, where it says that there is no such vial."""
    if verdict.decision is not Decision.DO_NOT_USE or verdict.asked.serial is None:
        return
    if any(reason.code in UNKNOWN for reason in verdict.reasons):
        unknown(extensions, address, verdict.asked, at)


def unknown(extensions: dict[str, Any], address: str | None, fields: ScannedCode, at: datetime) -> None:
    """Count an anonymous question about a serial that is not on record."""
    counts: UnknownCodes = extensions[EXTENSION]
    counts.count(address, fields, at)


def bursts() -> ResponseReturnValue:
    """What is counted now of the person's own lots and products; everything for an auditor."""
    person = actor()
    person.must(Permission.READ_BURSTS)
    found = service()
    at, view = found.clock(), found.view()
    counts: UnknownCodes = current_app.extensions[EXTENSION]
    owned = [(one, _owner(view, one)) for one in counts.standing(at)]
    theirs = [
        (one, owner) for one, owner in owned if person.roles & SEE_EVERYTHING or owner == person.organisation
    ]
    return _told(view, theirs[:MOST_TOLD], at)


def _told(view: View, counts: Iterable[tuple[Count, OrganisationId | None]], at: datetime) -> Response:
    return answered(
        {
            "as_of": instant_text(at),
            "within_minutes": WITHIN // timedelta(minutes=1),
            "counted_by": "this worker process since it started; others count for themselves",
            "items": [
                {
                    "network": one.network,
                    "lot": one.lot,
                    "gtin": one.gtin,
                    "organisation": owner,
                    "since": instant_text(one.since),
                    "until": instant_text(one.until),
                    "questions": one.questions,
                    "serials": len(one.serials),
                    "burst": len(one.serials) >= limits(view, owner or OrganisationId("none")).burst_serials,
                }
                for one, owner in counts
            ],
        }
    )


def _owner(view: View, one: Count) -> OrganisationId | None:
    """Whose lot, else whose product was asked about."""
    lot = view.find(LOT, one.lot) if one.lot else None
    if lot is not None:
        return lot.organisation
    products = view.citing(f"gtin/{one.gtin}", PRODUCT.room) if one.gtin else ()
    return view.get(PRODUCT, products[0]).organisation if products else None


ROUTES = (
    Custom(
        "GET",
        "/alerts/bursts",
        view=bursts,
        reply=BurstsSchema,
        summary="Anonymous questions about unknown serials, by place",
    ),
)
