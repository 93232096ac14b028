"""The composition root: settings become an engine, signers and a clock, these become capabilities, and those an app."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from qc_service.application.actor import Actor, OpenToken
from qc_service.application.acts import Acts
from qc_service.application.attesting import Attestor
from qc_service.application.audit.findings import AuditReport
from qc_service.application.audit.records import Progress
from qc_service.application.audit.whole import audit, rebuild
from qc_service.application.certificates.issuing import Notary, sealing
from qc_service.application.founding import Found, found
from qc_service.application.keys import must_be_usable
from qc_service.application.label_jobs import Press
from qc_service.application.offline_pack import Packer
from qc_service.application.ports import Clock
from qc_service.application.provenance import Bundler
from qc_service.application.publishing import Publisher
from qc_service.application.recall_list import RecallLists
from qc_service.application.token_claims import label_keys
from qc_service.application.view import View
from qc_service.domain.identifiers import CountryCode, Gln, Line, OrganisationId, PersonId
from qc_service.domain.keys import KEY, KeyRole
from qc_service.domain.label_claims import LONGEST_ISSUER, LabelClaims
from qc_service.domain.permissions import Role
from qc_service.domain.verdict import Finding, ScannedCode
from qc_service.exchange.certificates.making import drawn, sealed
from qc_service.exchange.label_tokens import label_token
from qc_service.exchange.labels.press import proof
from qc_service.exchange.scanned_tokens import vial_of_token
from qc_service.exchange.units import convert
from qc_service.keystore import ROLES, SEAL, Keystore, KeyUnusable
from qc_service.ledger.forkfile import ForkFile
from qc_service.ledger.keys import PublicKey
from qc_service.ledger.pkcs8 import KeyRefused
from qc_service.ledger.seal import pem_of
from qc_service.ledger.trust import TrustRoot
from qc_service.persistence import schema
from qc_service.persistence.auditing import SqlAuditable, open_scratch
from qc_service.persistence.engine import open_engine
from qc_service.persistence.queues import SqlQueues
from qc_service.persistence.store import SqlStore
from qc_service.persistence.tokens import SqlTokens
from qc_service.settings import Settings
from qc_service.web.api import install
from qc_service.web.service import EXTENSION, Service

DEMONSTRATION = "demo."
"""How the issuer of every demonstration begins; nothing else may be told the time."""


def system_clock() -> datetime:
    """The time, UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """Everything that the service can do, made from settings once; the web and the commands both use it."""

    settings: Settings
    engine: Engine
    keystore: Keystore
    store: SqlStore
    tokens: SqlTokens
    acts: Acts
    publisher: Publisher
    bundler: Bundler
    recall_lists: RecallLists
    open_token: OpenToken
    clock: Clock
    fresh: Callable[[int], bytes]
    root: TrustRoot

    @property
    def issuer(self) -> str:
        """The log's origin, as the trust root states it."""
        return self.root.issuer

    def view(self) -> View:
        """A fresh view of the records."""
        return self.acts.view()

    def public_keys(self) -> tuple[tuple[str, PublicKey], ...]:
        """The public key of each purpose."""
        roles = (*ROLES, SEAL) if self.keystore.has_seal() else ROLES
        return tuple((role, self.keystore.signer(role).public) for role in roles)

    def ready(self) -> tuple[str, ...]:
        """What keeps the service from answering: an unmigrated database, or a head that does not extend the last."""
        try:
            schema.check(self.engine)
            return (
                () if self.publisher.consistent() else ("the log's head does not extend the last signed one",)
            )
        except (schema.SchemaMismatch, SQLAlchemyError) as error:
            return (
                str(error) if isinstance(error, schema.SchemaMismatch) else "the database cannot be reached",
            )

    @property
    def press(self) -> Press:
        """What printing labels wants: the service's address and name, its label key, and the proof of a job."""
        link = Line(self.settings.public_url)
        return Press(link=link, issuer=self.issuer, token=_labelling(self), proof=proof)

    @property
    def notary(self) -> Notary:
        """What issuing certificates wants: the service's address and name, its seal, and who draws and seals a file."""
        kept, link = self.keystore, Line(self.settings.public_url)
        seal = sealing(lambda: kept.seal() if kept.has_seal() else None, self.view)
        return Notary(
            link=link, issuer=self.issuer, bundler=self.bundler, seal=seal, drawn=drawn, sealed=sealed
        )

    def close(self) -> None:
        """Give back the database connections."""
        self.store.close()


