"""The command that checks a label's token offline; it needs a trust root and a recall list, and no installation."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from qc_service.cli.saying import CouldNotAsk, as_json, say
from qc_service.exchange.offline_labels import LabelDecision, label_answer
from qc_service.exchange.recall_list import LARGEST, ListRefused, RecallList, open_list
from qc_service.ledger.shape import decimal
from qc_service.ledger.trust import TrustRoot

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
LONGEST = 4096
"""Characters of standard input that are looked at; a token has at most 328."""


@click.command("verify-token")
@click.argument("label", metavar="TOKEN")
@click.option("--trust", required=True, type=FILE, help="The trust root, as /trust/1.root.json gives it.")
@click.option("--recalls", required=True, type=FILE, help="The recall list, as /trust/recalls gives it.")
@click.option(
    "--seen", type=click.Path(dir_okay=False, path_type=Path),
    help="A file that keeps the number of the newest list seen, so that an older one is not taken again.",
)  # fmt: skip
@as_json
def verify_token(*, label: str, trust: Path, recalls: Path, seen: Path | None, json_: bool) -> None:
    """Check a scanned TOKEN (or - for standard input) offline: where the vial comes from, never that it may be used."""
    root = _root(trust)
    listed = _listed(recalls, root)
    if seen is not None:
        _must_not_be_older(listed, seen)
    if label == "-":
        label = sys.stdin.buffer.read(LONGEST).decode("utf-8", "replace").rstrip("\r\n")
    now = datetime.now(UTC).replace(microsecond=0)
    answer = label_answer(label, listed, now=now, today=now.astimezone().date())
    said = {**answer.plain(), "issuer": root.issuer, "trust_root": f"sha256:{root.digest()}"}
    say(said, f"{answer.in_words}\nTrust root sha256:{root.digest()}", json_=json_)
    sys.exit(0 if answer.decision is LabelDecision.GENUINE else 1)


def _root(path: Path) -> TrustRoot:
    try:
        return TrustRoot.parse(path.read_bytes())
    except ValueError as error:
        raise CouldNotAsk(f"{path.name} is no trust root: {error}.") from error


def _listed(path: Path, root: TrustRoot) -> RecallList:
    try:
        with path.open("rb") as file:
            return open_list(file.read(LARGEST + 1), root)
    except ListRefused as error:
        raise CouldNotAsk(f"{path.name}: {error}") from error


def _must_not_be_older(recalls: RecallList, seen: Path) -> None:
    """Keep the highest number; a list with a lower one is what somebody would bring who wants a recall forgotten."""
    try:
        newest = decimal(seen.read_text(encoding="ascii").strip()) if seen.exists() else 0
        if recalls.number >= newest:
            seen.write_text(f"{recalls.number}\n", encoding="ascii")
    except (OSError, ValueError) as error:
        raise CouldNotAsk(f"{seen.name} cannot keep the number of the newest list: {error}.") from error
    if recalls.number < newest:
        raise CouldNotAsk(
            f"The recall list has number {recalls.number}, and {newest} was seen before: fetch a newer one."
        )


COMMANDS = (verify_token,)
