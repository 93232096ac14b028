"""The command that sends many instrument files to a service: shown first, recorded once told so."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from qc_service.cli.remote import answer_of
from qc_service.cli.saying import CouldNotAsk, SaidNo, as_json, say

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
MOST_FILES = 50
MEMBERS = ("method", "method_version", "instrument", "facility", "started", "read")
"""What may be said for every file whose statement lacks it."""
Plain = dict[str, Any]


def _pairs(_: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """``NAME=VALUE`` as often as it is given."""
    found = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not (name and equals and value):
            raise click.BadParameter(f"write it as NAME=VALUE, not {one!r}", param=option)
        found[name] = value
    return found


@click.command("import-readings")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--url", required=True, help="The service, like https://qc.example.")
@click.option("--token-file", required=True, type=FILE, help="Your access token.")
@click.option("--lot", "lots", multiple=True, callback=_pairs, help="FILE=LOT, where the lot was asked for.")
@click.option(
    "--set", "said", multiple=True, callback=_pairs, help="MEMBER=VALUE, for every file that lacks it."
)
@click.option(
    "--answer", "answers", multiple=True, callback=_pairs, help="WARNING=WORDS, for every file that has it."
)
@click.option("--record", is_flag=True, help="Record what is shown; without it nothing is recorded.")
@as_json
def import_readings(
    *, files: tuple[Path, ...], url: str, token_file: Path, lots: dict[str, str], said: dict[str, str],
    answers: dict[str, str], record: bool, json_: bool,
) -> None:  # fmt: skip
    """Show what instrument FILES say, whose lots they are of and what is still to be said; or record them."""
    if len(files) > MOST_FILES:
        raise CouldNotAsk(f"Send at most {MOST_FILES} files at once.")
    unknown = [*(said.keys() - set(MEMBERS)), *(lots.keys() - {file.name for file in files})]
    if unknown:
        raise CouldNotAsk(f"{unknown[0]} is neither a file here nor one of {', '.join(MEMBERS)}.")
    sent = [(file.name, file.read_bytes()) for file in files]
    chosen = {name: value for name, value in said.items() if name in {"instrument", "facility"}}
    choices = [
        {"file": sha256(content).hexdigest(), **chosen, **({"lot": lots[name]} if name in lots else {})}
        for name, content in sent
    ]
    told = _asked(url, token_file, "/readings", sent, {"choices": choices})
    statements = {file["file"]: _filled_in(file, said) for file in told["files"] if file.get("lot")}
    if not record:
        ready = all(_ready(file, statements.get(file["file"]), answers) for file in told["files"])
        say(told, "\n".join(line for file in told["files"] for line in _lines(file)), json_=json_)
        sys.exit(0 if ready else 1)
    sheets = [file for file in told["files"] if file["sheet"] and file["sheet"]["good"]]
    if not statements and not sheets:
        raise SaidNo("No file has its lot: say --lot FILE=LOT.")
    statement = {
        "files": list(statements.values()),
        "sheets": [{"confirm": file["file"]} for file in sheets],
        "answers": [{"code": code, "answer": words} for code, words in answers.items()],
    }
    done = _asked(url, token_file, "/readings/confirmation", sent, statement)
    say(done, "\n".join(_became(one) for one in done["results"]), json_=json_)
    whole = [one for one in sheets if not one["sheet"]["errors"]]
    good = len(statements) + len(whole) == len(told["files"])
    sys.exit(0 if good and all(one["status"] < 300 for one in done["results"]) else 1)


def _filled_in(file: Plain, said: Mapping[str, str]) -> Plain:
    """The suggested statement, with what was said where it lacks something."""
    statement: Plain = file["statement"]
    return {**statement, **{name: value for name, value in said.items() if statement.get(name) is None}}


def _ready(file: Plain, statement: Plain | None, answers: Mapping[str, str]) -> bool:
    """Whether nothing is left to be said before the file can be recorded."""
    if file["sheet"]:
        return bool(file["sheet"]["good"] and not file["sheet"]["errors"])
    if statement is None:
        return False
    codes = {warning["code"] for warning in file["reading"]["warnings"]}
    return codes <= answers.keys() and all(statement.get(member) for member in MEMBERS)


def _lines(file: Plain) -> Iterator[str]:
    """What is shown of a file: its lot, its values beside their limits, what is doubtful and what it warns of."""
    if file["unreadable"]:
        yield f"{file['name']}: {file['unreadable']}"
        return
    if file["sheet"]:
        yield f"{file['name']}: a sheet, of which {file['sheet']['good']} results can be recorded"
        for row in file["sheet"]["rows"]:
            already = f", on record as result {row['already']}" if row["already"] else ""
            yield f"  {row['lot']} {row['assay']} {row['stated'] or 'not readable'}{already}"
        for fault in file["sheet"]["errors"]:
            yield f"  ! {fault['cell'] or fault['row']}: {fault['column']} {fault['what']}; {fault['mend']}"
        return
    yield f"{file['name']}: {file['lot'] or 'which lot?'}"
    for value in file["proposed"]:
        if value["limits"]:
            judged = value["judgement"] or value["because"]
            yield f"  {value['assay']} {value['value']} {value['unit']}, wanted {value['limits']}: {judged}"
    for doubt in file["doubts"]:
        yield f"  ? {doubt['member']}: {doubt['detail']}"
    for warning in file["reading"]["warnings"]:
        yield f"  ! {warning['code']}: {warning['detail']}"


def _became(result: Plain) -> str:
    numbers = ", ".join(map(str, result["results"]))
    about = f"{result['name']}, lot {result['lot']}" if result["lot"] else result["name"]
    if result["status"] == 201:
        opened = "".join(f"; {kind}" for kind in result["opened"])
        return f"{about}: recorded as result {numbers}{opened}"
    if result["status"] == 200:
        return f"{about}: on record already as result {numbers}"
    return f"{about}: not recorded: {result['problem']['detail']}"


def _asked(url: str, token_file: Path, path: str, files: list[tuple[str, bytes]], statement: Plain) -> Plain:
    """The service's answer to these files with this statement."""
    edge = secrets.token_hex(16)
    answer: Plain = answer_of(
        url, path, token_file, _form(edge, files, statement),
        Content_Type=f"multipart/form-data; boundary={edge}", Idempotency_Key=edge,
    )  # fmt: skip
    return answer


def _form(edge: str, files: list[tuple[str, bytes]], statement: Plain) -> bytes:
    """The parts of a form (RFC 7578): the statement, then every file under its name."""
    parts = [b'name="statement"\r\n\r\n' + json.dumps(statement).encode()]
    for name, content in files:
        kept = "".join("_" if one in '"\r\n' else one for one in name)
        parts.append(f'name="file"; filename="{kept}"\r\nContent-Type: text/plain\r\n\r\n'.encode() + content)
    divider = f"--{edge}\r\nContent-Disposition: form-data; ".encode()
    return b"".join(divider + part + b"\r\n" for part in parts) + f"--{edge}--\r\n".encode()


COMMANDS = (import_readings,)
