"""Commands that read other people's formats: instrument files, and raw scans while a scanner is being set up."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from qc_service.cli.saying import CouldNotAsk, as_json
from qc_service.exchange.codes import read_line
from qc_service.exchange.instruments import UnreadableFile, installed, read_instrument, reading_dict
from qc_service.exchange.sheets.template import filled_dict


@click.command("read-instrument")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@as_json
def read_instrument_(*, files: tuple[Path, ...], json_: bool) -> None:
    """Read instrument files as the service would; each gives a line of JSON with its values and warnings.

    A filled-in template for results gives its rows, and what is wrong in which cell, as far as the sheet itself says.
    """
    del json_  # a reading is for a program, or for a person who looks closely
    for reason in installed().unusable:
        click.echo(reason, err=True)
    refused = False
    for file in files:
        try:
            plain = _read(file.read_bytes(), file.name)
        except UnreadableFile as error:
            refused = True
            plain = {"refused": error.code, "detail": error.detail}
        click.echo(json.dumps({"file": file.name, **plain}, ensure_ascii=False))
    sys.exit(1 if refused else 0)


def _read(content: bytes, name: str) -> dict[str, object]:
    """What a file says: an instrument's, or else a sheet's. Raises UnreadableFile."""
    try:
        return reading_dict(read_instrument(content, name))
    except UnreadableFile as unknown:
        if unknown.code not in {"unknown_format", "binary"}:
            raise
        # The library for workbooks takes as long to load as all the rest of a command.
        from qc_service.exchange.sheets.reading import read_sheet  # noqa: PLC0415

        try:
            return filled_dict(read_sheet(content))
        except UnreadableFile as error:
            raise (unknown if error.code == "unknown_format" else error) from None


@click.command("results-template")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def results_template(*, file: Path) -> None:
    """Write the empty template for results: a workbook to a FILE that ends in .xlsx, CSV to one that ends in .csv."""
    from qc_service.exchange.sheets import blank  # noqa: PLC0415, as above

    made = {".csv": blank.csv_template, ".xlsx": blank.xlsx_template}.get(file.suffix.lower())
    if made is None:
        raise CouldNotAsk("Name a file that ends in .xlsx or .csv.")
    file.write_bytes(made())
    click.echo(f"Fill in {file} and send it to POST /api/v1/results/sheet.")


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


COMMANDS = (read_instrument_, read_code, results_template)
