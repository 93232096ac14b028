"""The commands: exit 0 means good, 1 that the answer is no (and why), 2 that it could not be asked."""

from __future__ import annotations

import click

from qc_service.cli import (
    certificates,
    demonstration,
    evidence,
    importing,
    installation,
    keys,
    labels,
    offline,
    queueing,
    reading,
    tokens,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(package_name="qc-service")
def main() -> None:
    """Record exosome lots, sign every record, and answer whether anything on record forbids using a vial."""


for room in (
    installation,
    demonstration,
    tokens,
    keys,
    evidence,
    certificates,
    reading,
    importing,
    labels,
    offline,
    queueing,
):
    for command in room.COMMANDS:
        main.add_command(command)

__all__ = ["main"]
