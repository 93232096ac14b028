"""The index of records: which rows an act changes; the same functions serve the commit, the audit and the rebuild."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qc_service.application.answers import lot_answer
from qc_service.application.lineage import descendants
from qc_service.application.manifest import filled_vials
from qc_service.application.ports import (
    CatalogueRow,
    CitationRow,
    ConsignmentRow,
    IndexRows,
    LotAnswerRow,
    Tampered,
)
from qc_service.application.rooms import ROOMS
from qc_service.application.suspects import REACHING, lots_reached
from qc_service.application.view import View
from qc_service.application.work_rows import work_rows
from qc_service.domain.chart_points import ChartPoint, assays_changed, chart_points
from qc_service.domain.code_checks import BurstSuspected, CodeChecked
from qc_service.domain.filling import VialsFilled
from qc_service.domain.identifiers import OrganisationId
from qc_service.domain.keys import KEY
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.moments import instant_text
from qc_service.domain.reactions import ReactionReported
from qc_service.domain.recalls import RecallInitiated
from qc_service.domain.records import Recorded
from qc_service.domain.shipments import ShipmentDispatched, ShipmentReceived
from qc_service.domain.stability import StabilityResultRecorded
from qc_service.domain.suspicions import CopySuspected, CopySuspicionSettled, settles
from qc_service.domain.unknown_vials import UnknownVialAdministered
from qc_service.domain.vial_acts import VialAdministered, VialChecked, VialPreparedUncleared
from qc_service.domain.vial_changes import apply, touched
from qc_service.domain.vials import Vial

ALERT = "alert"
"""The room of alerts in the catalogue: rows about records, not streams of their own."""
ALERTING = VialChecked | VialPreparedUncleared | VialAdministered | CodeChecked | UnknownVialAdministered
"""The records that say by themselves whether quality is asked to look."""


def index(view: View, records: Sequence[Recorded], enclosed: dict[str, bytes]) -> IndexRows:
    """The rows that these records change, given a view of everything before them; ``enclosed`` are their files."""
    vials = changed_vials(view, records, enclosed)
    after = view.after(records, vials)
    streams = tuple(dict.fromkeys(recorded.stream for recorded in records))
    return IndexRows(
        catalogue=(
            *(row for stream in streams if (row := catalogue_row(after, stream))),
            *alert_rows(after, records),
            *work_rows(after, records),
        ),
        citations=tuple(citation_rows(records)),
        consignments=tuple(consignment_rows(records)),
        vials=vials,
        answers=tuple(answer_rows(after, streams)),
        points=tuple(changed_points(view, after, streams)),
    )


def catalogue_row(view: View, stream: str, until: int | None = None) -> CatalogueRow | None:
    """The row of a stream in lists, now or as it was after the record of this number in the stream.

    ``None`` for streams that are not listed, such as a vial's.
    """
    room, _, name = stream.partition("/")
    if room not in ROOMS:
        return None
    fold, summary = ROOMS[room]
    state, history = view.get(fold, name), view.history(stream)
    if until is not None and until < history[-1].seq:
        history = history[: until + 1]
        state = fold.replay(history)
    members = summary(state)
    return CatalogueRow(
        stream=stream,
        organisation=state.organisation,
        status=str(members.pop("status")),
        title=str(members.pop("title")),
        seq=history[-1].seq,
        summary=members,
    )


def alert_rows(view: View, records: Iterable[Recorded]) -> Iterable[CatalogueRow]:
    """One row for each record that asks quality to look (rules V4, V5, V7, V10): the lot's owner finds it in a list.

    It is named by the time and the record's digest, so that the list is in the order of time. What settles a suspicion
    writes the rows of those before it again.
    """
    for recorded in records:
        body = recorded.body
        if isinstance(body, ALERTING) and body.alert:
            owner = _told(view, recorded, body.lot)
            yield _alert(recorded, owner, "raised", ", ".join(body.reasons))
        elif isinstance(body, CopySuspected):
            yield _suspicion(view, recorded, body)
        elif isinstance(body, BurstSuspected):
            owner = body.manufacturer or recorded.signer.organisation
            yield _alert(recorded, owner, "raised", "burst of unknown serials")
        elif isinstance(body, StabilityResultRecorded):
            if body.out_of_specification:
                owner = _told(view, recorded, body.lot)
                yield _alert(
                    recorded, owner, "raised", f"{body.assay} out of specification in a stability study"
                )
        elif isinstance(body, CopySuspicionSettled) or settles(body):
            yield from (
                _suspicion(view, earlier, earlier.body)
                for earlier in view.history(recorded.stream)
                if isinstance(earlier.body, CopySuspected) and earlier.seq < recorded.seq
            )


def _suspicion(view: View, recorded: Recorded, body: CopySuspected) -> CatalogueRow:
    """The row of a suspected copy, with what became of it since."""
    status = "raised"
    for later in view.history(recorded.stream):
        if later.seq > recorded.seq and settles(later.body):
            status = "settled"
        elif later.seq > recorded.seq and isinstance(later.body, CopySuspicionSettled):
            status = "confirmed"
    rules = ", ".join(one.rule for one in body.contradictions)
    return _alert(recorded, _told(view, recorded, body.lot), status, f"suspected_copy ({rules})")


def _alert(recorded: Recorded, owner: str, status: str, what: str) -> CatalogueRow:
    return CatalogueRow(
        stream=f"{ALERT}/{instant_text(recorded.recorded_at)}-{recorded.digest[:16]}",
        organisation=owner,
        status=status,
        title=f"{what} at {recorded.signer.organisation}",
        seq=0,
        summary={
            "about": recorded.stream,
            "record": type(recorded.body).__name__,
            "digest": recorded.digest,
        },
    )


def _told(view: View, recorded: Recorded, lot: str | None) -> OrganisationId:
    """Whose quality an alert is for: the lot's owner; where its records are altered, a vial of it says who that is."""
    owned: Lot | Vial | None
    try:
        owned = view.find(LOT, lot) if lot else None
    except Tampered:
        known = next(iter(touched(recorded.body)), None)
        owned = view.find_vial(known.lot, known.serial) if known else None
    return owned.organisation if owned else recorded.signer.organisation


