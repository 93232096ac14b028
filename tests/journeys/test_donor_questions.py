"""Rule D9, kept against whoever compares: all that a clinic or the public gets after a withdrawal, beside all that it
gets after a later result. The two differ in nothing, so that neither says which it was."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2
import pytest
from werkzeug.test import TestResponse

from qc_service.exchange.certificates.looking import looked_at
from qc_service.ledger.tiles import decode_bundle
from qc_service.web.result_sheets import XLSX_TYPE
from tests import scenes
from tests.staging import CLINIC, OTHER_CLINIC, Stage, raise_stage

DIN, LOT, SHIPMENT = "A999026000101", "EX-ONE", "SHP-1"
DAY = "2026-09-17"
TEXT = "As it was found."
OUTSIDERS = ("clinician", "forwarder", "other_clinician", None)
OWN = {
    "/metrics", "/healthz", "/readyz", "/static/<name>", "/openapi.json", "/docs", "/", "/check", "/service-level",
    "/readings",
}  # fmt: skip
"""What speaks of the service, never of a lot."""


def withdrawal(stage: Stage) -> None:
    """The donor withdraws, which a technician records."""
    stage.post("technician", f"/donations/{DIN}/consent-withdrawal", withdrawn_on=DAY)


def lookback(stage: Stage) -> None:
    """A laboratory reports a later result, which a technician records."""
    stage.post(
        "technician", f"/donations/{DIN}/lookback", findings=["hbv_nat"], reported_by="Laboratory", received_on=DAY,
        explanation="A later result.",
    )  # fmt: skip


Told = dict[tuple[str | None, str], Any]


class Story(NamedTuple):
    """What was told outside while the question was open, and once the lot was recalled and its hold was lifted."""

    stage: Stage
    told: tuple[Told, Told]


def staged(home: Path, question: Callable[[Stage], None]) -> Stage:
    """A lot at a clinic, about whose donor a question came up."""
    stage = raise_stage(home)
    stage.post(
        "administrator", "/persons", id="t.forwarder", printed_name="Test forwarder", roles=["logistics"],
        organisation=CLINIC,
    )  # fmt: skip
    scenes.sites(stage)
    scenes.product(stage)
    scenes.donation(stage, DIN)
    scenes.released_lot(stage, LOT, DIN)
    stage.post("quality", f"/lots/{LOT}/certificates")
    scenes.registered_lot(stage, "EX-TWO", DIN)
    scenes.consigned(stage, LOT, SHIPMENT)
    question(stage)
    stage.post("quality", f"/lots/{LOT}/certificates", reason=TEXT)
    return stage


def story(home: Path, question: Callable[[Stage], None]) -> Story:
    """The story to its end; after the question, everybody outside asks for everything twice."""
    stage = staged(home, question)
    first = {(who, path): reply for who in OUTSIDERS for path, reply in told(stage, who).items()}
    scenes.recall(stage, "RC-1", donations=[DIN])
    stage.post("quality", f"/lots/{LOT}/holds/1/lift", explanation="Looked into.")
    stage.post("quality", f"/lots/{LOT}/certificates", reason=TEXT)
    last = {(who, path): reply for who in OUTSIDERS for path, reply in told(stage, who).items()}
    return Story(stage, (first, last))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Story, Story]]:
    """The same story twice, but for the question."""
    homes = tmp_path_factory.mktemp("withdrawal"), tmp_path_factory.mktemp("lookback")
    stories = story(homes[0], withdrawal), story(homes[1], lookback)
    yield stories
    for one in stories:
        one.stage.made.close()


def paths(stage: Stage) -> Iterator[str]:
    """Every address that the service answers to GET, with the names of this story in it."""
    serial = stage.get("logistics", f"/shipments/{SHIPMENT}")["contents"][0]["serials"][0]
    names = {
        "lot": LOT, "serial": serial, "din": DIN, "facility": scenes.SITE, "product": scenes.PRODUCT, "recall": "RC-1",
        "shipment": SHIPMENT, "person": "t.clinician", "organisation": CLINIC, "gtin": scenes.GTIN,
        "name": "1.root.json",
    }  # fmt: skip
    for rule in stage.client.application.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.rule not in OWN and "path:" not in rule.rule:
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found: names.get(found[1], "1"), rule.rule)
    yield from (
        f"/01/{scenes.GTIN}/10/{LOT}/21/{serial}?linkType=all", f"/01/{scenes.GTIN}/10/{LOT}?linkType=all",
        *(f"/api/v1/lots/{LOT}/certificates/{number}" for number in (2, 3)), f"/coa/{LOT}/2", f"/coa/{LOT}/3",
        f"/check?lot={LOT}", f"/check?lot={LOT}&serial={serial}", f"/api/v1/verify?code={LOT}",
        f"/api/v1/verify?code={serial}", f"/api/v1/search?q={LOT}", f"/api/v1/trace?from=lot:{LOT}",
        f"/api/v1/trace?from=vial:{LOT}/{serial}", f"/api/v1/trace?from=donation:{DIN}",
        *(f"/api/v1/records?stream={one}" for one in (f"lot/{LOT}", f"donation/{DIN}", f"vial/{LOT}/{serial}")),
    )  # fmt: skip


def told(stage: Stage, who: str | None) -> dict[str, Any]:
    """Everything that somebody outside gets, by address; what is random in each installation is taken out."""
    headers = {"Authorization": f"Bearer {stage.token(who)}"} if who else {}
    got: dict[str, Any] = {}
    for path in paths(stage):
        for accept in ("application/json", "text/html"):
            response = stage.client.get(path, headers=headers | {"Accept": accept})
            assert response.status_code < 500, path
            name = f"{accept} {_blurred(path)}"
            got[name] = (response.status_code, _plain(_said(response)))
    for act, body in (
        ("preparation", {"starts": ["thaw"], "route": "injection"}),
        ("disposition", {"kind": "reissue", "reason": TEXT}),
    ):
        serial = stage.get("logistics", f"/shipments/{SHIPMENT}")["contents"][0]["serials"][1]
        response = stage.client.post(
            f"/api/v1/vials/{LOT}/{serial}/{act}", json=body, headers=headers | {"Idempotency-Key": f"{act}-{who}"}
        )  # fmt: skip
        got[act] = (response.status_code, _plain(response.text))
    passing_on = {
        "shipment": f"SHP-ON-{who}".upper().replace("_", "-"), "recipient": OTHER_CLINIC, "packed_by": "T. Packer",
        "courier": "Courier", "contents": [{"lot": LOT, "count": 1}],
    }  # fmt: skip
    response = stage.client.post("/api/v1/shipments", json=passing_on, headers=headers)
    got["passing on"] = (response.status_code, _plain(response.text))
    return got


def _said(response: TestResponse) -> str:
    """A reply's words; of what is drawn, the words in it, of a certificate all that is inside, and of a table that is
    packed, its parts."""
    if "-certificate-" in response.headers.get("Content-Disposition", ""):
        return json.dumps({one.name: json.loads(one.content) for one in looked_at(response.data).attached})
    if response.mimetype == "application/pdf":
        return _words_on_paper(response.data)
    if response.mimetype == XLSX_TYPE:
        return _words_packed(response.data)
    return f"drawn: {response.mimetype}" if response.mimetype == "image/png" else response.text


def _words_on_paper(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        return "\f".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def _words_packed(content: bytes) -> str:
    """The parts of a workbook, without the time at which it was made."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {name: packed.read(name).decode() for name in packed.namelist()}
    parts["docProps/core.xml"] = re.sub(r"(?<=>)[0-9T:-]+Z(?=</dcterms:)", "…", parts["docProps/core.xml"])
    return json.dumps(parts)


