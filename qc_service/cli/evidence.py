"""Commands about evidence: keys, the checkpoint, the audit, and verifying a bundle with the stranger's verifier."""

from __future__ import annotations

import sys

import click

from qc_service.app import audit_installation, rebuild_installation
from qc_service.cli.saying import Stop, as_json, installation, say
from verifier import verify_bundle as stranger


@click.command()
@as_json
def key(*, json_: bool) -> None:
    """Show the public keys and the trust root's digest."""
    with installation() as made:
        keys = [{"role": role, **signer.jwk()} for role, signer in made.public_keys()]
        plain = {
            "issuer": made.issuer,
            "log": made.publisher.verifier,
            "trust_root": made.root.digest(),
            "keys": keys,
        }
    lines = [f"{one['role']:10} {one['crv']} {one['x']}" for one in keys]
    say(
        plain,
        "\n".join([f"log        {plain['log']}", f"trust root sha256:{plain['trust_root']}", *lines]),
        json_=json_,
    )


@click.command()
@as_json
def checkpoint(*, json_: bool) -> None:
    """Sign the committed head and show the checkpoint."""
    with installation() as made:
        wrong = made.ready()
        if wrong:
            raise Stop(" ".join(wrong), exit_code=1)
        note = made.publisher.publish().decode()
    say({"checkpoint": note}, note.rstrip("\n"), json_=json_)


@click.command()
@as_json
def audit(*, json_: bool) -> None:
    """Check every signature, stream and node, replay all records and compare the index, naming the first bad row."""
    with installation() as made:
        report = audit_installation(made, lambda text: click.echo(text, err=True))
    plain = {
        "entries": report.entries,
        "findings": [{"where": finding.where, "what": finding.what} for finding in report.findings],
    }
    lines = [f"{finding.where}: {finding.what}" for finding in report.findings]
    say(
        plain,
        "\n".join(lines) or f"All {report.entries} entries and the whole index are as they must be.",
        json_=json_,
    )
    if report.findings:
        sys.exit(1)


@click.command()
@as_json
def rebuild(*, json_: bool) -> None:
    """Write the index anew from the records."""
    with installation() as made:
        count = rebuild_installation(made, lambda text: click.echo(text, err=True))
    say({"entries": count}, f"The index was written anew from {count} records.", json_=json_)


@click.command(
    "verify-bundle",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def verify_bundle(*, arguments: tuple[str, ...]) -> None:
    """Verify a provenance bundle: FILE --trust ROOT [--explain] [--json]; the same file runs without this service."""
    sys.exit(stranger.main(list(arguments)))


COMMANDS = (key, checkpoint, audit, rebuild, verify_bundle)