class ClockRefused(ValueError):
    """Somebody would tell a service the time that is no demonstration."""


class IssuerTooLong(ValueError):
    """The log's origin does not fit on a label."""


class DatabaseUnreachable(RuntimeError):
    """The database that the settings name cannot be reached."""


@contextmanager
def _reaching() -> Iterator[None]:
    """Put in plain words that the database does not answer."""
    try:
        yield
    except SQLAlchemyError as error:
        detail = "The database cannot be reached: see that its server runs, and that DATABASE_URL names it."
        raise DatabaseUnreachable(detail) from error


Refusal = (schema.SchemaMismatch, DatabaseUnreachable, KeyUnusable, KeyRefused, ValueError)
"""What keeps an installation from being opened; each message names the mend."""


def migrate_database(settings: Settings) -> str:
    """Bring the database to the newest revision and return its name."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with _reaching():
        engine = open_engine(settings.database_url)
        try:
            schema.migrate(engine)
            return schema.current(engine) or ""
        finally:
            engine.dispose()


def assemble(
    settings: Settings, environment: Mapping[str, str] | None = None, clock: Clock = system_clock
) -> Capabilities:
    """Open everything the settings name.

    Raises ``SchemaMismatch`` and ``KeyUnusable``, which name the command that mends it, and ``ClockRefused`` where a
    clock other than the system's is to time records of an issuer that does not begin with ``demo.``.
    """
    keystore = Keystore(settings.home, os.environ if environment is None else environment)
    root = keystore.newest_root()
    if root is None:
        raise KeyUnusable("This home has no trust root: run 'qc-service init' first.")
    if clock is not system_clock and not root.issuer.startswith(DEMONSTRATION):
        raise ClockRefused(f"{root.issuer} is no demonstration, so its records take the system's time.")
    with _reaching():
        engine = open_engine(settings.database_url)
        schema.check(engine)
    fork_file = ForkFile(keystore.fork_file)
    store = SqlStore(engine, keystore.row_key(), least=fork_file.size(root.log), trusts=keystore.trusts)
    signer = keystore.signer("record")
    publisher = Publisher(store, root.issuer, keystore.signer("checkpoint"), fork_file)
    attestor = Attestor(issuer=root.issuer, signer=signer, fresh=secrets.token_bytes)

    def open_token(text: str) -> ScannedCode | Finding:
        return vial_of_token(text, label_keys(store), root.issuer)

    return Capabilities(
        settings=settings, engine=engine, keystore=keystore, store=store, tokens=SqlTokens(engine),
        acts=Acts(store, attestor, clock, open_token, convert), open_token=open_token, publisher=publisher,
        bundler=Bundler(store=store, publisher=publisher, signer=signer, issuer=root.issuer),
        recall_lists=RecallLists(store=store, publisher=publisher, signer=signer, issuer=root.issuer),
        clock=clock, fresh=secrets.token_bytes, root=root,
    )  # fmt: skip


def create_app(settings: Settings, clock: Clock = system_clock) -> Flask:
    """The service as a WSGI application."""
    return web_app(assemble(settings, clock=clock))


def application() -> Flask:
    """The service that the environment describes; every worker of a server makes its own."""
    return create_app(Settings.from_environment(os.environ))


def web_app(made: Capabilities) -> Flask:
    """The WSGI application over capabilities that were made already."""
    app = Flask("qc_service.web", static_folder=None, template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = 24 * 1024 * 1024
    app.extensions[EXTENSION] = Service(
        acts=made.acts, store=made.store, publisher=made.publisher, bundler=made.bundler, tokens=made.tokens,
        queues=SqlQueues(made.engine),
        clock=made.clock, issuer=made.issuer, public_url=made.settings.public_url,
        requests_per_minute=made.settings.requests_per_minute, trust_roots=made.keystore.root,
        jwks=lambda: {"keys": [key.jwk() for key in made.root.record_keys]}, ready=made.ready,
        gln=Gln(made.settings.gln) if made.settings.gln else None,
        requesters_on_record=made.settings.requesters_on_record, recall_list=made.recall_lists.current,
        label_token=made.press.token, open_token=made.open_token, press=made.press, notary=made.notary,
        seal_certificates=lambda last: pem_of(made.keystore.seal_chain()[-1 if last else 0 :]),
        packer=Packer(
            store=made.store, publisher=made.publisher, signer=made.recall_lists.signer, issuer=made.issuer,
        ),
    )  # fmt: skip
    install(app)
    return app


def _labelling(made: Capabilities) -> Callable[[LabelClaims], str]:
    """Signs what labels claim, as long as the records say that the label key may. Raises ``SigningKeyWithdrawn``."""
    signer = made.keystore.signer("label")

    def signed(claims: LabelClaims) -> str:
        must_be_usable(made.view().find(KEY, signer.public.keyid))
        return label_token(claims, signer)

    return signed


@dataclass(frozen=True, kw_only=True)
class Founder:
    """Who runs a new installation, and who administers it."""

    organisation: OrganisationId
    name: Line
    country: CountryCode
    zone: Line
    quality_phone: Line | None
    gln: Gln | None = None
    administrator: PersonId
    printed_name: Line

    def actor(self) -> Actor:
        """The administrator, who signs the first records."""
        return Actor(
            person=self.administrator,
            printed_name=self.printed_name,
            roles=frozenset({Role.ADMINISTRATOR}),
            organisation=self.organisation,
        )

    def intent(self, keys: tuple[tuple[KeyRole, PublicKey], ...]) -> Found:
        """What is to be recorded first."""
        return Found(
            organisation=self.organisation, name=self.name, country=self.country, zone=self.zone,
            quality_phone=self.quality_phone, gln=self.gln, administrator=self.administrator,
            printed_name=self.printed_name, keys=keys,
        )  # fmt: skip


def initialise(
    settings: Settings, issuer: str, founder: Founder, environment: Mapping[str, str] | None = None,
    clock: Clock = system_clock,
) -> Capabilities:  # fmt: skip
    """Make keys and the trust root, migrate the database, and record the first organisation, person and keys.

    What exists is kept: an interrupted run is finished by the next. Raises ``AlreadyFounded`` when nothing is left
    to do, and ``IssuerTooLong``.
    """
    if len(issuer.encode()) > LONGEST_ISSUER:
        raise IssuerTooLong(
            f"Labels have room for an issuer of {LONGEST_ISSUER} bytes: choose a shorter --issuer."
        )
    settings.home.mkdir(parents=True, exist_ok=True)
    keystore = Keystore(settings.home, os.environ if environment is None else environment)
    keystore.make(issuer)
    keystore.make_seal(issuer, clock())
    migrate_database(settings)
    made = assemble(settings, environment, clock)
    keys = tuple((KeyRole(role), public) for role, public in made.public_keys())
    try:
        made.acts.perform(found, founder.actor(), founder.intent(keys))
        made.publisher.publish()
    except BaseException:
        made.close()
        raise
    return made


def audit_installation(made: Capabilities, progress: Progress) -> AuditReport:
    """Check everything that the installation keeps, while it may go on writing."""
    row_key = made.keystore.row_key()
    # The signed head is read first: one signed during the audit may be of entries that it does not look at.
    signed = ForkFile(made.keystore.fork_file).read()
    with _handing_over():
        return audit(
            SqlAuditable(made.engine, row_key), partial(open_scratch, row_key),
            root=made.root, signed=signed, progress=progress,
        )  # fmt: skip


@contextmanager
def _handing_over() -> Iterator[None]:
    """The interpreter goes from thread to thread every 0.2 ms instead of 5: one that comes back with a signature
    checked would otherwise wait for the one that reads records."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0002)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def rebuild_installation(made: Capabilities, progress: Progress) -> int:
    """Write the index anew from the records and return how many there are. Raises as ``rebuild`` does."""
    row_key = made.keystore.row_key()
    return rebuild(SqlAuditable(made.engine, row_key), partial(open_scratch, row_key), progress)
