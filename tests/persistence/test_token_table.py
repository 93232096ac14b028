"""Tokens as they are kept: found by identity, listed newest first, revoked once."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine

from qc_service.application.ports import TokenRow
from qc_service.persistence.tokens import SqlTokens

ROW = TokenRow(
    token_id="00" * 8,
    secret_hash="ab" * 32,
    person="t.analyst",
    label="balance",
    created_at="2026-09-01T08:00:00Z",
    expires_at="2026-10-01T08:00:00Z",
)


def test_tokens_are_kept_found_listed_and_revoked(engine: Engine) -> None:
    tokens = SqlTokens(engine)
    newer = replace(ROW, token_id="11" * 8, created_at="2026-09-02T08:00:00Z")
    tokens.add(ROW)
    tokens.add(newer)
    assert tokens.find(ROW.token_id) == ROW
    assert tokens.find("22" * 8) is None
    assert tokens.all() == (newer, ROW)
    assert tokens.revoke(ROW.token_id, "2026-09-03T08:00:00Z")
    assert not tokens.revoke(ROW.token_id, "2026-09-04T08:00:00Z")
    assert not tokens.revoke("22" * 8, "2026-09-04T08:00:00Z")
    assert tokens.find(ROW.token_id) == replace(ROW, revoked_at="2026-09-03T08:00:00Z")
