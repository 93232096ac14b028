"""Codes in pictures: what a camera sees of a label comes out as a scanner would send it, or not at all."""

from __future__ import annotations

import random
import zlib
from contextlib import suppress
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageOps, PngImagePlugin

from qc_service.exchange.codes import Reading, read_code
from qc_service.exchange.pictures import MAX_BYTES, Picture, PictureUnreadable, SeenCode, codes_in, searching
from qc_service.exchange.pictures.opening import MOST_PIXELS
from tests.photographs import Label, gs1, photograph, plain, saved

TODAY = date(2026, 11, 25)
VIAL = "(01)09506000134352(17)271031(10)EX261101A(21)7K3M9QW2TX49"
SCAN = "]d201095060001343521727103110EX261101A\x1d217K3M9QW2TX49"
LINK = "https://qc.example/01/09506000134352/10/EX261101A/21/7K3M9QW2TX49"
SMALL = (1600, 1200)
VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "scan-images"


def seen(content: bytes) -> tuple[SeenCode, ...]:
    return codes_in(Picture(content), TODAY)


def texts(content: bytes) -> list[str]:
    return [code.text for code in seen(content)]


@pytest.mark.parametrize("path", sorted(VECTORS.glob("*.png")), ids=lambda path: path.stem)
def test_the_published_images_give_their_text(path: Path) -> None:
    (code,) = seen(path.read_bytes())
    assert code.text[0] == "]"
    assert code.text[3:] == path.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("kind", "symbol"), [("DataMatrix", "]d2"), ("QRCode", "]Q3"), ("Code128", "]C1")])
def test_a_code_comes_out_as_a_scanner_sends_it(kind: str, symbol: str) -> None:
    (code,) = seen(saved(gs1(VIAL, kind), "PNG"))
    assert code.text == symbol + SCAN[3:]
    assert code.reading == read_code(code.text, TODAY)
    assert isinstance(code.reading, Reading)
    assert code.reading.canonical == VIAL


def test_a_plain_symbol_is_read_as_one() -> None:
    assert texts(saved(plain(LINK), "PNG")) == [f"]Q1{LINK}"]
    assert texts(saved(plain("=A999926123456" + "00", "Code128"), "PNG"))[0].startswith("]C0=A9999")


@pytest.mark.parametrize(
    ("label", "how"),
    [
        (Label(symbol=gs1(VIAL), module=12, turned=33, tilt=0.4), {}),
        (Label(symbol=gs1(VIAL), module=3, at=(0.2, 0.8), turned=12), {}),
        (Label(symbol=gs1(VIAL), module=20, turned=5), {"blur": 10}),
        (Label(symbol=gs1(VIAL), module=8, turned=80), {"contrast": 0.1}),
        (Label(symbol=gs1(VIAL), module=8, turned=200), {"noise": 0.3}),
        (Label(symbol=ImageOps.invert(gs1(VIAL)), module=8, turned=10), {}),
        (Label(symbol=gs1(VIAL), module=14), {"glare": 0.2}),
    ],
    ids=["tilted", "small", "blurred", "dim", "noisy", "inverted", "glare"],
)
def test_a_photograph_of_twelve_megapixels(label: Label, how: dict[str, float]) -> None:
    assert texts(saved(photograph(label, **how), quality=80)) == [SCAN]  # type: ignore[arg-type]


def test_a_known_share_of_hard_photographs_is_read_and_none_is_misread() -> None:
    """Every one of 24 that a hand may take; what is not read is not found, and nothing else is ever said."""
    rng = random.Random(20261125)
    read = 0
    for seed in range(24):
        label = Label(
            symbol=gs1(VIAL), module=rng.uniform(4, 12), at=(rng.uniform(0.35, 0.65), rng.uniform(0.35, 0.65)),
            turned=rng.uniform(0, 360), tilt=rng.uniform(0, 0.4),
        )  # fmt: skip
        photo = photograph(
            label, size=SMALL, seed=seed, blur=rng.uniform(0, 1.6), contrast=rng.uniform(0.2, 1)
        )
        said = texts(saved(photo, quality=rng.randrange(30, 90)))
        assert set(said) <= {SCAN}
        read += len(said)
    assert read >= 22


def test_a_picture_without_a_code_gives_none() -> None:
    assert seen(saved(photograph(size=SMALL))) == ()
    assert seen(saved(Image.new("L", (1, 1)), "PNG")) == ()
    assert seen(saved(Image.new("L", (30_000, 1)), "PNG")) == ()


