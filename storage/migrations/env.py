"""Run by Alembic: migrations go through the connection the store hands over, in its transaction."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from storage.tables import Moment, metadata


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column types as what they are in the database, so that migrations never import today's code."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",  # SQLite changes a column by making the table anew
        render_item=_render,
        transactional_ddl=True,  # all or nothing; SQLite can, though Alembic does not expect it to
    )
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
