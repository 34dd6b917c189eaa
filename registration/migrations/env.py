"""Runs migrations on the application's database, in one transaction each."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection

from registration.extensions import db
from registration.health import note_oldest_program
from registration.timeouts import as_long_as_it_takes


@contextmanager
def foreign_keys_checked_at_the_end(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew; with foreign keys on, dropping the old one fails.

    Raises sqlite3.IntegrityError when a migration leaves a row that names nothing.
    """
    raw: Any = connection.connection.dbapi_connection
    if not isinstance(raw, sqlite3.Connection):
        yield
        return
    # Has no effect inside a transaction, so before the first one and after the last.
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        if lost := raw.execute("PRAGMA foreign_key_check").fetchall():
            raise sqlite3.IntegrityError(f"rows without what they name: {lost[:5]}")
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def run(connection: Connection) -> None:
    """Migrate over `connection`."""
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        transaction_per_migration=True,
        compare_server_default=True,
        **current_app.extensions["migrate"].configure_args,
    )
    with foreign_keys_checked_at_the_end(connection), context.begin_transaction():
        context.run_migrations()
    note_oldest_program(connection, context.script)
    connection.commit()


if context.is_offline_mode():
    raise SystemExit("Migrations need a database: run them without --sql.")

with db.engine.connect() as opened:
    as_long_as_it_takes(opened)
    run(opened)
