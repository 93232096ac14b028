"""Commands about signing keys: shown, put in another's place, retired, and reported as perhaps in others' hands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from qc_service.app import Capabilities, Refusal
from qc_service.application.actor import Actor
from qc_service.application.keys import (
    IntroduceKey,
    ReportCompromise,
    RetireKey,
    introduce_key,
    report_compromise,
    retire_key,
)
from qc_service.application.ports import Unavailable
from qc_service.application.tokens import actor_of
from qc_service.cli.saying import CouldNotAsk, SaidNo, as_json, installation, say
from qc_service.domain.errors import DomainError, Malformed
from qc_service.domain.identifiers import Line, Text
from qc_service.domain.keys import KEY, KeyRole
from qc_service.domain.permissions import Permission

RESTART = "Restart the service, so that it signs with the new key, and publish the new trust root's digest."


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def key(context: click.Context, *, json_: bool) -> None:
    """Show the public keys, the log's verifier key and the trust root's digest; or decide about a key."""
    if context.invoked_subcommand is not None:
        return
    with installation() as made:
        keys = [{"role": role, **public.jwk(), "keyid": public.keyid} for role, public in made.public_keys()]
        log, digest = made.publisher.verifier, made.root.digest()
        plain = {"issuer": made.issuer, "log": log, "trust_root": digest, "keys": keys}
    lines = [f"{one['role']:10} {one['crv']} {one['x']}  {one['keyid']}" for one in keys]
    say(plain, "\n".join([f"log        {log}", f"trust root sha256:{digest}", *lines]), json_=json_)


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_BY = click.option("--by", required=True, help="The administrator, or the person of quality, who decides it.")
_WHY = click.option("--explanation", required=True, help="Why, in a sentence that stays on record.")


@key.command()
@click.option(
    "--role",
    type=click.Choice(["record", "label"]),
    default="record",
    help="Which key; the record key unless said.",
)
@_BY
@_WHY
@as_json
def rotate(*, role: str, by: str, explanation: str, json_: bool) -> None:
    """Put a new key in the place of the present one, which is retired; what it signed stays valid."""
    if role == KeyRole.LABEL:
        return _rotate_label(by, explanation, json_=json_)
    with _deciding() as made:
        actor = _decider(made, by)
        present, following = made.keystore.signer("record"), made.keystore.successor()
        # Introduced by the key that everybody trusts, so that whoever holds the first trust root goes on verifying.
        intent = IntroduceKey(role=KeyRole.RECORD, public=following.public, explanation=Text(explanation))
        made.acts.perform(introduce_key, actor, intent)
        made.keystore.succeed()
    with _deciding() as made:
        _take_over(made, by, present.public.keyid, explanation)
        _say_new(made, json_=json_)
    return None


def _rotate_label(by: str, explanation: str, *, json_: bool) -> None:
    with _deciding() as made:
        actor = _decider(made, by)
        present, following = made.keystore.signer("label"), made.keystore.successor("label")
        intent = IntroduceKey(
            role=KeyRole.LABEL, public=following.public, retires=Line(present.public.keyid),
            explanation=Text(explanation),
        )  # fmt: skip
        made.acts.perform(introduce_key, actor, intent)
        made.keystore.succeed("label")
    keyid = following.public.keyid
    say({"keyid": keyid}, f"Labels are signed with {keyid}. Restart the service.", json_=json_)


@key.command()
@click.option(
    "--key", "key_file", type=_FILE, help="The PEM of a P-256 key of yours; mode 0600, no passphrase."
)
@click.option("--certificates", type=_FILE, help="The PEM of its certificate, followed by those above it.")
@_BY
@_WHY
@as_json
def seal(*, key_file: Path | None, certificates: Path | None, by: str, explanation: str, json_: bool) -> None:
    """Make the key that seals certificates of analysis, or another in its place; or take one of yours with its own.

    Without --key its certificate is by this installation's own authority, which stays the same.
    """
    if (key_file is None) != (certificates is None):
        raise CouldNotAsk("Name both --key and --certificates, or neither.")
    brought = None if key_file is None or certificates is None else (key_file, certificates)
    with _deciding() as made:
        actor, kept = _decider(made, by), made.keystore
        present = Line(kept.signer("seal").public.keyid) if kept.has_seal() else None
        try:
            following = kept.next_seal(made.issuer, made.clock(), brought)
        except Refusal as error:
            raise CouldNotAsk(f"{error}.") from error
        public = following.signer.public
        if public.keyid == present:
            raise SaidNo("This key seals already.")
        known = present is not None and made.view().find(KEY, present) is not None
        intent = IntroduceKey(
            role=KeyRole.SEAL,
            public=public,
            retires=present if known else None,
            explanation=Text(explanation),
        )
        made.acts.perform(introduce_key, actor, intent)
        kept.succeed_seal()
    plain = {"keyid": public.keyid, "certificate": following.fingerprint}
    words = (
        f"Certificates are sealed with {public.keyid},\nby the certificate sha256:{following.fingerprint}."
    )
    say(plain, f"{words} Restart the service.", json_=json_)


@key.command()
@click.argument("keyid")
@_BY
@_WHY
@as_json
def retire(*, keyid: str, by: str, explanation: str, json_: bool) -> None:
    """Retire KEYID, which signs nothing more; what it signed stays valid."""
    with _deciding() as made:
        if keyid == made.keystore.signer("record").public.keyid:
            raise SaidNo("This key signs the records: 'qc-service key rotate' puts another in its place.")
        intent = RetireKey(keyid=Line(keyid), explanation=Text(explanation))
        made.acts.perform(retire_key, _decider(made, by), intent)
    say({"keyid": keyid, "status": "retired"}, f"Key {keyid} is retired.", json_=json_)


@key.command()
@click.argument("keyid")
@click.option(
    "--since-size", required=True, type=int, help="The log's size when it may first have been misused."
)
@_BY
@_WHY
@as_json
def compromised(*, keyid: str, since_size: int, by: str, explanation: str, json_: bool) -> None:
    """Report that somebody else may hold KEYID: what it signed since then no longer counts, and each answer says so.

    Where it is the key that signs the records, a new one takes its place first.
    """
    with _deciding() as made:
        _decider(made, by)
        intent = ReportCompromise(keyid=Line(keyid), since_size=since_size, explanation=Text(explanation))
        known, size = made.view().get(KEY, keyid), made.store.head().size
        if not 0 <= since_size <= size:
            raise CouldNotAsk(f"--since-size is a size that the log has had, from 0 to {size}.")
        if keyid == made.keystore.signer("record").public.keyid:
            made.keystore.succeed()
    with _deciding() as made:
        if known.role is KeyRole.RECORD and known.retired is None:
            _take_over(made, by, keyid, explanation)
        made.acts.perform(report_compromise, _decider(made, by), intent)
        _say_new(made, json_=json_)


def _decider(made: Capabilities, by: str) -> Actor:
    """Whoever decides, asked before any file is touched."""
    actor = actor_of(made.view(), by)
    actor.must(Permission.DECIDE_KEYS)
    return actor


def _take_over(made: Capabilities, by: str, keyid: str, explanation: str) -> None:
    """The new key's first act retires the one before; where that is not to be trusted, it introduces itself, too."""
    public = made.keystore.signer("record").public
    intent = IntroduceKey(
        role=KeyRole.RECORD, public=public, retires=Line(keyid), explanation=Text(explanation)
    )
    made.acts.perform(introduce_key, _decider(made, by), intent)


def _say_new(made: Capabilities, *, json_: bool) -> None:
    keyid, root = made.keystore.signer("record").public.keyid, made.root
    plain = {"keyid": keyid, "trust_root": root.digest(), "version": root.version}
    words = f"Records are signed with {keyid}.\nTrust root {root.version}: sha256:{root.digest()}\n{RESTART}"
    say(plain, words, json_=json_)


@contextmanager
def _deciding() -> Iterator[Capabilities]:
    with installation() as made:
        try:
            yield made
        except Malformed as error:
            raise CouldNotAsk(error.detail) from error
        except DomainError as error:
            raise SaidNo(error.detail) from error
        except Unavailable as error:
            raise SaidNo(str(error)) from error


COMMANDS = (key,)
