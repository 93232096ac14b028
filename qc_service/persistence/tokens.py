"""The token table."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Engine, bindparam, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from qc_service.application.ports import TokenRow, TokenStore, Unavailable
from qc_service.persistence.driver import Driver, Statement
from qc_service.persistence.tables import access_tokens

_FOUND = Statement(select(access_tokens).where(access_tokens.c.token_id == bindparam("token_id")))


class SqlTokens(TokenStore):
    """Tokens in one table; an operational one, so rows may change."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, row: TokenRow) -> None:
        with self._engine.connect() as connection:
            connection.execute(insert(access_tokens).values(asdict(row)))

    def find(self, token_id: str) -> TokenRow | None:
        try:
            with self._engine.connect() as connection:
                found = Driver.of(connection).all(_FOUND, token_id=token_id)
        except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error) as error:
            raise Unavailable("The store cannot be read now. Try again.") from error
        return TokenRow(**dict(zip(access_tokens.columns.keys(), found[0], strict=True))) if found else None

    def all(self) -> tuple[TokenRow, ...]:
        newest = access_tokens.c.created_at.desc(), access_tokens.c.token_id
        with self._engine.connect() as connection:
            found = connection.execute(select(access_tokens).order_by(*newest))
            return tuple(TokenRow(**row._asdict()) for row in found)

    def revoke(self, token_id: str, at: str) -> bool:
        chosen = (access_tokens.c.token_id == token_id) & access_tokens.c.revoked_at.is_(None)
        with self._engine.connect() as connection:
            changed = connection.execute(update(access_tokens).where(chosen).values(revoked_at=at))
            return bool(changed.rowcount)
