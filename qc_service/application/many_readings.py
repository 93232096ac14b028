"""Many instrument files at once: each is read, finds its lot, and comes with the statement that would record it.

Nothing is recorded by showing, and nothing that is wrong with one file keeps the others back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from qc_service.application.actor import Actor, Occasion
from qc_service.application.ports import Store
from qc_service.application.precedents import Precedents
from qc_service.application.readings import (
    NO_ASSAY,
    Confirmation,
    FileUnreadable,
    measurement_of,
    proposed,
    read_file,
    recorded_from,
)
from qc_service.application.sample_lots import Doubt, Match, SampleLots
from qc_service.application.stating import as_compared
from qc_service.application.suggestions import Subject, Suggestion, suggest
from qc_service.application.view import View
from qc_service.domain.codec import from_plain
from qc_service.domain.comparison import compare
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import EquipmentId, FacilityId, LotNumber, Sha256
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.moments import instant_text
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT
from qc_service.domain.records import Enclosure
from qc_service.domain.specifications import Specification
from qc_service.exchange.instruments import (
    MeasuredValue,
    Reading,
    UnreadableFile,
    completed,
    reading_dict,
    together,
)

MOST_FILES = 50
Plain = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ReadFile:
    """One file as it was read: its reading, completed by the other files of its measurement, or why there is none."""

    upload: Enclosure
    reading: Reading | None = None
    unreadable: FileUnreadable | None = None
    beside: tuple[Enclosure, ...] = ()

    @property
    def may_be_sheet(self) -> bool:
        """Whether it is what no instrument writes, and so may be a table of results."""
        cause = self.unreadable and self.unreadable.__cause__
        return isinstance(cause, UnreadableFile) and cause.code in {"unknown_format", "binary"}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a person says of a file where it was left open: its lot, the instrument, the laboratory."""

    file: Sha256
    lot: LotNumber | None = None
    instrument: EquipmentId | None = None
    facility: FacilityId | None = None

    @property
    def members(self) -> dict[str, str]:
        """The statement's members that were chosen."""
        said = {"instrument": self.instrument, "facility": self.facility}
        return {name: str(value) for name, value in said.items() if value is not None}


def read_files(actor: Actor, uploads: Sequence[Enclosure]) -> tuple[ReadFile, ...]:
    """Read every file, each once however often it was sent, and bring those of one measurement together."""
    actor.must(Permission.RECORD_RESULT)
    once: dict[str, Enclosure] = {}
    for upload in uploads:
        once.setdefault(upload.file.sha256, upload)
    files = [_read(upload) for upload in once.values()]
    readable = [(place, file.reading) for place, file in enumerate(files) if file.reading]
    for group in together([reading for _, reading in readable]):
        for member in group:
            place, reading = readable[member]
            others = [readable[other] for other in group if other != member]
            files[place] = replace(
                files[place],
                reading=completed(reading, *(its for _, its in others)),
                beside=tuple(files[its].upload for its, _ in others),
            )
    return tuple(files)


def show_readings(
    store: Store, view: View, occasion: Occasion, files: Sequence[ReadFile], choices: Sequence[Choice]
) -> Plain:
    """What each file says, whose lot it is of and how its values stand to the limits; nothing is recorded."""
    actor = occasion.actor
    actor.must(Permission.RECORD_RESULT)
    lots = SampleLots(store, actor)
    desk = _Desk(
        view=view,
        occasion=occasion,
        lots=lots,
        precedents=Precedents(store, view, actor, lots),
        choices={one.file: one for one in choices},
    )
    return {"files": [desk.shown(file) for file in files], "lots": list(lots.waiting())}


