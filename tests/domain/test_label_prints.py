"""Prints of labels on record, and the words that stand on them (21 CFR 211.125, 312.6(a), 610.60)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qc_service.domain.codec import from_plain, to_plain
from qc_service.domain.errors import Malformed
from qc_service.domain.facilities import FacilityIdentificationNumber
from qc_service.domain.identifiers import CountryCode, Din, Line, Sha256, Slug
from qc_service.domain.label_prints import (
    LabelFormat,
    LabelsPrinted,
    LabelSymbol,
    Ordinals,
    labels_on_vials,
    printed_before,
    ranges,
)
from qc_service.domain.label_words import (
    IsbtNumbers,
    Label,
    LabelWords,
    ProductDescription,
    label_words,
    mark_of,
)
from qc_service.domain.lots import LotStatus
from qc_service.domain.products import CELSIUS, StorageCondition
from qc_service.domain.regulatory import IND_CAUTION, POSITIONS, RegulatoryBasis
from qc_service.domain.vocabulary import AdministrationRoute, BasisKind
from tests.domain.lot_stories import facility, fill, lot, product


def printed(*vials: tuple[int, int], number: int = 1) -> LabelsPrinted:
    """A print of these ranges of vials."""
    return LabelsPrinted(
        number=number, symbol=LabelSymbol.GS1_DATA_MATRIX, format=LabelFormat.PDF, stock=Slug("a4_65_38x21"),
        vials=tuple(Ordinals(first=first, last=last) for first, last in vials), label=Sha256("a" * 64),
    )  # fmt: skip


class TestPrints:
    def test_a_set_of_vials_has_one_spelling(self) -> None:
        assert ranges([7, 3, 4, 5, 4, 9]) == printed((3, 5), (7, 7), (9, 9)).vials
        assert printed((3, 5), (7, 7)).ordinals == (3, 4, 5, 7)
        assert printed((3, 5), (7, 7)).count == 4
        assert [str(one) for one in printed((3, 5), (7, 7)).vials] == ["3–5", "7"]
        assert ranges([]) == ()

    @pytest.mark.parametrize("vials", [(), ((0, 3), (4, 5)), ((0, 3), (2, 5)), ((6, 7), (1, 2))])
    def test_another_spelling_is_refused(self, vials: tuple[tuple[int, int], ...]) -> None:
        with pytest.raises(Malformed, match="in order and apart"):
            printed(*vials)

    @pytest.mark.parametrize(("first", "last"), [(-1, 3), (4, 3)])
    def test_a_range_begins_at_zero_or_later_and_does_not_end_before(self, first: int, last: int) -> None:
        with pytest.raises(Malformed, match="numbered from 0"):
            Ordinals(first=first, last=last)

    def test_vials_that_had_a_label_are_named(self) -> None:
        prints = (printed((0, 9)), printed((20, 29), number=2))
        gs1, token = LabelSymbol.GS1_DATA_MATRIX, LabelSymbol.OFFLINE_TOKEN_QR
        assert printed_before(prints, gs1, range(8, 22)) == printed((8, 9), (20, 21)).vials
        assert printed_before(prints, LabelSymbol.DIGITAL_LINK_QR, [0]) == printed((0, 0)).vials
        assert printed_before(prints, gs1, range(10, 20)) == ()
        assert printed_before(prints, token, range(30)) == ()
        assert printed_before((replace(prints[0], symbol=token),), token, [9]) == printed((9, 9)).vials

    def test_inserts_are_not_counted_among_labels(self) -> None:
        insert = replace(printed((0, 9)), symbol=LabelSymbol.OFFLINE_TOKEN_QR)
        assert labels_on_vials((insert, printed((0, 3)), printed((3, 3), number=3))) == 5


IND = RegulatoryBasis(
    country=CountryCode("US"), route=AdministrationRoute.INJECTION, kind=BasisKind.IND, since=date(2026, 1, 1),
    reference=Line("IND 999999"),
)  # fmt: skip
COSMETIC = RegulatoryBasis(
    country=CountryCode("US"),
    route=AdministrationRoute.TOPICAL,
    kind=BasisKind.COSMETIC,
    since=date(2026, 1, 1),
)


def storage(low: str, high: str, days: int = 365) -> StorageCondition:
    return StorageCondition(min=Decimal(low), max=Decimal(high), unit=CELSIUS, shelf_life_days=days)


def words(
    *bases: RegulatoryBasis, status: LotStatus | None = None, ways: Any = None, **changes: Any
) -> LabelWords:
    """The words for lot EX261101A, of a product with these bases and changes, kept in these ways."""
    found = label_words(
        lot(), fill=fill(storage=ways or (storage("-90", "-70"),)), product=product(bases=bases, **changes),
        maker=Line("Demo Biologics"), site=facility(), day=date(2026, 11, 25),
    )  # fmt: skip
    return found if status is None else replace(found, status=status)


class TestWords:
    def test_they_name_the_product_its_lot_its_contents_and_its_maker(self) -> None:
        said = words()
        assert (said.product, said.lot, said.contents) == (product().name, lot().number, "1.0 mL")
        assert (said.maker, said.establishment, said.address) == (
            "Demo Biologics",
            facility().name,
            facility().address,
        )
        assert words(doses_per_vial=5).contents == "1.0 mL, 5 doses"

    def test_nobody_mistakes_the_last_day_of_use(self) -> None:
        assert words().expiry == "31 OCT 2027"

    def test_each_way_to_keep_it_has_its_own_time(self) -> None:
        assert words().keeping == "Keep at −90\u00a0to\u00a0−70\u00a0°C"
        both = words(ways=(storage("-90", "-70"), storage("2", "8", 30)))
        assert both.keeping_longest.replace("\u00a0", " ") == "Keep at −90 to −70 °C"
        assert (
            both.keeping.replace("\u00a0", " ") == "Keep at −90 to −70 °C (365 days) or 2 to 8 °C (30 days)"
        )

    @pytest.mark.parametrize(
        ("routes", "use", "only"),
        [
            ((AdministrationRoute.INJECTION,), "For injection", False),
            ((AdministrationRoute.TOPICAL,), "For topical use", True),
            ((AdministrationRoute.INJECTION, AdministrationRoute.TOPICAL), "For injection or topical", False),
            ((AdministrationRoute.NONE,), "Not for use on patients", False),
        ],
    )
    def test_the_route_is_said(self, routes: Any, use: str, only: bool) -> None:
        said = words(routes_allowed=routes)
        assert (said.use, said.topical_only) == (use, only)

    def test_an_investigational_product_bears_the_caution_once(self) -> None:
        assert words(IND, replace(IND, route=AdministrationRoute.TOPICAL)).cautions == (IND_CAUTION,)
        assert words(COSMETIC).cautions == ()

    def test_the_footing_and_the_regulatory_sentence_of_the_day_go_along(self) -> None:
        said = words(IND, COSMETIC)
        assert said.footing == (IND.in_words, COSMETIC.in_words)
        assert said.regulatory == POSITIONS[-1].in_words

    @pytest.mark.parametrize(
        ("status", "label", "sheet", "forbidden"),
        [
            (LotStatus.RELEASED, "", "", False),
            (
                LotStatus.QUARANTINED,
                "Not released when printed: scan before use",
                "QUARANTINE: not released when printed. Testing not finished – do not use.",
                False,
            ),
            (
                LotStatus.ON_HOLD,
                "On hold when printed: scan before use",
                "ON HOLD when printed – do not use.",
                False,
            ),
            (LotStatus.REJECTED, "REJECTED – DO NOT USE", "REJECTED – DO NOT USE", True),
            (LotStatus.RECALLED, "RECALLED – DO NOT USE", "RECALLED – DO NOT USE", True),
            (LotStatus.WITHDRAWN, "WITHDRAWN – DO NOT USE", "WITHDRAWN – DO NOT USE", True),
        ],
    )
    def test_where_the_lot_stood_is_said_so_that_it_stays_true(
        self, status: LotStatus, label: str, sheet: str, forbidden: bool
    ) -> None:
        said = words(status=status)
        assert (said.warning, said.sheet_warning, said.forbidden) == (label, sheet, forbidden)

    def test_a_lot_without_a_release_is_in_quarantine(self) -> None:
        assert words().status is LotStatus.QUARANTINED

    def test_samples_say_that_they_are_not_for_use(self) -> None:
        filled = fill()
        marks = [mark_of(filled, ordinal) for ordinal in range(filled.counts.accounted + 1)]
        assert marks[:5] == [""] * 5
        assert marks[5:7] == ["QC SAMPLE – NOT FOR USE"] * 2
        assert marks[7:10] == ["RETENTION SAMPLE – NOT FOR USE"] * 3
        assert marks[10:] == ["STABILITY SAMPLE – NOT FOR USE", "REJECTED – NOT FOR USE", ""]

    def test_they_are_kept_and_read_again_as_they_were(self) -> None:
        numbers = IsbtNumbers(
            din=Din("A999026000001"), processor=FacilityIdentificationNumber("A9990"),
            description=ProductDescription("D0001"), first=1,
        )  # fmt: skip
        label = Label(words=words(IND), link=Line("https://qc.example"), isbt=numbers)
        assert from_plain(Label, to_plain(label), complete=True) == label
