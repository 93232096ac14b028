"""Commands for a clinic without a network: keep packs and answers by their age, and check a code with them."""

from __future__ import annotations

import fcntl
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from qc_service.application.offline_answer import Offline, offline_answer
from qc_service.application.offline_pack import LARGEST, Pack, PackRefused, open_pack
from qc_service.cli.queueing import json_lines
from qc_service.cli.saying import CouldNotAsk, SaidNo, as_json, say
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import CountryCode
from qc_service.domain.moments import instant_text, parse_instant
from qc_service.domain.vocabulary import AdministrationRoute
from qc_service.exchange.codes import Unreadable
from qc_service.exchange.codes.lines import unescaped
from qc_service.ledger.trust import TrustRoot
from verifier import verify_bundle as stranger

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
TRUST = click.option(
    "--trust", required=True, type=FILE, help="The trust root, as /trust/1.root.json gives it."
)
PACK = "pack.json"
Plain = dict[str, Any]


@click.group()
def offline() -> None:
    """What a clinic keeps for when there is no network."""


@offline.command()
@click.argument("file", type=FILE)
@click.option("--into", required=True, type=FOLDER, help="The folder that keeps packs and answers.")
@TRUST
@as_json
def install(*, file: Path, into: Path, trust: Path, json_: bool) -> None:
    """Keep a pack, or the reply to a recorded check; an older one never takes the place of a newer one."""
    content = _content(file)
    name = _answer_of(content, trust) if b'"answer":' in content else PACK
    with _locked(into):
        kept = into / name
        arriving = _place(name, content, trust)
        if kept.exists() and arriving < _place(name, kept.read_bytes(), trust):
            raise SaidNo(f"{file.name} is older than what is kept, and does not take its place.")
        fresh = kept.with_suffix(".new")
        fresh.write_bytes(content)
        fresh.replace(kept)
    number = arriving[0]
    say({"kept": name, "number": number}, f"Kept {name}, number {number}.", json_=json_)


@click.command("check-offline")
@click.argument("code")
@click.option("--pack", "packs", required=True, multiple=True, type=click.Path(exists=True, path_type=Path),
              help="A pack, or the folder of 'offline install'; of several the newest counts.")  # fmt: skip
@TRUST
@click.option("--acts", type=FILE, help="The acts that wait to be sent, one a line.")
@click.option("--country", default=None, help="The country of use; your organisation's unless named.")
@click.option("--route", default=None, type=click.Choice([route.value for route in AdministrationRoute]))
@click.option("--at", default=None, help="As of when, like 2026-02-01T08:00:00Z; now unless said.")
@as_json
def check_offline(
    *, code: str, packs: tuple[Path, ...], trust: Path, acts: Path | None, country: str | None, route: str | None,
    at: str | None, json_: bool,
) -> None:  # fmt: skip
    """Check a CODE (control characters as C escapes, or - for standard input) with what was known when there was a
    network. It is never in order: exit 1 says do not use or not checked, and how old that knowledge is."""
    pack, folder = _newest(packs, trust)
    try:
        raw = unescaped((sys.stdin.readline() if code == "-" else code).rstrip("\r\n"))
        when = parse_instant(at) if at else datetime.now(UTC).replace(microsecond=0)
        asked = Offline(
            at=when, country=CountryCode(country) if country else None,
            route=AdministrationRoute(route) if route else None, acts=json_lines(acts) if acts else (),
        )  # fmt: skip
        answer = offline_answer(pack, raw, asked)
        last = _last_answer(folder, answer["vial"], pack, trust, when)
        if last is not None:
            answer = offline_answer(pack, raw, Offline(**{**vars(asked), "last_answer": last}))
    except (Malformed, Unreadable) as error:
        raise CouldNotAsk(str(error)) from error
    head = "Do not use" if answer["decision"] == "do_not_use" else "STOP – not checked"
    lines = [f"{head}. As of {answer['as_of']}."]
    lines += [f"  {reason['code']}: {reason['detail']} {reason['next_step']}" for reason in answer["reasons"]]
    say(answer, "\n".join(lines), json_=json_)
    sys.exit(1)


def _content(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(LARGEST + 1)


def _opened(content: bytes, trust: Path) -> Pack:
    try:
        return open_pack(content, TrustRoot.parse(trust.read_bytes()))
    except (PackRefused, ValueError) as error:
        raise CouldNotAsk(str(error)) from error


def _newest(packs: tuple[Path, ...], trust: Path) -> tuple[Pack, Path | None]:
    """The newest of the packs, and the folder that keeps answers, where one was named."""
    files = [path / PACK if path.is_dir() else path for path in packs]
    missing = [file for file in files if not file.exists()]
    if missing:
        raise CouldNotAsk(
            f"{missing[0].parent.name} keeps no pack yet: qc-service offline install FILE --into it."
        )
    opened = [_opened(_content(file), trust) for file in files]
    folder = next((path for path in packs if path.is_dir()), None)
    return max(opened, key=lambda pack: (pack.number, pack.as_of)), folder


def _verified(content: bytes, trust: Path, at: datetime) -> stranger.AnswerOutcome:
    outcome = stranger.verify_answer(content, trust.read_bytes(), at)
    if outcome.exit_code:
        raise CouldNotAsk("; ".join(outcome.found[-1]))
    return outcome


def _answer_of(content: bytes, trust: Path) -> str:
    """The name under which the reply to a check is kept: one for each vial."""
    outcome = _verified(content, trust, datetime.now(UTC))
    vial = outcome.case.reply["answer"].get("vial") or {}
    if not vial.get("lot") or not vial.get("serial"):
        raise CouldNotAsk("This answer is about no vial, so there is nothing to keep it for.")
    return _answers_name(vial)


def _answers_name(vial: Plain) -> str:
    return f"answer-{vial['lot']}-{vial['serial']}.json"


def _place(name: str, content: bytes, trust: Path) -> tuple[int, datetime]:
    """How new a pack or an answer is: its place in the log, and its time where two have the same."""
    if name == PACK:
        pack = _opened(content, trust)
        return pack.number, pack.as_of
    return int(json.loads(content)["log_index"]), datetime.min.replace(tzinfo=UTC)


def _last_answer(folder: Path | None, vial: Plain, pack: Pack, trust: Path, at: datetime) -> Plain | None:
    """The last signed answer about the vial, if it is kept and newer than the pack."""
    if folder is None or not vial["lot"] or not vial["serial"]:
        return None
    kept = folder / _answers_name(vial)
    if not kept.exists():
        return None
    outcome = _verified(kept.read_bytes(), trust, at)
    return outcome.case.reply["answer"] if outcome.as_of > instant_text(pack.as_of) else None


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One command at a time compares and replaces what the folder keeps."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


COMMANDS = (offline, check_offline)
