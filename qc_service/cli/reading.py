"""Commands that read other people's formats: instrument files, and raw scans while a scanner is being set up."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from qc_service.cli.saying import CouldNotAsk, as_json
from qc_service.exchange.codes import read_line
from qc_service.exchange.instruments import UnreadableFile, read_instrument, reading_dict


@click.command("read-instrument")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@as_json
def read_instrument_(*, files: tuple[Path, ...], json_: bool) -> None:
    """Read instrument files as the service would; each gives a line of JSON with its values and warnings."""
    del json_  # a reading is for a program, or for a person who looks closely
    refused = False
    for file in files:
        try:
            plain = reading_dict(read_instrument(file.read_bytes(), file.name))
        except UnreadableFile as error:
            refused = True
            plain = {"refused": error.code, "detail": error.detail}
        click.echo(json.dumps({"file": file.name, **plain}, ensure_ascii=False))
    sys.exit(1 if refused else 0)


@click.command("read-code")
@as_json
def read_code(*, json_: bool) -> None:
    """Read raw scans, one a line on standard input, with C escapes for control characters.

    Each is read as the service reads it, or refused with the setting of the scanner that is to be changed.
    """
    del json_  # as above
    answers: list[bool] = []
    today = datetime.now(UTC).date()
    for line in sys.stdin.buffer:
        answer = read_line(line.decode("utf-8", "surrogateescape").rstrip("\r\n"), today)
        answers.append(bool(answer["ok"]))
        click.echo(json.dumps(answer))
    if not answers:
        raise CouldNotAsk("There was no code: scan into this command, or send raw scans, one a line.")
    sys.exit(0 if all(answers) else 1)


COMMANDS = (read_instrument_, read_code)
