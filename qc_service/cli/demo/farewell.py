"""What a visitor is shown once the demonstration answers: a vial to scan, and a line to try for each user."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import click
import segno


def farewell(plain: dict[str, Any]) -> str:
    """What the terminal shows, from what ``demo.json`` says."""
    link = plain["vials"]["in_order"]["digital_link"]
    lines = [
        "",
        click.style(f"The demonstration answers at {plain['base_url']}", bold=True),
        "",
        "A vial whose records are in order; scan it, or open",
        f"  {link}",
        square(link),
        "Every user has a token in demo.json. As each of them:",
        *(f"  {who:16} {line}" for who, line in _tries(plain)),
        "",
        f"An auditor's bundle needs no service: qc-service verify-bundle FILE --trust {plain['trust_root']}",
        "Ctrl-C ends it; the next 'make demo' goes on from here.",
    ]
    return "\n".join(lines)


def square(text: str) -> str:
    """The text as a QR code of half-block characters."""
    drawn = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(out=drawn, compact=True)
    return drawn.getvalue()


def _tries(plain: dict[str, Any]) -> Iterator[tuple[str, str]]:
    lots, vials = plain["lots"], plain["vials"]
    paths = {
        "technician": f"/lots/{lots['released']}/labels",
        "analyst": "/products/EV-BULK/trends/size_mode",
        "quality": f"/donations/{plain['donations'][2]}/screenings",
        "logistics": "/shipments",
        "clinician": f"/verify?code={quote(vials['in_order']['gs1_scan'], safe='')}&route=injection",
        "other_clinician": f"/verify?code={quote(vials['recalled']['gs1_scan'], safe='')}&route=injection",
        "auditor": f"/trace?from=donation:{plain['donations'][0]}",
        "administrator": "/persons",
    }
    for who, path in paths.items():
        yield (
            who,
            f"curl -H 'Authorization: Bearer {plain['tokens'][who]}' '{plain['base_url']}/api/v1{path}'",
        )
