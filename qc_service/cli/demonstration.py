"""The demonstration as a command: load the made-up network once, tell its story, and serve it."""

from __future__ import annotations

import json

import click

from qc_service.cli.demo.farewell import farewell
from qc_service.cli.demo.kept import PUBLISHED, published, write_json
from qc_service.cli.demo.loading import load
from qc_service.cli.saying import as_json, installation, settings
from qc_service.cli.serving import must_be_free, serve_forever


@click.command()
@as_json
def demo(*, json_: bool) -> None:
    """Load a made-up network through the service's own acts, tell its story, and serve it (QC_HOME, PORT).

    Whatever a visitor needs stands in demo.json in the home, written once the service answers.
    """
    chosen = settings()
    must_be_free(chosen)
    kept = load(chosen, lambda line: click.echo(line, err=json_))
    with installation(chosen) as made:
        plain = published(kept, made, chosen)
    announced = chosen.home / PUBLISHED
    announced.unlink(missing_ok=True)

    def announce() -> None:
        write_json(announced, plain)
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False) if json_ else farewell(plain))

    serve_forever(chosen, announce)


COMMANDS = (demo,)
