"""Schema migrations by Alembic; configured in pyproject under [tool.alembic]."""
