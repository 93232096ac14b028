"""Printing labels through the doorway: which vials, when a reason is needed, and what is on record of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

import pytest

from qc_service.application.filling import record_fill
from qc_service.application.label_jobs import SPECIMEN, Press, read_label
from qc_service.application.labels import PrintLabels, job_of, print_labels, read_prints, specimen_of
from qc_service.application.lot_reading import read_lot
from qc_service.application.processing import record_step
from qc_service.domain.errors import Forbidden, Malformed, NotFound
from qc_service.domain.facilities import (
    FacilityIdentificationNumber,
    FacilityIdentifiers,
    FacilityIdentifiersChanged,
)
from qc_service.domain.filling import NotFilledYet
from qc_service.domain.identifiers import Gtin, Line, LotNumber, Slug, Text, VialSerial
from qc_service.domain.label_prints import (
    LabelFormat,
    LabelsPrinted,
    LabelSymbol,
    LabelTooSmall,
    ReprintNeedsReason,
    SymbolUnavailable,
    TooManyLabels,
    ranges,
)
from qc_service.domain.label_words import ProductDescription
from qc_service.domain.lots import LotStatus
from qc_service.domain.permissions import Role
from qc_service.exchange.codes import Reading, read_code
from qc_service.exchange.labels.jobs import LabelJob
from tests.application.lot_world import CONCENTRATE, DIN, FILL, LOT_A, OTHER_DIN, STEP, LotWorld
from tests.domain.lot_stories import counts
from tests.fakes import ISSUER, actor

GTIN = Gtin("09506000134352")
PRINT = PrintLabels(
    lot=LOT_A, stock=Slug("a4_65_38x21"), symbol=LabelSymbol.GS1_DATA_MATRIX, format=LabelFormat.PDF
)
AGAIN = Text("The first sheet was spoiled in the printer.")
ISBT = replace(PRINT, symbol=LabelSymbol.ISBT128_DATA_MATRIX, isbt128_product=ProductDescription("D0001"))


@dataclass
class Printing:
    """A lot of twelve vials, filled, of a product with a GTIN, and a press that keeps what it was shown."""

    lots: LotWorld = field(default_factory=LotWorld)
    proofs: list[LabelJob] = field(default_factory=list)
    pooled: bool = False

    def __post_init__(self) -> None:
        self.press = Press(
            link=Line("https://qc.example"), issuer=ISSUER, token=lambda claims: f"EXO1:{claims.serial}",
            proof=self.proofs.append,
        )  # fmt: skip

    def filled(self, **changes: Any) -> Printing:
        pooling = Line("IND 999999, pooling") if self.pooled else None
        self.lots.product("EXO-GS1-1", gtin=GTIN, pooling_reference=pooling)
        for number in (LOT_A, LotNumber("EX261101B")):
            self.lots.register(**{"number": number, "product": "EXO-GS1-1", **changes})
            self.lots.act(record_step, replace(STEP, lot=number))
            self.lots.act(record_step, replace(CONCENTRATE, lot=number))
            self.lots.act(record_fill, replace(FILL, lot=number))
        return self

    def prints(self, intent: PrintLabels = PRINT, role: Role = Role.TECHNICIAN, **who: str) -> LabelsPrinted:
        (body,) = self.lots.act(partial(print_labels, self.press), intent, role, **who)
        assert isinstance(body, LabelsPrinted)
        return body

    def job(self, number: int = 1, role: Role = Role.TECHNICIAN, **who: str) -> LabelJob:
        return job_of(self.press, self.lots.world.view, actor(role, **who), LOT_A, number)

    def specimen(self, intent: PrintLabels = PRINT) -> LabelJob:
        world = self.lots.world
        return specimen_of(self.press, world.view, actor(Role.TECHNICIAN), intent, at=world.clock())

    def told(self, role: Role = Role.QUALITY, **who: str) -> Any:
        return read_prints(self.lots.world.view, actor(role, **who), LOT_A)

    def serials(self) -> list[str]:
        return [vial.serial for vial in self.lots.world.view.vials(LOT_A)]


@pytest.fixture
def printing() -> Printing:
    """With two lots that are filled."""
    return Printing().filled()


class TestWhichVials:
    def test_a_whole_fill_but_for_what_was_rejected_in_the_order_of_the_fill(
        self, printing: Printing
    ) -> None:
        body = printing.prints()
        assert body.vials == ranges(range(11))
        assert [label.serial for label in printing.job().vials] == printing.serials()[:11]

    def test_a_range(self, printing: Printing) -> None:
        assert printing.prints(replace(PRINT, first=3, last=5)).vials == ranges([3, 4, 5])

    def test_chosen_serials_in_the_order_of_the_fill_and_each_once(self, printing: Printing) -> None:
        serials = tuple(VialSerial(printing.serials()[one]) for one in (11, 2, 2, 3))
        assert printing.prints(replace(PRINT, serials=serials)).vials == ranges([2, 3, 11])

    @pytest.mark.parametrize(("first", "last"), [(0, 12), (12, 12), (5, 4)])
    def test_a_range_beyond_the_fill_is_refused(self, printing: Printing, first: int, last: int) -> None:
        with pytest.raises(Malformed, match="numbered from 0 to 11"):
            printing.prints(replace(PRINT, first=first, last=last))

    def test_a_serial_of_no_vial_of_the_lot_is_named(self, printing: Printing) -> None:
        with pytest.raises(Malformed, match="2222-2222-2222 is no vial of this lot") as refused:
            printing.prints(replace(PRINT, serials=(SPECIMEN,)))
        assert refused.value.field == "serials"

    def test_half_a_range_and_two_ways_to_name_vials_are_refused(self) -> None:
        with pytest.raises(Malformed, match="state both"):
            replace(PRINT, first=3)
        with pytest.raises(Malformed, match="not by both"):
            replace(PRINT, first=3, last=3, serials=(SPECIMEN,))

    def test_ten_thousand_labels_are_refused_with_what_to_do(self) -> None:
        printing = Printing()
        printing.lots.product("EXO-GS1-1", gtin=GTIN)
        printing.lots.register(product="EXO-GS1-1")
        printing.lots.act(record_fill, replace(FILL, counts=counts(filled=10_000, stock=9_993)))
        with pytest.raises(TooManyLabels, match=r"9,999 labels.*from 0 to 2499 first, then go on from 2500"):
            printing.prints()
        assert printing.prints(replace(PRINT, first=2_500, last=4_999)).count == 2_500

    def test_a_fill_of_which_all_was_rejected_wants_vials_named(self) -> None:
        printing = Printing()
        printing.lots.register()
        nothing = counts(filled=1, rejected_at_inspection=1, qc_samples=0, retention=0, stability=0, stock=0)
        printing.lots.act(record_fill, replace(FILL, counts=nothing))
        with pytest.raises(Malformed, match="every vial of this lot was rejected"):
            printing.prints(replace(PRINT, symbol=LabelSymbol.OFFLINE_TOKEN_QR))


class TestReprints:
    def test_a_vial_with_a_label_gets_another_only_for_a_reason(self, printing: Printing) -> None:
        printing.prints(replace(PRINT, first=0, last=5))
        with pytest.raises(ReprintNeedsReason, match="vials 4–5 have a label already") as refused:
            printing.prints(replace(PRINT, first=4, last=8))
        assert [reason.code for reason in refused.value.reasons] == ["printed_before"]
        printing.prints(replace(PRINT, first=4, last=8, reason=AGAIN))
        first, second = printing.told()["items"]
        assert (first["count"], first["printed_again"], first["reason"]) == (6, 0, None)
        assert (second["count"], second["printed_again"], second["reason"]) == (5, 2, AGAIN)
        assert (second["number"], second["vials"], second["by"]) == (
            2,
            [{"first": 4, "last": 8}],
            "Test Technician",
        )
        assert printing.told()["labels"] == 11

    def test_another_format_or_symbol_is_another_label(self, printing: Printing) -> None:
        printing.prints(replace(PRINT, first=0, last=0))
        with pytest.raises(ReprintNeedsReason):
            printing.prints(replace(PRINT, first=0, last=0, symbol=LabelSymbol.DIGITAL_LINK_QR))

    def test_an_insert_beside_the_label_is_no_reprint(self, printing: Printing) -> None:
        insert = replace(PRINT, symbol=LabelSymbol.OFFLINE_TOKEN_QR)
        printing.prints()
        printing.prints(insert)
        with pytest.raises(ReprintNeedsReason, match="vials 0–10 have an insert already"):
            printing.prints(insert)
        assert printing.told()["labels"] == 11

    def test_many_vials_are_named_in_short(self, printing: Printing) -> None:
        for one in range(0, 11, 2):
            printing.prints(replace(PRINT, first=one, last=one))
        with pytest.raises(ReprintNeedsReason, match="vials 0, 2, 4, 6, 8 and others"):
            printing.prints()

    def test_the_lot_says_how_many_labels_were_printed(self, printing: Printing) -> None:
        printing.prints()
        printing.prints(replace(PRINT, first=0, last=1, reason=AGAIN))
        world = printing.lots.world
        told = read_lot(world.view, actor(Role.QUALITY), LOT_A, at=world.clock())
        assert told["fill"]["labels_printed"] == 13


class TestWhoMay:
    def test_technicians_and_quality_of_the_owner(self, printing: Printing) -> None:
        printing.prints(replace(PRINT, first=0, last=0), Role.TECHNICIAN)
        printing.prints(replace(PRINT, first=1, last=1), Role.QUALITY)
        assert printing.job(role=Role.QUALITY).number == 1

    @pytest.mark.parametrize("role", sorted(set(Role) - {Role.TECHNICIAN, Role.QUALITY}))
    def test_nobody_else(self, printing: Printing, role: Role) -> None:
        printing.prints()
        with pytest.raises(Forbidden, match="may not print labels"):
            printing.prints(PRINT, role)
        with pytest.raises(Forbidden):
            printing.job(role=role)

    def test_others_are_not_told_of_the_lot(self, printing: Printing) -> None:
        printing.prints()
        with pytest.raises(NotFound):
            printing.prints(PRINT, organisation="far-clinic")
        with pytest.raises(NotFound):
            printing.job(organisation="far-clinic")
        with pytest.raises(NotFound):
            printing.told(organisation="far-clinic")
        assert len(printing.told(Role.AUDITOR)["items"]) == 1


class TestOnRecord:
    def test_the_file_is_made_from_the_record_even_when_the_lot_has_changed(self, printing: Printing) -> None:
        body = printing.prints()
        shown = printing.proofs[-1]
        printing.lots.lay(
            "north-cleanroom",
            FacilityIdentifiersChanged(
                identifiers=FacilityIdentifiers(), since=date(2026, 11, 1), explanation=AGAIN
            ),
        )
        printing.lots.world.clock.tick(days=3)
        assert printing.job() == shown
        assert body.label == printing.lots.world.view.history("lot/EX261101A")[-1].files[0].sha256
        assert read_label(printing.lots.world.view, body) == shown.label

    def test_it_says_where_the_lot_stood(self, printing: Printing) -> None:
        printing.prints()
        assert printing.job().label.words.status is LotStatus.QUARANTINED

    def test_a_print_that_is_not_there(self, printing: Printing) -> None:
        with pytest.raises(NotFound, match="no print of labels numbered 7"):
            printing.job(7)

    def test_the_words_and_the_serials_must_be_kept(self, printing: Printing) -> None:
        body = printing.prints()
        files = printing.lots.world.store.files
        kept = files.pop(str(body.label))
        with pytest.raises(NotFound, match="words are not kept"):
            printing.job()
        files[str(body.label)] = kept
        fill = printing.lots.lot().filling.fill
        assert fill is not None
        del files[str(fill.manifest)]
        with pytest.raises(NotFound, match="serials is not kept"):
            printing.job()

    def test_a_label_that_cannot_be_printed_is_not_on_record(self, printing: Printing) -> None:
        def refuse(_: LabelJob) -> None:
            raise LabelTooSmall("too small")

        printing.press = replace(printing.press, proof=refuse)
        with pytest.raises(LabelTooSmall):
            printing.prints()
        assert printing.told() == {"items": [], "labels": 0}

    def test_the_fill_comes_first(self) -> None:
        printing = Printing()
        printing.lots.register()
        with pytest.raises(NotFilledYet):
            printing.prints()


class TestStocks:
    def test_an_unknown_stock_names_those_there_are(self, printing: Printing) -> None:
        with pytest.raises(Malformed, match="take one of a4_65_38x21, ") as refused:
            printing.prints(replace(PRINT, stock=Slug("a5")))
        assert refused.value.field == "stock"

    def test_a_thermal_printer_takes_rolls(self, printing: Printing) -> None:
        with pytest.raises(Malformed, match="takes rolls: one of roll_33x13"):
            printing.prints(replace(PRINT, format=LabelFormat.ZPL_203))
        printing.prints(replace(PRINT, format=LabelFormat.ZPL_203, stock=Slug("roll_50x25")))

    def test_a_picture_is_of_one_label(self, printing: Printing) -> None:
        with pytest.raises(Malformed, match="picture of one label"):
            printing.prints(replace(PRINT, format=LabelFormat.SVG))
        printing.prints(replace(PRINT, format=LabelFormat.SVG, first=3, last=3))


class TestSymbols:
    def codes(self, printing: Printing, intent: PrintLabels) -> list[str]:
        printing.prints(replace(intent, first=0, last=1, reason=AGAIN))
        return [label.code for label in printing.proofs[-1].vials]

    def test_each_names_the_vial_in_its_own_way(self, printing: Printing) -> None:
        serial = printing.serials()[1]
        _, gs1 = self.codes(printing, PRINT)
        assert gs1 == f"(01){GTIN}(17)271031(10)EX261101A(21){serial}"
        _, link = self.codes(printing, replace(PRINT, symbol=LabelSymbol.DIGITAL_LINK_QR))
        assert link == f"https://qc.example/01/{GTIN}/10/EX261101A/21/{serial}?17=271031"
        _, token = self.codes(printing, replace(PRINT, symbol=LabelSymbol.OFFLINE_TOKEN_QR))
        assert token == f"EXO1:{serial}"

    @pytest.mark.parametrize("symbol", [LabelSymbol.GS1_DATA_MATRIX, LabelSymbol.DIGITAL_LINK_QR])
    def test_gs1_wants_a_gtin(self, symbol: LabelSymbol) -> None:
        printing = Printing()
        printing.lots.register()
        printing.lots.act(record_fill, FILL)
        with pytest.raises(SymbolUnavailable, match="product EXO-INJ-1 has no GTIN") as refused:
            printing.prints(replace(PRINT, symbol=symbol))
        assert [reason.code for reason in refused.value.reasons] == ["no_gtin"]
        assert self.codes(printing, replace(PRINT, symbol=LabelSymbol.OFFLINE_TOKEN_QR))

    def known_to_isbt128(self, printing: Printing) -> None:
        changed = FacilityIdentifiersChanged(
            identifiers=FacilityIdentifiers(fin=FacilityIdentificationNumber("A9990")), since=date(2026, 11, 1),
            explanation=Text("Assigned."),
        )  # fmt: skip
        printing.lots.lay("north-cleanroom", changed)

    def test_isbt128_says_product_division_donation_expiry_lot_and_serial(self, printing: Printing) -> None:
        self.known_to_isbt128(printing)
        for place, code in enumerate(self.codes(printing, ISBT)):
            read = read_code(code, date(2026, 11, 25))
            assert isinstance(read, Reading)
            serial = printing.serials()[place]
            assert (read.fields["din"], read.fields["lot"], read.fields["supplemental_number"]) == (
                DIN,
                LOT_A,
                serial,
            )
            assert code.startswith(f"=+06000=/A9990000000D0001=,{place + 1:06d}=")

    def test_isbt128_divisions_are_apart_within_a_donation_and_product(self, printing: Printing) -> None:
        self.known_to_isbt128(printing)
        assert "=,000001=" in self.codes(printing, ISBT)[0]
        printing.prints(replace(PRINT, first=5, last=5))
        other = replace(ISBT, lot=LotNumber("EX261101B"))
        assert "=,000013=" in self.codes(printing, other)[0]
        assert "=,000014=" in self.codes(printing, other)[1]
        assert "=,000001=" in self.codes(printing, ISBT)[0]

    @pytest.mark.parametrize(
        ("code", "changes", "known", "intent"),
        [
            ("several_donations", {"donations": (DIN, OTHER_DIN)}, True, ISBT),
            ("no_fin", {}, False, ISBT),
            ("no_description", {}, True, replace(ISBT, isbt128_product=None)),
        ],
    )
    def test_isbt128_wants_what_it_says_on_record(
        self, code: str, changes: dict[str, Any], known: bool, intent: PrintLabels
    ) -> None:
        printing = Printing(pooled=True).filled(**changes)
        if known:
            self.known_to_isbt128(printing)
        with pytest.raises(SymbolUnavailable) as refused:
            printing.prints(intent)
        assert [reason.code for reason in refused.value.reasons] == [code]

    def test_isbt128_has_no_room_for_every_lot_number(self) -> None:
        printing = Printing()
        printing.lots.register(number=LotNumber("EX-261101"))
        printing.lots.act(record_fill, replace(FILL, lot=LotNumber("EX-261101")))
        self.known_to_isbt128(printing)
        with pytest.raises(SymbolUnavailable, match="EX-261101 cannot stand on an ISBT 128 label"):
            printing.prints(replace(ISBT, lot=LotNumber("EX-261101")))


class TestSpecimens:
    def test_a_specimen_is_of_no_vial_and_nothing_is_recorded(self, printing: Printing) -> None:
        before = printing.lots.world.store.head()
        job = printing.specimen()
        (label,) = job.vials
        assert (job.specimen, label.serial) == (True, SPECIMEN)
        assert label.serial not in printing.serials()
        assert label.code.endswith(SPECIMEN)
        assert printing.lots.world.store.head() == before
        assert printing.proofs == [job]

    def test_no_token_is_signed_for_it(self, printing: Printing) -> None:
        def refuse(_: object) -> str:
            raise AssertionError("no claim is signed for a specimen")

        printing.press = replace(printing.press, token=refuse)
        (label,) = printing.specimen(replace(PRINT, symbol=LabelSymbol.OFFLINE_TOKEN_QR)).vials
        assert label.code.startswith("EXO1:SPECIMEN-SPECIMEN-")

    def test_it_is_for_those_who_may_print(self, printing: Printing) -> None:
        with pytest.raises(Forbidden):
            specimen_of(
                printing.press,
                printing.lots.world.view,
                actor(Role.CLINICIAN),
                PRINT,
                at=printing.lots.world.clock(),
            )