def citation_rows(records: Iterable[Recorded]) -> Iterable[CitationRow]:
    """One row for each stream that a record stands on."""
    for recorded in records:
        for cited in recorded.body.cites():
            if cited != recorded.stream:
                yield CitationRow(cited=cited, citing=recorded.stream, index=recorded.index)


def consignment_rows(records: Iterable[Recorded]) -> Iterable[ConsignmentRow]:
    """Who may see what is another's: a shipment and its lots from the moment it leaves, a recall that reaches them, and
    a reaction after vials of theirs."""
    for recorded in records:
        body = recorded.body
        if isinstance(body, ShipmentDispatched):
            streams = (recorded.stream, *(f"lot/{vials.lot}" for vials in body.contents))
            yield from (ConsignmentRow(organisation=body.recipient, stream=stream) for stream in streams)
        if isinstance(body, ShipmentReceived):
            lots = dict.fromkeys(ref.lot for ref in body.unexpected)
            yield from (ConsignmentRow(organisation=body.recipient, stream=f"lot/{lot}") for lot in lots)
        if isinstance(body, RecallInitiated):
            yield from (
                ConsignmentRow(organisation=consignee.organisation, stream=recorded.stream)
                for consignee in body.consignees
            )
        if isinstance(body, ReactionReported):
            yield ConsignmentRow(organisation=body.manufacturer, stream=recorded.stream)


def changed_vials(view: View, records: Sequence[Recorded], enclosed: dict[str, bytes]) -> tuple[Vial, ...]:
    """Every vial that a record minted or changed, as it is after the last of them."""
    changed: dict[tuple[str, str], Vial] = {}
    for recorded in records:
        if isinstance(recorded.body, VialsFilled):
            manifest = enclosed[recorded.body.manifest]
            minted = filled_vials(recorded.name, recorded.signer.organisation, manifest)
            changed.update({(vial.lot, vial.serial): vial for vial in minted})
        for vial in _touched(view, recorded, changed):
            changed[vial.lot, vial.serial] = apply(vial, recorded)
    return tuple(changed.values())


def _touched(view: View, recorded: Recorded, changed: dict[tuple[str, str], Vial]) -> tuple[Vial, ...]:
    by_lot: dict[str, list[str]] = {}
    found = []
    for ref in touched(recorded.body):
        known = changed.get((ref.lot, ref.serial))
        if known:
            found.append(known)
        else:
            by_lot.setdefault(ref.lot, []).append(ref.serial)
    for lot, serials in by_lot.items():
        found += view.vials(lot, serials)
    return tuple(found)


def changed_points(before: View, after: View, streams: Iterable[str]) -> Iterable[ChartPoint]:
    """The points of control charts that changed with these streams' lots."""
    for stream in streams:
        room, _, name = stream.partition("/")
        if room == LOT.room:
            known, lot = before.find(LOT, name), after.get(LOT, name)
            assays = assays_changed(known.quality if known else None, lot.quality)
            yield from chart_points(lot, assays) if assays else ()


def answer_rows(view: View, streams: Iterable[str]) -> Iterable[LotAnswerRow]:
    """The answers of every lot that these streams are, or that stands on them."""
    lots: dict[str, None] = {}
    for stream in streams:
        room, _, name = stream.partition("/")
        if room == LOT.room:
            lots[name] = None
        if room in REACHING:
            lots.update(dict.fromkeys(descendants(view, stream)))
        if room == KEY.room:
            lots.update(dict.fromkeys(lots_reached(view, name)))
    return (lot_answer(view, lot) for lot in lots)
