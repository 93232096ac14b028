"""Asking a service over HTTP, for commands that work from somewhere else with a person's token."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from qc_service.cli.saying import CouldNotAsk, SaidNo

PATIENCE = 120
"""Seconds."""


def answer_of(url: str, path: str, token_file: Path, content: bytes, **headers: str) -> Any:
    """What the service answers to this content; ``Idempotency_Key`` is the header of that name.

    Raises ``SaidNo`` with what it refuses, and ``CouldNotAsk`` where it cannot be reached.
    """
    if not url.startswith(("https://", "http://")):
        raise CouldNotAsk("The service's address begins with https:// (or http:// on this machine).")
    token = token_file.read_text(encoding="ascii").strip()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(  # noqa: S310  the scheme is looked at above
        f"{url.rstrip('/')}/api/v1{path}", data=content, headers={"Authorization": f"Bearer {token}", **named}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:  # noqa: S310
            return json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            raise SaidNo(f"The service refused it ({error.code}): {error.read(2000).decode()}") from error
    except (OSError, ValueError) as error:
        raise CouldNotAsk(
            f"The service cannot be reached; nothing is lost, send it again: {error}."
        ) from error
