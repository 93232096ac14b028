"""Commands that make, migrate and serve an installation."""

from __future__ import annotations

import click

from qc_service.app import Founder, Refusal, initialise, migrate_database
from qc_service.application.ports import Unavailable
from qc_service.cli.saying import CouldNotAsk, SaidNo, as_json, installation, say, settings
from qc_service.cli.serving import must_be_free, serve_forever
from qc_service.domain.errors import Conflict, DomainError
from qc_service.domain.identifiers import CountryCode, Gln, Line, OrganisationId, PersonId


@click.command()
@click.option("--issuer", required=True, help="The log's origin, such as qc.example.org; it never changes.")
@click.option(
    "--organisation", required=True, help="Identity of the organisation that runs this, such as acme-bio."
)
@click.option("--name", required=True, help="The organisation's name.")
@click.option("--country", required=True, help="Two letters (ISO 3166-1).")
@click.option("--zone", required=True, help="Time zone, such as America/New_York.")
@click.option("--phone", default=None, help="The quality unit's telephone, shown in every answer.")
@click.option(
    "--gln", default=None, help="The organisation's GLN, by which it answers verification messages."
)
@click.option("--administrator", required=True, help="Identity of the first administrator, such as j.doe.")
@click.option("--printed-name", required=True, help="The administrator's name as signatures show it.")
@as_json
def init(
    *, issuer: str, organisation: str, name: str, country: str, zone: str, phone: str | None, gln: str | None,
    administrator: str, printed_name: str, json_: bool,
) -> None:  # fmt: skip
    """Make keys, the trust root and the database, and record who runs this."""
    chosen = settings()
    try:
        founder = Founder(
            organisation=OrganisationId(organisation), name=Line(name), country=CountryCode(country), zone=Line(zone),
            quality_phone=Line(phone) if phone else None, gln=Gln(gln) if gln else None,
            administrator=PersonId(administrator), printed_name=Line(printed_name),
        )  # fmt: skip
        made = initialise(chosen, issuer, founder)
    except Conflict as error:
        raise SaidNo(error.detail) from error
    except (DomainError, Unavailable, *Refusal) as error:
        raise CouldNotAsk(str(error)) from error
    root = made.keystore.root_path(1)
    plain = {"issuer": made.issuer, "trust_root": str(root), "digest": made.root.digest()}
    made.close()
    say(
        plain,
        f"Ready. The trust root is {root}; print its digest and keep it apart:\n  sha256:{plain['digest']}\n"
        f"Next: qc-service token create --person {administrator}",
        json_=json_,
    )


@click.command()
@as_json
def migrate(*, json_: bool) -> None:
    """Bring the database to the revision this program was made for."""
    try:
        revision = migrate_database(settings())
    except Refusal as error:
        raise CouldNotAsk(str(error)) from error
    spoken = (
        f"The database is at revision {revision}. Now run 'qc-service audit'; where it misses rows of an index that is "
        "new, 'qc-service rebuild' writes them."
    )
    say({"revision": revision}, spoken, json_=json_)


@click.command()
def serve() -> None:
    """Serve the installation over HTTP (HOST, PORT, QC_WORKERS) until it is told to stop."""
    chosen = settings()
    with installation(chosen) as made:
        wrong = made.ready()
    if wrong:
        raise SaidNo(f"{'; '.join(wrong)}: run 'qc-service audit'.")
    must_be_free(chosen)
    serve_forever(chosen, lambda: click.echo(f"Serving at {chosen.public_url}", err=True))


COMMANDS = (init, migrate, serve)
