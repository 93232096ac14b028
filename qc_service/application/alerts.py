"""One alert with its evidence: what was seen, what it cannot be true together with, and how quality settled it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qc_service.application.index import ALERT
from qc_service.application.ports import CatalogueRow
from qc_service.application.view import View
from qc_service.domain.code_checks import BurstSuspected, CodeChecked
from qc_service.domain.codec import to_plain
from qc_service.domain.errors import NotFound
from qc_service.domain.moments import instant_text
from qc_service.domain.records import Recorded
from qc_service.domain.suspicions import CopySuspected, CopySuspicionSettled, Observation, settles
from qc_service.domain.vial_acts import VialAdministered, VialChecked

Plain = dict[str, object]


def told_alert(view: View, row: CatalogueRow) -> Plain:
    """An alert from its row, for whoever may see that row. Raises ``NotFound`` where its record is gone."""
    about, digest = str(row.summary["about"]), row.summary["digest"]
    history = view.history(about)
    raised = next((one for one in history if one.digest == digest), None)
    if raised is None:
        raise NotFound("The record that raised this alert is not on record.")
    body = raised.body
    suspicion = body if isinstance(body, CopySuspected) else None
    codes = _codes(history, body.codes, raised.seq) if isinstance(body, BurstSuspected) else ()
    reasons = body.reasons if isinstance(body, VialChecked | VialAdministered | CodeChecked) else ()
    return {
        "id": row.stream.removeprefix(f"{ALERT}/"),
        "status": row.status,
        "title": row.title,
        "organisation": row.organisation,
        "about": about,
        "record": type(body).__name__,
        "raised_at": instant_text(raised.recorded_at),
        "at": str(raised.signer.organisation),
        "by": str(raised.signer.printed_name),
        "log_index": raised.index,
        "reasons": [str(reason) for reason in reasons],
        "seen": _seen(view, history, suspicion.seen, raised.seq) if suspicion else None,
        "contradictions": [
            {
                "rule": each.rule.value,
                "in_words": each.rule.in_words,
                "against": [_seen(view, history, one, raised.seq) for one in each.against],
            }
            for each in (suspicion.contradictions if suspicion else ())
        ],
        "codes": list(codes),
        "settled": [_settled(one) for one in history if one.seq > raised.seq and _settling(one)],
    }


def _seen(view: View, history: tuple[Recorded, ...], one: Observation, before: int) -> Plain:
    """An observation with the place in the log of the record that shows it."""
    plain: Plain = to_plain(one)
    if one.shipment is not None:
        kinds = {"sent": "ShipmentDispatched", "received": "ShipmentReceived"}
        shown = [
            each
            for each in view.history(f"shipment/{one.shipment}")
            if type(each.body).__name__ == kinds.get(one.act) and each.occurred_at.instant == one.at
        ]
    elif one.record is not None:
        shown = [each for each in history if each.digest == one.record]
    else:
        shown = [each for each in history if each.seq == before - 1]
    return plain | {"log_index": shown[0].index if shown else None}


def _codes(history: tuple[Recorded, ...], digests: Iterable[str], before: int) -> Iterator[Plain]:
    """The codes of a burst as they were read, the newest last."""
    known = set(digests)
    for one in history:
        body = one.body
        if isinstance(body, CodeChecked) and (one.digest in known or one.seq == before - 1):
            yield {
                "lot_as_read": body.lot_as_read,
                "serial_as_read": body.serial_as_read,
                "at": instant_text(one.occurred_at.instant),
                "log_index": one.index,
            }


def _settling(one: Recorded) -> bool:
    return isinstance(one.body, CopySuspicionSettled) or settles(one.body)


def _settled(one: Recorded) -> Plain:
    body = one.body
    outcome = body.outcome.value if isinstance(body, CopySuspicionSettled) else "false_alarm"
    return {
        "outcome": outcome,
        "by": str(one.signer.printed_name),
        "recorded_at": instant_text(one.recorded_at),
        "reason": one.reason,
        "log_index": one.index,
    }