def _read(upload: Enclosure) -> ReadFile:
    try:
        return ReadFile(upload=upload, reading=read_file(upload))
    except FileUnreadable as error:
        return ReadFile(upload=upload, unreadable=error)


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """Where one person looks through files."""

    view: View
    occasion: Occasion
    lots: SampleLots
    precedents: Precedents
    choices: Mapping[Sha256, Choice]

    def shown(self, file: ReadFile) -> Plain:
        """One file as it is shown."""
        digest = file.upload.file.sha256
        told: Plain = {
            "name": str(file.upload.name),
            "file": str(digest),
            "unreadable": None,
            "reading": None,
            "sheet": None,
        }
        told |= {"beside": [one.file.sha256 for one in file.beside]}
        if file.reading is None:
            return {**told, "unreadable": file.unreadable.detail if file.unreadable else None}
        match = self._match(digest, file)
        lot = self.view.get(LOT, match.lot) if match.lot else None
        return {
            **told,
            "reading": reading_dict(file.reading),
            "matched": match.source,
            "candidates": [self.lots.described(one) for one in match.candidates],
            **self._judged(file.reading, digest, lot, match.doubts),
        }

    def _match(self, digest: Sha256, file: ReadFile) -> Match:
        choice = self.choices.get(digest)
        if choice and choice.lot:
            return self.lots.chosen(choice.lot)
        assert file.reading is not None  # noqa: S101  only what was read is matched
        return self.lots.of(file.reading, file.upload.name)

    def _judged(self, reading: Reading, digest: Sha256, lot: Lot | None, doubts: tuple[Doubt, ...]) -> Plain:
        """The values beside the lot's limits, and the statement that would record them."""
        made, specification = Suggestion(), None
        recorded: tuple[int, ...] = ()
        if lot is not None:
            specification = lot.quality.specification(self.view.get(PRODUCT, lot.product), self.occasion.at)
            chosen = self.choices[digest].members if digest in self.choices else {}
            subject = Subject(
                reading=reading, lot=lot, specification=specification, at=self.occasion.at, chosen=chosen
            )
            made = suggest(subject, self.precedents)
            recorded = recorded_from(lot, digest, subject.assays or (NO_ASSAY,))
            _doubt_repetition(made, lot, subject.assays, recorded)
        number = None if lot is None else str(lot.number)
        stand_in = _stand_in(digest, made.members, self.occasion.at)
        return {
            "lot": number,
            "proposed": [
                proposed(reading, value) | self._beside(specification, stand_in, reading, value)
                for value in reading.values
            ],
            "statement": {"confirm": str(digest), "lot": number, **made.members, "answers": []},
            "sources": made.sources,
            "choices": made.choices,
            "doubts": [asdict(doubt) for doubt in (*doubts, *made.doubts)],
            "recorded": list(recorded),
        }

    def _beside(
        self,
        specification: Specification | None,
        stand_in: Confirmation,
        reading: Reading,
        value: MeasuredValue,
    ) -> Plain:
        """A value's limits, and how it would stand to them: pass, fail or not_shown; None where there are none."""
        criterion = specification.criterion(value.assay) if specification else None
        if criterion is None:
            return {"limits": None, "required": False, "judgement": None, "because": None}
        told: Plain = {"limits": criterion.in_words, "required": criterion.required, "because": None}
        try:
            body = as_compared(measurement_of(stand_in, reading, value), criterion, self.occasion.convert)
        except Malformed as error:
            return {**told, "judgement": None, "because": error.detail}
        return {**told, "judgement": compare(criterion, body).value}


def _doubt_repetition(made: Suggestion, lot: Lot, assays: Sequence[str], recorded: tuple[int, ...]) -> None:
    """What the lot has results of already is only measured again for a reason, which nobody but the analyst knows."""
    if recorded:
        detail = f"Lot {lot.number} has this file's results already: {_numbers(recorded)}."
        made.doubt("retests", "already_recorded", detail, map(str, recorded))
        return
    before = tuple(one.number for one in lot.quality.results if one.valid and one.recorded.assay in assays)
    if before:
        detail = f"Lot {lot.number} has results of these assays: {_numbers(before)}. Say so if this is a retest of one."
        made.doubt("retests", "tested_before", detail, map(str, before))


def _numbers(results: tuple[int, ...]) -> str:
    return f"result{'s' if len(results) > 1 else ''} {', '.join(map(str, results))}"


def _stand_in(digest: Sha256, members: Mapping[str, Any], at: datetime) -> Confirmation:
    """A confirmation by the suggested methods that says nothing else yet, so that values can be compared before."""
    now = instant_text(at)
    said = {name: members[name] for name in ("method", "method_version", "methods") if members.get(name)}
    unsaid = {"method": "not said yet", "method_version": "not said yet", "facility": "not-said-yet"}
    made: Confirmation = from_plain(
        Confirmation,
        {**unsaid, **said, "confirm": str(digest), "instrument": "NOT-SAID-YET", "started": now, "read": now},
    )
    return made
