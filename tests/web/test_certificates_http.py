"""Certificates of analysis over HTTP: issued for a reason, read by whom they concern, and looked up by anybody."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from qc_service.application.decoding import recorded
from qc_service.exchange.certificates.looking import looked_at
from schemas.certificates import CertificateCheckSchema, CertificatesSchema, LiveCertificateSchema
from schemas.lots import LotSchema
from schemas.verdicts import VerdictSchema
from tests import scenes
from tests.exchange.test_certificate_seal import pdfsig
from tests.staging import Stage, raise_stage
from verifier import verify_bundle

DIN, LOT = "A999026000001", "EX261101A"
AT = f"/lots/{LOT}/certificates"
JSON = {"Accept": "application/json"}
SLIP = "A name was misspelt."


def assessed(home: Path) -> Stage:
    raised = raise_stage(home)
    scenes.sites(raised)
    scenes.product(raised)
    scenes.donation(raised, DIN)
    scenes.assessed_lot(raised, LOT, DIN)
    return raised


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A service with a lot that is assessed and not released."""
    return assessed(tmp_path)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The lot released, sent to a clinic, with a certificate that a second took the place of."""
    raised = assessed(tmp_path_factory.mktemp("home"))
    scenes.release(raised, LOT)
    scenes.consigned(raised, LOT, "SHP-1")
    raised.post("quality", AT)
    raised.clock.tick(days=1)
    raised.post("quality", AT, reason=SLIP)
    return raised


def file(stage: Stage, number: int, who: str = "quality", status: int = 200) -> Any:
    return stage.send(who, "GET", f"{AT}/{number}", status=status)


def said(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    text = "".join(str(page.get_textpage().get_text_range()) for page in document)
    document.close()
    return text.replace(" \r\n", " ")


def live(stage: Stage, number: int, **query: str) -> Any:
    return stage.get(None, f"//coa/{LOT}/{number}", headers=JSON, query_string=query)


def looked_up(stage: Stage, content: bytes) -> Any:
    upload = {"file": (io.BytesIO(content), "certificate.pdf")}
    return stage.send(None, "POST", "/certificates/check", status=200, data=upload).get_json()


def by_digest(stage: Stage, sha256: str, status: int = 200) -> Any:
    return stage.send(None, "POST", "/certificates/check", {"sha256": sha256}, status=status).get_json()


class TestIssuing:
    def test_it_is_recorded_with_its_file_and_says_that_the_lot_is_not_released(
        self, stage: Stage, tmp_path: Path
    ) -> None:
        response = stage.send("quality", "POST", AT, {})
        reply = response.get_json()
        assert (reply["kind"], reply["stream"], reply["body"]["number"]) == (
            "CertificateIssued",
            f"lot/{LOT}",
            1,
        )
        assert reply["body"]["release"] is None
        assert response.headers["Location"].endswith(f"/api/v1{AT}/1")
        got = file(stage, 1)
        assert got.mimetype == "application/pdf"
        assert got.headers["Content-Disposition"] == f'attachment; filename="{LOT}-certificate-1.pdf"'
        assert hashlib.sha256(got.data).hexdigest() == reply["body"]["document"]
        text = said(got.data)
        for wanted in (
            "NOT RELEASED – do not use", "Test Quality", DIN, "1.05\u00a0×\u00a010¹¹ particles/mL",
            "1.1\u00a0×\u00a010¹¹", "Passes", "Responsibility", "There are currently no FDA-approved exosome products",
            "Page 1 of", "Investigational under IND 999999", "rounded half up",
        ):  # fmt: skip
            assert wanted in text
        # Whoever holds the first page alone still reads what regulators say.
        assert text.index("There are currently no FDA-approved") < text.index("Page 1 of")
        assert "Signature is Valid" in pdfsig(got.data, tmp_path)
        assert "Total document signed" in pdfsig(got.data, tmp_path)

    def test_a_lot_without_an_assessment_that_stands_gets_none(self, stage: Stage) -> None:
        scenes.filled_lot(stage, "EX-OTHER", scenes.donation(stage, "A999026000002"))
        refused = stage.post("quality", "/lots/EX-OTHER/certificates", 422)
        assert refused["type"].endswith(":CertificateRefused")
        assert refused["reasons"][0]["code"] == "not_assessed"
        scenes.result(stage, LOT, {"assay": "mycoplasma", "finding": "not_detected"})
        assert stage.post("quality", AT, 422)["reasons"][0]["code"] == "assessment_outdated"

    def test_another_one_needs_a_reason_which_stands_on_it(self, stage: Stage) -> None:
        stage.post("quality", AT)
        refused = stage.post("quality", AT, 422)
        assert refused["type"].endswith(":ReissueNeedsReason")
        stage.post("quality", AT, reason=SLIP)
        assert f"certificate 1: {SLIP}" in said(file(stage, 2).data)

    def test_sending_it_again_issues_once(self, stage: Stage) -> None:
        twice = [
            stage.send("quality", "POST", AT, {}, headers={"Idempotency-Key": "issue-0001"}) for _ in range(2)
        ]
        assert twice[0].get_json()["record"] == twice[1].get_json()["record"]
        assert len(stage.get("quality", AT)["items"]) == 1

    def test_where_nothing_seals_it_is_said_what_makes_a_seal(self, stage: Stage) -> None:
        (stage.made.keystore.home / "keys" / "seal.pem").unlink()
        refused = stage.send("quality", "POST", AT, {}, status=503).get_json()
        assert "qc-service key seal" in refused["detail"]
        stage.send(None, "GET", "//trust/seal.pem", status=404)

    def test_nothing_is_kept_of_one_that_was_not_recorded(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = stage.made.store.head().size

        def broken(*_: object) -> None:
            raise RuntimeError("the power fails")

        monkeypatch.setattr(type(stage.made.store), "commit", broken)
        stage.send("quality", "POST", AT, {}, status=500)
        monkeypatch.undo()
        assert stage.made.store.head().size == before
        assert stage.get("quality", AT)["items"] == []
        assert stage.post("quality", AT)["body"]["number"] == 1


class TestWhatIsInside:
    def test_the_record_attached_verifies_by_itself(self, settled: Stage) -> None:
        attached = {one.name: one.content for one in looked_at(file(settled, 2).data).attached}
        assert set(attached) == {f"{LOT}.provenance.json", f"{LOT}.contents.json", f"{LOT}.statement.json"}
        root = settled.made.keystore.root(1)
        assert root is not None
        outcome = verify_bundle.verify(attached[f"{LOT}.provenance.json"], root)
        assert outcome.exit_code == 0, outcome.found
        told = json.loads(attached[f"{LOT}.contents.json"])
        assert (told["lot"], told["number"]) == (LOT, 2)

    def test_nothing_is_in_it_that_a_consignee_may_not_see(self, settled: Stage) -> None:
        attached = {one.name: one.content for one in looked_at(file(settled, 1).data).attached}
        bundle = json.loads(attached[f"{LOT}.provenance.json"])
        hidden = [one for one in bundle["records"] if one["envelope"] is None]
        assert hidden, "the donor's screening values are withheld"
        assert not any(name in attached[f"{LOT}.contents.json"].decode() for name in ("hiv_", "DN-"))


class TestReading:
    def test_the_list_says_which_holds(self, settled: Stage) -> None:
        told = settled.get("quality", AT)
        assert CertificatesSchema().validate(told) == {}
        assert [(one["number"], one["standing"], one["superseded_by"]) for one in told["items"]] == [
            (1, "superseded", 2), (2, "current", None),
        ]  # fmt: skip
        assert told["items"][1]["reason"] == SLIP
        lot = settled.get("quality", f"/lots/{LOT}")
        assert LotSchema().validate(lot) == {}
        assert [one["standing"] for one in lot["certificates"]] == ["superseded", "current"]

    def test_whoever_was_sent_the_lot_reads_it_and_nobody_else(self, settled: Stage) -> None:
        assert file(settled, 2, "clinician").data == file(settled, 2).data == file(settled, 2, "auditor").data
        assert len(settled.get("clinician", AT)["items"]) == 2
        file(settled, 2, "other_clinician", 404)
        settled.get("other_clinician", AT, 404)
        file(settled, 3, status=404)

    def test_the_file_as_it_was_attached_is_not_anybodys_by_its_digest(self, settled: Stage) -> None:
        document = settled.get("quality", AT)["items"][0]["document"]
        settled.send("other_clinician", "GET", f"/attachments/{document}", status=404)


class TestTheLiveAnswer:
    def test_the_paper_s_code_leads_to_how_it_stands_and_where_the_lot_does(self, settled: Stage) -> None:
        told = settled.get("quality", AT)["items"]
        for one, standing in zip(told, ("superseded", "current"), strict=True):
            answer = live(settled, one["number"], code=one["code"])
            assert LiveCertificateSchema().validate(answer) == {}
            assert (answer["standing"], answer["code"]) == (standing, "agrees")
            assert [reason["code"] for reason in answer["answer"]["reasons"]] == ["serial_needed"]
        assert live(settled, 1)["superseded_by"] == 2
        assert live(settled, 2)["code"] == "not_given"
        assert live(settled, 2, code=told[0]["code"])["code"] == "differs"

    def test_a_person_gets_a_page(self, settled: Stage) -> None:
        one = settled.get("quality", AT)["items"][0]
        page = settled.send(None, "GET", f"/{one['page']}", status=200, headers={"Accept": "text/html"})
        assert "Superseded by certificate 2" in page.text
        assert "Test Quality" not in page.text
        assert SLIP not in page.text
        wrong = settled.send(
            None, "GET", f"//coa/{LOT}/2?code=00", status=200, headers={"Accept": "text/html"}
        ).text
        assert "Do not go by the paper in your hand" in wrong
        current = settled.send(
            None, "GET", f"//coa/{LOT}/2", status=200, headers={"Accept": "text/html"}
        ).text
        assert "The current certificate" in current

    @pytest.mark.parametrize("path", [f"//coa/{LOT}/9", "//coa/EX-NONE/1", "//coa/lower/1"])
    def test_what_was_not_issued_is_not_found(self, settled: Stage, path: str) -> None:
        settled.get(None, path, 404, headers=JSON)

    def test_a_change_of_the_lot_s_records_shows_at_once(self, stage: Stage) -> None:
        stage.post("quality", AT)
        assert live(stage, 1)["standing"] == "current"
        stage.clock.tick(days=1)
        scenes.release(stage, LOT)
        told = live(stage, 1)
        assert (told["standing"], told["since"]) == (
            "outdated",
            stage.get("quality", AT)["items"][0]["since"],
        )
        stage.post("quality", AT, reason="The lot was released.")
        assert [live(stage, number)["standing"] for number in (1, 2)] == ["superseded", "current"]
        assert "Released by the manufacturer's quality unit for clinical use" in said(file(stage, 2).data)
        scenes.recall(stage, "RC-1", lots=[LOT])
        told = live(stage, 2)
        assert told["standing"] == "outdated"
        assert "recalled" in [reason["code"] for reason in told["answer"]["reasons"]]
        stage.post("quality", AT, reason="The lot is recalled.")
        assert "RECALLED – DO NOT USE" in said(file(stage, 3).data)


def answered(stage: Stage) -> Any:
    """What the anonymous answer about a vial of the lot says of certificates, and the vial's page."""
    serial = stage.get("quality", f"/lots/{LOT}/vials")["items"][0]["serial"]
    link = f"/01/{scenes.GTIN}/10/{LOT}/21/{serial}"
    told = stage.get(None, f"/{link}", headers=JSON)
    assert VerdictSchema().validate(told) == {}
    mine = stage.get("quality", f"/verify?code=https://qc.example{link}")
    lot = stage.get(None, f"/verify?code={LOT}")
    assert told.get("certificate") == mine.get("certificate") == lot.get("certificate")
    page = stage.send(None, "GET", f"/{link}", status=200, headers={"Accept": "text/html"}).text
    return told.get("certificate"), page


