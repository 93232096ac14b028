"""Commands about certificates of analysis: fetch one, and check one offline against a trust root."""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from qc_service.application.certificates.issuing import read_certificate
from qc_service.application.tokens import actor_of
from qc_service.cli.checking import LARGEST, checked_certificate
from qc_service.cli.saying import CouldNotAsk, SaidNo, as_json, installation, say
from qc_service.domain.errors import DomainError
from qc_service.domain.lots import LOT
from qc_service.ledger.trust import TrustRoot

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("lot")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it.")
@click.option(
    "--number", type=int, default=None, help="Which of the lot's certificates; the newest unless said."
)
@click.option("--by", required=True, help="Who asks; their records are read with what they may see.")
@as_json
def certificate(*, lot: str, output: Path | None, number: int | None, by: str, json_: bool) -> None:
    """Write a LOT's certificate of analysis, as it was issued."""
    with installation() as made:
        view = made.view()
        try:
            person = actor_of(view, by)
            known = view.find(LOT, lot)
            wanted = number or (len(known.certificates) if known else 0)
            kept = read_certificate(view, person, lot, wanted)
        except DomainError as error:
            raise SaidNo(error.detail) from error
    path = output or Path(kept.name)
    path.write_bytes(kept.content)
    digest = hashlib.sha256(kept.content).hexdigest()
    say({"file": str(path), "sha256": digest}, f"Wrote {path}, SHA-256 {digest}.", json_=json_)


@click.command("check-certificate")
@click.argument("file", type=FILE)
@click.option("--trust", required=True, type=FILE, help="The trust root, as /trust/1.root.json gives it.")
@as_json
def check_certificate(*, file: Path, trust: Path, json_: bool) -> None:
    """Check a certificate FILE offline: whole and unchanged, sealed by whom the trust root names, its record verified.

    It says what was on record when it was issued; whether it is still the current one, its live answer says.
    """
    try:
        root = TrustRoot.parse(trust.read_bytes())
    except ValueError as error:
        raise CouldNotAsk(f"{trust.name} is no trust root: {error}.") from error
    with file.open("rb") as opened:
        checked = checked_certificate(
            opened.read(LARGEST + 1), root, datetime.now(UTC).replace(microsecond=0)
        )
    say({**checked.plain(), "trust_root": f"sha256:{root.digest()}"}, checked.in_words(root), json_=json_)
    sys.exit(0 if not checked.faults else 1)


COMMANDS = (certificate, check_certificate)
