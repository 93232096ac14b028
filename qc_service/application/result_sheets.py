"""Results from a filled-in template: every row is shown as it was read, and what is good is recorded once confirmed.

A sheet may hold results of several lots. They are recorded in one act, the file enclosed with each lot's, by the rules
by which a result that is typed is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

from qc_service.application.actor import Occasion
from qc_service.application.readings import FileUnreadable
from qc_service.application.results import results_of
from qc_service.application.sheet_rows import Weighed, weighed_rows
from qc_service.application.view import View
from qc_service.domain.errors import Fault, Malformed
from qc_service.domain.identifiers import Sha256, Text
from qc_service.domain.permissions import Permission
from qc_service.domain.records import Enclosure, New
from qc_service.exchange.instruments import UnreadableFile
from qc_service.exchange.sheets.template import Filled

ReadSheet = Callable[[bytes], Filled]
"""Reads a file with a filled-in template. Raises ``UnreadableFile``."""

MOST_SHEETS = 10
TOO_MANY = f"No instrument wrote it, and at most {MOST_SHEETS} sheets are read at once: send it apart."


class NothingToRecord(Malformed):
    """No row of the sheet is good and not on record yet."""


@dataclass(frozen=True, kw_only=True)
class ConfirmSheet:
    """The analyst's confirmation: the file's digest as it was shown, and which rows; all good ones without it."""

    confirm: Sha256
    rows: tuple[int, ...] | None = None
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class RecordSheet:
    """A sheet with its confirmation."""

    upload: Enclosure
    confirmation: ConfirmSheet


def show_sheet(read: ReadSheet, view: View, occasion: Occasion, upload: Enclosure) -> dict[str, object]:
    """How every row is read, and what is wrong with it; nothing is recorded. Raises ``FileUnreadable``."""
    occasion.actor.must(Permission.RECORD_RESULT)
    return _sheet_shown(_read(read, upload), view, occasion, upload)


def show_sheets(
    read: ReadSheet, view: View, occasion: Occasion, uploads: Sequence[Enclosure]
) -> dict[str, dict[str, object]]:
    """What is said, by its digest, of each file that no instrument wrote: how it is read, or why it is no sheet.

    Nothing is said of a text that is no template; ``MOST_SHEETS`` are looked at.
    """
    occasion.actor.must(Permission.RECORD_RESULT)
    told = {str(one.file.sha256): _told(read, view, occasion, one) for one in uploads[:MOST_SHEETS]}
    return told | {str(one.file.sha256): {"unreadable": TOO_MANY} for one in uploads[MOST_SHEETS:]}


def _told(read: ReadSheet, view: View, occasion: Occasion, upload: Enclosure) -> dict[str, object]:
    try:
        filled = read(upload.content)
    except UnreadableFile as error:
        return {} if error.code == "unknown_format" else {"unreadable": error.detail}
    return {"unreadable": None, "sheet": _sheet_shown(filled, view, occasion, upload)}


def _sheet_shown(filled: Filled, view: View, occasion: Occasion, upload: Enclosure) -> dict[str, object]:
    """How every row of a sheet that was read stands to what is on record."""
    weighed = weighed_rows(view, occasion, filled, upload)
    faults = sorted(
        [*filled.faults, *(f for one in weighed for f in one.faults)], key=lambda fault: fault.row
    )
    return {
        "file": upload.file.sha256,
        "sheet": filled.sheet,
        "rows": [_shown(one) for one in weighed],
        "errors": [asdict(fault) for fault in faults],
        "unread": [one.what for one in filled.header.unread],
        "good": sum(one.is_good for one in weighed),
    }


def record_sheet(read: ReadSheet, view: View, occasion: Occasion, intent: RecordSheet) -> tuple[New, ...]:
    """Record the good rows, or those chosen, of a confirmed sheet in one act, lot by lot.

    Raises ``FileUnreadable``, ``NothingToRecord``, and ``Malformed`` where the file is not the one confirmed or a
    chosen row cannot be recorded.
    """
    occasion.actor.must(Permission.RECORD_RESULT)
    filled = _read(read, intent.upload)
    confirmed = intent.confirmation
    if confirmed.confirm != intent.upload.file.sha256:
        raise Malformed("this file is not the one that was shown", field="confirm")
    chosen = _chosen(weighed_rows(view, occasion, filled, intent.upload), confirmed.rows)
    by_lot: dict[str, list[Weighed]] = {}
    for one in chosen:
        by_lot.setdefault(one.result.lot, []).append(one)
    return tuple(
        new
        for rows in by_lot.values()
        for new in _recorded(view, occasion, rows, intent.upload, confirmed.reason)
    )


def _read(read: ReadSheet, upload: Enclosure) -> Filled:
    try:
        return read(upload.content)
    except UnreadableFile as error:
        raise FileUnreadable(error.detail, field="file") from error


def _recorded(
    view: View, occasion: Occasion, rows: Sequence[Weighed], upload: Enclosure, reason: Text | None
) -> tuple[New, ...]:
    """One lot's records; what a row remarks is the reason of its own."""
    measurements = [one.measurement for one in rows if one.measurement]
    (lot,) = {one.lot.number: one.lot for one in rows if one.lot}.values()
    news = results_of(view, occasion, lot, measurements, enclosed=upload, reason=reason)
    said = [_reason(one.result.remark, reason) for one in rows]
    return (
        *(replace(new, reason=why) for new, why in zip(news, said, strict=False)),
        *news[len(measurements) :],
    )


def _reason(remark: Text | None, reason: Text | None) -> Text | None:
    words = [text for text in (reason, remark) if text]
    return Text(" ".join(words)) if words else None


def _chosen(weighed: Sequence[Weighed], rows: tuple[int, ...] | None) -> list[Weighed]:
    """The results to record. Raises ``Malformed`` at each chosen row that cannot be."""
    good = {one.result.row: one for one in weighed if one.is_good}
    if rows is None:
        if not good:
            raise NothingToRecord("no row is good and not on record yet: look at the sheet's errors first")
        return list(good.values())
    recorded = {one.result.row: one.already for one in weighed if one.already}
    stray = tuple(
        Fault(
            pointer=f"/rows/{place}",
            detail=f"row {row} is on record as result {recorded[row]}"
            if row in recorded
            else f"no good result begins in row {row}: leave it out, or mend it and send the file again",
        )
        for place, row in enumerate(rows)
        if row not in good
    )
    if stray:
        raise Malformed("not every row that was chosen can be recorded", faults=stray)
    return [one for row, one in good.items() if row in rows]


def _shown(one: Weighed) -> dict[str, object]:
    result, body = one.result, one.body
    return {
        "row": result.row,
        "rows": list(result.rows),
        "lot": result.lot,
        "assay": result.assay,
        "stated": body.in_words if body else None,
        "started": body.started if body else result.started,
        "read": body.read if body else result.read,
        "replicates": [{"label": each.label, "value": str(each.value)} for each in result.replicates],
        "good": one.is_good,
        "already": one.already,
        "follows": list(one.follows),
        "notes": list(one.notes),
    }