def test_several_vials_are_told_apart_from_top_to_bottom() -> None:
    other = VIAL.replace("7K3M9QW2TX49", "7K3M9QW2TX5B")
    photo = photograph(
        Label(symbol=gs1(other), module=8, at=(0.3, 0.7)),
        Label(symbol=gs1(VIAL), module=8, at=(0.7, 0.3)),
        size=SMALL,
    )
    codes = seen(saved(photo))
    assert [code.fields["serial"] for code in codes] == ["7K3M9QW2TX49", "7K3M9QW2TX5B"]
    for code, (x, y) in zip(codes, ((0.7, 0.3), (0.3, 0.7)), strict=True):
        left, top = min(code.corners)[0], min(one[1] for one in code.corners)
        assert left < x * SMALL[0] < max(code.corners)[0]
        assert top < y * SMALL[1] < max(one[1] for one in code.corners)


@pytest.mark.parametrize(
    "others",
    [
        [gs1(VIAL, "QRCode")],
        [plain(LINK)],
        [gs1("(01)09506000134352(17)271031(10)EX261101A")],
        [gs1("(01)09506000134352(10)EX999999Z")],
        [plain("https://qc.example/about"), plain("9506000134352", "EAN13")],
    ],
    ids=["twice", "link", "lot", "another lot", "not a vial"],
)
def test_what_names_no_other_vial_raises_no_question(others: list[Image.Image]) -> None:
    places = ((0.3, 0.3), (0.7, 0.3), (0.3, 0.7))
    labels = [
        Label(symbol=one, module=6, at=at) for one, at in zip((*others, gs1(VIAL)), places, strict=False)
    ]
    (code,) = seen(saved(photograph(*labels, size=SMALL)))
    assert code.fields["serial"] == "7K3M9QW2TX49"
    assert code.fields["expires_on"] == "2027-10-31"


@pytest.mark.parametrize("other", [VIAL.replace("271031", "261031"), "(00)395011015300000011"])
def test_a_contradiction_or_a_carton_does(other: str) -> None:
    labels = (
        Label(symbol=gs1(VIAL), module=8, at=(0.3, 0.5)),
        Label(symbol=gs1(other), module=8, at=(0.7, 0.5)),
    )
    assert len(seen(saved(photograph(*labels, size=SMALL)))) == 2


def test_codes_that_cannot_be_read_are_given_where_there_is_nothing_else() -> None:
    (code,) = seen(saved(plain("9506000134352", "EAN13"), "PNG"))
    assert (code.text, dict(code.fields)) == ("]E09506000134352", {})
    two = photograph(
        Label(symbol=plain("one"), at=(0.3, 0.5)), Label(symbol=plain("two"), at=(0.7, 0.5)), size=SMALL
    )
    assert sorted(texts(saved(two))) == ["]Q1one", "]Q1two"]
    same = photograph(
        Label(symbol=plain("one"), at=(0.3, 0.5)), Label(symbol=plain("one"), at=(0.7, 0.5)), size=SMALL
    )
    assert texts(saved(same)) == ["]Q1one"]