def _plain(text: str) -> Any:
    """A reply's members, envelopes opened, with what is random blurred, and the order that follows from it."""
    try:
        return _opened(json.loads(text))
    except ValueError:
        return _blurred(text)


def _opened(value: Any) -> Any:
    if isinstance(value, dict):
        if "payload" in value:
            return _opened(json.loads(base64.b64decode(value["payload"])))
        return {_blurred(name): _opened(inner) for name, inner in value.items()}
    if isinstance(value, list):
        opened = [_opened(inner) for inner in value]
        by_name = any(
            isinstance(one, dict) and ("serials" in one or one.get("stream") == "…") for one in opened
        )
        return sorted(opened, key=json.dumps) if by_name else opened
    return _blurred(value) if isinstance(value, str) else value


_RANDOM = re.compile(
    r"EXO1:[0-9A-Z $%*+./:-]+|"
    r"sha256:[0-9a-f]{64}|\b[0-9a-f]{32,64}\b|[A-Za-z0-9+/_=-]{40,}|\b[2-9A-HJ-NP-Z]{12}\b|DN-[0-9A-Z]{12}|"
    r"\b(?:[2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4}\b|[0-9a-f]{12,16}\b",
    re.ASCII,
)


def _blurred(text: str) -> str:
    return _RANDOM.sub("…", text)


@pytest.mark.parametrize("when", [0, 1], ids=["while it is open", "once it was looked into"])
@pytest.mark.parametrize("who", OUTSIDERS)
def test_d9_nothing_told_outside_says_which_question_about_a_donor_came_up(
    both: tuple[Story, Story], who: str | None, when: int
) -> None:
    withdrew, looked_back = both[0].told[when], both[1].told[when]
    assert withdrew.keys() == looked_back.keys()
    for (asker, path), reply in withdrew.items():
        if asker == who:
            assert reply == looked_back[asker, path], path
    answered = [path for (asker, path), (status, _) in withdrew.items() if asker == who and status == 200]
    assert len(answered) >= (30 if who == "clinician" else 8)


def test_d9_certificates_that_are_issued_after_the_question_were_compared_as_they_are_inside(
    both: tuple[Story, Story],
) -> None:
    for one in both:
        for when, number, known in ((0, 2, True), (0, 3, False), (1, 3, True)):
            path = f"application/json /api/v1/lots/{LOT}/certificates/{number}"
            status, inside = one.told[when]["clinician", path]
            assert status == (200 if known else 404)
            assert not known or inside[f"{LOT}.contents.json"]["number"] == number


def test_d9_the_public_log_is_alike_entry_by_entry(both: tuple[Story, Story]) -> None:
    """Which stream goes on and in what order: a clinic with a bundle knows its streams by their tags."""
    shapes = []
    for stage, _ in both:
        width = stage.made.store.head().size
        tile = stage.client.get(f"/log/tile/entries/000.p/{width}")
        assert tile.status_code == 200
        tags: dict[str, int] = {}
        entries = [json.loads(one) for one in decode_bundle(tile.data)]
        shapes.append([(tags.setdefault(one["tag"], len(tags)), one["seq"]) for one in entries])
    assert len(shapes[0]) > 50
    assert shapes[0] == shapes[1]


def test_d9_whoever_reads_for_the_maker_does_learn_which_it_was(both: tuple[Story, Story]) -> None:
    withdrew, looked_back = (stage.get("quality", f"/donations/{DIN}") for stage, _ in both)
    assert (withdrew["consent_withdrawn"], withdrew["lookbacks"]) == (True, [])
    assert (looked_back["consent_withdrawn"], len(looked_back["lookbacks"])) == (False, 1)
