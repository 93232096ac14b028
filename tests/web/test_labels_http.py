"""Labels over HTTP: printing is recorded, its file comes back as often as it is asked for, and scans to its vial."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from qc_service.domain.identifiers import Gtin, LotNumber, VialSerial
from qc_service.exchange.codes import gs1_scan
from qc_service.exchange.labels.stocks import STOCKS
from schemas.labels import LabelPrintsSchema, LabelStocksSchema
from tests import scenes
from tests.exchange.zpl_printer import printed
from tests.staging import Stage, raise_stage

DIN, LOT = "A999026000001", "EX261101A"
AT = f"/lots/{LOT}/labels"
SHEET: dict[str, Any] = {"stock": "a4_65_38x21", "symbol": "gs1_data_matrix", "format": "pdf"}
AGAIN = "The sheet was spoiled."


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A service with a lot that is filled and not released."""
    return with_a_fill(tmp_path)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The same with a print of the whole fill, for what records nothing more."""
    raised = with_a_fill(tmp_path_factory.mktemp("home"))
    raised.post("technician", AT, 201, **SHEET)
    return raised


def with_a_fill(home: Path) -> Stage:
    raised = raise_stage(home)
    scenes.sites(raised)
    scenes.product(raised)
    scenes.donation(raised, DIN)
    scenes.filled_lot(raised, LOT, DIN)
    return raised


def serials(stage: Stage) -> list[str]:
    return [vial["serial"] for vial in stage.get("quality", f"/lots/{LOT}/vials")["items"]]


def scans(stage: Stage, count: int) -> list[str]:
    expiry = scenes.expiry(stage, LOT)
    return [
        gs1_scan(Gtin(scenes.GTIN), LotNumber(LOT), VialSerial(serial), expiry)
        for serial in serials(stage)[:count]
    ]


def read(picture: Image.Image) -> str:
    (one,) = zxingcpp.read_barcodes(picture)
    return f"{one.symbology_identifier}{one.bytes.decode('ascii')}"


def file(stage: Stage, address: str, status: int = 200, who: str = "technician", **asked: object) -> Any:
    path = address.removeprefix(stage.made.settings.public_url).removeprefix("/api/v1")
    return stage.send(who, "GET", path, status=status, query_string=asked)


class TestPrinting:
    def test_a_print_is_recorded_and_its_labels_scan_to_their_vials(self, stage: Stage) -> None:
        response = stage.send("technician", "POST", AT, {**SHEET, "first": 0, "last": 2})
        reply = response.get_json()
        assert (reply["kind"], reply["stream"]) == ("LabelsPrinted", f"lot/{LOT}")
        assert reply["label"]["words"]["lot"] == LOT
        sheet = file(stage, response.headers["Location"])
        assert sheet.mimetype == "application/pdf"
        assert sheet.headers["Content-Disposition"] == f'attachment; filename="{LOT}-labels-1.pdf"'
        assert sheet.headers["Cache-Control"] == "private, no-store"
        document = pypdfium2.PdfDocument(sheet.data)
        page = document[0].render(scale=300 / 72).to_pil()
        document.close()
        stock = STOCKS["a4_65_38x21"]
        dot = 300 / 25.4
        found = []
        for place in range(3):
            left, top = stock.corner(place)
            cut = (round(left * dot), round(top * dot), round((left + 38.1) * dot), round((top + 21.2) * dot))
            found.append(read(page.crop(cut)))
        assert found == scans(stage, 3)
        answer = stage.get("clinician", "/verify", query_string={"code": found[0]})
        assert [reason["code"] for reason in answer["reasons"]] == ["not_released", "not_consigned_here"]

    def test_the_file_is_the_same_whenever_it_is_asked_for(self, stage: Stage) -> None:
        at = stage.send("technician", "POST", AT, SHEET).headers["Location"]
        before = file(stage, at).data
        scenes.hold(stage, LOT)
        stage.clock.tick(days=40)
        assert file(stage, at, who="quality").data == before

    def test_sending_it_again_prints_once(self, stage: Stage) -> None:
        first = stage.send("technician", "POST", AT, SHEET, headers={"Idempotency-Key": "print-0001"})
        second = stage.send("technician", "POST", AT, SHEET, headers={"Idempotency-Key": "print-0001"})
        assert first.get_json()["record"] == second.get_json()["record"]
        assert second.headers["Location"] == first.headers["Location"]
        assert len(stage.get("technician", AT)["items"]) == 1

    def test_a_reprint_needs_a_reason_and_is_told_so(self, stage: Stage) -> None:
        stage.post("technician", AT, **SHEET, first=0, last=4)
        refused = stage.post("technician", AT, 422, **SHEET)
        assert refused["type"].endswith(":ReprintNeedsReason")
        assert "vials 0–4 have a label already" in refused["detail"]
        stage.post("technician", AT, **SHEET, reason=AGAIN)
        told = stage.get("auditor", AT)
        assert LabelPrintsSchema().validate(told) == {}
        assert [one["printed_again"] for one in told["items"]] == [0, 5]
        assert told["items"][1]["reason"] == AGAIN
        assert told["items"][1]["file"].endswith(f"/api/v1{AT}/2")

    @pytest.mark.parametrize("form", ["zpl_203", "zpl_300"])
    def test_thermal_printers_get_one_format_a_vial(self, stage: Stage, form: str) -> None:
        said = {"stock": "roll_50x25", "symbol": "gs1_data_matrix", "format": form, "first": 0, "last": 3}
        zpl = file(stage, stage.send("technician", "POST", AT, said).headers["Location"])
        assert zpl.mimetype == "text/plain"
        _, *labels = printed(zpl.text)
        assert [read(label.picture) for label in labels] == scans(stage, 4)

    def test_one_label_as_a_picture(self, stage: Stage) -> None:
        said = {"stock": "roll_50x25", "symbol": "gs1_data_matrix", "serials": serials(stage)[1:2]}
        png = file(stage, stage.send("technician", "POST", AT, {**said, "format": "png"}).headers["Location"])
        assert read(Image.open(io.BytesIO(png.data))) == scans(stage, 2)[1]
        svg = stage.send("technician", "POST", AT, {**said, "format": "svg", "reason": AGAIN}).headers[
            "Location"
        ]
        assert file(stage, svg).mimetype == "image/svg+xml"

    def test_a_token_for_a_carton_is_the_vials_own(self, stage: Stage) -> None:
        said = {
            "stock": "roll_70x40",
            "symbol": "offline_token_qr",
            "format": "zpl_300",
            "first": 0,
            "last": 0,
        }
        at = stage.send("technician", "POST", AT, said).headers["Location"]
        label = printed(file(stage, at).text)[1]
        token = stage.get("quality", f"/vials/{LOT}/{serials(stage)[0]}/token")["token"]
        assert read(label.picture) == f"]Q1{token}"

    def test_isbt128_says_what_is_missing(self, settled: Stage) -> None:
        refused = settled.post(
            "technician", AT, 422, **{**SHEET, "symbol": "isbt128_data_matrix", "reason": AGAIN}
        )
        assert refused["type"].endswith(":SymbolUnavailable")
        assert [reason["code"] for reason in refused["reasons"]] == ["no_fin"]

    def test_a_label_that_is_too_small_is_refused_and_not_recorded(self, settled: Stage) -> None:
        said = {"stock": "roll_33x13", "symbol": "offline_token_qr", "format": "zpl_203"}
        refused = settled.post("technician", AT, 422, **said, reason=AGAIN)
        assert refused["type"].endswith(":LabelTooSmall")
        assert "It fits on " in refused["detail"]
        assert len(settled.get("technician", AT)["items"]) == 1

    @pytest.mark.parametrize(
        ("said", "pointer"),
        [
            ({"stock": "a5"}, "/stock"),
            ({"stock": "A 5"}, "/stock"),
            ({"format": "zpl_203"}, "/stock"),
            ({"format": "svg"}, "/format"),
            ({"format": "pcl"}, "/format"),
            ({"first": 3}, "/last"),
            ({"first": 3, "last": 9_999}, "/last"),
            ({"serials": ["222222222222"]}, "/serials"),
            ({"serials": ["2222222222I2"]}, "/serials/0"),
            ({"isbt128_product": "00000"}, "/isbt128_product"),
            ({"quantity": 3}, "/quantity"),
        ],
    )
    def test_what_is_wrong_is_named(self, settled: Stage, said: dict[str, Any], pointer: str) -> None:
        refused = settled.post("technician", AT, 422, **{**SHEET, **said})
        assert [error["pointer"] for error in refused["errors"]] == [pointer]


class TestPlacing:
    def test_a_begun_sheet_and_an_offset(self, settled: Stage) -> None:
        at = f"{AT}/1"
        assert file(settled, at, start=65, x="-0.5", y="1.25").data != file(settled, at).data

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("start", "0"),
            ("start", "66"),
            ("start", "1.0"),
            ("x", "20.5"),
            ("x", "1,5"),
            ("y", "1e1"),
            ("y", "٣"),
        ],
    )
    def test_bounds_are_named(self, settled: Stage, name: str, value: str) -> None:
        refused = file(settled, f"{AT}/1", 422, **{name: value}).get_json()
        assert [error["pointer"] for error in refused["errors"]] == [f"/{name}"]

    def test_a_roll_has_no_sheet(self, stage: Stage) -> None:
        said = {**SHEET, "stock": "roll_50x25"}
        at = stage.send("technician", "POST", AT, said).headers["Location"]
        assert file(stage, at, 422, start="1").get_json()["errors"][0]["pointer"] == "/start"

    def test_a_calibration_page(self, settled: Stage) -> None:
        page = file(settled, "/label-stocks/a4_65_38x21/calibration", x="0.5")
        document = pypdfium2.PdfDocument(page.data)
        assert "x = 0.5 mm" in document[0].get_textpage().get_text_bounded()
        document.close()
        file(settled, "/label-stocks/a5/calibration", 404)
        file(settled, "/label-stocks/roll_50x25/calibration", 422)
        file(settled, "/label-stocks/a4_65_38x21/calibration", 403, who="clinician")

    def test_the_stocks_are_listed(self, settled: Stage) -> None:
        told = settled.get("clinician", "/label-stocks")
        assert LabelStocksSchema().validate(told) == {}
        assert [one["code"] for one in told["items"]] == list(STOCKS)
        first, last = told["items"][0], told["items"][-1]
        assert (first["label"], first["formats"]) == (
            {"width": "38.1", "height": "21.2"},
            ["pdf", "svg", "png"],
        )
        assert (last["roll"], last["page"]) == (True, {"width": "100", "height": "60"})
        assert "zpl_203" in last["formats"]


class TestSpecimen:
    def test_it_scans_as_unknown_and_records_nothing(self, settled: Stage) -> None:
        size = settled.made.store.head().size
        png = file(settled, f"{AT}/preview", stock="roll_50x25", format="png")
        assert settled.made.store.head().size == size
        answer = settled.get(
            "clinician", "/verify", query_string={"code": read(Image.open(io.BytesIO(png.data)))}
        )
        assert "unknown_serial" in [reason["code"] for reason in answer["reasons"]]

    def test_it_says_so_and_is_shown_in_place(self, settled: Stage) -> None:
        svg = file(settled, f"{AT}/preview", stock="a4_65_38x21")
        assert ">SPECIMEN</text>" in svg.text
        assert svg.headers["Content-Disposition"].startswith("inline")

    @pytest.mark.parametrize(
        "asked",
        [
            {},
            {"stock": "a4_65_38x21", "format": "pdf"},
            {"stock": "a5"},
            {"stock": "a4_65_38x21", "lots": "x"},
        ],
    )
    def test_what_is_wrong_is_named(self, settled: Stage, asked: dict[str, str]) -> None:
        assert file(settled, f"{AT}/preview", 422, **asked).get_json()["errors"]


class TestWhoMay:
    def test_others_are_refused_or_not_told(self, settled: Stage) -> None:
        at = f"{AT}/1"
        for who in ("clinician", "logistics", "auditor"):
            settled.post(who, AT, 403, **SHEET)
            file(settled, at, 403, who=who)
            file(settled, f"{AT}/preview", 403, who=who, stock="a4_65_38x21")
        settled.get("clinician", AT, 404)
        settled.get(None, AT, 401)
        file(settled, f"{AT}/9", 404)
        settled.post("technician", "/lots/EX999999Z/labels", 404, **SHEET)
        settled.get("technician", "/lots/EX999999Z/labels", 404)

    def test_the_lot_says_how_many_were_printed(self, settled: Stage) -> None:
        fill = settled.get("quality", f"/lots/{LOT}")["fill"]
        assert fill["labels_printed"] == settled.get("quality", AT)["labels"] > 0