@pytest.mark.parametrize(
    ("kind", "modes"),
    [
        ("PNG", ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        ("WEBP", ("L", "LA", "P", "RGB", "RGBA")),
        ("JPEG", ("1", "L", "RGB", "CMYK")),
    ],
)
def test_every_way_to_hold_a_pixel(kind: str, modes: tuple[str, ...]) -> None:
    for mode in modes:
        image = deep(gs1(VIAL)) if mode == "I;16" else gs1(VIAL).convert(mode)
        assert texts(saved(image, kind)) == [SCAN], mode


def deep(image: Image.Image) -> Image.Image:
    """The same in 16 bits, dim: a reader that clips sees only white."""
    return image.convert("I").point(lambda value: value * 200 + 8000).convert("I;16")


def test_a_code_drawn_on_nothing_is_seen_in_black_and_in_white() -> None:
    for ink in (0, 255):
        drawn = Image.merge("LA", (Image.new("L", gs1(VIAL).size, ink), ImageOps.invert(gs1(VIAL))))
        assert texts(saved(drawn, "PNG")) == [SCAN]


def test_an_animation_is_read_by_its_first_frame() -> None:
    moving = saved(
        gs1(VIAL), "WEBP", save_all=True, append_images=[Image.new("L", gs1(VIAL).size)], lossless=True
    )
    assert texts(moving) == [SCAN]


def test_places_are_those_that_a_person_sees_however_the_camera_was_held() -> None:
    upright = photograph(Label(symbol=gs1(VIAL), module=6, at=(0.2, 0.3)), size=SMALL)
    wanted = seen(saved(upright))[0].corners
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    for turn, transposed in undo.items():
        note = Image.Exif()
        note[ExifTags.Base.Orientation] = turn
        content = saved(upright.transpose(transposed), exif=note)
        assert ImageOps.exif_transpose(Image.open(BytesIO(content))).size == SMALL
        (code,) = seen(content)
        assert code.text == SCAN
        for (x, y), (left, top) in zip(sorted(code.corners), sorted(wanted), strict=True):
            assert abs(x - left) <= 12
            assert abs(y - top) <= 12


def test_a_note_that_makes_no_sense_does_not_matter() -> None:
    for value in (0, 9, 65535):
        note = Image.Exif()
        note[ExifTags.Base.Orientation] = value
        assert texts(saved(gs1(VIAL), exif=note, quality=95)) == [SCAN]
    assert texts(saved(gs1(VIAL), exif=b"Exif\x00\x00" + b"\xff" * 40, quality=95)) == [SCAN]


def test_bombs_are_refused_from_their_header() -> None:
    flat = saved(Image.new("1", (8000, 8000)), "PNG")
    assert len(flat) < 20_000
    with pytest.raises(PictureUnreadable, match="40 million pixels"):
        Picture(flat)
    for huge in (12_000, 20_000):
        with pytest.raises(PictureUnreadable, match="40 million pixels"):
            Picture(resized(flat, huge))
    assert MOST_PIXELS == 40_000_000
    with pytest.raises(PictureUnreadable, match="bytes"):
        Picture(b"\xff\xd8" + bytes(MAX_BYTES))
    with pytest.raises(PictureUnreadable, match="scans"):
        Picture(saved(Image.new("L", (8, 8))) + b"\xff\xda" * 50)


@pytest.mark.parametrize("size", [(40_000, 8), (8, 40_000), (40_000_000, 1)])
def test_a_strip_is_refused_from_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(PictureUnreadable, match="30,000 pixels along a side"):
        Picture(saved(Image.new("1", size), "PNG"))
    assert codes_in(Picture(saved(Image.new("1", (30_000, 8)), "PNG")), TODAY) == ()


def resized(png: bytes, side: int) -> bytes:
    """The same file with another size in its header."""
    header = b"IHDR" + side.to_bytes(4, "big") * 2 + png[24:29]
    return png[:12] + header + zlib.crc32(header).to_bytes(4, "big") + png[33:]


def test_a_picture_that_takes_long_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    small = saved(photograph(Label(symbol=gs1(VIAL), module=3, turned=12)), quality=90)
    assert texts(small) == [SCAN]
    monkeypatch.setattr(searching, "PATIENCE", 0)
    assert texts(small) == []


def test_what_unpacks_to_far_more_than_it_is_does_no_harm() -> None:
    for chunk in ("zTXt", "iCCP", "iTXt"):
        notes = PngImagePlugin.PngInfo()
        packed = zlib.compress(bytes(50_000_000))
        content = {"zTXt": b"a\0\0", "iCCP": b"a\0\0", "iTXt": b"a\0\1\0\0\0"}[chunk] + packed
        notes.add(chunk.encode(), content)
        written = BytesIO()
        gs1(VIAL).save(written, "PNG", pnginfo=notes)
        with suppress(PictureUnreadable):
            assert texts(written.getvalue()) == [SCAN]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_hostile_files_are_refused_or_read_and_nothing_else_is_raised(kind: str) -> None:
    rng = random.Random(kind)
    whole = saved(gs1(VIAL), kind)
    hostile = [whole[: rng.randrange(len(whole))] for _ in range(40)]
    for _ in range(150):
        broken = bytearray(whole)
        for _ in range(rng.randrange(1, 12)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        hostile.append(bytes(broken))
    hostile += [whole[:12] + rng.randbytes(200), rng.randbytes(500), b"", b"GIF89a", b"BM", b"%PDF-1.7"]
    for content in hostile:
        with suppress(PictureUnreadable):
            assert set(texts(content)) <= {SCAN}


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM", "ICO"])
def test_no_other_format_is_opened(kind: str) -> None:
    with pytest.raises(PictureUnreadable, match=r"no JPEG, PNG or WebP .* take it again"):
        Picture(saved(gs1(VIAL), kind))
