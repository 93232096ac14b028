"""The command that sends what was written down without a network: a file of acts, one a line, as often as it takes.

{"id": <UUID>, "n": 1, "kind": "preparation", "happened_at": "2026-11-22T10:00:00+01:00",
 "path": {"lot": "EX261101A", "serial": "7K3M9QW2TX49"}, "body": {"starts": ["thaw"], "route": "injection"}}
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from qc_service.cli.remote import answer_of
from qc_service.cli.saying import CouldNotAsk, SaidNo, as_json, say

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
AT_ONCE = 100
"""Acts in one request."""
Plain = dict[str, Any]


@click.command("send-queue")
@click.argument("file", type=FILE)
@click.option("--url", required=True, help="The service, like https://qc.example.")
@click.option("--token-file", required=True, type=FILE, help="Your access token.")
@click.option("--device", required=True, help="What the device is called; it numbers the acts of FILE.")
@as_json
def send_queue(*, file: Path, url: str, token_file: Path, device: str, json_: bool) -> None:
    """Send the acts of FILE, one a line, and keep the answers in FILE.answers. It may be stopped and sent again."""
    acts, told = json_lines(file), file.with_name(f"{file.name}.answers")
    answered = {line["id"] for line in json_lines(told)} if told.exists() else set()
    waiting = [act for act in acts if act.get("id") not in answered]
    failed = 0
    for first in range(0, len(waiting), AT_ONCE):
        results = _sent(url, token_file, device, waiting[first : first + AT_ONCE])
        done = [one for one in results if not _waits(one)]
        with told.open("a", encoding="utf-8") as kept:
            kept.writelines(f"{json.dumps(one)}\n" for one in done)
        failed += sum(one["status"] >= 400 for one in done)
        if len(done) < len(results):
            raise SaidNo(
                f"{len(waiting) - first - len(done)} acts wait: {_first_problem(results)} Send it again."
            )
    words = f"{len(waiting)} acts were answered, {failed} of them with a problem; see {told.name}."
    say({"answered": len(waiting), "problems": failed, "answers": told.name}, words, json_=json_)
    sys.exit(1 if failed else 0)


def _waits(result: Plain) -> bool:
    """Whether the act has no answer that stands: the service was out, or acts before it are missing."""
    gap = result.get("problem", {}).get("type", "").endswith((":QueueGap", ":Busy"))
    return bool(result["status"] >= 500 or gap)


def _first_problem(results: list[Plain]) -> str:
    return str(next(one["problem"]["detail"] for one in results if _waits(one)))


def _sent(url: str, token_file: Path, device: str, acts: list[Plain]) -> list[Plain]:
    content = json.dumps({"device": device, "acts": acts}).encode()
    results: list[Plain] = answer_of(url, "/queue", token_file, content, Content_Type="application/json")[
        "results"
    ]
    return results


def json_lines(file: Path) -> list[Plain]:
    """A file of JSON objects, one a line."""
    try:
        found = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except ValueError as error:
        raise CouldNotAsk(f"{file.name} is not JSON, one act a line: {error}.") from error
    if not all(isinstance(one, dict) for one in found):
        raise CouldNotAsk(f"{file.name} must hold objects, one a line.")
    return found


COMMANDS = (send_queue,)
