"""Commands about evidence: the checkpoint, the audit, the records themselves, and verifying a bundle."""

from __future__ import annotations

import json
import sys

import click

from qc_service.app import audit_installation, rebuild_installation
from qc_service.application.audit.findings import AuditReport
from qc_service.application.audit.replay import ReplayFailed
from qc_service.application.ports import Moved, Unavailable
from qc_service.application.records import envelope
from qc_service.cli.saying import CouldNotAsk, SaidNo, as_json, installation, progress, say
from verifier import verify_bundle as stranger

AT_ONCE = 500
"""How many records are read and written at a time."""


@click.command()
@as_json
def checkpoint(*, json_: bool) -> None:
    """Sign the committed head, if it extends the last one, and show the checkpoint."""
    with installation() as made:
        try:
            note = made.publisher.publish().decode()
        except Unavailable as error:
            raise SaidNo(str(error)) from error
    say({"checkpoint": note}, note.rstrip("\n"), json_=json_)


@click.command()
@as_json
def audit(*, json_: bool) -> None:
    """Check every signature, stream and node, replay all records and compare the index, naming the first bad row."""
    with installation() as made:
        report = audit_installation(made, progress)
    found = [{"where": finding.where, "what": finding.what} for finding in report.findings]
    plain = {
        "clean": report.clean, "entries": report.entries, "root": report.root, "signed": report.signed,
        "rows": dict(report.rows), "findings": found, "unlisted": report.unlisted,
    }  # fmt: skip
    say(plain, _in_words(report), json_=json_)
    sys.exit(0 if report.clean else 1)


def _in_words(report: AuditReport) -> str:
    if report.clean:
        rows = sum(report.rows.values())
        return f"All {report.entries} entries and all {rows} rows of the index are as they were recorded."
    lines = [f"{finding.where}: {finding.what}" for finding in report.findings]
    return "\n".join([*lines, f"and {report.unlisted} more"] if report.unlisted else lines)


@click.command()
@as_json
def rebuild(*, json_: bool) -> None:
    """Write the index anew from the records, in one transaction; stop the service first."""
    with installation() as made:
        try:
            count = rebuild_installation(made, progress)
        except ReplayFailed as error:
            raise SaidNo(f"{error}; run 'qc-service audit'.") from error
        except Moved as error:
            raise CouldNotAsk("The log grew meanwhile: stop the service, then run this again.") from error
    say({"entries": count}, f"The index was written anew from {count} records.", json_=json_)


@click.command()
@as_json
def export(*, json_: bool) -> None:
    """Write every signed record as a line of JSON, in the order of the log: its place and its envelope as signed."""
    del json_  # it is always JSON
    with installation() as made:
        size = made.store.head().size
        for first in range(0, size, AT_ONCE):
            for record in made.store.records(first, min(AT_ONCE, size - first)):
                click.echo(json.dumps({"log_index": record.index, "envelope": envelope(record)}))
            progress(f"{min(first + AT_ONCE, size)} of {size} records")


@click.command(
    "verify-bundle",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def verify_bundle(*, arguments: tuple[str, ...]) -> None:
    """Verify a provenance bundle: FILE --trust ROOT [--explain] [--json]; the same file runs without this service."""
    sys.exit(stranger.main(list(arguments)))


@click.command(
    "verify-answer",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def verify_answer(*, arguments: tuple[str, ...]) -> None:
    """Verify the saved reply to a recorded check: FILE --trust ROOT [--at TIME] [--explain] [--json]; says its age."""
    sys.exit(stranger.main(["--answer", *arguments]))


COMMANDS = (checkpoint, audit, rebuild, export, verify_bundle, verify_answer)
