"""Commands for access tokens: made for a person on record, shown once, listed, revoked."""

from __future__ import annotations

from datetime import timedelta

import click

from qc_service.application.parties import RegisterPerson, register_person
from qc_service.application.tokens import actor_of, issue
from qc_service.cli.saying import CouldNotAsk, SaidNo, as_json, installation, say
from qc_service.domain.codec import from_plain
from qc_service.domain.errors import DomainError, Malformed
from qc_service.domain.moments import instant_text
from qc_service.domain.permissions import Role


@click.group()
def token() -> None:
    """Access tokens for machines and scripts, each bound to a person."""


@token.command()
@click.option("--person", required=True, help="Identity of a person, such as t.technician.")
@click.option(
    "--printed-name", default=None, help="Registers the person first: their name as signatures show it."
)
@click.option(
    "--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]), help="Repeatable."
)
@click.option("--organisation", default=None, help="The new person's organisation.")
@click.option("--by", default=None, help="The administrator who registers a new person.")
@click.option("--label", default="made on the command line", help="What it is for.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366), help="How long it lasts.")
@as_json
def create(
    *, person: str, printed_name: str | None, roles: tuple[str, ...], organisation: str | None, by: str | None,
    label: str, days: int, json_: bool,
) -> None:  # fmt: skip
    """Make a token and show it, this once."""
    with installation() as made:
        try:
            if printed_name is not None:
                said = {"id": person, "printed_name": printed_name, "roles": roles}
                intent = from_plain(RegisterPerson, {**said, "organisation": organisation})
                made.acts.perform(register_person, actor_of(made.view(), _named(by)), intent)
            text = issue(
                made.tokens, made.view(), person=person, label=label, at=made.clock(), lasts=timedelta(days=days),
                fresh=made.fresh,
            )  # fmt: skip
        except Malformed as error:
            raise CouldNotAsk(error.detail) from error
        except DomainError as error:
            raise SaidNo(error.detail) from error
    say({"token": text, "person": person, "days": days}, text, json_=json_)


def _named(by: str | None) -> str:
    if by is None:
        raise CouldNotAsk("A new person is registered by somebody: name an administrator with --by.")
    return by


@token.command("list")
@as_json
def list_(*, json_: bool) -> None:
    """List tokens, newest first; secrets are not kept."""
    with installation() as made:
        rows = made.tokens.all()
    shown = ("person", "label", "created_at", "expires_at", "revoked_at")
    plain = [{"id": row.token_id} | {name: getattr(row, name) for name in shown} for row in rows]
    lines = [
        f"{row.token_id}  {row.person:24} until {row.expires_at}  {'revoked' if row.revoked_at else row.label}"
        for row in rows
    ]
    say(plain, "\n".join(lines) or "There are no tokens yet: qc-service token create --person …", json_=json_)


@token.command()
@click.argument("token_id")
@as_json
def revoke(*, token_id: str, json_: bool) -> None:
    """Revoke a token by the identity that 'token list' shows."""
    with installation() as made:
        revoked = made.tokens.revoke(token_id, instant_text(made.clock()))
    if not revoked:
        raise SaidNo(f"No token {token_id} is in use; 'qc-service token list' shows them.")
    say({"revoked": token_id}, f"Revoked {token_id}.", json_=json_)


COMMANDS = (token,)
