"""A certificate's seal before stock checkers, poppler's pdfsig and pyHanko's: whole files and changed ones."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from qc_service.exchange.certificates.looking import looked_at
from qc_service.exchange.certificates.making import drawn, sealed
from qc_service.exchange.certificates.sealing import sealed as sealed_with
from qc_service.ledger.seal import Seal, pem_of
from tests.exchange.certificates import AT, BUNDLE, CODE, contents, seal_of

BY, WHY = "Demonstration Biologics", "Certificate of analysis 2 of lot EX261101A"


@pytest.fixture(scope="module")
def seal() -> Seal:
    return seal_of()


@pytest.fixture(scope="module")
def file(seal: Seal) -> bytes:
    return sealed(drawn(contents(), CODE, (BUNDLE,), AT), seal, AT, BY, WHY)


def pdfsig(content: bytes, folder: Path) -> str:
    path = folder / "certificate.pdf"
    path.write_bytes(content)
    return subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout


def added(content: bytes) -> bytes:
    """The file with a proper update at its end, as an editor makes it."""
    writer = IncrementalPdfFileWriter(BytesIO(content))
    writer.root["/Altered"] = generic.pdf_name("/Yes")
    writer.update_root()  # type: ignore[no-untyped-call]
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def test_a_stock_checker_says_valid_and_the_whole_of_it_covered(file: bytes, tmp_path: Path) -> None:
    told = pdfsig(file, tmp_path)
    for wanted in (
        "Signature is Valid", "Total document signed", "ETSI.CAdES.detached", "SHA-256",
        "Certificates of analysis, demo.qc.example", "Nov 25 2026 20:10:00",
    ):  # fmt: skip
        assert wanted in told


def test_a_second_checker_agrees_and_trusts_the_authority_that_was_imported(file: bytes, seal: Seal) -> None:
    seen = looked_at(file, pem_of([seal.authority]), AT)
    assert (seen.faults, seen.trusted, seen.certificate) == ((), True, seal.chain[0])
    assert (seen.claimed_at, seen.stamped_at) == (AT, None)
    assert [(one.name, one.content) for one in seen.attached] == [(BUNDLE.name, BUNDLE.content)]
    assert not looked_at(file).trusted
    assert not looked_at(file, pem_of([seal_of().authority]), AT).trusted


def test_any_flipped_byte_is_found(file: bytes) -> None:
    """All but the signature's own place is covered; what changes there, the SHA-256 on record tells."""
    rng = random.Random(20261125)
    end, begin, rest = map(int, re.findall(rb"/ByteRange\s*\[\s*0 (\d+) (\d+) (\d+)", file)[0])
    assert begin + rest == len(file)
    covered = [*range(20, end), *range(begin, len(file) - 40)]
    for place in rng.sample(covered, 40):
        changed = bytearray(file)
        changed[place] ^= 1
        assert looked_at(bytes(changed)).faults, place


def test_what_is_added_later_is_found_by_both(file: bytes, tmp_path: Path) -> None:
    for longer in (added(file), file + b"\n% more\n"):
        assert "Something was added to the file after it was sealed." in looked_at(longer).faults
        assert "Not total document signed" in pdfsig(longer, tmp_path)
    flipped = bytearray(file)
    flipped[400] ^= 1
    assert "Signature is Valid" not in pdfsig(bytes(flipped), tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7\nnothing", b"plain text", drawn(contents(sections=()), CODE, (), AT)]
)
def test_what_is_no_sealed_pdf_is_said_to_be_none(content: bytes) -> None:
    (fault,) = looked_at(content).faults
    assert "not a sealed PDF" in fault or "0 signatures" in fault


def test_another_seal_is_another_certificate(file: bytes) -> None:
    other = seal_of()
    forged = sealed(drawn(contents(), CODE, (BUNDLE,), AT), other, AT, BY, WHY)
    assert looked_at(forged).certificate == other.chain[0] != looked_at(file).certificate


@pytest.fixture
def authority(tmp_path: Path) -> Callable[[bytes], bytes]:
    """A time-stamp authority on this machine, by openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here")
    (tmp_path / "tsa.cnf").write_text(
        "[ req ]\ndistinguished_name = dn\nx509_extensions = ext\nprompt = no\n[ dn ]\nCN = Demonstration TSA\n"
        "[ ext ]\nextendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\n"
        f"[ tsa ]\ndefault_tsa = one\n[ one ]\nserial = {tmp_path}/serial\nsigner_cert = {tmp_path}/tsa.pem\n"
        f"signer_key = {tmp_path}/tsa.key\nsigner_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256\n"
        "accuracy = secs:1\nordering = no\ntsa_name = no\ness_cert_id_chain = no\n"
    )
    (tmp_path / "serial").write_text("01\n")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-config", f"{tmp_path}/tsa.cnf",
            "-keyout", f"{tmp_path}/tsa.key", "-out", f"{tmp_path}/tsa.pem",
        ],
        check=True, capture_output=True,
    )  # fmt: skip

    def stamped(request: bytes) -> bytes:
        (tmp_path / "request.tsq").write_bytes(request)
        subprocess.run(
            [
                "openssl", "ts", "-reply", "-config", f"{tmp_path}/tsa.cnf", "-queryfile", f"{tmp_path}/request.tsq",
                "-out", f"{tmp_path}/reply.tsr",
            ],
            check=True, capture_output=True,
        )  # fmt: skip
        return (tmp_path / "reply.tsr").read_bytes()

    return stamped


def test_with_a_time_stamp_authority_the_seal_proves_when_it_was_made(
    seal: Seal, authority: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    plain = drawn(contents(), CODE, (BUNDLE,), AT)
    stamped = sealed_with(plain, seal, at=AT, by=BY, why=WHY, stamp=authority)
    seen = looked_at(stamped, pem_of([seal.authority]))
    assert seen.faults == ()
    assert seen.stamped_at is not None
    assert "Signature is Valid" in pdfsig(stamped, tmp_path)
