"""The token table."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Engine, insert, select, update

from qc_service.application.ports import TokenRow, TokenStore
from qc_service.persistence.tables import access_tokens


class SqlTokens(TokenStore):
    """Tokens in one table; an operational one, so rows may change."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, row: TokenRow) -> None:
        with self._engine.connect() as connection:
            connection.execute(insert(access_tokens).values(asdict(row)))

    def find(self, token_id: str) -> TokenRow | None:
        chosen = select(access_tokens).where(access_tokens.c.token_id == token_id)
        with self._engine.connect() as connection:
            row = connection.execute(chosen).one_or_none()
        return None if row is None else TokenRow(**row._asdict())

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