class TestTheAnswerAboutAVial:
    def test_it_tells_of_the_lot_s_newest_certificate_and_how_that_stands(self, stage: Stage) -> None:
        none, page = answered(stage)
        assert none is None
        assert "Certificate of analysis" not in page
        for number in (1, 2):
            stage.post("quality", AT, reason=SLIP)
            told, page = answered(stage)
            assert (told["number"], told["standing"]) == (number, "current")
            assert told["page"] == f"/coa/{LOT}/{number}"
            assert f'<a href="/coa/{LOT}/{number}">Certificate of analysis {number}</a>' in page
            assert "the current one; any other is superseded" in page
            assert SLIP not in page
            assert stage.get(None, f"/{told['page']}", headers=JSON)["standing"] == "current"
        scenes.recall(stage, "RC-1", lots=[LOT])
        told, page = answered(stage)
        assert (told["number"], told["standing"]) == (2, "outdated")
        assert "outdated, records changed since" in page


class TestLookingUpAFile:
    def test_a_file_is_known_by_its_bytes_alone(self, settled: Stage) -> None:
        for number, standing in ((1, "superseded"), (2, "current")):
            content = file(settled, number).data
            told = looked_up(settled, content)
            assert CertificateCheckSchema().validate(told) == {}
            assert (told["standing"], told["lot"], told["number"]) == (standing, LOT, number)
            digest = hashlib.sha256(content).hexdigest()
            assert by_digest(settled, digest) == told

    def test_a_changed_file_is_said_to_be_changed(self, settled: Stage) -> None:
        told = looked_up(settled, file(settled, 2).data + b"\n")
        assert (told["standing"], told["number"]) == ("altered", 2)
        assert "It was altered" in told["in_words"]

    def test_anything_else_is_unknown_and_nothing_is_kept(self, settled: Stage) -> None:
        before = settled.made.store.head().size
        for content in (b"", b"x", b"/coa/EX-NONE/1?code=", b"/coa/EX261101A/9?code="):
            assert looked_up(settled, content)["standing"] == "unknown"
        assert settled.made.store.file(hashlib.sha256(b"x").hexdigest()) is None
        assert settled.made.store.head().size == before

    def test_another_kept_file_is_no_certificate(self, settled: Stage) -> None:
        upload = {"file": (io.BytesIO(b"%PDF-"), f"{LOT}-certificate-1.pdf", "application/pdf")}
        settled.send("quality", "POST", "/attachments", data=upload)
        assert looked_up(settled, b"%PDF-")["standing"] == "unknown"

    def test_the_digest_is_64_digits(self, settled: Stage) -> None:
        refused = by_digest(settled, "z" * 64, 422)
        assert refused["errors"][0]["pointer"] == "/sha256"
        by_digest(settled, "ab", 422)

    def test_a_person_chooses_a_file_on_a_page(self, settled: Stage) -> None:
        assert "Look it up" in settled.send(None, "GET", "//coa", status=200).text
        upload = {"file": (io.BytesIO(file(settled, 2).data), "certificate.pdf")}
        assert "The current certificate" in settled.send(None, "POST", "//coa", status=200, data=upload).text


class TestTheSealOnRecord:
    def test_its_certificates_are_published_and_its_key_is_on_record(self, settled: Stage) -> None:
        chain = settled.send(None, "GET", "//trust/seal.pem", status=200).data
        authority = settled.send(None, "GET", "//trust/seal-authority.pem", status=200).data
        assert chain.count(b"BEGIN CERTIFICATE") == 2
        assert chain.endswith(authority)
        assert looked_at(file(settled, 2).data, authority, settled.clock()).trusted
        keyid = settled.get("quality", AT)["items"][0]["seal"]
        body = recorded(settled.made.store.stream(f"key/{keyid}")[0]).body
        assert (body.role.value, body.algorithm) == ("seal", "ecdsa-p256")  # type: ignore[attr-defined]
