"""How commands speak: a sentence for a person or JSON for a program, and the exit code that goes with it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from qc_service.app import Capabilities, Refusal, assemble
from qc_service.settings import Settings, SettingsInvalid

F = TypeVar("F", bound=Callable[..., Any])


class SaidNo(click.ClickException):
    """The answer is no, and the message says why: exit 1."""

    exit_code = 1


class CouldNotAsk(click.ClickException):
    """It could not be asked, and the message says what mends that: exit 2."""

    exit_code = 2


def as_json(command: F) -> F:
    """The option every command has: answer in JSON."""
    return click.option("--json", "json_", is_flag=True, help="Answer in JSON.")(command)


def say(plain: Any, text: str, *, json_: bool) -> None:
    """Say it as JSON or as text."""
    click.echo(json.dumps(plain, indent=2, ensure_ascii=False) if json_ else text)


def progress(text: str) -> None:
    """How far long work has come, for whoever watches the terminal."""
    if sys.stderr.isatty():
        click.echo(text, err=True)


def settings() -> Settings:
    """The settings of the environment. Ends the command where one cannot be used."""
    try:
        return Settings.from_environment(os.environ)
    except SettingsInvalid as error:
        raise CouldNotAsk(str(error)) from error


@contextmanager
def installation(chosen: Settings | None = None) -> Iterator[Capabilities]:
    """The installation that the settings, or else the environment, name. Ends the command where it cannot be opened."""
    try:
        made = assemble(chosen or settings())
    except Refusal as error:
        raise CouldNotAsk(str(error)) from error
    try:
        yield made
    finally:
        made.close()
